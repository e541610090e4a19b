//! The command line of `tmtpd backup`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What to do with backups.
#[derive(Debug, Subcommand)]
pub enum Backup {
    /// Write everything to a new folder, as it is at one moment; the service goes on meanwhile.
    #[command(after_help = "\
Examples:
  tmtpd backup create --config tmtpd.toml --out /backups/before-the-move
  tmtpd backup create --config tmtpd.toml --into /backups --keep 14

Every message that was acked before the command began is in it, until each of its devices has acked it. The folder holds
secrets of devices, as hashes, and messages: keep it as you keep the database.")]
    Create(Create),
    /// Check that a backup is whole, octet by octet.
    Verify {
        /// The folder.
        #[arg(value_name = "DIR")]
        from: PathBuf,
    },
    /// Bring a backup back into a database that is empty, before any process serves it.
    #[command(after_help = "\
Example:
  tmtpd backup restore --config tmtpd.toml /backups/2026-11-24

store.url and [bodies] say where to. What the former installation still runs must be stopped first: it knows messages and
devices that this one does not.")]
    Restore {
        /// The folder.
        #[arg(value_name = "DIR")]
        from: PathBuf,
    },
    /// Make a database fit to serve that was brought back by other means, such as recovery to a point in time.
    #[command(after_help = "\
Example:
  tmtpd backup settle --config tmtpd.toml --forget-bodiless

Ends all sessions that the database knows of. Messages whose large bodies are not there any more are listed, and nothing
is changed; with --forget-bodiless they go. That is right where the body store has lost nothing: a body goes when the
last device has acked it.")]
    Settle {
        /// Remove messages whose bodies are gone.
        #[arg(long)]
        forget_bodiless: bool,
    },
}

/// Where a backup goes.
#[derive(Debug, Args)]
pub struct Create {
    /// The folder to write: new, or empty.
    #[arg(long, value_name = "DIR", required_unless_present = "into")]
    pub out: Option<PathBuf>,
    /// A folder of backups: the new one's name there is its time.
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    pub into: Option<PathBuf>,
    /// Keep so many of the newest there, and remove older ones when the new one is whole.
    #[arg(long, value_name = "COUNT", requires = "into")]
    pub keep: Option<NonZeroUsize>,
}
