//! Room in the queues: limits per node, as of the transaction, and what it adds itself.

use tmtp_store::{Node, SiteSettings};

use crate::{
    compose::Ready,
    loads::{Load, Loads},
    refusal::Refusal,
};

/// What waits for each node, with what one transaction adds so far.
#[derive(Debug, Default)]
pub(crate) struct Rooms(Loads);

impl Rooms {
    pub fn new(loads: Loads) -> Self {
        Self(loads)
    }

    /// Adds a request's messages to the queues, or none of them when one queue has no room.
    pub fn take(&mut self, limits: &SiteSettings, messages: &[Ready<'_>]) -> Result<(), Refusal> {
        for (done, message) in messages.iter().enumerate() {
            for (at, node) in message.nodes.iter().enumerate() {
                let after = self.load(node).with(message.load());
                if after.entries > limits.queued_messages_max.into()
                    || after.octets > limits.queued_octets_max
                {
                    self.give_back(&messages[..done], &message.nodes[..at], message.load());
                    return Err(Refusal::queue_full(&node.uid));
                }
                self.0.insert(node.node, after);
            }
        }
        Ok(())
    }

    fn load(&self, node: &Node) -> Load {
        self.0.get(&node.node).copied().unwrap_or_default()
    }

    fn give_back(&mut self, messages: &[Ready<'_>], nodes: &[&Node], load: Load) {
        nodes.iter().for_each(|node| self.remove(node, load));
        for message in messages {
            message.nodes.iter().for_each(|node| self.remove(node, message.load()));
        }
    }

    fn remove(&mut self, node: &Node, load: Load) {
        let before = self.load(node).without(load);
        self.0.insert(node.node, before);
    }
}
