//! GroupEdit: joining a group, changing the alias in it, leaving it and barring from it.

use tmtp_store::{GroupMember, GroupStatus, Owner, Recorded};
use tmtp_wire::{GroupAct, Message};

use crate::{
    ask::Asked,
    core::Core,
    edits::edit::{Edit, Nodes},
    fault::Fault,
    refusal::Refusal,
};

/// What a GroupEdit comes to.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// It is so already; nothing is queued.
    Already,
    /// This member's record changes, and the group is told.
    Change { after: GroupMember, message: Message },
}

/// Changes how somebody stands in a group.
pub(crate) async fn edit(core: &Core, asked: Asked, gid: String, act: GroupAct) -> Result<Recorded, Fault> {
    let mut edit = Edit::begin(core, asked, Nodes::Held).await?;
    if let Some(before) = edit.claimed_before().await? {
        let told = edit.group(&gid).await?;
        return edit.repeated(core, before, told).await;
    }
    edit.own_nodes(core).await?;
    let site = edit.asked.session.site;
    if !edit.tx.lock_group(site, &gid).await? {
        return Err(Refusal::unknown("group", &gid).into());
    }
    check_alias(&mut edit, &act).await?;
    let mut members = edit.tx.group_members(&[(site, gid.clone())]).await?;
    if let Verdict::Change { after, message } = judge(&members, &edit.asked.session.uid, &gid, &act)? {
        edit.tx.put_group_member(&after).await?;
        members.retain(|member| member.status == GroupStatus::Joined || member.uid == after.uid);
        let told = members.into_iter().map(|member| member.uid);
        let nodes = edit.nodes_of(core, told).await?;
        edit.notice(edit.recorded, &message, &nodes)?;
    }
    edit.commit(core).await
}

/// A new alias in a group must be one of the sender's own.
async fn check_alias(edit: &mut Edit, act: &GroupAct) -> Result<(), Fault> {
    let newalias = match act {
        GroupAct::Join { newalias: Some(newalias) } | GroupAct::Alias { newalias } => newalias,
        GroupAct::Join { newalias: None } | GroupAct::Drop { .. } => return Ok(()),
    };
    let names = edit.tx.names(&[(edit.asked.session.site, newalias.clone())]).await?;
    match names.first().map(|name| &name.owner) {
        Some(Owner::Member(uid)) if *uid == edit.asked.session.uid => Ok(()),
        _ => Err(Refusal::not_yours(newalias).into()),
    }
}

/// The rules, over everybody on record in the group.
fn judge(members: &[GroupMember], asker: &str, gid: &str, act: &GroupAct) -> Result<Verdict, Refusal> {
    let me = members.iter().find(|member| member.uid == asker && member.status != GroupStatus::Barred);
    let me = me.ok_or_else(|| Refusal::unknown("group", gid))?;
    match act {
        GroupAct::Join { newalias } => join(me, newalias.as_deref()),
        GroupAct::Alias { newalias } => alias(me, newalias),
        GroupAct::Drop { to } => drop_member(members, me, to),
    }
}

fn join(me: &GroupMember, newalias: Option<&str>) -> Result<Verdict, Refusal> {
    let alias = newalias.unwrap_or(&me.alias);
    if me.status == GroupStatus::Joined {
        return if alias == me.alias { Ok(Verdict::Already) } else { Err(Refusal::joined_as(&me.alias)) };
    }
    let after = GroupMember { alias: alias.to_owned(), status: GroupStatus::Joined, ..me.clone() };
    let message = tell("join", &after, None);
    Ok(Verdict::Change { after, message })
}

fn alias(me: &GroupMember, newalias: &str) -> Result<Verdict, Refusal> {
    if me.status != GroupStatus::Joined {
        return Err(Refusal::not_joined(&me.gid));
    }
    if me.alias == newalias {
        return Ok(Verdict::Already);
    }
    let message = tell("alias", me, Some(newalias.to_owned()));
    Ok(Verdict::Change { after: GroupMember { alias: newalias.to_owned(), ..me.clone() }, message })
}

/// Who drops itself is invited again; whom another drops is barred.
fn drop_member(members: &[GroupMember], me: &GroupMember, to: &str) -> Result<Verdict, Refusal> {
    let target = if me.alias == to { Some(me) } else { members.iter().find(|member| member.alias == to) };
    let target = target.ok_or_else(|| Refusal::unknown("to", to))?;
    let is_self = target.uid == me.uid;
    if !is_self && me.status != GroupStatus::Joined {
        return Err(Refusal::not_joined(&me.gid));
    }
    let status = if is_self { GroupStatus::Invited } else { GroupStatus::Barred };
    if target.status == status {
        return Ok(Verdict::Already);
    }
    let message = dropped(target.gid.clone(), target.alias.clone());
    Ok(Verdict::Change { after: GroupMember { status, ..target.clone() }, message })
}

/// Somebody is out of a group.
pub(crate) fn dropped(gid: String, alias: String) -> Message {
    Message::Member { act: "drop", gid, alias, newalias: None }
}

fn tell(act: &'static str, member: &GroupMember, newalias: Option<String>) -> Message {
    Message::Member { act, gid: member.gid.clone(), alias: member.alias.clone(), newalias }
}

#[cfg(test)]
#[path = "group_edit_tests.rs"]
mod tests;
