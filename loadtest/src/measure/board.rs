//! Where all members of a run note what they see, and what is made of it second by second.

use std::{
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::times::{Latency, Times};

/// What came of one second.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Second {
    pub acked: u64,
    pub delivered: u64,
    /// Post to delivery, in microseconds.
    pub p50: u64,
    pub p99: u64,
    pub max: u64,
}

/// Counts and times of a run.
pub struct Board {
    epoch: Instant,
    /// What is due in here is measured.
    window: (Duration, Duration),
    /// Times count from here at the earliest, in microseconds.
    floor: AtomicU64,
    /// Posts, answers to them, deliveries that these promised, and deliveries that came: from the very beginning.
    posted: AtomicU64,
    answered: AtomicU64,
    promised: AtomicU64,
    arrived: AtomicU64,
    marks: Mutex<Marks>,
}

struct Marks {
    now: Second,
    seconds: Vec<Second>,
    acks: Times,
    deliveries: Times,
    /// Of this second alone.
    fresh: Times,
    /// Completed within the window.
    acked: u64,
    delivered: u64,
}

/// What a run measured.
#[derive(Debug, Clone)]
pub struct Measured {
    pub seconds: Vec<Second>,
    /// Post to ack.
    pub acks: Latency,
    /// Post to delivery.
    pub deliveries: Latency,
    /// Acks and deliveries in the window.
    pub acked: u64,
    pub delivered: u64,
}

impl Board {
    /// A run begins now; it is measured after `warm_up`, for `span`.
    pub fn start(warm_up: Duration, span: Duration) -> Result<Self> {
        let times = Times::new()?;
        let marks = Marks {
            now: Second::default(),
            seconds: Vec::new(),
            acks: times.clone(),
            deliveries: times.clone(),
            fresh: times,
            acked: 0,
            delivered: 0,
        };
        Ok(Self {
            epoch: Instant::now(),
            window: (warm_up, warm_up + span),
            floor: AtomicU64::new(0),
            posted: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            promised: AtomicU64::new(0),
            arrived: AtomicU64::new(0),
            marks: Mutex::new(marks),
        })
    }

    /// Time since the run began.
    pub fn age(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// When the run is so old.
    pub fn instant(&self, age: Duration) -> Instant {
        self.epoch + age
    }

    /// The end of what is measured.
    pub fn end(&self) -> Duration {
        self.window.1
    }

    /// The start of what is measured.
    pub fn begin(&self) -> Duration {
        self.window.0
    }

    fn measures(&self, age: Duration) -> bool {
        self.window.0 <= age && age < self.window.1
    }

    /// From now on, no time counts from before now: for those who wait for what was posted while they were away.
    pub fn count_from_now(&self) {
        self.floor.store(u64::try_from(self.age().as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    /// A message is posted.
    pub fn posted(&self) {
        self.posted.fetch_add(1, Relaxed);
    }

    /// A post was answered with an error.
    pub fn refused(&self) {
        self.answered.fetch_add(1, Relaxed);
    }

    /// An ack came that promises so many deliveries.
    pub fn acked(&self, now: Duration, due: Duration, promises: u64) {
        self.answered.fetch_add(1, Relaxed);
        self.promised.fetch_add(promises, Relaxed);
        let mut marks = self.marks();
        if self.measures(due) {
            marks.acks.note(now.saturating_sub(due));
        }
        if self.measures(now) {
            marks.now.acked += 1;
            marks.acked += 1;
        }
    }

    /// A message came that had not come before.
    pub fn delivered(&self, now: Duration, due: Duration) {
        self.arrived.fetch_add(1, Relaxed);
        let due = due.max(Duration::from_micros(self.floor.load(Relaxed)));
        let mut marks = self.marks();
        if self.measures(due) {
            let took = now.saturating_sub(due);
            marks.deliveries.note(took);
            marks.fresh.note(took);
        }
        if self.measures(now) {
            marks.now.delivered += 1;
            marks.delivered += 1;
        }
    }

    /// The same, and how long it took says nothing.
    pub fn delivered_untimed(&self) {
        self.arrived.fetch_add(1, Relaxed);
        let now = self.age();
        if self.measures(now) {
            let mut marks = self.marks();
            marks.now.delivered += 1;
            marks.delivered += 1;
        }
    }

    /// Whether all posts were answered, and all came that was promised.
    pub fn is_settled(&self) -> bool {
        self.answered.load(Relaxed) >= self.posted.load(Relaxed)
            && self.arrived.load(Relaxed) >= self.promised.load(Relaxed)
    }

    /// How many posts were answered so far.
    pub fn answered(&self) -> u64 {
        self.answered.load(Relaxed)
    }

    /// How many messages came so far.
    pub fn arrived(&self) -> u64 {
        self.arrived.load(Relaxed)
    }

    /// Closes a second.
    pub fn tick(&self) {
        let mut marks = self.marks();
        let mut second = mem::take(&mut marks.now);
        (second.p50, second.p99) = (marks.fresh.at(0.5), marks.fresh.at(0.99));
        second.max = marks.fresh.at(1.0);
        marks.fresh.clear();
        marks.seconds.push(second);
    }

    /// All that was measured.
    pub fn measured(&self) -> Measured {
        let marks = self.marks();
        Measured {
            seconds: marks.seconds.clone(),
            acks: marks.acks.latency("post to ack"),
            deliveries: marks.deliveries.latency("post to delivery"),
            acked: marks.acked,
            delivered: marks.delivered,
        }
    }

    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn what_was_due_in_the_window_is_timed_even_when_it_comes_late() {
        let board = Board::start(ms(1000), ms(1000)).unwrap();
        board.acked(ms(900), ms(800), 1);
        board.delivered(ms(1100), ms(900));
        board.delivered(ms(5000), ms(1500));
        let measured = board.measured();
        assert_eq!((measured.acks.count, measured.deliveries.count), (0, 1));
        assert!(measured.deliveries.max >= 3_490_000);
        assert_eq!((measured.acked, measured.delivered), (0, 1));
    }

    #[test]
    fn a_run_is_settled_once_all_is_answered_and_all_came_that_was_promised() {
        let board = Board::start(ms(0), ms(1000)).unwrap();
        board.posted();
        assert!(!board.is_settled());
        board.acked(ms(1), ms(0), 2);
        board.delivered(ms(1), ms(0));
        assert!(!board.is_settled());
        board.delivered(ms(2), ms(0));
        assert!(board.is_settled());
    }

    #[test]
    fn each_second_is_told_by_itself() {
        let board = Board::start(ms(0), ms(10_000)).unwrap();
        board.delivered(ms(100), ms(0));
        board.tick();
        board.tick();
        let seconds = board.measured().seconds;
        assert_eq!((seconds[0].delivered, seconds[1].delivered), (1, 0));
        assert!(seconds[0].p50 > 90_000 && seconds[1].p99 == 0);
    }
}
