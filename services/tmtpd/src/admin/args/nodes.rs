//! `tmtpd admin node ...`.

use clap::Subcommand;

use super::InSite;

/// Members' devices.
#[derive(Debug, Subcommand)]
pub enum NodeCommand {
    /// Show a site's, with what waits for them.
    List {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Only those that are connected, away, or awaited: messages wait for them.
        #[arg(long, value_name = "STATE", value_parser = ["connected", "away", "awaited"])]
        state: Option<String>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 1000)]
        most: usize,
    },
    /// Show one.
    Show {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Its id.
        #[arg(value_name = "NODE")]
        node: i64,
    },
    /// End one for good: its link is closed, and what waits for it is dropped.
    Revoke {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Its id.
        #[arg(value_name = "NODE")]
        node: i64,
    },
}
