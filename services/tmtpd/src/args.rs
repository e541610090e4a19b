//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tmtp_store::LoginConflict;

use crate::settings::Role;

const EXAMPLES: &str = "\
Examples:
  tmtpd dev                                  try it: a demo site on this machine, nothing to install
  tmtpd check-config --config tmtpd.toml     find mistakes before they cost anything
  tmtpd migrate --config tmtpd.toml          make the database ready, then start the roles:
  tmtpd delivery --config tmtpd.toml
  tmtpd edge --config tmtpd.toml
  tmtpd site create --name \"Acme\" --host tmtp.acme.example registration=open

Settings come from a TOML file (--config), and each may be overridden by an environment variable:
[store] url is TMTPD_STORE__URL, with two underscores after the section; items of a list have commas between.";

/// TMTP hosting: members-only messaging for organizations.
#[derive(Debug, Parser)]
#[command(name = "tmtpd", version = tmtp_platform::build::version(), after_help = EXAMPLES, arg_required_else_help = true)]
pub struct CommandLine {
    /// Settings, as TOML.
    #[arg(long, global = true, env = "TMTPD_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve clients: TLS and TMTP in front of delivery processes.
    Edge,
    /// Serve edges: members, groups and queues, over the database.
    Delivery,
    /// Serve operators: organizations and sites.
    Control,
    /// Serve everything in one process; for small installations.
    Standalone,
    /// Serve a demo site on this machine, from nothing.
    Dev(Dev),
    /// Bring the database schema up to date, and exit.
    Migrate,
    /// Check the settings, and exit: 0 when all is well.
    CheckConfig(CheckConfig),
    /// Look at what an installation stands on, and say what to do; fails when something is bad.
    Doctor(Doctor),
    /// Administer organizations, sites, members, keys, through the API of `control`.
    Admin(Box<crate::admin::args::Admin>),
    /// Bring organizations and sites in line with a file, through the API of `control`.
    Apply(crate::apply::args::Apply),
    /// Check that the audit logs are as they were written, on the database itself.
    #[command(subcommand)]
    Audit(Audit),
    /// Take backups while the service runs, and bring them back.
    #[command(subcommand)]
    Backup(crate::backup::args::Backup),
    /// Bring over a site that runs on another server, on the database itself.
    #[command(subcommand)]
    Import(crate::import::args::Import),
    /// Make, show and change sites, on the database itself.
    #[command(subcommand)]
    Site(Site),
    /// Make a self-signed certificate for a host.
    Certificate(Certificate),
    /// Make the certificates that edges and delivery processes show each other.
    InternalCertificates(InternalCertificates),
    /// Print a completion script for a shell.
    #[command(after_help = "Example:\n  tmtpd completions bash > /etc/bash_completion.d/tmtpd")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// What the demo is like.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tmtpd dev
  tmtpd dev --data /tmp/demo --tmtp-addr 127.0.0.1:7553 --http-addr 127.0.0.1:8090 --api-addr 127.0.0.1:8098

Everything is kept in the data folder: stop it in any way, start it again, and all is there.
Settings of a file or of variables hold too, but for those that make the demo: store, bodies, bus, addresses,
certificates.")]
pub struct Dev {
    /// Where it keeps everything [default: tmtp-dev in your data folder, as ~/.local/share/tmtp-dev].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where clients connect to.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:7443", value_parser = address)]
    pub tmtp_addr: SocketAddr,
    /// Where /livez, /readyz and /metrics are.
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8080", value_parser = address)]
    pub http_addr: SocketAddr,
    /// Where the API for operators is [default: 127.0.0.1:8088, or any free port when that is taken].
    #[arg(long, value_name = "IP:PORT", value_parser = address)]
    pub api_addr: Option<SocketAddr>,
    /// What clients are told the site is called.
    #[arg(long, value_name = "NAME", default_value = "Demo Site")]
    pub site_name: String,
    /// The site's host name.
    #[arg(long, value_name = "HOST", default_value = "demo.localhost")]
    pub site_host: String,
    /// What a second login of a connected device does to the first.
    #[arg(long, value_name = "RULE", value_enum, default_value = "evict")]
    pub login_conflict: Conflict,
}

/// What a second login of a connected device does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Conflict {
    /// The newest login wins.
    Evict,
    /// The second login is refused.
    Refuse,
}

impl From<Conflict> for LoginConflict {
    fn from(conflict: Conflict) -> Self {
        match conflict {
            Conflict::Evict => Self::Evict,
            Conflict::Refuse => Self::Refuse,
        }
    }
}

/// What to check.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tmtpd check-config --config tmtpd.toml --role edge
  TMTPD_STORE__URL=postgres://tmtp@db/tmtp tmtpd check-config --print")]
pub struct CheckConfig {
    /// The role that the settings are for.
    #[arg(long, value_enum, default_value = "standalone")]
    pub role: Role,
    /// Print all settings as they are in effect; secrets as ***.
    #[arg(long)]
    pub print: bool,
}

/// What to look at.
#[derive(Debug, Args)]
#[command(after_help = "\
Looks at settings, limits of the machine, certificates, Redis, the database and its settings, clocks, and the names of
sites' hosts, as far as the role has to do with them.

Examples:
  tmtpd doctor --config tmtpd.toml
  kubectl exec deploy/tmtp-control -- tmtpd doctor --role control --json")]
pub struct Doctor {
    /// The role whose place this is.
    #[arg(long, value_enum, default_value = "standalone")]
    pub role: Role,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What to do with audit logs.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check every organization's log; fails when one was tampered with.
    Verify {
        /// Print JSON.
        #[arg(long)]
        json: bool,
        /// Check as well that what this receipt of an erasure says stands in the log (JSON, as the API gave it).
        #[arg(long, value_name = "FILE")]
        receipt: Option<PathBuf>,
    },
}

