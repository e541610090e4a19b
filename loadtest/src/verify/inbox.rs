//! What one receiver got, lane by lane. Memory grows with lanes and gaps, not with messages.

use std::collections::{BTreeSet, HashMap};

/// Most gaps that are remembered in one lane; beyond that, order is lost so badly that the count does not matter.
const GAPS_MAX: usize = 100_000;

/// What a receiver got.
#[derive(Debug, Default)]
pub struct Inbox {
    lanes: HashMap<(u32, u32), Lane>,
    /// Came again after they had come.
    pub duplicated: u64,
    /// Came after one that was sent later.
    pub reordered: u64,
    /// Not of this run, not for this receiver, or not from whom it says.
    pub foreign: u64,
    /// Came again where the link had been cut: right, when the ack was lost with it.
    pub again: u64,
    /// The messages that came last before the link was cut, which may come again.
    excused: BTreeSet<(u32, u32, u32)>,
    recent: Vec<(u32, u32, u32)>,
    keeps_recent: bool,
}

#[derive(Debug, Default)]
struct Lane {
    next: u32,
    missing: BTreeSet<u32>,
}

/// Whether a message is one that had not come before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    New,
    Repeated,
}

impl Inbox {
    /// One whose link will be cut: it remembers which messages came, so that some may come again.
    pub fn of_a_link_to_cut() -> Self {
        Self { keeps_recent: true, ..Self::default() }
    }

    /// Notes a message.
    pub fn note(&mut self, sender: u32, lane: u32, sequence: u32) -> Arrival {
        let arrival = self.place(sender, lane, sequence);
        if self.keeps_recent {
            self.recent.push((sender, lane, sequence));
        }
        arrival
    }

    fn place(&mut self, sender: u32, number: u32, sequence: u32) -> Arrival {
        let lane = self.lanes.entry((sender, number)).or_default();
        if sequence >= lane.next {
            lane.missing.extend((lane.next..sequence).take(GAPS_MAX - lane.missing.len().min(GAPS_MAX)));
            lane.next = sequence + 1;
            return Arrival::New;
        }
        if lane.missing.remove(&sequence) {
            self.reordered += 1;
            return Arrival::New;
        }
        if self.excused.remove(&(sender, number, sequence)) {
            self.again += 1;
        } else {
            self.duplicated += 1;
        }
        Arrival::Repeated
    }

    /// The link was cut: the acks of what came on it may be lost.
    pub fn cut(&mut self) {
        self.excused = self.recent.drain(..).collect();
    }

    /// Whether a message came.
    pub fn has(&self, sender: u32, lane: u32, sequence: u32) -> bool {
        let lane = self.lanes.get(&(sender, lane));
        lane.is_some_and(|lane| sequence < lane.next && !lane.missing.contains(&sequence))
    }

    /// How many different messages of a lane came.
    pub fn count(&self, sender: u32, lane: u32) -> u64 {
        let lane = self.lanes.get(&(sender, lane));
        lane.map_or(0, |lane| u64::from(lane.next) - lane.missing.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(sequences: &[u32]) -> Inbox {
        let mut inbox = Inbox::default();
        for sequence in sequences {
            inbox.note(1, 1, *sequence);
        }
        inbox
    }

    #[test]
    fn messages_in_order_are_all_there() {
        let inbox = noted(&[0, 1, 2]);
        assert_eq!((inbox.count(1, 1), inbox.duplicated, inbox.reordered), (3, 0, 0));
        assert!(inbox.has(1, 1, 2) && !inbox.has(1, 1, 3) && !inbox.has(2, 1, 0));
    }

    #[test]
    fn one_that_comes_twice_is_a_duplicate() {
        let inbox = noted(&[0, 1, 1, 0]);
        assert_eq!((inbox.count(1, 1), inbox.duplicated, inbox.reordered), (2, 2, 0));
    }

    #[test]
    fn one_that_comes_late_is_out_of_order_and_not_lost() {
        let inbox = noted(&[1, 0, 3, 2]);
        assert_eq!((inbox.count(1, 1), inbox.duplicated, inbox.reordered), (4, 0, 2));
    }

    #[test]
    fn one_that_never_comes_is_missing() {
        let inbox = noted(&[0, 2]);
        assert_eq!(inbox.count(1, 1), 2);
        assert!(!inbox.has(1, 1, 1));
    }

    #[test]
    fn only_what_came_before_a_cut_may_come_again_and_only_once() {
        let mut inbox = Inbox::of_a_link_to_cut();
        inbox.note(1, 1, 0);
        inbox.note(1, 1, 0);
        assert_eq!((inbox.duplicated, inbox.again), (1, 0));
        inbox.cut();
        inbox.note(1, 1, 0);
        inbox.note(1, 1, 0);
        assert_eq!((inbox.duplicated, inbox.again), (2, 1));
    }
}
