//! What waits for one subscriber: bounded, in order.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::Event;

/// Octets of hints that wait, whatever their number.
const OCTETS_MAX: usize = 32 << 20;

/// One reader, many writers. Writing never waits.
#[derive(Debug)]
pub(crate) struct Mailbox {
    state: Mutex<State>,
    news: Notify,
    limit: usize,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Event>,
    /// Of the hints among them.
    octets: usize,
    /// Whether hints of its channel reach this process. What comes before that belongs to the gap.
    live: bool,
    closed: bool,
}

impl Mailbox {
    /// Holds up to `limit` hints, and hears none before [`Mailbox::enliven`].
    pub(crate) fn new(limit: usize) -> Self {
        Self { state: Mutex::default(), news: Notify::new(), limit }
    }

    /// Says that hints reach it from now on; the first event after that is a gap.
    pub(crate) fn enliven(&self) {
        let mut state = self.lock();
        if !state.live {
            state.live = true;
            push_gap(&mut state.events);
            self.news.notify_one();
        }
    }

    /// Says that hints no longer reach it.
    pub(crate) fn deafen(&self) {
        self.lock().live = false;
    }

    /// Adds a hint. When it is one too many, all that waits becomes a gap.
    pub(crate) fn push(&self, hint: Bytes) {
        let mut state = self.lock();
        if !state.live {
            return;
        }
        if state.events.len() < self.limit && state.octets < OCTETS_MAX {
            state.octets += hint.len();
            state.events.push_back(Event::Hint(hint));
        } else {
            metrics::counter!("tmtp_bus_overflows_total").increment(1);
            state.events.clear();
            state.octets = 0;
            push_gap(&mut state.events);
        }
        self.news.notify_one();
    }

    /// Says that nothing comes any more; what waits can still be read.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.news.notify_one();
    }

    /// The next event; `None` once closed and read out.
    pub(crate) async fn next(&self) -> Option<Event> {
        loop {
            {
                let mut state = self.lock();
                if let Some(event) = state.events.pop_front() {
                    if let Event::Hint(hint) = &event {
                        state.octets -= hint.len();
                    }
                    return Some(event);
                }
                if state.closed {
                    return None;
                }
            }
            self.news.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Two gaps in a row say no more than one, so that the queue stays bounded whatever the network does.
fn push_gap(events: &mut VecDeque<Event>) {
    if events.back() != Some(&Event::Gap) {
        metrics::counter!("tmtp_bus_gaps_total").increment(1);
        events.push_back(Event::Gap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    async fn all(mailbox: &Mailbox) -> Vec<Event> {
        mailbox.close();
        let mut events = Vec::new();
        while let Some(event) = mailbox.next().await {
            events.push(event);
        }
        events
    }

    #[tokio::test]
    async fn nothing_is_heard_before_the_gap_that_says_it_listens() {
        let mailbox = Mailbox::new(4);
        mailbox.push(hint("early"));
        mailbox.enliven();
        mailbox.push(hint("one"));
        assert_eq!(all(&mailbox).await, [Event::Gap, Event::Hint(hint("one"))]);
    }

    #[tokio::test]
    async fn one_hint_too_many_makes_all_that_wait_a_gap() {
        let mailbox = Mailbox::new(3);
        mailbox.enliven();
        ["one", "two", "three", "four"].into_iter().for_each(|text| mailbox.push(hint(text)));
        assert_eq!(all(&mailbox).await, [Event::Gap, Event::Hint(hint("four"))]);
    }

    #[tokio::test]
    async fn large_hints_that_nobody_reads_become_a_gap_before_they_fill_the_memory() {
        let mailbox = Mailbox::new(1_000_000);
        mailbox.enliven();
        let large = Bytes::from(vec![b'x'; 1 << 20]);
        (0..=OCTETS_MAX >> 20).for_each(|_| mailbox.push(large.clone()));
        mailbox.push(hint("last"));
        assert_eq!(all(&mailbox).await, [Event::Gap, Event::Hint(hint("last"))]);
    }

    #[tokio::test]
    async fn a_link_that_comes_and_goes_a_thousand_times_leaves_one_gap() {
        let mailbox = Mailbox::new(3);
        for _ in 0..1000 {
            mailbox.enliven();
            mailbox.deafen();
        }
        assert_eq!(all(&mailbox).await, [Event::Gap]);
    }

    #[tokio::test]
    async fn a_gap_comes_after_what_was_heard_before_it() {
        let mailbox = Mailbox::new(9);
        mailbox.enliven();
        mailbox.push(hint("one"));
        mailbox.deafen();
        mailbox.push(hint("lost"));
        mailbox.enliven();
        mailbox.push(hint("two"));
        let expected = [Event::Gap, Event::Hint(hint("one")), Event::Gap, Event::Hint(hint("two"))];
        assert_eq!(all(&mailbox).await, expected);
    }
}
