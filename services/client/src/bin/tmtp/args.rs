//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args as ClapArgs, Parser, Subcommand};
use clap_complete::Shell;
use tmtp_client::{Address, MsgId};

const AFTER: &str = "\
Members are named by uid, or by an alias that was learned from their ping (tmtp contacts list).

Exit codes:
  0  done
  1  refused by the site
  2  usage: the command makes no sense, or lacks something
  3  no connection to the site
  4  not done in time
  5  files: disk, permissions, an account in use by another tmtp
  6  the other side does not speak TMTP

With --json, results are JSON objects on standard output, one a line, each with an \"event\";
an error is one on standard error. What this command got of the queue but did not show stays at the
site for `tmtp listen`.";

const COMMON: &str = "Options of every command";

/// Write to the members of a TMTP site, and hear from them.
#[derive(Debug, Parser)]
#[command(name = "tmtp", version = tmtp_platform::build::version(), after_help = AFTER, arg_required_else_help = true)]
pub struct Args {
    #[command(flatten)]
    pub common: Common,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, ClapArgs)]
pub struct Common {
    /// Where accounts are kept [default: $XDG_DATA_HOME/tmtp or ~/.local/share/tmtp]
    #[arg(long, global = true, help_heading = COMMON, value_name = "DIR", env = "TMTP_PROFILE")]
    pub profile: Option<PathBuf>,
    /// Which account of the profile
    #[arg(long, global = true, help_heading = COMMON, value_name = "NAME", env = "TMTP_ACCOUNT")]
    pub account: Option<String>,
    /// Print JSON objects, one a line
    #[arg(long, global = true, help_heading = COMMON)]
    pub json: bool,
    /// Give up after this time (listen: stop after it)
    #[arg(long, global = true, help_heading = COMMON, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<Duration>,
    /// A PEM file of certificate authorities to trust as well, for addresses with +
    #[arg(long, global = true, help_heading = COMMON, value_name = "FILE", env = "TMTP_CA")]
    pub ca: Option<PathBuf>,
    /// Say more on standard error; twice for still more
    #[arg(short, long, global = true, help_heading = COMMON, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Become a member of a site
    Register(Register),
    /// Sign in again, where the site wants its members to now and then
    SignIn(SignIn),
    /// Send a short text to somebody's alias, and so make yourself known
    Ping(Ping),
    /// Send a message, with files, to members and groups
    Post(Post),
    /// Print messages, save them, and ack each once it is safely on disk
    Listen(Listen),
    /// Groups: invite, join, leave, and more
    #[command(subcommand)]
    Group(Group),
    /// Your devices: add one, or become one that was added
    #[command(subcommand)]
    Node(Node),
    /// Your aliases
    #[command(subcommand)]
    Alias(Alias),
    /// Presence: who is told when you come and go, and who is here
    #[command(subcommand)]
    Ohi(Ohi),
    /// Who you are at this site
    Whoami,
    /// The accounts of this profile
    #[command(subcommand)]
    Account(Account),
    /// Aliases and uids of members you know
    #[command(subcommand)]
    Contacts(Contacts),
    /// The last messages that `listen` took
    History {
        /// How many
        #[arg(long, default_value_t = 20)]
        count: usize,
    },
    /// A completion script for a shell
    Completions {
        /// For which shell
        shell: Shell,
    },
}

