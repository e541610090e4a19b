//! `tmtp ohi`: presence

use serde_json::json;
use tmtp_client::{Client, Event, OhiChange};

use super::add;
use crate::{
    args::{Common, Ohi},
    contacts::Contacts,
    failure::Failure,
    screen::Screen,
    session::{Desk, in_time, interrupted, settings},
};

pub async fn run(common: &Common, command: &Ohi, screen: &Screen) -> Result<(), Failure> {
    match command {
        Ohi::Add { members } => in_time(common, change(common, members, OhiChange::Add, screen)).await,
        Ohi::Drop { members } => in_time(common, change(common, members, OhiChange::Drop, screen)).await,
        Ohi::List => {
            let desk = Desk::open(common)?;
            let contacts = desk.held.contacts()?;
            let mut all = desk.held.stored.presence.iter();
            all.try_for_each(|uid| show(uid, "listed", &contacts, screen))
        }
        Ohi::Watch => watch(common, screen).await,
    }
}

async fn change(
    common: &Common,
    members: &[String],
    change: OhiChange,
    screen: &Screen,
) -> Result<(), Failure> {
    let desk = Desk::open(common)?;
    let contacts = desk.held.contacts()?;
    let uids = contacts.resolve_all(members)?;
    let session = desk.log_in(common).await?;
    let result = session.client.ohi_edit(uids.clone(), change).await;
    let mut held = session.close().await;
    result?;
    held.change(|stored| apply(&mut stored.presence, &uids, change))?;
    let state = if change == OhiChange::Drop { "dropped" } else { "added" };
    uids.iter().try_for_each(|uid| show(uid, state, &contacts, screen))
}

/// Says whether the list is another one now.
pub fn apply(list: &mut Vec<String>, uids: &[String], change: OhiChange) -> bool {
    match change {
        OhiChange::Drop => {
            let before = list.len();
            list.retain(|uid| !uids.contains(uid));
            list.len() != before
        }
        OhiChange::Add | OhiChange::Init => uids.iter().fold(false, |changed, uid| add(list, uid) | changed),
    }
}

/// Until the time is over, or somebody ends it. Messages that come are left to `listen`.
async fn watch(common: &Common, screen: &Screen) -> Result<(), Failure> {
    let desk = Desk::open(common)?;
    let contacts = desk.held.contacts()?;
    let mut settings = settings(common)?;
    settings.presence.clone_from(&desk.held.stored.presence);
    let (client, mut events) = Client::connect(&desk.held.stored.account, settings).await?;
    let shown = async {
        while let Some(event) = events.next().await {
            match event? {
                Event::Connected { online, .. } => {
                    online.iter().try_for_each(|uid| show(uid, "online", &contacts, screen))?;
                }
                Event::Presence { uid, online } => {
                    show(&uid, if online { "online" } else { "offline" }, &contacts, screen)?;
                }
                Event::Disconnected { error, .. } => screen.remark(&format!("no connection: {error}")),
                Event::PresenceRefused { error } => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    };
    let over = async {
        match common.timeout {
            Some(limit) => tokio::time::sleep(limit).await,
            None => std::future::pending().await,
        }
    };
    let result = tokio::select! {
        result = shown => result,
        () = over => Ok(()),
        () = interrupted() => Ok(()),
    };
    let _ = client.close().await;
    result
}

fn show(uid: &str, state: &str, contacts: &Contacts, screen: &Screen) -> Result<(), Failure> {
    let alias = contacts.alias_of(uid);
    screen.show(&json!({"event": "presence", "uid": uid, "alias": alias, "state": state}), || {
        format!("{state}: {}", alias.unwrap_or(uid))
    })
}
