//! Who gets a message: section 4's rules, as plain functions over what the store knows.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use tmtp_store::{GroupMember, GroupStatus, Node, NodeId, Owner, Session};
use tmtp_wire::{Recipient, RecipientKind};

use crate::refusal::Refusal;

/// What the store knows of those whom a batch names at one site.
#[derive(Debug, Default)]
pub(crate) struct View {
    /// Members that exist and are not suspended, and their live nodes.
    pub members: HashMap<String, Arc<[Node]>>,
    /// Names that are taken.
    pub names: HashMap<String, Owner>,
    /// Everybody on record in a group.
    pub groups: HashMap<String, Vec<GroupMember>>,
}

/// Nodes that get a message, each once.
pub(crate) type Receivers<'v> = BTreeMap<NodeId, &'v Node>;

impl View {
    pub fn nodes_of(&self, uid: &str) -> &[Node] {
        self.members.get(uid).map_or(&[], |nodes| &**nodes)
    }

    pub fn is_active(&self, uid: &str) -> bool {
        self.members.contains_key(uid)
    }

    /// How somebody stands in a group.
    pub fn standing(&self, gid: &str, uid: &str) -> Option<GroupStatus> {
        self.groups.get(gid)?.iter().find(|member| member.uid == uid).map(|member| member.status)
    }

    pub fn joined(&self, gid: &str) -> impl Iterator<Item = &str> {
        let members = self.groups.get(gid).map_or(&[][..], Vec::as_slice);
        members.iter().filter(|member| member.status == GroupStatus::Joined).map(|member| member.uid.as_str())
    }
}

/// May this session still act for its member?
pub(crate) fn check_sender(view: &View, sender: &Session) -> Result<(), Refusal> {
    let own = view.nodes_of(&sender.uid);
    let is_live = own.iter().any(|node| node.node == sender.node);
    if view.is_active(&sender.uid) && is_live { Ok(()) } else { Err(Refusal::session_over()) }
}

/// Who is addressed, and whether the posting node is.
#[derive(Debug, Default)]
pub(crate) struct Addressed<'v> {
    receivers: Receivers<'v>,
    self_addressed: bool,
}

/// The nodes of all recipients in a list, without the sender's own.
pub(crate) fn address<'v>(
    view: &'v View,
    sender: &Session,
    lists: &[&[Recipient]],
) -> Result<Addressed<'v>, Refusal> {
    let mut addressed = Addressed::default();
    let mut seen = HashSet::new();
    for recipient in lists.iter().copied().flatten().filter(|recipient| seen.insert(*recipient)) {
        addressed.add(view, sender, recipient)?;
    }
    Ok(addressed)
}

impl<'v> Addressed<'v> {
    fn add(&mut self, view: &'v View, sender: &Session, recipient: &Recipient) -> Result<(), Refusal> {
        let id = recipient.id.as_str();
        if recipient.kind == RecipientKind::Member {
            if !view.is_active(id) {
                return Err(Refusal::unknown("recipient", id));
            }
            self.add_member(view, sender, id);
            return Ok(());
        }
        let is_in = view.standing(id, &sender.uid);
        if !matches!(is_in, Some(GroupStatus::Joined | GroupStatus::Invited)) {
            return Err(Refusal::unknown("group", id));
        }
        let with_sender = recipient.kind == RecipientKind::Group;
        for uid in view.joined(id).filter(|uid| with_sender || *uid != sender.uid) {
            self.add_member(view, sender, uid);
        }
        Ok(())
    }

    /// A suspended member of a group is passed over: nothing piles up for those who may not come.
    fn add_member(&mut self, view: &'v View, sender: &Session, uid: &str) {
        if uid == sender.uid {
            self.self_addressed = true;
        } else if view.is_active(uid) {
            self.receivers.extend(view.nodes_of(uid).iter().map(|node| (node.node, node)));
        }
    }

    /// With the sender's other nodes, and the posting node where it is addressed.
    pub fn with_sender(mut self, view: &'v View, sender: &Session) -> Vec<&'v Node> {
        let own = view.nodes_of(&sender.uid).iter();
        let own = own.filter(|node| self.self_addressed || node.node != sender.node);
        self.receivers.extend(own.map(|node| (node.node, node)));
        self.receivers.into_values().collect()
    }

    /// Without any of the sender's nodes.
    pub fn without_sender(self) -> Vec<&'v Node> {
        self.receivers.into_values().collect()
    }
}

/// Who gets a Ping: the nodes of whoever `to` names, and the sender's other nodes.
pub(crate) fn ping<'v>(
    view: &'v View,
    sender: &Session,
    from: &str,
    to: &str,
) -> Result<Vec<&'v Node>, Refusal> {
    let is_mine = matches!(view.names.get(from), Some(Owner::Member(uid)) if *uid == sender.uid);
    if !is_mine {
        return Err(Refusal::not_sender());
    }
    let Some(Owner::Member(target)) = view.names.get(to).filter(|owner| is_active_owner(view, owner)) else {
        return Err(Refusal::unknown("to", to));
    };
    let mut addressed = Addressed::default();
    addressed.add_member(view, sender, target);
    Ok(addressed.with_sender(view, sender))
}

fn is_active_owner(view: &View, owner: &Owner) -> bool {
    matches!(owner, Owner::Member(uid) if view.is_active(uid))
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
