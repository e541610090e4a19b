//! UserEdit: a new alias, or a new node.

use tmtp_store::{NewNode, Recorded};
use tmtp_wire::Message;

use crate::{
    ask::Asked,
    core::Core,
    digest::secret_hash,
    edits::edit::{Edit, Nodes},
    fault::Fault,
    refusal::Refusal,
    register::{random_base32, take_alias},
};

/// Takes an alias, and tells all own nodes.
pub(crate) async fn new_alias(core: &Core, asked: Asked, newalias: String) -> Result<Recorded, Fault> {
    let mut edit = Edit::begin(core, asked, Nodes::Held).await?;
    if let Some(before) = edit.claimed_before().await? {
        return edit.repeated(core, before, []).await;
    }
    let member = edit.asked.member();
    let own = edit.own_nodes(core).await?;
    if let Some(refusal) = take_alias(&mut *edit.tx, &edit.asked.site, &member, &newalias).await? {
        return Err(refusal.into());
    }
    edit.notice(edit.recorded, &Message::UserAlias { newalias }, &own)?;
    edit.commit(core).await
}

/// Adds a node whose queue starts as a copy of this one's, and tells the nodes there were before.
pub(crate) async fn new_node(core: &Core, asked: Asked, newnode: String) -> Result<Recorded, Fault> {
    let mut edit = Edit::begin(core, asked, Nodes::Seized).await?;
    if let Some(before) = edit.claimed_before().await? {
        return edit.repeated(core, before, []).await;
    }
    let member = edit.asked.member();
    edit.tx.lock_members(std::slice::from_ref(&member)).await?;
    let own = edit.own_nodes(core).await?;
    let nodes_max = edit.asked.site.settings.nodes_per_member_max;
    if own.len() >= nodes_max as usize {
        return Err(Refusal::too_many_nodes(nodes_max).into());
    }
    // The secret is told once. A node whose secret reached nobody could never log in, and never be given up by its member.
    edit.require_room_for_notice()?;
    let (secret, nodeid) = random_base32::<25>();
    let (label, secret_hash) = (newnode.clone(), secret_hash(&secret));
    let node = NewNode { member, label, secret_hash, now_ms: core.clock.unix_ms() };
    let added = edit.tx.add_node(&node).await?;
    let session = &edit.asked.session;
    edit.tx.pass_sign_in(session.site, session.node, added).await?;
    let copied = edit.tx.copy_queue(session.site, session.node, added).await?;
    edit.outbox.copied(copied);
    edit.notice(edit.recorded, &Message::UserNode { newnode, nodeid }, &own)?;
    edit.commit(core).await
}
