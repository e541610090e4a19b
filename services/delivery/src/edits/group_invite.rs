//! GroupInvite: a Ping plus an invitation; the first one creates the group.

use tmtp_store::{Body, GroupMember, GroupStatus, Name, Node, Owner, Recorded};
use tmtp_wire::Message;

use crate::{
    ask::Asked,
    clock::Ids,
    compose::Ready,
    core::Core,
    edits::{
        Invite,
        edit::{Edit, Nodes},
    },
    fault::Fault,
    names,
    refusal::Refusal,
};

/// Invites somebody. The ack's id is the invitation's; the group hears under the next one.
pub(crate) async fn invite(core: &Core, asked: Asked, invite: Invite) -> Result<Recorded, Fault> {
    let mut edit = Edit::begin(core, asked, Nodes::Held).await?;
    if let Some(before) = edit.claimed_before().await? {
        let told = edit.group(&invite.gid).await?;
        return edit.repeated(core, before, told).await;
    }
    let own = edit.own_nodes(core).await?;
    let invitee = invitee(&mut edit, &invite).await?;
    let mut members = open_group(&mut edit, &invite).await?;
    let status_of = |uid: &str| members.iter().find(|member| member.uid == uid).map(|member| member.status);
    if status_of(&edit.asked.session.uid) != Some(GroupStatus::Joined) {
        return Err(Refusal::not_joined(&invite.gid).into());
    }
    if status_of(&invitee) == Some(GroupStatus::Joined) {
        return Err(Refusal::already_joined(&invite.to).into());
    }
    put(&mut edit, &invite, &invitee, &invite.to, GroupStatus::Invited).await?;
    members.retain(|member| member.status == GroupStatus::Joined);
    let joined = edit.nodes_of(core, members.into_iter().map(|member| member.uid)).await?;
    let theirs = edit.nodes_of(core, [invitee]).await?;
    add_messages(&mut edit, invite, (&own, &theirs, &joined))?;
    edit.commit(core).await
}

/// Whom `to` names; `from` must name the sender.
async fn invitee(edit: &mut Edit, invite: &Invite) -> Result<String, Fault> {
    let site = edit.asked.session.site;
    let mut wanted = vec![(site, invite.from.clone()), (site, invite.to.clone())];
    wanted.sort();
    wanted.dedup();
    let names = edit.tx.names(&wanted).await?;
    let owner = |name: &str| names.iter().find(|one| one.name == name).map(|one| &one.owner);
    if owner(&invite.from) != Some(&Owner::Member(edit.asked.session.uid.clone())) {
        return Err(Refusal::not_sender().into());
    }
    let unknown = || Refusal::unknown("to", &invite.to);
    let Some(Owner::Member(uid)) = owner(&invite.to).cloned() else {
        return Err(unknown().into());
    };
    if edit.active([uid.clone()]).await?.is_empty() { Err(unknown().into()) } else { Ok(uid) }
}

/// Locks the group and returns all on record in it; creates it, with the sender joined, when the name is free.
async fn open_group(edit: &mut Edit, invite: &Invite) -> Result<Vec<GroupMember>, Fault> {
    let site = edit.asked.session.site;
    if !edit.tx.lock_group(site, &invite.gid).await? {
        names::check("gid", &invite.gid, &edit.asked.site.settings)?;
        let name = Name { site, name: invite.gid.clone(), owner: Owner::Group };
        let looks_taken = names::looks_like_another(&mut *edit.tx, &edit.asked.site, &name).await?;
        if looks_taken {
            return Err(Refusal::gid_not_available(&invite.gid).into());
        }
        if edit.tx.take_name(&name).await? {
            let creator = edit.asked.session.uid.clone();
            put(edit, invite, &creator, &invite.from, GroupStatus::Joined).await?;
        } else if !edit.tx.lock_group(site, &invite.gid).await? {
            return Err(Refusal::gid_not_available(&invite.gid).into());
        }
    }
    Ok(edit.tx.group_members(&[(site, invite.gid.clone())]).await?)
}

async fn put(
    edit: &mut Edit,
    invite: &Invite,
    uid: &str,
    alias: &str,
    status: GroupStatus,
) -> Result<(), Fault> {
    let member = GroupMember {
        site: edit.asked.session.site,
        gid: invite.gid.clone(),
        uid: uid.to_owned(),
        alias: alias.to_owned(),
        status,
    };
    Ok(edit.tx.put_group_member(&member).await?)
}

/// The invitation to the invitee's nodes and the sender's other ones; word of it to the joined members.
fn add_messages(
    edit: &mut Edit,
    invite: Invite,
    (own, theirs, joined): (&[Node], &[Node], &[Node]),
) -> Result<(), Refusal> {
    let session = edit.asked.session.clone();
    let others = own.iter().filter(|node| node.node != session.node);
    let told = Recorded { id: Ids::beside(edit.recorded.id), posted: edit.recorded.posted };
    let Invite { gid, from, to, text } = invite;
    let word = Message::Member { act: "invite", gid: gid.clone(), alias: to.clone(), newalias: None };
    let message = Message::Invite { gid, alias: from, to };
    let receivers = theirs.iter().chain(others).collect();
    let body = Body::Inline(text);
    edit.message(Ready::new(session.site, &session.uid, edit.recorded, &message, body, receivers)?)?;
    edit.notice(told, &word, joined)
}