#[derive(Debug, ClapArgs)]
pub struct Register {
    /// The site's address: +host:port, or =host:port for a self-signed certificate
    #[arg(long, value_name = "ADDRESS")]
    pub site: Address,
    /// The name that others know you by
    #[arg(long)]
    pub alias: Option<String>,
    /// What to call this device
    #[arg(long, value_name = "LABEL", default_value = "tmtp")]
    pub node_label: String,
    /// The code of your invitation; without it, where the site wants one, you are shown where to sign in
    #[arg(long, value_name = "CODE")]
    pub invitation: Option<String>,
    /// Which way to sign in, where the site offers several
    #[arg(long, value_name = "LABEL")]
    pub sign_in: Option<String>,
    /// Your certificate (PEM), where the site takes those of its organization's authorities
    #[arg(long, value_name = "FILE", requires = "key")]
    pub certificate: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub key: Option<PathBuf>,
    /// The token answer (JSON) of a sign-in that you made otherwise
    #[arg(long, value_name = "FILE", conflicts_with_all = ["invitation", "sign_in"])]
    pub oidc: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct SignIn {
    /// Which way to sign in, where the site offers several
    #[arg(long, value_name = "LABEL")]
    pub way: Option<String>,
    /// The token answer (JSON) of a sign-in that you made otherwise
    #[arg(long, value_name = "FILE", conflicts_with = "way")]
    pub oidc: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct Ping {
    /// One of your aliases [default: the first]
    #[arg(long, value_name = "ALIAS")]
    pub from: Option<String>,
    /// Whom to ping
    #[arg(long, value_name = "ALIAS")]
    pub to: String,
    /// Up to 140 characters
    #[arg(default_value = "")]
    pub text: String,
}

#[derive(Debug, ClapArgs)]
pub struct Post {
    /// A member: a uid, or a contact's alias
    #[arg(long, value_name = "MEMBER")]
    pub to: Vec<String>,
    /// A group, yourself included
    #[arg(long, value_name = "GID")]
    pub group: Vec<String>,
    /// A group, yourself excluded
    #[arg(long, value_name = "GID")]
    pub group_not_me: Vec<String>,
    /// Send this notification along
    #[arg(long, value_name = "TEXT")]
    pub notify: Option<String>,
    /// A member who gets the notification only
    #[arg(long, value_name = "MEMBER", requires = "notify")]
    pub notify_to: Vec<String>,
    /// Keep the message, not the notification, from your other devices
    #[arg(long, requires = "notify")]
    pub for_not_self: bool,
    #[command(flatten)]
    pub content: Content,
}

#[derive(Debug, ClapArgs)]
pub struct Content {
    /// What it is about
    #[arg(long)]
    pub subject: Option<String>,
    /// The id of the first message of the thread that this belongs to
    #[arg(long, value_name = "MSGID")]
    pub thread: Option<MsgId>,
    /// Files to send along. Put TEXT in front of it
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub attach: Vec<PathBuf>,
    /// What to say [default: standard input]
    pub text: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub struct Listen {
    /// Where to save messages [default: the account's inbox]
    #[arg(long, value_name = "DIR")]
    pub save: Option<PathBuf>,
    /// Stop after so many messages
    #[arg(long, value_name = "N")]
    pub count: Option<u64>,
    /// Stop when nothing more waits
    #[arg(long)]
    pub once: bool,
    /// With --once: how long nothing must come
    #[arg(long, value_name = "SECONDS", default_value = "1.5", value_parser = seconds)]
    pub quiet: Duration,
}

#[derive(Debug, Subcommand)]
pub enum Group {
    /// Invite somebody; the group is made when its name is free
    Invite {
        /// The group's name
        gid: String,
        /// Whom, by alias
        #[arg(long, value_name = "ALIAS")]
        to: String,
        /// One of your aliases [default: the one you have in the group, or the first]
        #[arg(long, value_name = "ALIAS")]
        from: Option<String>,
        /// Up to 140 characters
        #[arg(default_value = "")]
        text: String,
    },
    /// Accept an invitation
    Join {
        /// The group's name
        gid: String,
        /// The alias to have in it [default: the one invited]
        #[arg(long)]
        alias: Option<String>,
    },
    /// Leave a group; you stay invited
    Leave {
        /// The group's name
        gid: String,
        /// The alias that you have in it [default: as far as known]
        #[arg(long)]
        alias: Option<String>,
    },
    /// Put somebody out, until invited again
    Drop {
        /// The group's name
        gid: String,
        /// Whom, by the alias in the group
        #[arg(long, value_name = "ALIAS")]
        who: String,
    },
    /// Change your alias in a group
    Alias {
        /// The group's name
        gid: String,
        /// The new one
        alias: String,
    },
    /// Send a message to a group; the same as tmtp post --group
    Post {
        /// The group's name
        gid: String,
        #[command(flatten)]
        content: Content,
    },
    /// The groups that this account has dealt with
    List,
}

#[derive(Debug, Subcommand)]
pub enum Node {
    /// Add a device; prints the token that it takes
    Add {
        /// What to call it
        label: String,
    },
    /// Become a device that was added elsewhere
    Use(Token),
    /// Devices added here, with their tokens
    List,
}

#[derive(Debug, ClapArgs)]
pub struct Token {
    /// What `tmtp node add` printed, or - to read it from standard input
    pub token: String,
}

#[derive(Debug, Subcommand)]
pub enum Alias {
    /// Take another alias
    Add {
        /// The name
        alias: String,
    },
    /// Your aliases
    List,
}

#[derive(Debug, Subcommand)]
pub enum Ohi {
    /// Tell these members, from now on, when you come and go
    Add {
        /// uids, or aliases of contacts
        #[arg(required = true)]
        members: Vec<String>,
    },
    /// No longer tell them
    Drop {
        /// uids, or aliases of contacts
        #[arg(required = true)]
        members: Vec<String>,
    },
    /// Whom you tell
    List,
    /// Stay, and show who comes and goes
    Watch,
}

#[derive(Debug, Subcommand)]
pub enum Account {
    /// All of them
    List,
    /// Make one the default
    Use {
        /// Its name
        name: String,
    },
    /// Add one with a token from another device; the same as tmtp node use
    Add(Token),
    /// Forget one: its secret, its messages, everything
    Remove {
        /// Its name
        name: String,
        /// Really
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Contacts {
    /// All of them
    List,
    /// Add one by hand
    Add {
        /// The alias
        alias: String,
        /// The uid
        uid: String,
    },
    /// Forget one
    Remove {
        /// The alias
        alias: String,
    },
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(number).map_err(|_| "not a number of seconds".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn an_address_with_its_sign_is_an_ordinary_argument() {
        for line in ["tmtp register --site =127.0.0.1:7443", "tmtp register --site==127.0.0.1:7443"] {
            let args = Args::try_parse_from(line.split(' ')).unwrap();
            let Command::Register(register) = args.command else { panic!() };
            assert_eq!(register.site.to_string(), "=127.0.0.1:7443");
        }
    }
}
