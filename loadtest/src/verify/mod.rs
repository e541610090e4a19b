//! Whether every message that was acked arrived, once, in order, where it was sent to.

pub mod body;
pub mod inbox;
pub mod outbox;

use serde::{Deserialize, Serialize};

use inbox::Inbox;
use outbox::Outbox;

/// A list of receivers that messages are posted to.
#[derive(Debug, Clone, Default)]
pub struct Lane {
    /// The JSON of `for`.
    pub to: String,
    /// The members who get it, by number, in ascending order. The sender gets none of its own.
    pub receivers: Vec<u32>,
}

impl Lane {
    /// One that leads to a single member.
    pub fn to_member(uid: &str, number: u32) -> Self {
        Self { to: crate::link::wire::to_members([uid]), receivers: vec![number] }
    }

    /// Whether a member is among the receivers.
    pub fn has(&self, number: u32) -> bool {
        self.receivers.binary_search(&number).is_ok()
    }

    /// How many copies a message from this member makes.
    pub fn copies(&self, sender: u32) -> u64 {
        self.receivers.len() as u64 - u64::from(self.has(sender))
    }
}

/// What came of a run's messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Verdict {
    /// Posted.
    pub posted: u64,
    /// Acked: the site has promised to deliver them.
    pub acked: u64,
    /// Deliveries promised by those acks.
    pub promised: u64,
    /// Different deliveries that came.
    pub delivered: u64,
    /// Promised, and never came.
    pub lost: u64,
    /// Came again after they had been acked.
    pub duplicated: u64,
    /// Came after one that its sender had sent later.
    pub reordered: u64,
    /// Acks that overtook another.
    pub acks_out_of_order: u64,
    /// Not sent in this run, not to this receiver, or not by whom it says.
    pub foreign: u64,
    /// Answered with an error.
    pub refused: u64,
    /// Those of them because a queue was full.
    pub full_queues: u64,
    /// Not answered in time.
    pub unanswered: u64,
    /// Came again over a new link because the ack was lost with the old one: allowed.
    pub again: u64,
    /// What went wrong with links, in words; the first few.
    pub troubles: Vec<String>,
}

/// How a refusal is told in words.
const REFUSED: &str = "a post was refused: ";
/// Troubles told in words.
const TROUBLES_MAX: usize = 10;

impl Verdict {
    /// Compares what was sent with what came: `outboxes` and `inboxes` by the member's number.
    pub fn of(lanes: &[Lane], outboxes: &mut [Outbox], inboxes: &[Inbox]) -> Self {
        let mut verdict = Self::default();
        for (sender, outbox) in outboxes.iter_mut().enumerate() {
            verdict.unanswered += outbox.give_up();
            verdict.acks_out_of_order += outbox.acks_out_of_order;
            verdict.refused += outbox.refused;
            verdict.full_queues += outbox.full_queues;
            if let Some(refusal) = &outbox.first_refusal {
                verdict.trouble(format!("{REFUSED}{refusal}"));
            }
            for (number, sent) in outbox.lanes() {
                verdict.lane(lanes, sender as u32, number, sent, inboxes);
            }
        }
        for inbox in inboxes {
            verdict.duplicated += inbox.duplicated;
            verdict.reordered += inbox.reordered;
            verdict.foreign += inbox.foreign;
            verdict.again += inbox.again;
            if let Some(disorder) = &inbox.first_disorder {
                verdict.trouble(disorder.clone());
            }
        }
        verdict
    }

    fn lane(&mut self, lanes: &[Lane], sender: u32, number: u32, sent: &outbox::Lane, inboxes: &[Inbox]) {
        let acked = u64::from(sent.posted) - sent.not_acked.len() as u64;
        self.posted += u64::from(sent.posted);
        self.acked += acked;
        let receivers = lanes.get(number as usize).map_or(&[][..], |lane| &lane.receivers);
        for receiver in receivers.iter().filter(|receiver| **receiver != sender) {
            self.promised += acked;
            let Some(inbox) = inboxes.get(*receiver as usize) else {
                self.lost += acked;
                continue;
            };
            let came = inbox.count(sender, number);
            self.delivered += came;
            // Of those without an ack, some may have come: they make up for none that is lost.
            let unsure = sent.not_acked.iter().filter(|no| inbox.has(sender, number, **no)).count() as u64;
            self.lost += acked.saturating_sub(came - unsure);
            // What came though it was never posted.
            self.foreign += (came - unsure).saturating_sub(acked);
        }
    }

    /// Notes in words what went wrong.
    pub fn trouble(&mut self, what: String) {
        if self.troubles.len() < TROUBLES_MAX && !self.troubles.contains(&what) {
            self.troubles.push(what);
        }
    }

    /// Takes out that posts were refused because a queue was full, which a site owes to whoever posts more than is taken from
    /// it; how many were. Where there was another reason all of them stay.
    pub fn take_full_queues(&mut self) -> u64 {
        if self.refused != self.full_queues {
            return 0;
        }
        self.troubles.retain(|what| !what.starts_with(REFUSED));
        self.full_queues = 0;
        std::mem::take(&mut self.refused)
    }

    /// Adds that of another part of the same run.
    pub fn add(&mut self, other: Self) {
        self.posted += other.posted;
        self.acked += other.acked;
        self.promised += other.promised;
        self.delivered += other.delivered;
        self.lost += other.lost;
        self.duplicated += other.duplicated;
        self.reordered += other.reordered;
        self.acks_out_of_order += other.acks_out_of_order;
        self.foreign += other.foreign;
        self.refused += other.refused;
        self.full_queues += other.full_queues;
        self.unanswered += other.unanswered;
        self.again += other.again;
        other.troubles.into_iter().for_each(|what| self.trouble(what));
    }

    /// Whether all is as it must be.
    pub fn is_good(&self) -> bool {
        let bad = [
            self.lost,
            self.duplicated,
            self.reordered,
            self.acks_out_of_order,
            self.foreign,
            self.refused,
            self.unanswered,
        ];
        bad.iter().all(|count| *count == 0) && self.troubles.is_empty()
    }
}

#[cfg(test)]
mod tests;
