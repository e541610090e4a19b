//! `tmtpd admin member ...`.

use clap::{Args, Subcommand};

use super::{InSite, Some};

/// A member.
#[derive(Debug, Clone, Args)]
pub struct OneMember {
    /// Where.
    #[command(flatten)]
    pub site: InSite,
    /// Its uid.
    #[arg(value_name = "UID")]
    pub uid: String,
}

/// Members.
#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Show a site's.
    List {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Which, by uid or alias.
        #[command(flatten)]
        some: Some,
        /// Only those who are suspended.
        #[arg(long)]
        suspended: bool,
    },
    /// Show one with its devices.
    Show(OneMember),
    /// Keep it out, and close its links.
    Suspend(OneMember),
    /// End a suspension.
    Resume(OneMember),
    /// Forget who it is at its sign-in provider: whoever signs in next by one of its devices is the member. For somebody whose
    /// account there was made anew.
    ForgetSignIn(OneMember),
    /// Remove it for good, with what waits for it.
    Remove(OneMember),
    /// Write all that is kept about one to a zip of JSON files: without secrets, and without what messages say.
    Export {
        /// Which.
        #[command(flatten)]
        member: OneMember,
        /// The file, which must not be there yet.
        #[arg(long, value_name = "FILE")]
        out: std::path::PathBuf,
    },
    /// Erase all that is kept about one, also after it was removed, and print a receipt: `tmtpd audit verify --receipt`
    /// checks it.
    Erase(OneMember),
}
