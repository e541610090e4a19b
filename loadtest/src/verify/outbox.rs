//! What one sender sent, and what became of it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

/// A message that was posted and not answered yet.
#[derive(Debug, Clone, Copy)]
pub struct Posted {
    request: u64,
    pub lane: u32,
    pub sequence: u32,
    /// When it was due, since the run began.
    pub due: Duration,
}

/// What a sender sent.
#[derive(Debug, Default)]
pub struct Outbox {
    next_request: u64,
    lanes: HashMap<u32, Lane>,
    in_flight: VecDeque<Posted>,
    /// Acks that overtook another.
    pub acks_out_of_order: u64,
    /// Answered with an error.
    pub refused: u64,
    /// Those of them because a queue was full.
    pub full_queues: u64,
    /// What the site said of the first one that it refused.
    pub first_refusal: Option<String>,
}

/// What was sent down a lane.
#[derive(Debug, Default)]
pub struct Lane {
    /// Sequences up to here were posted.
    pub posted: u32,
    /// Of those, these were answered with an error, or not at all.
    pub not_acked: HashSet<u32>,
}

impl Outbox {
    /// Takes the next place in a lane; its request id is the second value.
    pub fn post(&mut self, lane: u32, due: Duration) -> (Posted, u64) {
        let request = self.next_request;
        self.next_request += 1;
        let sent = self.lanes.entry(lane).or_default();
        let posted = Posted { request, lane, sequence: sent.posted, due };
        sent.posted += 1;
        self.in_flight.push_back(posted);
        (posted, request)
    }

    /// Notes the answer to a request. None where nothing with that id waits for one.
    pub fn answered(&mut self, id: &str, error: Option<&str>) -> Option<Posted> {
        let request: u64 = id.parse().ok()?;
        let is_first = self.in_flight.front().is_some_and(|posted| posted.request == request);
        let posted = self.confirmed(request)?;
        self.acks_out_of_order += u64::from(!is_first);
        if let Some(error) = error {
            self.refused += 1;
            self.full_queues += u64::from(error.ends_with("is full"));
            self.first_refusal.get_or_insert_with(|| error.to_owned());
            self.lanes.entry(posted.lane).or_default().not_acked.insert(posted.sequence);
        }
        Some(posted)
    }

    /// Notes that a post was taken, where answers may come in any order.
    pub fn confirmed(&mut self, request: u64) -> Option<Posted> {
        let at = self.in_flight.iter().position(|posted| posted.request == request)?;
        self.in_flight.remove(at)
    }

    /// How many wait for an answer.
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Gives up waiting: what was not answered may or may not have been taken. Says how many those are.
    pub fn give_up(&mut self) -> u64 {
        let left = self.in_flight.len() as u64;
        for posted in self.in_flight.drain(..) {
            self.lanes.entry(posted.lane).or_default().not_acked.insert(posted.sequence);
        }
        left
    }

    /// All lanes that something was sent down.
    pub fn lanes(&self) -> impl Iterator<Item = (u32, &Lane)> {
        self.lanes.iter().map(|(number, lane)| (*number, lane))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_in_order_are_fine_and_others_are_counted() {
        let mut outbox = Outbox::default();
        for _ in 0..3 {
            outbox.post(7, Duration::ZERO);
        }
        assert_eq!(outbox.answered("0", None).map(|posted| posted.sequence), Some(0));
        assert_eq!(outbox.answered("2", None).map(|posted| posted.sequence), Some(2));
        assert_eq!((outbox.acks_out_of_order, outbox.in_flight()), (1, 1));
        assert!(outbox.answered("2", None).is_none());
        assert!(outbox.answered("x", None).is_none());
        assert_eq!(outbox.give_up(), 1);
        assert!(outbox.lanes().all(|(_, lane)| lane.not_acked.contains(&1)));
    }

    #[test]
    fn a_refused_message_is_not_acked() {
        let mut outbox = Outbox::default();
        outbox.post(7, Duration::ZERO);
        outbox.answered("0", Some("no"));
        assert_eq!((outbox.refused, outbox.first_refusal.as_deref()), (1, Some("no")));
    }
}
