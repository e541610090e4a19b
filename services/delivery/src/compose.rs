//! From what happened to the rows that say so: messages, entries, and whom to wake.

use tmtp_store::{Body, NewEntry, NewMessage, Node, Recorded, SiteId};
use tmtp_wire::{Message, Stamp};

use crate::{fanout::Fanout, loads::Load, refusal::Refusal};

/// A message with its header made, and the nodes it goes to, each once.
#[derive(Debug)]
pub(crate) struct Ready<'n> {
    pub message: NewMessage,
    pub nodes: Vec<&'n Node>,
}

impl<'n> Ready<'n> {
    /// Makes the header. Refuses one that could not be sent.
    pub fn new(
        site: SiteId,
        from: &str,
        recorded: Recorded,
        message: &Message,
        body: Body,
        nodes: Vec<&'n Node>,
    ) -> Result<Self, Refusal> {
        let Recorded { id, posted } = recorded;
        let stamp = Stamp { id, from: from.to_owned(), posted, data_len: body.octets() };
        let head = message.encode(&stamp)?;
        let message = NewMessage { site, id, posted, head, body, urgent: message.is_urgent() };
        Ok(Self { message, nodes })
    }

    /// What it adds to each queue.
    pub fn load(&self) -> Load {
        Load { entries: 1, octets: self.message.body.octets() }
    }
}

/// All that one transaction adds.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub messages: Vec<NewMessage>,
    pub entries: Vec<NewEntry>,
    pub fanout: Fanout,
    /// Blobs of messages that nobody receives: to be deleted once the rest is committed.
    pub unwanted: Vec<String>,
}

impl Outbox {
    /// Adds a message, unless nobody receives it; its receivers' edges are told that something waits.
    pub fn add(&mut self, ready: Ready<'_>) {
        ready.nodes.iter().for_each(|node| self.fanout.wake(node));
        self.keep(ready);
    }

    /// The same; edges may send the message on at once.
    pub fn add_pushed(&mut self, ready: Ready<'_>) {
        self.fanout.push(&ready.message, &ready.nodes);
        self.keep(ready);
    }

    /// Counts what was committed. Entries that were queued and those that were acked differ by what waits.
    pub fn count(&self) {
        metrics::counter!("tmtp_messages_accepted_total").increment(self.messages.len() as u64);
        metrics::counter!("tmtp_entries_queued_total").increment(self.entries.len() as u64);
    }

    fn keep(&mut self, ready: Ready<'_>) {
        if ready.nodes.is_empty() {
            if let Body::Blob { key, .. } = ready.message.body {
                self.unwanted.push(key);
            }
            return;
        }
        let message = self.messages.len();
        self.entries.extend(ready.nodes.iter().map(|node| NewEntry { message, node: node.node }));
        self.messages.push(ready.message);
    }
}
