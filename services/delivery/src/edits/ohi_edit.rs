//! OhiEdit: whom a member keeps informed of its presence.
//!
//! The set belongs to the member's links, so a request that comes again over a new link must change the set
//! again, which does no harm; only the message that `add` and `drop` queue must not be made twice.

use std::collections::BTreeSet;

use tmtp_store::{MemberKey, Recorded};
use tmtp_wire::{Message, OhiChange};

use crate::{
    ask::Asked,
    core::Core,
    edits::edit::{Edit, Nodes},
    fault::Fault,
    presence::{self, Change},
    refusal::Refusal,
};

/// Changes the set, and tells those who came into it or left it.
pub(crate) async fn edit(
    core: &Core,
    asked: Asked,
    who: Vec<String>,
    change: OhiChange,
) -> Result<Recorded, Fault> {
    let member = asked.member();
    let mut edit = Edit::begin(core, asked, Nodes::Held).await?;
    let before = if change == OhiChange::Init { None } else { edit.claimed_before().await? };
    lock(&mut edit, &who).await?;
    if !edit.tx.mark_ohi(&edit.asked.session).await? {
        return Err(Refusal::session_over().into());
    }
    let own = edit.own_nodes(core).await?;
    // A link that ended meanwhile must not leave a set behind that nobody would ever empty. One that lives, on an
    // edge that was taken for dead, is soon on record again.
    if !own.iter().any(|node| node.node == edit.asked.session.node && node.edge.is_some()) {
        return Err(Fault::Busy("the session is not on record"));
    }
    check_known(&mut edit, &who).await?;
    let each: BTreeSet<_> = who.iter().cloned().collect();
    let each: Vec<_> = each.into_iter().collect();
    let (changed, online) = match change {
        OhiChange::Drop => (edit.tx.drop_ohi(&member, &each).await?, false),
        OhiChange::Add | OhiChange::Init => (edit.tx.add_ohi(&member, &each).await?, true),
    };
    let changes = Change::for_all(&member, changed, online);
    presence::tell(&mut *edit.tx, &changes, &mut edit.outbox.fanout).await?;
    if before.is_some() {
        edit.outbox.wake(&own);
    } else if change != OhiChange::Init {
        edit.notice(edit.recorded, &Message::OhiEdit { who, change }, &own)?;
    }
    let made = edit.commit(core).await?;
    Ok(before.unwrap_or(made))
}

/// Locks the member and all whom it names: one of them who logs in at this moment either finds the set changed, or is
/// found connected.
async fn lock(edit: &mut Edit, who: &[String]) -> Result<(), Fault> {
    let site = edit.asked.session.site;
    let named = who.iter().map(|uid| MemberKey { site, uid: uid.clone() });
    let members: BTreeSet<_> = named.chain([edit.asked.member()]).collect();
    Ok(edit.tx.lock_members(&members.into_iter().collect::<Vec<_>>()).await?)
}

/// Everybody named must be an active member.
async fn check_known(edit: &mut Edit, who: &[String]) -> Result<(), Fault> {
    let active = edit.active(who.iter().cloned()).await?;
    let is_known = |uid: &String| active.binary_search_by(|member| member.uid.cmp(uid)).is_ok();
    match who.iter().find(|uid| !is_known(uid)) {
        None => Ok(()),
        Some(uid) => Err(Refusal::unknown("uid", uid).into()),
    }
}
