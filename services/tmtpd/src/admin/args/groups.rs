//! `tmtpd admin group ...`.

use clap::{Args, Subcommand};

use super::InSite;

/// A group.
#[derive(Debug, Clone, Subcommand)]
pub enum GroupCommand {
    /// Take a member out of it, until somebody in it invites the member again. All devices of the group are told.
    Drop {
        /// Which.
        #[command(flatten)]
        group: OneGroup,
        /// The member's uid.
        #[arg(value_name = "UID")]
        uid: String,
    },
    /// Remove it for good: its members' devices are told, and nobody gets its name again.
    Remove(OneGroup),
}

/// A group.
#[derive(Debug, Clone, Args)]
pub struct OneGroup {
    /// Where.
    #[command(flatten)]
    pub site: InSite,
    /// Its name.
    #[arg(value_name = "GROUP")]
    pub gid: String,
}
