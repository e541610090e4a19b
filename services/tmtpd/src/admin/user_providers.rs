//! Providers that people who administer sign in with: `tmtpd admin user-provider ...`.

use std::path::Path;

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::{Value, json};

use super::{Desk, args::Org};
use crate::args::assignment;

const EXAMPLES: &str = "\
Examples:
  tmtpd admin user-provider create --label \"Acme account\" --issuer https://login.acme.example --secret-file secret.txt client_id=tmtp email_domains=acme.example
  tmtpd admin user-provider set 1 only_way_in=true new_people_role=support
  tmtpd admin user-provider check 1
  tmtpd admin user unlink 17

Settings: client_id; email_domains, several with commas between; new_people_role (admin, support or auditor: people are made at
their first sign-in; empty: they are invited); only_way_in and second_factor_there (true or false). Register redirect_url, which
`show` tells, at the provider. Owners can always use their password, whatever only_way_in says.";

/// Providers that people who administer sign in with.
#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum UserProviderCommand {
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
        /// What people are shown.
        #[arg(long)]
        label: String,
        /// Who it says it is: its address.
        #[arg(long, value_name = "URL")]
        issuer: String,
        /// A file with the client secret, alone in it; an empty one takes it away.
        #[arg(long, value_name = "FILE")]
        secret_file: Option<std::path::PathBuf>,
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
        /// What people are shown.
        #[arg(long)]
        label: Option<String>,
        /// Who it says it is.
        #[arg(long, value_name = "URL")]
        issuer: Option<String>,
        /// A file with the client secret, alone in it; an empty one takes it away.
        #[arg(long, value_name = "FILE")]
        secret_file: Option<std::path::PathBuf>,
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
    /// Remove one: nobody signs in with it any more, and passwords are a way in again.
    Remove {
        /// Whose.
        #[command(flatten)]
        org: Org,
        /// Its id.
        #[arg(value_name = "PROVIDER")]
        id: i64,
    },
}

impl Desk {
    pub(super) async fn user_provider(&self, command: UserProviderCommand) -> anyhow::Result<()> {
        match command {
            UserProviderCommand::List { org } => {
                let items = self.http.list(&self.user_providers(&org).await?, &[], usize::MAX).await?;
                self.all(&items, &["id", "label", "issuer"]);
            }
            UserProviderCommand::Show { org, id } => {
                self.one(&self.http.get(&format!("{}/{id}", self.user_providers(&org).await?)).await?);
            }
            UserProviderCommand::Create { org, label, issuer, secret_file, settings } => {
                let settings = values(&settings, secret_file.as_deref())?;
                let body = json!({"label": label, "issuer": issuer, "settings": settings});
                self.one(&self.http.create(&self.user_providers(&org).await?, &body).await?);
            }
            UserProviderCommand::Set { org, id, label, issuer, secret_file, settings } => {
                let path = format!("{}/{id}", self.user_providers(&org).await?);
                let settings = values(&settings, secret_file.as_deref())?;
                let body = json!({"label": label, "issuer": issuer, "settings": settings});
                let read = self.http.read(&path).await?;
                self.one(&self.http.change(&path, &read, &body).await?);
            }
            UserProviderCommand::Check { org, id } => {
                let path = format!("{}/{id}/check", self.user_providers(&org).await?);
                let found = self.http.act(&path).await?;
                self.one(&found);
                if found["reachable"] != true {
                    bail!("it cannot be reached");
                }
            }
            UserProviderCommand::Remove { org, id } => {
                self.http.delete(&format!("{}/{id}", self.user_providers(&org).await?)).await?;
                self.done("removed");
            }
        }
        Ok(())
    }

    async fn user_providers(&self, org: &Org) -> anyhow::Result<String> {
        Ok(format!("{}/user-providers", self.org_path(org).await?))
    }
}

/// Settings as the API takes them, the secret among them. Which there are it knows.
fn values(settings: &[(String, String)], secret: Option<&Path>) -> anyhow::Result<Value> {
    let mut values = json!({});
    for (name, text) in settings {
        let list = || text.split(',').map(str::trim).filter(|entry| !entry.is_empty()).collect::<Vec<_>>();
        values[name] = match (name.as_str(), text.as_str()) {
            ("client_secret", _) => {
                bail!("a secret on a command line is seen by others: give it with --secret-file")
            }
            ("email_domains", _) => json!(list()),
            ("only_way_in" | "second_factor_there", "true") => json!(true),
            ("only_way_in" | "second_factor_there", "false") => json!(false),
            _ => json!(text),
        };
    }
    if let Some(file) = secret {
        let text =
            std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        values["client_secret"] = json!(text.trim());
    }
    Ok(values)
}
