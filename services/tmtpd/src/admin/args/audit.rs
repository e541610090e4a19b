//! `tmtpd admin audit ...`.

use clap::{Args, Subcommand};

use super::Owner;

/// What was done.
#[derive(Debug, Clone, Args)]
pub struct Deeds {
    /// Whose log.
    #[command(flatten)]
    pub owner: Owner,
    /// Only actions that begin like this.
    #[arg(long)]
    pub action: Option<String>,
    /// Only by this actor, exactly as it is shown.
    #[arg(long)]
    pub actor: Option<String>,
    /// Only from this time on.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only before this time.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

/// Audit logs.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Show what was done, the newest first.
    List {
        /// Which.
        #[command(flatten)]
        deeds: Deeds,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 100)]
        most: usize,
    },
    /// Print all of it as lines of JSON, the newest first.
    Export(Deeds),
    /// Check that it is as it was written; fails when it is not.
    Verify {
        /// Whose log.
        #[command(flatten)]
        owner: Owner,
    },
}