/// What to do with sites.
#[derive(Debug, Subcommand)]
pub enum Site {
    /// Make a site.
    #[command(after_help = settings_help("tmtpd site create --name \"Acme\" --host tmtp.acme.example registration=open"))]
    Create {
        /// What clients are told the site is called.
        #[arg(long)]
        name: String,
        /// A host name that leads to it; may be given several times.
        #[arg(long = "host", value_name = "HOST", required = true)]
        hosts: Vec<String>,
        /// Settings that differ from the defaults.
        #[arg(value_name = "KEY=VALUE", value_parser = assignment)]
        settings: Vec<(String, String)>,
        /// Leave it as it is, and show it, when the first host leads to a site already.
        #[arg(long)]
        if_absent: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show all sites.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show one site with its settings.
    Show {
        /// One of its host names, or its id.
        #[arg(value_name = "SITE")]
        which: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let nobody register or log in, and close the sessions there are.
    Suspend {
        /// One of its host names, or its id.
        #[arg(value_name = "SITE")]
        which: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// End a suspension.
    Resume {
        /// One of its host names, or its id.
        #[arg(value_name = "SITE")]
        which: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take what is in a site to another database: see [shards] in the settings.
    #[command(after_help = "\
Example:
  tmtpd site move tmtp.acme.example --to east --config tmtpd.toml

The site takes nothing while its rows are copied; clients try again by themselves, and nothing is lost. Other sites
are not concerned. When it is interrupted, the same command again completes it.")]
    Move {
        /// One of its host names, or its id.
        #[arg(value_name = "SITE")]
        which: String,
        /// The database: the NAME of a section [shards.NAME], or main, which is that of [store].
        #[arg(long, value_name = "NAME")]
        to: String,
    },
    /// Change a site.
    #[command(after_help = settings_help("tmtpd site set tmtp.acme.example message_octets_max=100MiB login_conflict=refuse"))]
    Set {
        /// One of its host names, or its id.
        #[arg(value_name = "SITE")]
        which: String,
        /// A new name.
        #[arg(long)]
        name: Option<String>,
        /// The host names it is to have, in place of those it has; may be given several times.
        #[arg(long = "host", value_name = "HOST")]
        hosts: Vec<String>,
        /// Settings to change; the others stay.
        #[arg(value_name = "KEY=VALUE", value_parser = assignment)]
        settings: Vec<(String, String)>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "an address is an IP and a port, as 127.0.0.1:7443 or [::1]:7443".to_owned())
}

pub(crate) fn assignment(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("a setting is written KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

pub(crate) fn settings_help(example: &str) -> String {
    let mut help = format!(
        "Example:\n  {example}\n\nSettings, what they are and their defaults (sizes may end in KiB, MiB, GiB):\n"
    );
    for line in tmtp_control::settings::lines() {
        help.push_str(&format!("  {line}\n"));
    }
    help.push_str("\nregistration is open, invitation, provider, invitation_or_provider, certificate or closed, login_conflict evict or refuse,\nlookalikes refused or allowed.");
    help
}

/// Which certificate to make.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  tmtpd certificate --host tmtp.acme.example --out certificates

Writes HOST.pem and HOST.key, also good for 127.0.0.1 and ::1. Clients must be told not to verify it (`=host:port`).")]
pub struct Certificate {
    /// A name it is for; may be given several times, and the first names the files.
    #[arg(long = "host", value_name = "HOST", required = true)]
    pub hosts: Vec<String>,
    /// The folder to write to.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Name of the files, in place of the first host: `default` serves clients that ask for no name.
    #[arg(long, value_name = "NAME")]
    pub file_name: Option<String>,
    /// Write over files that are there.
    #[arg(long)]
    pub force: bool,
}

/// Which certificates to make between processes.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  tmtpd internal-certificates --server-name tmtp-delivery --out internal

Writes ca.crt and ca.key, an authority of your own, and for each role a folder with tls.crt, tls.key and ca.crt.
Run it again in the same folder to renew them: the authority stays, and processes take up changed files by themselves.")]
pub struct InternalCertificates {
    /// The name that delivery's certificate is for, as in edge.delivery_tls.domain (chart: internalTls.serverName).
    #[arg(long, value_name = "NAME")]
    pub server_name: String,
    /// The folder to write to.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// For how long they are good.
    #[arg(long, value_name = "DAYS", default_value_t = 365)]
    pub days: u16,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn a_setting_without_a_value_is_refused() {
        let line = ["tmtpd", "site", "set", "demo.localhost", "registration"];
        assert!(CommandLine::try_parse_from(line).unwrap_err().to_string().contains("KEY=VALUE"));
    }

    #[test]
    fn an_organization_is_named_by_its_bare_id_or_by_an_option_and_not_by_both() {
        for what in ["show", "remove"] {
            let named = |words: &[&str]| {
                CommandLine::try_parse_from([&["tmtpd", "admin", "org", what][..], words].concat())
                    .map(|line| format!("{line:?}"))
            };
            assert!(named(&["2"]).unwrap().contains("id: Some(2)"), "{what}");
            assert!(named(&["--org", "2"]).unwrap().contains("org: Some(2)"), "{what}");
            assert!(named(&["2", "--org", "3"]).is_err(), "{what}");
        }
    }

    #[test]
    fn help_for_sites_lists_every_setting() {
        let help = CommandLine::try_parse_from(["tmtpd", "site", "set", "--help"]).unwrap_err().to_string();
        for (key, _) in tmtp_control::settings::defaults() {
            assert!(help.contains(&key), "{key}");
        }
    }
}
