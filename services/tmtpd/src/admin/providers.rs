//! Sign-in providers: `tmtpd admin provider ...`.

use anyhow::bail;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Desk, args::Org};
use crate::args::assignment;

const EXAMPLES: &str = "\
Examples:
  tmtpd admin provider create --label \"Acme staff\" --issuer https://login.acme.example client_id=tmtp email_domains=acme.example
  tmtpd admin site set --site tmtp.acme.example registration=provider
  tmtpd admin provider check 1

Settings: client_id, scopes, email_domains, groups, groups_claim, audiences, login_url, token_url, keys_url, login_params,
token_params. Of email_domains, groups and audiences several are written with commas between. What is left out of login_url,
token_url and keys_url is found where the provider publishes it.";

/// Sign-in providers.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum ProviderCommand {
    /// Show an organization's.
    List {
        /// Whose.
        #[command(flatten)]
        org: Org,
    },
    /// Show one.
    Show {
        /// Whose.
        #[command(flatten)]
        org: Org,
        /// Its id.
        #[arg(value_name = "PROVIDER")]
        id: i64,
    },
    /// Add one.
    Create {
        /// Whose.
        #[command(flatten)]
        org: Org,
        /// What members are shown.
        #[arg(long)]
        label: String,
        /// Who it says it is: its address.
        #[arg(long, value_name = "URL")]
        issuer: String,
        /// Its settings.
        #[arg(value_name = "SETTING=VALUE", value_parser = assignment)]
        settings: Vec<(String, String)>,
    },
    /// Change one.
    Set {
        /// Whose.
        #[command(flatten)]
        org: Org,
        /// Its id.
        #[arg(value_name = "PROVIDER")]
        id: i64,
        /// What members are shown.
        #[arg(long)]
        label: Option<String>,
        /// Who it says it is.
        #[arg(long, value_name = "URL")]
        issuer: Option<String>,
        /// Its settings.
        #[arg(value_name = "SETTING=VALUE", value_parser = assignment)]
        settings: Vec<(String, String)>,
    },
    /// Look whether one can be reached now; fails when it cannot.
    Check {
        /// Whose.
        #[command(flatten)]
        org: Org,
        /// Its id.
        #[arg(value_name = "PROVIDER")]
        id: i64,
    },
    /// Remove one: it vouches for nobody any more.
    Remove {
        /// Whose.
        #[command(flatten)]
        org: Org,
        /// Its id.
        #[arg(value_name = "PROVIDER")]
        id: i64,
    },
}

/// Settings of which there are several, with commas between.
const LISTS: [&str; 3] = ["audiences", "email_domains", "groups"];

impl Desk {
    pub(super) async fn provider(&self, command: ProviderCommand) -> anyhow::Result<()> {
        match command {
            ProviderCommand::List { org } => {
                let items = self.http.list(&self.providers(&org).await?, &[], usize::MAX).await?;
                self.all(&items, &["id", "label", "issuer", "down_since", "fault"]);
            }
            ProviderCommand::Show { org, id } => {
                self.one(&self.http.get(&format!("{}/{id}", self.providers(&org).await?)).await?);
            }
            ProviderCommand::Create { org, label, issuer, settings } => {
                let body = json!({"label": label, "issuer": issuer, "settings": values(&settings)});
                self.one(&self.http.create(&self.providers(&org).await?, &body).await?);
            }
            ProviderCommand::Set { org, id, label, issuer, settings } => {
                let path = format!("{}/{id}", self.providers(&org).await?);
                let body = json!({"label": label, "issuer": issuer, "settings": values(&settings)});
                let read = self.http.read(&path).await?;
                self.one(&self.http.change(&path, &read, &body).await?);
            }
            ProviderCommand::Check { org, id } => {
                let path = format!("{}/{id}/check", self.providers(&org).await?);
                let found = self.http.act(&path).await?;
                self.one(&found);
                if found["reachable"] != true {
                    bail!("it cannot be reached");
                }
            }
            ProviderCommand::Remove { org, id } => {
                self.http.delete(&format!("{}/{id}", self.providers(&org).await?)).await?;
                self.done("removed");
            }
        }
        Ok(())
    }

    async fn providers(&self, org: &Org) -> anyhow::Result<String> {
        Ok(format!("{}/providers", self.org_path(org).await?))
    }
}

/// Settings as the API takes them. Which there are it knows.
fn values(settings: &[(String, String)]) -> Value {
    let mut values = json!({});
    for (name, text) in settings {
        let list = || text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect::<Vec<_>>();
        values[name] = if LISTS.contains(&name.as_str()) { json!(list()) } else { json!(text) };
    }
    values
}
