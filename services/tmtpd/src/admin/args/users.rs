//! `tmtpd admin user ...`.

use clap::{Args, Subcommand};

use super::{Owner, Some};

/// A user.
#[derive(Debug, Clone, Args)]
pub struct OneUser {
    /// Whose.
    #[command(flatten)]
    pub owner: Owner,
    /// Their id.
    #[arg(value_name = "USER")]
    pub user: i64,
}

/// People who administer.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Show those there are.
    List {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
        /// Which, by name or address.
        #[command(flatten)]
        some: Some,
    },
    /// Invite somebody; the link by which they choose a password is shown this once.
    Invite {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
        /// The address that they will sign in with.
        #[arg(long)]
        email: String,
        /// What they are called; without, they say so themselves.
        #[arg(long)]
        name: Option<String>,
        /// What they may do: owner, admin, support, auditor; the provider's: operator, support, auditor.
        #[arg(long)]
        role: String,
    },
    /// Show one.
    Show(OneUser),
    /// Change one.
    Set {
        /// Who.
        #[command(flatten)]
        user: OneUser,
        /// What they are called.
        #[arg(long)]
        name: Option<String>,
        /// What they may do.
        #[arg(long)]
        role: Option<String>,
    },
    /// Let one sign in no more, and end their sessions.
    Suspend(OneUser),
    /// End a suspension.
    Resume(OneUser),
    /// Remove one for good.
    Remove(OneUser),
    /// Make a new link to choose a password, the first or another one; the link before ends.
    Link(OneUser),
    /// Forget who somebody is at the providers: they are linked anew, by their address, at their next sign-in there.
    Unlink(OneUser),
    /// Take a lost second factor from somebody: their password alone lets them in then.
    TakeTotp(OneUser),
}
