//! Invitations: `tmtpd admin invitation ...`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{
    Desk,
    args::{InSite, Some as Which},
    csv::{self, Line},
    search,
};
use crate::print;

const EXAMPLES: &str = "\
Examples:
  tmtpd admin site set --site tmtp.acme.example registration=invitation
  tmtpd admin invitation create --site tmtp.acme.example --name \"Ann Archer\" --email ann@acme.example
  tmtpd admin invitation create --site tmtp.acme.example --alias \"Ann Archer\"
  tmtpd admin invitation create --site tmtp.acme.example --uses 200 --expires 2027-12-31T00:00:00Z
  tmtpd admin invitation import --site tmtp.acme.example members.csv --dry-run
  tmtpd admin invitation list --site tmtp.acme.example --state pending";

/// Invitations.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum InvitationCommand {
    /// Show a site's.
    List {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Which, by alias, e-mail or name.
        #[command(flatten)]
        some: Which,
        /// Only those that are pending, used, expired or revoked.
        #[arg(long)]
        state: Option<String>,
    },
    /// Show one.
    Show {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Its id.
        #[arg(value_name = "INVITATION")]
        id: i64,
    },
    /// Invite somebody; the code is shown this once.
    Create {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Whom it is for.
        #[arg(long)]
        name: Option<String>,
        /// Where to send it, if mail is set up.
        #[arg(long)]
        email: Option<String>,
        /// What its member will be called; without, the member chooses.
        #[arg(long)]
        alias: Option<String>,
        /// How many may register with it.
        #[arg(long, value_name = "N", default_value_t = 1)]
        uses: u32,
        /// When it ends, as 2027-12-31T00:00:00Z; without, in two weeks.
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// Invite everybody in a file: CSV with a first row of name,email,alias. Who was invited before is left out.
    Import {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Which file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Only tell what would come of each row.
        #[arg(long)]
        dry_run: bool,
    },
    /// Mail a pending one again, with another code: the one before ends, since codes are kept as hashes only.
    Mail {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Its id.
        #[arg(value_name = "INVITATION")]
        id: i64,
    },
    /// End one for good.
    Revoke {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Its id.
        #[arg(value_name = "INVITATION")]
        id: i64,
    },
}

/// Rows between two notes of how far an import is.
const NOTED: usize = 100;
/// Most rows that the API looks through at a time, and most octets of a request.
const ROWS_MAX: usize = 100;
const OCTETS_MAX: usize = 48 << 10;
/// Most octets of a file.
const FILE_MAX: u64 = 1 << 20;

async fn read(file: &Path) -> anyhow::Result<Vec<Line>> {
    let said = || format!("cannot read {}", file.display());
    let octets = tokio::fs::metadata(file).await.with_context(said)?.len();
    anyhow::ensure!(octets <= FILE_MAX, "{} is larger than 1 MiB; split it", file.display());
    let text = tokio::fs::read_to_string(file).await.with_context(said)?;
    csv::lines(&text).with_context(|| file.display().to_string())
}

/// As many lines as fit into a request, and so on.
fn parts(lines: &[Line]) -> Vec<&[Line]> {
    let (mut parts, mut from, mut octets) = (Vec::new(), 0, 0);
    for (at, line) in lines.iter().enumerate() {
        let size = line.invitation().to_string().len() + 1;
        if at > from && (at - from == ROWS_MAX || octets + size > OCTETS_MAX) {
            parts.push(&lines[from..at]);
            (from, octets) = (at, 0);
        }
        octets += size;
    }
    if from < lines.len() {
        parts.push(&lines[from..]);
    }
    parts
}

const ROWS: [&str; 5] = ["row", "who", "result", "link", "problem"];
const FIELDS: [&str; 8] = ["id", "name", "email", "mail", "alias", "state", "uses_left", "expires_at"];

