//! Invitations: `tmtpd admin invitation ...`.

use clap::Subcommand;
use serde_json::json;

use super::{
    Desk,
    args::{InSite, Some as Which},
    search,
};

const EXAMPLES: &str = "\
Examples:
  tmtpd admin site set --site tmtp.acme.example registration=invitation
  tmtpd admin invitation create --site tmtp.acme.example --name \"Ann Archer\" --email ann@acme.example
  tmtpd admin invitation create --site tmtp.acme.example --alias \"Ann Archer\"
  tmtpd admin invitation create --site tmtp.acme.example --uses 200 --expires 2027-12-31T00:00:00Z
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

const FIELDS: [&str; 7] = ["id", "name", "email", "alias", "state", "uses_left", "expires_at"];

impl Desk {
    pub(super) async fn invitation(&self, command: InvitationCommand) -> anyhow::Result<()> {
        match command {
            InvitationCommand::List { site, some, state } => {
                let mut query = search(some.search);
                query.extend(state.map(|state| ("state", state)));
                let items = self.http.list(&self.invitations(&site).await?, &query, some.most).await?;
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
            InvitationCommand::Revoke { site, id } => {
                self.http.delete(&format!("{}/{id}", self.invitations(&site).await?)).await?;
                self.done("revoked");
            }
        }
        Ok(())
    }

    async fn invitations(&self, site: &InSite) -> anyhow::Result<String> {
        Ok(format!("{}/invitations", self.site_path(site).await?))
    }
}
