//! The command line of `tmtpd import`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Where a site comes from.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// Bring over a site of the reference server: its members, devices, aliases, groups and messages that wait.
    #[command(after_help = "\
Examples:
  tmtpd import mnm --config tmtpd.toml --userdb userdb --qstore qstore --site tmtp.acme.example --dry-run
  tmtpd import mnm --config tmtpd.toml --userdb userdb --qstore qstore --site tmtp.acme.example

The dry run reads everything, reports what would come and every fault with its file, and changes nothing; where
the import would be refused, it ends with the code that the import would end with. It may be done while the former server
runs. Stop that server for the import itself. An import that was interrupted is gone on with by the same command; what came
before is left as it is. Devices log in with the secrets that they have.")]
    Mnm(Mnm),
}

/// A site of the reference server.
#[derive(Debug, Args)]
pub struct Mnm {
    /// Its folder with `user`, `alias` and `group`.
    #[arg(long, value_name = "DIR")]
    pub userdb: PathBuf,
    /// Its folder of queues.
    #[arg(long, value_name = "DIR")]
    pub qstore: PathBuf,
    /// The site that it becomes, which is there already: a host name or an id [default: the only one].
    #[arg(long, value_name = "HOST")]
    pub site: Option<String>,
    /// Report what would come, and change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Import although there are faults, without what has one.
    #[arg(long)]
    pub leave_out_faulty: bool,
}
