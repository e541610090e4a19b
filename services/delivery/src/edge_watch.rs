//! Which edges are alive: by their beats in the store, and the time that passes here between them.
//!
//! No clock of another machine counts. An edge is dead when polls that succeeded, one soon after the other, saw no
//! beat of it for the whole time of silence; a poll that failed or came late starts all observations anew, so
//! that an outage of the store kills nobody.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::future::join_all;
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use crate::{
    core::Core,
    edits::{self, Record},
    fault::Fault,
};

/// What is known of the edges.
pub(crate) struct Edges {
    silence: Duration,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Since when polls have succeeded without a break.
    watched_since: Option<Instant>,
    polled_at: Option<Instant>,
    edges: HashMap<String, Beat>,
}

struct Beat {
    /// `None`: it has sessions, but no beat is on record yet.
    count: Option<i64>,
    changed_at: Instant,
}

impl Edges {
    pub fn new(silence: Duration) -> Self {
        Self { silence, seen: Mutex::default() }
    }

    /// A session began on this edge: if it never beats, it is dead after the time of silence.
    pub fn expect(&self, edge: &str) {
        let mut seen = self.seen();
        if !seen.edges.contains_key(edge) {
            seen.edges.insert(edge.to_owned(), Beat { count: None, changed_at: Instant::now() });
        }
    }

    /// Whether an edge is taken for dead. One that is not on record counts as dead once
    /// that could not have escaped notice.
    pub fn is_dead(&self, edge: &str) -> bool {
        let seen = self.seen();
        let Some(watched_since) = seen.watched_since else { return false };
        let silent_since = seen.edges.get(edge).map_or(watched_since, |beat| beat.changed_at);
        silent_since.max(watched_since).elapsed() >= self.silence
    }

    /// All that are taken for dead.
    fn dead(&self) -> Vec<String> {
        let names: Vec<_> = self.seen().edges.keys().cloned().collect();
        names.into_iter().filter(|edge| self.is_dead(edge)).collect()
    }

    /// What a poll found.
    fn polled(&self, beats: Vec<(String, i64)>) {
        let mut seen = self.seen();
        let now = Instant::now();
        let came_late = seen.polled_at.is_none_or(|at| now.duration_since(at) > self.silence / 2);
        if came_late || seen.watched_since.is_none() {
            seen.watched_since = Some(now);
        }
        seen.polled_at = Some(now);
        let on_record: HashSet<String> = beats.iter().map(|(edge, _)| edge.clone()).collect();
        seen.edges.retain(|edge, beat| beat.count.is_none() || on_record.contains(edge));
        for (edge, count) in beats {
            let beat = seen.edges.entry(edge).or_insert(Beat { count: None, changed_at: now });
            if beat.count != Some(count) {
                *beat = Beat { count: Some(count), changed_at: now };
            }
        }
    }

    fn poll_failed(&self) {
        self.seen().watched_since = None;
    }

    fn forget(&self, edge: &str) {
        self.seen().edges.remove(edge);
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Watches the edges until `stop`, and ends the sessions of those that died, in all databases.
pub(crate) async fn run(core: Arc<Core>, all: Vec<Arc<Core>>, stop: CancellationToken) {
    let every = (core.edges.silence / 6).min(Duration::from_secs(1));
    let mut poll = tokio::time::interval(every);
    poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // Beside the polls: a database that is down must not keep the others' edges from being watched.
    let (mut reaps, mut under_way) = (JoinSet::new(), HashSet::new());
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = poll.tick() => {}
            Some(done) = reaps.join_next() => {
                match done {
                    Ok(edge) => drop(under_way.remove::<String>(&edge)),
                    Err(_) => under_way.clear(),
                }
                continue;
            }
        }
        match core.main.edges().await {
            Ok(beats) => core.edges.polled(beats),
            Err(_) => core.edges.poll_failed(),
        }
        for edge in core.edges.dead() {
            if under_way.insert(edge.clone()) {
                let (core, all, stop) = (core.clone(), all.clone(), stop.clone());
                reaps.spawn(async move {
                    reap_everywhere(&core, &all, &edge, &stop).await;
                    edge
                });
            }
        }
    }
}

/// Strikes an edge off the record when none of its sessions are left in any database. What is left undone is done at the
/// next poll.
async fn reap_everywhere(main: &Arc<Core>, all: &[Arc<Core>], edge: &str, stop: &CancellationToken) {
    tracing::info!(edge, "an edge is silent: its sessions end");
    let reaped = all.iter().map(|core| reap(core, edge, Record::Kept, stop));
    if join_all(reaped).await.into_iter().all(|done| done) && reap(main, edge, Record::Struck, stop).await {
        main.edges.forget(edge);
    }
}

/// Ends all sessions of an edge in one database, some at a time; whether none are left.
async fn reap(core: &Arc<Core>, edge: &str, record: Record, stop: &CancellationToken) -> bool {
    loop {
        let name = edge.to_owned();
        let done = core.transact(move |core| edits::end_edge(core, name.clone(), record)).await;
        match done {
            Ok(true) => return true,
            Ok(false) if !stop.is_cancelled() => {}
            Ok(false) => return false,
            Err(fault) => {
                warn_unless_outage(edge, &fault);
                return false;
            }
        }
    }
}

fn warn_unless_outage(edge: &str, fault: &Fault) {
    if !fault.is_outage() {
        tracing::error!(edge, ?fault, "the sessions of a dead edge could not be ended");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SILENCE: Duration = Duration::from_secs(6);

    async fn pass(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    fn beat(edge: &str, count: i64) -> Vec<(String, i64)> {
        vec![(edge.to_owned(), count)]
    }

    #[tokio::test(start_paused = true)]
    async fn an_edge_that_beats_lives_and_one_that_stops_is_dead_after_the_silence() {
        let edges = Edges::new(SILENCE);
        for count in 0..20 {
            edges.polled(beat("a", count));
            pass(1).await;
            assert!(!edges.is_dead("a"));
        }
        for _ in 0..5 {
            assert!(!edges.is_dead("a"));
            edges.polled(beat("a", 19));
            pass(1).await;
        }
        assert!(edges.is_dead("a"));
        assert_eq!(edges.dead(), ["a"]);
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_of_the_store_kills_nobody() {
        let edges = Edges::new(SILENCE);
        edges.polled(beat("a", 1));
        pass(1).await;
        edges.poll_failed();
        pass(100).await;
        assert!(!edges.is_dead("a"));
        edges.polled(beat("a", 1));
        pass(2).await;
        assert!(!edges.is_dead("a"));
        edges.polled(beat("a", 2));
        assert!(edges.dead().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_poll_kills_nobody() {
        let edges = Edges::new(SILENCE);
        edges.polled(beat("a", 1));
        pass(60).await;
        edges.polled(beat("a", 1));
        assert!(edges.dead().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn an_edge_that_never_beats_is_dead_in_the_end() {
        let edges = Edges::new(SILENCE);
        edges.polled(Vec::new());
        edges.expect("a");
        for _ in 0..6 {
            assert!(!edges.is_dead("a"));
            pass(1).await;
            edges.polled(Vec::new());
        }
        assert_eq!(edges.dead(), ["a"]);
        edges.forget("a");
        assert!(edges.dead().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn before_it_has_watched_long_enough_nobody_is_dead() {
        let edges = Edges::new(SILENCE);
        assert!(!edges.is_dead("unheard of"));
        edges.polled(Vec::new());
        assert!(!edges.is_dead("unheard of"));
        for _ in 0..6 {
            pass(1).await;
            edges.polled(Vec::new());
        }
        assert!(edges.is_dead("unheard of"));
    }
}
