//! `tmtp group`

use serde_json::json;
use tmtp_client::{GroupAct, Outgoing, to_group};

use super::{post, sent};
use crate::{
    args::{Common, Group},
    failure::Failure,
    profile::Held,
    screen::Screen,
    session::Desk,
};

pub async fn run(common: &Common, command: &Group, screen: &Screen) -> Result<(), Failure> {
    let desk = Desk::open(common)?;
    match command {
        Group::Invite { gid, to, from, text } => {
            invite(desk, common, gid, to, from.as_deref(), text, screen).await
        }
        Group::Join { gid, alias } => {
            let act = GroupAct::Join { newalias: alias.clone() };
            let mut held = edit(desk, common, gid, act, screen, "joined").await?;
            // Without a new alias it is the one that was invited, which `listen` has seen.
            let invited = || held.stored.groups.get(gid).cloned();
            let known =
                alias.clone().or_else(invited).or_else(|| held.stored.account.aliases.first().cloned());
            remember(&mut held, gid, known)
        }
        Group::Leave { gid, alias } => {
            let to = own_alias(&desk.held, gid, alias.as_deref(), "--alias")?;
            let mut held = edit(desk, common, gid, GroupAct::Drop { to }, screen, "left").await?;
            held.change(|stored| stored.groups.remove(gid).is_some())
        }
        Group::Drop { gid, who } => {
            edit(desk, common, gid, GroupAct::Drop { to: who.clone() }, screen, "dropped").await.map(drop)
        }
        Group::Alias { gid, alias } => {
            let act = GroupAct::Alias { newalias: alias.clone() };
            let mut held = edit(desk, common, gid, act, screen, "renamed").await?;
            remember(&mut held, gid, Some(alias.clone()))
        }
        Group::Post { gid, content } => {
            post::send(desk, common, vec![to_group(gid)], content, None, screen).await
        }
        Group::List => list(&desk.held, screen),
    }
}

async fn invite(
    desk: Desk,
    common: &Common,
    gid: &str,
    to: &str,
    from: Option<&str>,
    text: &str,
    screen: &Screen,
) -> Result<(), Failure> {
    let from = own_alias(&desk.held, gid, from, "--from")?;
    let outgoing = Outgoing::group_invite(gid, &from, to, text)?;
    let session = desk.log_in(common).await?;
    let result = session.client.request(&outgoing).await;
    let mut held = session.close().await;
    sent(screen, "invite", result?)?;
    remember(&mut held, gid, Some(from))
}

async fn edit(
    desk: Desk,
    common: &Common,
    gid: &str,
    act: GroupAct,
    screen: &Screen,
    done: &str,
) -> Result<Held, Failure> {
    let session = desk.log_in(common).await?;
    let result = session.client.group_edit(gid, act).await;
    let held = session.close().await;
    result?;
    screen.show(&json!({"event": "group", "gid": gid, "act": done}), || format!("{done}: {gid}"))?;
    Ok(held)
}

fn own_alias(held: &Held, gid: &str, told: Option<&str>, option: &str) -> Result<String, Failure> {
    held.alias(told.or_else(|| held.stored.groups.get(gid).map(String::as_str)), option)
}

fn remember(held: &mut Held, gid: &str, alias: Option<String>) -> Result<(), Failure> {
    held.change(|stored| match alias {
        Some(alias) => stored.groups.insert(gid.to_owned(), alias.clone()) != Some(alias),
        None => false,
    })
}

fn list(held: &Held, screen: &Screen) -> Result<(), Failure> {
    for (gid, alias) in &held.stored.groups {
        screen
            .show(&json!({"event": "group", "gid": gid, "alias": alias}), || format!("{gid}, as {alias}"))?;
    }
    Ok(())
}
