//! The command line of `tmtpd admin`.

use clap::{Args, Subcommand};

use super::{
    invitations::InvitationCommand, providers::ProviderCommand, user_providers::UserProviderCommand,
};

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
    /// Print JSON, as the API gives it.
    #[arg(long, global = true)]
    pub json: bool,
}

/// Whose.
#[derive(Debug, Clone, Args)]
pub struct Org {
    /// The organization's id; without, the key's own.
    #[arg(long, value_name = "ORG")]
    pub org: Option<i64>,
}

/// Where.
#[derive(Debug, Clone, Args)]
pub struct InSite {
    /// Whose site.
    #[command(flatten)]
    pub org: Org,
    /// The site: its id, or one of its host names.
    #[arg(long, value_name = "SITE")]
    pub site: String,
}

/// An organization or the provider.
#[derive(Debug, Clone, Args)]
pub struct Owner {
    /// Whose.
    #[command(flatten)]
    pub org: Org,
    /// The provider's own.
    #[arg(long, conflicts_with = "org")]
    pub provider: bool,
}

/// Which part of a list.
#[derive(Debug, Clone, Args)]
pub struct Some {
    /// Only what has this in its name.
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub most: usize,
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
        org: Org,
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
        org: Org,
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

/// A site's own certificate.
#[derive(Debug, Subcommand)]
pub enum CertificateCommand {
    /// Show it, and when it ends.
    Show {
        /// Whose.
        #[command(flatten)]
        site: InSite,
    },
    /// Serve the site with this one from now on.
    Set {
        /// Which site.
        #[command(flatten)]
        site: InSite,
        /// The site's own certificate, then its issuers' (PEM).
        #[arg(long, value_name = "FILE")]
        chain: std::path::PathBuf,
        /// Its private key (PEM), without a passphrase; it is never shown again.
        #[arg(long = "private-key", value_name = "FILE")]
        private_key: std::path::PathBuf,
    },
    /// Have an authority issue it, and renew it long before it ends, where the provider has set one up.
    Automatic {
        /// Which site.
        #[command(flatten)]
        site: InSite,
        /// No longer; the certificate that there is serves on until it ends.
        #[arg(long)]
        off: bool,
    },
    /// Serve the site with what the edges have in their folders again.
    Remove {
        /// Which site.
        #[command(flatten)]
        site: InSite,
    },
}

/// Aliases.
#[derive(Debug, Subcommand)]
pub enum AliasCommand {
    /// Keep one for a member to come: nobody gets it meanwhile.
    Reserve(OneAlias),
    /// Give one to a member: one that nobody had, or that is reserved.
    Assign {
        /// Which.
        #[command(flatten)]
        alias: OneAlias,
        /// The member's uid.
        #[arg(long, value_name = "UID")]
        to: String,
    },
    /// Take one from whoever has it, for good: nobody else gets it.
    Retire(OneAlias),
    /// Let go of one that is reserved.
    Free(OneAlias),
}

/// A group.
#[derive(Debug, Clone, Subcommand)]
pub enum GroupCommand {
    /// Take a member out of it, until somebody in it invites the member again. All devices of the group are told.
    Drop {
        /// Which.
        #[command(flatten)]
        group: OneGroup,
        /// The member's uid.
        #[arg(value_name = "UID")]
        uid: String,
    },
    /// Remove it for good: its members' devices are told, and nobody gets its name again.
    Remove(OneGroup),
}

/// A group.
#[derive(Debug, Clone, Args)]
pub struct OneGroup {
    /// Where.
    #[command(flatten)]
    pub site: InSite,
    /// Its name.
    #[arg(value_name = "GROUP")]
    pub gid: String,
}

/// An alias.
#[derive(Debug, Clone, Args)]
pub struct OneAlias {
    /// Where.
    #[command(flatten)]
    pub site: InSite,
    /// The alias.
    #[arg(value_name = "ALIAS")]
    pub alias: String,
}

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

/// Members' devices.
#[derive(Debug, Subcommand)]
pub enum NodeCommand {
    /// Show a site's, with what waits for them.
    List {
        /// Where.
        #[command(flatten)]
        site: InSite,
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
}

/// API keys.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Show those there are and were.
    List {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
    },
    /// Make one; it is shown this once.
    Create {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
        /// Who or what will use it.
        #[arg(long)]
        name: String,
        /// What it may do: owner, admin, support, auditor; the provider's: operator, support, auditor.
        #[arg(long)]
        role: String,
        /// When it ends, as 2027-12-31T00:00:00Z; without, never.
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
        /// The id of the one site that it is for; without, all that is the organization's.
        #[arg(long, value_name = "SITE")]
        site: Option<i64>,
    },
    /// End one for good.
    Revoke {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
        /// Its id.
        #[arg(value_name = "KEY")]
        id: i64,
    },
}

/// What was done.
#[derive(Debug, Clone, Args)]
pub struct Deeds {
    /// Whose log.
    #[command(flatten)]
    pub owner: Owner,
    /// Only actions that begin like this.
    #[arg(long)]
    pub action: Option<String>,
    /// Only by this actor, exactly as it is shown.
    #[arg(long)]
    pub actor: Option<String>,
    /// Only from this time on.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// Only before this time.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

/// Audit logs.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Show what was done, the newest first.
    List {
        /// Which.
        #[command(flatten)]
        deeds: Deeds,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 100)]
        most: usize,
    },
    /// Print all of it as lines of JSON, the newest first.
    Export(Deeds),
    /// Check that it is as it was written; fails when it is not.
    Verify {
        /// Whose log.
        #[command(flatten)]
        owner: Owner,
    },
}
