//! The command line of `tmtpd admin`.

mod aliases;
mod audit;
mod certificates;
mod groups;
mod keys;
mod members;
mod nodes;
mod orgs;
mod sites;
mod users;
mod whose;

use clap::{Args, Subcommand};

use super::{
    invitations::InvitationCommand, providers::ProviderCommand, user_providers::UserProviderCommand,
};

pub use aliases::{AliasCommand, OneAlias};
pub use audit::{AuditCommand, Deeds};
pub use certificates::CertificateCommand;
pub use groups::{GroupCommand, OneGroup};
pub use keys::KeyCommand;
pub use members::{MemberCommand, OneMember};
pub use nodes::NodeCommand;
pub use orgs::OrgCommand;
pub use sites::SiteCommand;
pub use users::{OneUser, UserCommand};
pub use whose::{InSite, OneOrg, Org, Owner, Some};

const EXAMPLES: &str = "\
Examples:
  export TMTP_ADMIN_SERVER=http://127.0.0.1:8088 TMTP_ADMIN_KEY=tmtp_...
  tmtpd admin org create --name \"Acme\" sites_max=3
  tmtpd admin site create --org 2 --name \"Acme\" --host tmtp.acme.example registration=open
  tmtpd admin invitation create --org 2 --site 5 --name \"Ann Archer\" --email ann@acme.example
  tmtpd admin member list --org 2 --site 5 --search alice
  tmtpd admin node revoke --org 2 --site 5 17
  tmtpd admin user invite --org 2 --email ann@acme.example --role owner
  tmtpd admin key create --org 2 --name \"Ann's laptop\" --role admin --expires 2027-12-31T00:00:00Z
  tmtpd admin audit list --org 2 --action member.

Leave --org out when the key is an organization's own.";

/// Administer an installation through its API.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Admin {
    /// What to do it with.
    #[command(flatten)]
    pub server: Server,
    /// Print JSON, as the API gives it.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the API is, and who asks.
#[derive(Debug, Clone, Args)]
pub struct Server {
    /// Where the API is.
    #[arg(
        long,
        global = true,
        env = "TMTP_ADMIN_SERVER",
        value_name = "URL",
        default_value = "http://127.0.0.1:8088"
    )]
    pub server: String,
    /// The API key.
    #[arg(
        long,
        global = true,
        env = "TMTP_ADMIN_KEY",
        value_name = "KEY",
        hide_env_values = true,
        default_value = "",
        hide_default_value = true
    )]
    pub key: String,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say who the key is.
    Me,
    /// Organizations.
    #[command(subcommand)]
    Org(OrgCommand),
    /// Sites.
    #[command(subcommand)]
    Site(SiteCommand),
    /// The certificate that a site is served with.
    #[command(subcommand)]
    Certificate(CertificateCommand),
    /// Invitations to a site: who may register there.
    #[command(subcommand)]
    Invitation(InvitationCommand),
    /// Members.
    #[command(subcommand)]
    Member(MemberCommand),
    /// Members' devices.
    #[command(subcommand)]
    Node(NodeCommand),
    /// Keep, give and retire an alias.
    #[command(subcommand)]
    Alias(AliasCommand),
    /// Aliases of a site.
    Aliases {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Which.
        #[command(flatten)]
        some: Some,
    },
    /// Groups of a site, or who is in one.
    Groups {
        /// Where.
        #[command(flatten)]
        site: InSite,
        /// Which.
        #[command(flatten)]
        some: Some,
        /// Show who is in this one.
        #[arg(value_name = "GROUP")]
        gid: Option<String>,
    },
    /// One group.
    #[command(subcommand)]
    Group(GroupCommand),
    /// Sign-in providers: who else may say who registers.
    #[command(subcommand)]
    Provider(ProviderCommand),
    /// People who administer.
    #[command(subcommand)]
    User(UserCommand),
    /// Providers that people who administer sign in with.
    #[command(subcommand)]
    UserProvider(UserProviderCommand),
    /// API keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// What was done, and by whom.
    #[command(subcommand)]
    Audit(AuditCommand),
}
