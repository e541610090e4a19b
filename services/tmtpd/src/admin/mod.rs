//! `tmtpd admin ...`: everything, through the API.

pub mod args;
mod audit;
mod certificates;
mod csv;
pub mod http;
mod invitations;
mod people;
mod providers;
mod show;
mod sites;
mod user_providers;
mod users;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use args::{Admin, Command, KeyCommand, Org, OrgCommand, Owner};
use http::Http;

use crate::print;

/// Carries out one command.
pub async fn run(admin: Admin) -> anyhow::Result<()> {
    let desk = Desk { http: Http::new(&admin.server)?, json: admin.json };
    match admin.command {
        Command::Me => desk.one(&desk.http.get("/me").await?),
        Command::Org(command) => desk.org(command).await?,
        Command::Site(command) => desk.site(command).await?,
        Command::Certificate(command) => desk.certificate(command).await?,
        Command::Invitation(command) => desk.invitation(command).await?,
        Command::Member(command) => desk.member(command).await?,
        Command::Node(command) => desk.node(command).await?,
        Command::Alias(command) => desk.alias(command).await?,
        Command::Aliases { site, some } => desk.aliases(&site, &some).await?,
        Command::Groups { site, some, gid } => desk.groups(&site, &some, gid.as_deref()).await?,
        Command::Group(command) => desk.group(command).await?,
        Command::Provider(command) => desk.provider(command).await?,
        Command::User(command) => desk.user(command).await?,
        Command::UserProvider(command) => desk.user_provider(command).await?,
        Command::Key(command) => desk.key(command).await?,
        Command::Audit(command) => desk.audit(command).await?,
    }
    Ok(())
}

/// Does things and prints what came of them.
struct Desk {
    http: Http,
    json: bool,
}

impl Desk {
    fn one(&self, value: &Value) {
        show::one(value, self.json);
    }

    fn all(&self, items: &[Value], fields: &[&str]) {
        show::all(items, fields, self.json);
    }

    /// That something without an answer was done.
    fn done(&self, text: &str) {
        if !self.json {
            print::line(text);
        }
    }

    /// The path of an organization: the one named, or the key's own.
    async fn org_path(&self, org: &Org) -> anyhow::Result<String> {
        let id = match org.org {
            Some(id) => id,
            None => self.http.get("/me").await?["org"].as_i64().context(
                "whose? the key is the provider's: name an organization with --org (`tmtpd admin org list` shows them)",
            )?,
        };
        Ok(format!("/orgs/{id}"))
    }

    async fn owner_path(&self, owner: &Owner) -> anyhow::Result<String> {
        if owner.provider { Ok("/provider".to_owned()) } else { self.org_path(&owner.org).await }
    }

    async fn org(&self, command: OrgCommand) -> anyhow::Result<()> {
        match command {
            OrgCommand::List { some } => {
                let items = self.http.list("/orgs", &search(some.search), some.most).await?;
                self.all(&items, &["id", "name", "created_at"]);
            }
            OrgCommand::Show { which } => {
                self.one(&self.http.get(&self.org_path(&which.org()).await?).await?);
            }
            OrgCommand::Remove { which } => {
                self.http.delete(&self.org_path(&which.org()).await?).await?;
                self.done("removed");
            }
            OrgCommand::Create { name, limits } => {
                let body = json!({"name": name, "limits": numbers(&limits)?});
                self.one(&self.http.create("/orgs", &body).await?);
            }
            OrgCommand::Set { org, name, limits } => {
                let path = self.org_path(&org).await?;
                let mut body = json!({});
                if let Some(name) = name {
                    body["name"] = name.into();
                }
                if !limits.is_empty() {
                    body["limits"] = numbers(&limits)?;
                }
                let read = self.http.read(&path).await?;
                self.one(&self.http.change(&path, &read, &body).await?);
            }
        }
        Ok(())
    }

    async fn key(&self, command: KeyCommand) -> anyhow::Result<()> {
        match command {
            KeyCommand::List { owner } => {
                let path = format!("{}/keys", self.owner_path(&owner).await?);
                let items = self.http.list(&path, &[], usize::MAX).await?;
                self.all(
                    &items,
                    &["id", "name", "role", "site", "hint", "expires_at", "revoked_at", "used_at"],
                );
            }
            KeyCommand::Create { owner, name, role, expires, site } => {
                let path = format!("{}/keys", self.owner_path(&owner).await?);
                let body = json!({"name": name, "role": role, "expires_at": expires, "site": site});
                self.one(&self.http.create(&path, &body).await?);
                self.done("\nthe key is shown this once; keep it where secrets are kept");
            }
            KeyCommand::Revoke { owner, id } => {
                self.http.delete(&format!("{}/keys/{id}", self.owner_path(&owner).await?)).await?;
                self.done("revoked");
            }
        }
        Ok(())
    }
}

fn search(text: Option<String>) -> Vec<(&'static str, String)> {
    text.map(|text| ("q", text)).into_iter().collect()
}

/// Limits as an operator writes them, as numbers. Which there are the API knows.
fn numbers(limits: &[(String, String)]) -> anyhow::Result<Value> {
    let mut numbers = json!({});
    for (key, text) in limits {
        let Some(number) = tmtp_control::settings::octets(text) else {
            bail!("{key}: `{text}` is no number; write 1048576 or 1MiB");
        };
        numbers[key] = number.into();
    }
    Ok(numbers)
}
