//! The command line of `tmtpd apply`.

use std::path::PathBuf;

use clap::Args;

use crate::admin::args::Server;

const HELP: &str = "\
Example of a file:

  [[org]]
  name = \"Acme\"
  limits = { sites_max = 3, message_octets_max = \"100MiB\" }

  [[org.site]]
  name = \"Acme\"
  hosts = [\"tmtp.acme.example\"]
  settings = { registration = \"open\" }

An organization is known by its name, a site by its hosts. What the file does not mention of one stays as it is; a limit
or setting that was taken out of the file stays, too. Running it twice does nothing the second time.

  tmtpd apply sites.toml --dry-run     show what would be done
  tmtpd apply sites.toml               do it
  tmtpd apply sites.toml --prune       suspend also the sites, of organizations in the file, that are not in it";

/// What to apply.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Apply {
    /// The file, as TOML.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Suspend sites of the file's organizations that are not in the file. Nothing is ever deleted.
    #[arg(long)]
    pub prune: bool,
    /// Where, and as whom.
    #[command(flatten)]
    pub server: Server,
}