impl Desk {
    pub(super) async fn invitation(&self, command: InvitationCommand) -> anyhow::Result<()> {
        match command {
            InvitationCommand::List { site, some, state } => {
                let mut query = search(some.search);
                query.extend(state.map(|state| ("state", state)));
                let items = self.http.list(&self.invitations(&site).await?, &query, some.most).await?;
                let items: Vec<_> = items.into_iter().map(|item| self.with_mail(item)).collect();
                self.all(&items, &FIELDS);
            }
            InvitationCommand::Show { site, id } => {
                let path = format!("{}/{id}", self.invitations(&site).await?);
                self.one(&self.http.get(&path).await?);
            }
            InvitationCommand::Create { site, name, email, alias, uses, expires } => {
                let body = json!({"name": name, "email": email, "alias": alias, "uses": uses, "expires_at": expires});
                self.one(&self.http.create(&self.invitations(&site).await?, &body).await?);
                self.done("\nthe code and the link are shown this once; give the link to the person whom you invite");
            }
            InvitationCommand::Import { site, file, dry_run } => {
                let path = self.invitations(&site).await?;
                let lines = read(&file).await?;
                let rows = if dry_run {
                    self.look_through(&path, &lines).await?
                } else {
                    self.invite_all(&path, &lines).await
                };
                self.all(&rows, &ROWS);
                let failed = rows.iter().filter(|row| row["problem"].is_string()).count();
                if !dry_run && failed > 0 {
                    anyhow::bail!("{failed} of {} rows were left out", rows.len());
                }
            }
            InvitationCommand::Mail { site, id } => {
                let path = format!("{}/{id}/mail", self.invitations(&site).await?);
                self.one(&self.http.act(&path).await?);
                self.done("\nthe code before is of no use any more");
            }
            InvitationCommand::Revoke { site, id } => {
                self.http.delete(&format!("{}/{id}", self.invitations(&site).await?)).await?;
                self.done("revoked");
            }
        }
        Ok(())
    }

    /// For people, what became of its mail in one cell.
    fn with_mail(&self, mut item: Value) -> Value {
        if !self.json
            && let Some(state) = item["mail"]["state"].as_str()
        {
            let why = item["mail"]["why"].as_str().map(|why| format!(": {why}")).unwrap_or_default();
            item["mail"] = format!("{state}{why}").into();
        }
        item
    }

    /// What would come of each row.
    async fn look_through(&self, path: &str, lines: &[Line]) -> anyhow::Result<Vec<Value>> {
        let mut rows = Vec::new();
        for some in parts(lines) {
            let body = json!({"invitations": some.iter().map(Line::invitation).collect::<Vec<_>>()});
            let checked = self.http.post(&format!("{path}/check"), &body).await?;
            if rows.is_empty() {
                self.warn(&checked);
            }
            let items = checked["items"].as_array().context("no items in the answer; is that the API?")?;
            rows.extend(some.iter().zip(items).map(|(line, item)| {
                let repeats = line.repeats.as_deref().map(Value::from);
                let problem = repeats.unwrap_or_else(|| item["problem"]["detail"].clone());
                let result = match (problem.is_null(), item["mailed"] == true) {
                    (false, _) => "left out",
                    (true, true) => "mailed",
                    (true, false) => "made",
                };
                json!({"row": line.row, "who": line.who(), "result": result, "problem": problem})
            }));
        }
        Ok(rows)
    }

    /// What holds for all of them.
    fn warn(&self, checked: &Value) {
        if self.json {
            return;
        }
        if checked["takes_invitations"] == false {
            print::note("the site's policy lets nobody in by invitation: set registration=invitation");
        }
        if checked["sends_mail"] == false {
            print::note("no mail is set up here: hand the links over yourself");
        }
        if let Some(free @ 0..1_000) = checked["members_free"].as_u64() {
            print::note(format_args!("the site has room for {free} members more"));
        }
    }

    /// One after the other; a row that cannot be keeps nobody else out.
    async fn invite_all(&self, path: &str, lines: &[Line]) -> Vec<Value> {
        let mut rows = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            if at > 0 && at % NOTED == 0 {
                print::note(format_args!("{at} of {} rows", lines.len()));
            }
            let (result, made, problem) = match self.http.create(path, &line.invitation()).await {
                Ok(made) if made["mailed"] == true => ("mailed", made, None),
                Ok(made) => ("made", made, None),
                Err(error) => ("left out", Value::Null, Some(format!("{error:#}"))),
            };
            rows.push(json!({"row": line.row, "who": line.who(), "result": result, "id": made["id"],
                "link": made["link"], "problem": problem}));
        }
        rows
    }

    async fn invitations(&self, site: &InSite) -> anyhow::Result<String> {
        Ok(format!("{}/invitations", self.site_path(site).await?))
    }
}
