//! From what happened to the rows that say so: messages, entries, and whom to wake.

use std::collections::{BTreeSet, HashMap};

use tmtp_platform::trace::{self, Step};
use tmtp_store::{Body, Connected, NewEntry, NewMessage, Node, NodeId, Recorded, Sent, SiteId, Tx};
use tmtp_wire::{Message, Posted, Stamp};
use tokio::time::Instant;

use crate::{core::Core, fanout::Fanout, fault::Fault, loads::Load, refusal::Refusal, telling};

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
#[derive(Debug)]
pub(crate) struct Outbox {
    /// When the transaction began.
    begun: Instant,
    pub messages: Vec<NewMessage>,
    /// Those of the first message first, then those of the second..
    pub entries: Vec<NewEntry>,
    /// Whether edges may send a message on at once; one for each.
    pushed: Vec<bool>,
    /// Nodes that are woken though nothing new waits for them.
    woken: Vec<(SiteId, NodeId)>,
    /// What edges are told beside the messages.
    pub fanout: Fanout,
    /// Blobs of messages that nobody receives: to be deleted once the rest is committed.
    unwanted: Vec<String>,
    /// What members sent, for the record of what their sites are used for.
    sent: Vec<Sent>,
    /// Entries that were copied for a new node.
    copied: u64,
}

impl Outbox {
    /// Of a transaction that begins now.
    pub fn new() -> Self {
        Self::since(Instant::now())
    }

    /// Of one that began then.
    pub fn since(begun: Instant) -> Self {
        Self {
            begun,
            messages: Vec::new(),
            entries: Vec::new(),
            pushed: Vec::new(),
            woken: Vec::new(),
            fanout: Fanout::default(),
            unwanted: Vec::new(),
            sent: Vec::new(),
            copied: 0,
        }
    }

    /// Adds a message, unless nobody receives it. `pushed`: edges may send it on before they look at the queues.
    pub fn add(&mut self, ready: Ready<'_>, pushed: bool) {
        if ready.nodes.is_empty() {
            if let Body::Blob { key, .. } = ready.message.body {
                self.unwanted.push(key);
            }
            return;
        }
        let message = self.messages.len();
        self.entries.extend(ready.nodes.iter().map(|node| NewEntry { message, node: node.node }));
        self.messages.push(ready.message);
        self.pushed.push(pushed);
    }

    /// A member's message of so many octets was taken, whoever receives it.
    pub fn count(&mut self, site: SiteId, posted: Posted, octets: u64) {
        self.sent.push(Sent { site, posted, messages: 1, octets });
    }

    /// How many entries its messages make.
    pub fn entries(&self) -> usize {
        self.entries.len()
    }

    /// So many entries of other nodes were copied by the transaction.
    pub fn copied(&mut self, entries: u64) {
        self.copied += entries;
    }

    /// Adds all of it to the transaction.
    pub async fn write(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        if !self.messages.is_empty() {
            tx.add_messages(&self.messages, &self.entries).await?;
        }
        if !self.sent.is_empty() {
            tx.count_sent(&self.sent).await?;
        }
        Ok(())
    }

    /// These are to look into their queues: something was added before that they may not have been told of.
    pub fn wake<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Node>) {
        self.woken.extend(nodes.into_iter().map(|node| (node.site, node.node)));
    }

    /// It is committed: counts it, and tells the edges of those who are connected now. Whoever logs in after we asked
    /// finds the messages when it reads its queue, since they are there by then.
    ///
    /// Only when this is done may the sender hear of it: the hints have left then, or all processes know that some were
    /// lost, and whatever the sender says next does not get ahead. A fault: neither; asked again, receivers are woken again.
    pub async fn committed(self, core: &Core) -> Result<(), Fault> {
        self.trace(Step::Commit, self.begun);
        let told_since = Instant::now();
        let connected = core.store.connected(&self.receivers()).await;
        self.publish(core, connected, told_since).await
    }

    /// The same, where the commit told who is connected.
    pub async fn tell(self, core: &Core, connected: Vec<Connected>) -> Result<(), Fault> {
        self.trace(Step::Commit, self.begun);
        self.publish(core, Ok(connected), Instant::now()).await
    }

    async fn publish(
        mut self,
        core: &Core,
        connected: tmtp_store::Result<Vec<Connected>>,
        told_since: Instant,
    ) -> Result<(), Fault> {
        metrics::counter!("tmtp_messages_accepted_total").increment(self.messages.len() as u64);
        metrics::counter!("tmtp_entries_queued_total").increment(self.entries.len() as u64 + self.copied);
        core.counts.add(&self.messages, &self.entries);
        core.trash.put(std::mem::take(&mut self.unwanted));
        let known = connected.is_ok();
        match connected {
            Ok(connected) => self.tell_of_messages(connected),
            Err(error) => {
                tracing::debug!(%error, "nobody is told of messages: it is not known who is connected");
                core.telling.lose();
            }
        }
        let fanout = std::mem::take(&mut self.fanout);
        let told = telling::have_left(fanout.publish(&core.telling)).await && known;
        self.trace(Step::Tell, told_since);
        if told { Ok(()) } else { core.losses.note(&*core.store).await }
    }

    /// A step of all these messages ends now.
    fn trace(&self, step: Step, begun: Instant) {
        let traced = self.messages.iter().filter_map(|message| trace::of(message.site.0, message.id.0));
        traced.for_each(|traced| traced.ended(step, begun.elapsed()));
    }

    /// Every node that an entry waits for, or that is woken, once.
    fn receivers(&self) -> Vec<(SiteId, NodeId)> {
        let key =
            |entry: &NewEntry| self.messages.get(entry.message).map(|message| (message.site, entry.node));
        let nodes: BTreeSet<_> =
            self.entries.iter().filter_map(key).chain(self.woken.iter().copied()).collect();
        nodes.into_iter().collect()
    }

    fn tell_of_messages(&mut self, connected: Vec<Connected>) {
        let connected: HashMap<_, _> = connected.into_iter().map(|one| (one.node, one)).collect();
        // Before what is new: whoever is to look takes no push ahead of it.
        self.woken.iter().filter_map(|(_, node)| connected.get(node)).for_each(|to| self.fanout.wake(to));
        let mut entries = self.entries.as_slice();
        for (at, (message, pushed)) in self.messages.iter().zip(&self.pushed).enumerate() {
            let count = entries.iter().take_while(|entry| entry.message == at).count();
            let (own, rest) = entries.split_at(count);
            entries = rest;
            let nodes: Vec<_> = own.iter().map(|entry| entry.node).collect();
            self.fanout.message(message, &nodes, &connected, *pushed);
        }
    }
}
