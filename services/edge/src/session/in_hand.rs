//! The messages that a session has in hand: from the moment they were fetched or pushed until their acks are durable.

use std::{
    collections::{BTreeMap, HashMap, VecDeque, hash_map::Entry::Vacant},
    time::Duration,
};

use tmtp_grpc::delivery::{self as grpc, Entry};
use tmtp_platform::trace::{self, Step};
use tokio::time::Instant;

/// So many of the messages noted as sent may be acked since.
const SENT_SPARE: usize = 64;

/// Messages that are not to be fetched again, and why.
#[derive(Debug)]
pub(super) struct InHand {
    /// Whose queue they are in.
    site: i64,
    node: i64,
    held: HashMap<u64, Held>,
    /// Those not yet written, in the order of section 5.
    pub ready: BTreeMap<(bool, u64), Entry>,
    /// When messages were sent, oldest first; those acked since are skipped.
    sent: VecDeque<(Instant, u64)>,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    stage: Stage,
    since: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Fetched, perhaps being written.
    Ready,
    /// Written; its ack is awaited.
    Sent,
    /// Its ack came; delivery has not confirmed that it is gone.
    Acked,
}

impl InHand {
    pub fn of(session: &grpc::Session) -> Self {
        Self {
            site: session.site,
            node: session.node,
            held: HashMap::new(),
            ready: BTreeMap::new(),
            sent: VecDeque::new(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    pub fn has(&self, id: u64) -> bool {
        self.held.contains_key(&id)
    }

    pub fn ids(&self) -> Vec<u64> {
        self.held.keys().copied().collect()
    }

    /// Acked, and not yet gone from the queue.
    pub fn unsettled(&self) -> usize {
        self.held.values().filter(|held| held.stage == Stage::Acked).count()
    }

    pub fn unacked(&self) -> usize {
        self.held.len() - self.unsettled()
    }

    /// Takes a message in hand. `false`: it is already.
    pub fn take(&mut self, entry: Entry) -> bool {
        let Vacant(place) = self.held.entry(entry.id) else { return false };
        place.insert(Held { stage: Stage::Ready, since: Instant::now() });
        self.ready.insert((!entry.urgent, entry.id), entry);
        true
    }

    #[cfg(test)]
    pub fn noted_as_sent(&self) -> usize {
        self.sent.len()
    }

    /// It is written out.
    pub fn note_sent(&mut self, id: u64) {
        if let Some(held) = self.held.get_mut(&id)
            && held.stage == Stage::Ready
        {
            let now = Instant::now();
            let taken = std::mem::replace(held, Held { stage: Stage::Sent, since: now });
            self.sent.push_back((now, id));
            self.tell(id, Step::Write(self.node), taken);
        }
        // A client that leaves the oldest unacked must not make the list grow by acking all others.
        if self.sent.len() > 2 * self.held.len() + SENT_SPARE {
            let held = &self.held;
            self.sent.retain(|(_, id)| is_sent(held, *id));
        }
    }

    /// The client acked it. `false`: that is known already.
    pub fn note_acked(&mut self, id: u64) -> bool {
        let acked = Held { stage: Stage::Acked, since: Instant::now() };
        match self.held.insert(id, acked) {
            Some(Held { stage: Stage::Acked, .. }) => return false,
            Some(sent) if sent.stage == Stage::Sent => self.tell(id, Step::Receive(self.node), sent),
            _ => {}
        }
        self.ready.remove(&(false, id));
        self.ready.remove(&(true, id));
        true
    }

    /// Its ack is durable: delivery will not name it again.
    pub fn settle(&mut self, id: u64) {
        if let Some(acked) = self.held.get(&id).copied().filter(|held| held.stage == Stage::Acked) {
            self.held.remove(&id);
            self.tell(id, Step::Settle(self.node), acked);
        }
    }

    /// Lets go of messages whose ack did not come in time, so that they are fetched again. How many, and when the next one is
    /// due.
    pub fn expire(&mut self, now: Instant, redeliver: Duration) -> (u64, Option<Instant>) {
        let mut expired = 0;
        while let Some((sent, id)) = self.sent.front().copied() {
            let awaited = is_sent(&self.held, id);
            if awaited && sent + redeliver > now {
                return (expired, Some(sent + redeliver));
            }
            self.sent.pop_front();
            if awaited {
                self.held.remove(&id);
                expired += 1;
            }
        }
        (expired, None)
    }

    /// This step ends now; the former one ended when `before` began.
    fn tell(&self, id: u64, step: Step, before: Held) {
        if let Some(traced) = trace::of(self.site, id) {
            traced.ended(step, before.since.elapsed());
        }
    }
}

fn is_sent(held: &HashMap<u64, Held>, id: u64) -> bool {
    held.get(&id).is_some_and(|held| held.stage == Stage::Sent)
}
