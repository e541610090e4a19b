//! `tmtpd admin org ...`.

use clap::Subcommand;

use super::{OneOrg, Org, Some};

/// Organizations.
#[derive(Debug, Subcommand)]
pub enum OrgCommand {
    /// Show those that you can see.
    List {
        /// Which.
        #[command(flatten)]
        some: Some,
    },
    /// Show one.
    Show {
        /// Which.
        #[command(flatten)]
        which: OneOrg,
    },
    /// Make one.
    Create {
        /// What it is called.
        #[arg(long)]
        name: String,
        /// What it may have: sites_max, message_octets_max, members_max, nodes_per_member_max, queued_octets_max,
        /// messages_per_day_max.
        #[arg(value_name = "KEY=VALUE", value_parser = crate::args::assignment)]
        limits: Vec<(String, String)>,
    },
    /// Remove one that has no sites any more, with its people and keys.
    Remove {
        /// Which.
        #[command(flatten)]
        which: OneOrg,
    },
    /// Change one.
    Set {
        /// Which.
        #[command(flatten)]
        org: Org,
        /// What it is called.
        #[arg(long)]
        name: Option<String>,
        /// What it may have; the others stay.
        #[arg(value_name = "KEY=VALUE", value_parser = crate::args::assignment)]
        limits: Vec<(String, String)>,
    },
}
