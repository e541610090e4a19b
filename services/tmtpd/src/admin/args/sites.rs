//! `tmtpd admin site ...`.

use clap::Subcommand;

use super::{InSite, Org, Some};
use crate::args::settings_help;

/// Sites.
#[derive(Debug, Subcommand)]
pub enum SiteCommand {
    /// Show an organization's.
    List {
        /// Whose.
        #[command(flatten)]
        org: Org,
        /// Which.
        #[command(flatten)]
        some: Some,
    },
    /// Show one with its settings.
    Show {
        /// Which.
        #[command(flatten)]
        site: InSite,
    },
    /// Show one's figures: members, devices, what waits and since when.
    Figures {
        /// Which.
        #[command(flatten)]
        site: InSite,
    },
    /// Show all of the installation, those first where messages wait: for the provider's own keys.
    Health {
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 1000)]
        most: usize,
    },
    /// Show what one was used for, day by day: members, messages, octets, links.
    Usage {
        /// Which; all of the organization's together where it is left out.
        #[arg(long, value_name = "SITE")]
        site: Option<String>,
        /// Whose.
        #[command(flatten)]
        org: Org,
        /// The first day, as 2027-01-31, in UTC; 29 days before the last where it is left out.
        #[arg(long, value_name = "DAY")]
        from: Option<String>,
        /// The last day; today where it is left out.
        #[arg(long, value_name = "DAY")]
        to: Option<String>,
        /// Write CSV for spreadsheets: a line for each site and day.
        #[arg(long)]
        csv: bool,
    },
    /// Make one.
    #[command(after_help = settings_help("tmtpd admin site create --org 2 --name \"Acme\" --host tmtp.acme.example registration=open"))]
    Create {
        /// Whose.
        #[command(flatten)]
        org: Org,
        /// What clients are shown.
        #[arg(long)]
        name: String,
        /// A host name that leads to it; may be given several times.
        #[arg(long = "host", value_name = "HOST", required = true)]
        hosts: Vec<String>,
        /// Settings that differ from the defaults.
        #[arg(value_name = "KEY=VALUE", value_parser = crate::args::assignment)]
        settings: Vec<(String, String)>,
    },
    /// Change one.
    #[command(after_help = settings_help("tmtpd admin site set --org 2 --site tmtp.acme.example message_octets_max=100MiB"))]
    Set {
        /// Which.
        #[command(flatten)]
        site: InSite,
        /// What clients are shown.
        #[arg(long)]
        name: Option<String>,
        /// The host names it is to have, in place of those it has; may be given several times.
        #[arg(long = "host", value_name = "HOST")]
        hosts: Vec<String>,
        /// Settings to change; the others stay.
        #[arg(value_name = "KEY=VALUE", value_parser = crate::args::assignment)]
        settings: Vec<(String, String)>,
    },
    /// Let nobody register or log in, and close all links.
    Suspend {
        /// Which.
        #[command(flatten)]
        site: InSite,
    },
    /// End a suspension.
    Resume {
        /// Which.
        #[command(flatten)]
        site: InSite,
    },
    /// Let nobody in, and erase all that is in it after a time of grace.
    Close {
        /// Which.
        #[command(flatten)]
        site: InSite,
        /// Until then it can be opened again; 0: it is erased at once.
        #[arg(long, value_name = "DAYS", default_value_t = 30)]
        grace_days: u32,
    },
    /// Open a closed one again, while it is there.
    Reopen {
        /// Which.
        #[command(flatten)]
        site: InSite,
    },
}
