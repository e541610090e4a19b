//! `tmtpd admin key ...`.

use clap::Subcommand;

use super::Owner;

/// API keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Show those there are and were.
    List {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
    },
    /// Make one; it is shown this once.
    Create {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
        /// Who or what will use it.
        #[arg(long)]
        name: String,
        /// What it may do: owner, admin, support, auditor; the provider's: operator, support, auditor.
        #[arg(long)]
        role: String,
        /// When it ends, as 2027-12-31T00:00:00Z; without, never.
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
        /// The id of the one site that it is for; without, all that is the organization's.
        #[arg(long, value_name = "SITE")]
        site: Option<i64>,
    },
    /// End one for good.
    Revoke {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
        /// Its id.
        #[arg(value_name = "KEY")]
        id: i64,
    },
}
