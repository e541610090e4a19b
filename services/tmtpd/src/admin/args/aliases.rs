//! `tmtpd admin alias ...`.

use clap::{Args, Subcommand};

use super::InSite;

/// Aliases.
#[derive(Debug, Subcommand)]
pub enum AliasCommand {
    /// Keep one for a member to come: nobody gets it meanwhile.
    Reserve(OneAlias),
    /// Give one to a member: one that nobody had, or that is reserved.
    Assign {
        /// Which.
        #[command(flatten)]
        alias: OneAlias,
        /// The member's uid.
        #[arg(long, value_name = "UID")]
        to: String,
    },
    /// Take one from whoever has it, for good: nobody else gets it.
    Retire(OneAlias),
    /// Let go of one that is reserved.
    Free(OneAlias),
}

/// An alias.
#[derive(Debug, Clone, Args)]
pub struct OneAlias {
    /// Where.
    #[command(flatten)]
    pub site: InSite,
    /// The alias.
    #[arg(value_name = "ALIAS")]
    pub alias: String,
}
