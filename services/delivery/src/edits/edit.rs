//! An edit under way: its transaction, its record, and the messages it makes.

use std::collections::BTreeSet;

use tmtp_store::{MemberKey, NewMessage, Node, Recorded, Session, Tx};
use tmtp_wire::Message;

use crate::{
    ask::Asked,
    compose::{Outbox, Ready},
    core::{self, Core},
    edits::notice,
    fault::Fault,
    loads::Loads,
    refusal::Refusal,
    room::Rooms,
};

/// Whether an edit adds a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nodes {
    /// Nobody may while it runs.
    Held,
    /// It does, and nobody may commit a message meanwhile.
    Seized,
}

/// An edit under way. Dropped before `commit`, it has not happened.
pub(crate) struct Edit {
    pub asked: Asked,
    pub tx: Box<dyn Tx>,
    pub recorded: Recorded,
    pub outbox: Outbox,
    /// What waits for the nodes that it has looked for.
    loads: Loads,
}

impl Edit {
    /// Begins without looking whether it was carried out before.
    pub async fn begin(core: &Core, asked: Asked, nodes: Nodes) -> Result<Self, Fault> {
        let recorded = core.ids.record(asked.floor);
        let mut tx = core.store.begin(&[asked.session.site]).await?;
        match nodes {
            Nodes::Held => tx.hold_nodes(&[asked.session.site]).await?,
            Nodes::Seized => tx.seize_nodes(asked.session.site).await?,
        }
        Ok(Self { asked, tx, recorded, outbox: Outbox::new(), loads: Loads::new() })
    }

    /// Claims the request; what was recorded, when it was carried out before.
    pub async fn claimed_before(&mut self) -> Result<Option<Recorded>, Fault> {
        let claim = self.asked.claim(self.recorded);
        Ok(self.tx.claim_requests(&[claim]).await?.into_iter().next().flatten())
    }

    /// The sender's nodes, this one among them; a refusal when it may no longer act.
    pub async fn own_nodes(&mut self, core: &Core) -> Result<Vec<Node>, Fault> {
        let uid = self.asked.session.uid.clone();
        let own = self.nodes_of(core, [uid]).await?;
        if own.iter().any(|node| node.node == self.asked.session.node) {
            Ok(own)
        } else {
            Err(Refusal::session_over().into())
        }
    }

    /// The nodes of those of these members who are active, in ascending order.
    pub async fn nodes_of(
        &mut self,
        core: &Core,
        uids: impl IntoIterator<Item = String>,
    ) -> Result<Vec<Node>, Fault> {
        let members = self.members(uids);
        let nodes = self.tx.nodes(&members).await?.nodes;
        self.loads.extend(core.counts.of(&mut *self.tx, &nodes, &self.asked.site.settings).await?);
        Ok(nodes)
    }

    /// These members of the site, each once, in ascending order.
    fn members(&self, uids: impl IntoIterator<Item = String>) -> Vec<MemberKey> {
        let site = self.asked.session.site;
        let members: BTreeSet<_> = uids.into_iter().map(|uid| MemberKey { site, uid }).collect();
        members.into_iter().collect()
    }

    /// Those of these members who are active, in ascending order.
    pub async fn active(&mut self, uids: impl IntoIterator<Item = String>) -> Result<Vec<MemberKey>, Fault> {
        let members = self.members(uids);
        let active = self.tx.active_members(&members).await?;
        Ok(members.into_iter().filter(|member| active.contains(member)).collect())
    }

    /// Refuses what would tell its own node something that it cannot do without, where that would miss the notice.
    pub fn require_room_for_notice(&self) -> Result<(), Refusal> {
        let Session { node, uid, .. } = &self.asked.session;
        let has_room = notice::has_room(&self.asked.site, *node, &self.loads);
        if has_room { Ok(()) } else { Err(Refusal::queue_full(uid)) }
    }

    /// Adds a notice under an id of this edit.
    pub fn notice(&mut self, recorded: Recorded, message: &Message, nodes: &[Node]) -> Result<(), Refusal> {
        let from = &self.asked.session.uid;
        notice::add(&mut self.outbox, &self.asked.site, from, recorded, message, (nodes, &self.loads))
    }

    /// Adds a message of its member, which a full queue refuses.
    pub fn message(&mut self, ready: Ready<'_>) -> Result<(), Refusal> {
        Rooms::new(self.loads.clone()).take(&self.asked.site.settings, std::slice::from_ref(&ready))?;
        let NewMessage { site, posted, body, .. } = &ready.message;
        self.outbox.count(*site, *posted, body.octets());
        self.outbox.add(ready, false);
        Ok(())
    }

    /// Makes it last, then tells the edges.
    pub async fn commit(mut self, core: &Core) -> Result<Recorded, Fault> {
        self.outbox.write(&mut *self.tx).await?;
        core::commit(self.tx).await?;
        self.outbox.committed(core).await?;
        Ok(self.recorded)
    }

    /// It was carried out before, maybe by a process that died before it told anybody: these members and the sender look
    /// into their queues.
    pub async fn repeated(
        mut self,
        core: &Core,
        before: Recorded,
        told: impl IntoIterator<Item = String>,
    ) -> Result<Recorded, Fault> {
        let members = self.members(told.into_iter().chain([self.asked.session.uid.clone()]));
        let nodes = self.tx.nodes(&members).await?.nodes;
        // Asking who is connected takes another connection.
        drop(self.tx);
        self.outbox.wake(&nodes);
        self.outbox.committed(core).await?;
        Ok(before)
    }

    /// Everybody on record in a group, whatever their standing.
    pub async fn group(&mut self, gid: &str) -> Result<Vec<String>, Fault> {
        let members = self.tx.group_members(&[(self.asked.session.site, gid.to_owned())]).await?;
        Ok(members.into_iter().map(|member| member.uid).collect())
    }
}
