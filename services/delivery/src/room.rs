//! Room in the queues: limits per node, as of the transaction, and what it adds itself.

use std::collections::HashMap;

use tmtp_store::{Node, NodeId, SiteSettings};

use crate::{compose::Ready, refusal::Refusal};

/// What one transaction adds to each queue so far.
#[derive(Debug, Default)]
pub(crate) struct Rooms(HashMap<NodeId, Load>);

#[derive(Debug, Default, Clone, Copy)]
struct Load {
    entries: u64,
    octets: u64,
}

impl Rooms {
    /// Adds a request's messages to the queues, or none of them when one queue has no room.
    pub fn take(&mut self, limits: &SiteSettings, messages: &[Ready<'_>]) -> Result<(), Refusal> {
        for (done, message) in messages.iter().enumerate() {
            for (at, node) in message.nodes.iter().enumerate() {
                if self.has_room(limits, node, message.octets()) {
                    self.add(node, message.octets());
                } else {
                    let refusal = Refusal::queue_full(&node.uid);
                    self.give_back(&messages[..done], &message.nodes[..at], message.octets());
                    return Err(refusal);
                }
            }
        }
        Ok(())
    }

    fn has_room(&self, limits: &SiteSettings, node: &Node, octets: u64) -> bool {
        let load = self.0.get(&node.node).copied().unwrap_or_default();
        let entries = u64::from(node.queued) + load.entries;
        let queued = node.queued_octets.saturating_add(load.octets).saturating_add(octets);
        entries < u64::from(limits.queued_messages_max) && queued <= limits.queued_octets_max
    }

    fn add(&mut self, node: &Node, octets: u64) {
        let load = self.0.entry(node.node).or_default();
        load.entries += 1;
        load.octets = load.octets.saturating_add(octets);
    }

    fn give_back(&mut self, messages: &[Ready<'_>], nodes: &[&Node], octets: u64) {
        nodes.iter().for_each(|node| self.remove(node, octets));
        for message in messages {
            message.nodes.iter().for_each(|node| self.remove(node, message.octets()));
        }
    }

    fn remove(&mut self, node: &Node, octets: u64) {
        if let Some(load) = self.0.get_mut(&node.node) {
            load.entries = load.entries.saturating_sub(1);
            load.octets = load.octets.saturating_sub(octets);
        }
    }
}
