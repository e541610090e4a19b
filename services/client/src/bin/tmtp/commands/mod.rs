//! One file a command.

mod account;
mod contacts;
mod group;
mod listen;
pub mod message;
mod node;
mod ohi;
mod post;
mod register;
mod sign_in;

use clap::CommandFactory;
use serde_json::json;
use tmtp_client::{Outgoing, Receipt};

use crate::{
    args::{Alias, Args, Command, Common, Ping},
    failure::{Code, Failure},
    history,
    profile::Profile,
    screen::Screen,
    session::{Desk, in_time},
};

pub async fn run(args: &Args, screen: &Screen) -> Result<(), Failure> {
    let common = &args.common;
    match &args.command {
        // These take the time they are given in their own way.
        Command::Listen(listen) => Box::pin(listen::run(common, listen, screen)).await,
        Command::Ohi(ohi) => Box::pin(ohi::run(common, ohi, screen)).await,
        other => in_time(common, Box::pin(once(common, other, screen))).await,
    }
}

async fn once(common: &Common, command: &Command, screen: &Screen) -> Result<(), Failure> {
    match command {
        Command::Register(register) => Box::pin(register::run(common, register, screen)).await,
        Command::SignIn(args) => Box::pin(sign_in::run(common, args, screen)).await,
        Command::Ping(args) => Box::pin(ping(common, args, screen)).await,
        Command::Post(args) => Box::pin(post::run(common, args, screen)).await,
        Command::Group(group) => Box::pin(group::run(common, group, screen)).await,
        Command::Node(node) => Box::pin(node::run(common, node, screen)).await,
        Command::Alias(alias) => Box::pin(alias_command(common, alias, screen)).await,
        Command::Whoami => account::whoami(common, screen),
        Command::Account(account) => account::run(common, account, screen),
        Command::Contacts(contacts) => contacts::run(common, contacts, screen),
        Command::History { count } => show_history(common, *count, screen),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Args::command(), "tmtp", &mut script);
            screen.raw(&script)
        }
        Command::Listen(_) | Command::Ohi(_) => Ok(()),
    }
}

async fn ping(common: &Common, args: &Ping, screen: &Screen) -> Result<(), Failure> {
    let desk = Desk::open(common)?;
    let from = desk.held.alias(args.from.as_deref(), "--from")?;
    let outgoing = Outgoing::ping(&from, &args.to, &args.text)?;
    let session = desk.log_in(common).await?;
    let result = session.client.request(&outgoing).await;
    let mut held = session.close().await;
    sent(screen, "ping", result?)?;
    // The site has seen that it is one of ours.
    held.change(|stored| add(&mut stored.account.aliases, &from))
}

async fn alias_command(common: &Common, command: &Alias, screen: &Screen) -> Result<(), Failure> {
    let desk = Desk::open(common)?;
    match command {
        Alias::List => {
            for alias in &desk.held.stored.account.aliases {
                screen.show(&json!({"event": "alias", "alias": alias}), || alias.clone())?;
            }
            Ok(())
        }
        Alias::Add { alias } => {
            let session = desk.log_in(common).await?;
            let result = session.client.add_alias(alias).await;
            let mut held = session.close().await;
            result?;
            held.change(|stored| add(&mut stored.account.aliases, alias))?;
            screen.show(&json!({"event": "alias", "alias": alias}), || format!("you are now also {alias}"))
        }
    }
}

fn show_history(common: &Common, count: usize, screen: &Screen) -> Result<(), Failure> {
    let profile = Profile::find(common)?;
    let name = profile.choose(common.account.as_deref())?;
    let (contacts, own) = (profile.contacts(&name)?, profile.read(&name)?.account.uid);
    for message in history::last(&profile.folder(&name).join("history.jsonl"), count)? {
        screen.show(&message, || message::lines(&message, &contacts, &own))?;
    }
    Ok(())
}

/// Shows what the site says of a message that it took.
pub fn sent(screen: &Screen, op: &str, receipt: Option<Receipt>) -> Result<(), Failure> {
    let gone = || Failure::new(Code::Protocol, "the site took it, but gave it no id");
    let receipt = receipt.ok_or_else(gone)?;
    let (id, posted) = (receipt.msgid.to_string(), receipt.posted.to_string());
    screen.show(&json!({"event": "sent", "op": op, "id": id, "posted": posted}), || {
        format!("sent {id} at {posted}")
    })
}

/// Adds what is not there yet; says whether it was not.
pub fn add(list: &mut Vec<String>, item: &str) -> bool {
    let new = !list.iter().any(|known| known == item);
    if new {
        list.push(item.to_owned());
    }
    new
}
