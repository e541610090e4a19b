//! Natural batching: whoever is free takes all that waits, and idle means one at a time. While many ask, a taker waits a moment
//! for more of them: a few large transactions cost less than many small ones.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Mutex, mpsc},
    time::sleep,
};
use tokio_util::sync::CancellationToken;

use crate::fault::Fault;

/// The entrance to a queue.
pub(crate) struct Inbox<T> {
    name: &'static str,
    shard: Arc<str>,
    wait: Duration,
    sender: mpsc::Sender<T>,
}

/// The exit of a queue; any number of tasks may take from it in turn.
pub(crate) struct Outlet<T> {
    name: &'static str,
    shard: Arc<str>,
    taking: Mutex<Taking<T>>,
}

struct Taking<T> {
    receiver: mpsc::Receiver<T>,
    /// How many items the last portion was of.
    last: usize,
}

/// How much one taker takes at a time.
#[derive(Clone, Copy)]
pub(crate) struct Portion {
    pub count_max: usize,
    pub octets_max: usize,
    pub gather: Gather,
}

/// How long a taker waits for more items, where the last portion had so many.
#[derive(Clone, Copy)]
pub(crate) struct Gather {
    pub wait: Duration,
    pub after: usize,
}

impl Gather {
    /// Never, and not at all.
    pub const NONE: Self = Self { wait: Duration::ZERO, after: usize::MAX };
}

/// What an item adds to a portion.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weight {
    pub count: usize,
    pub octets: usize,
}

impl Weight {
    /// One of something, of a size that does not matter.
    pub const ONE: Self = Self { count: 1, octets: 0 };

    fn is_below(self, portion: &Portion) -> bool {
        self.count < portion.count_max && self.octets < portion.octets_max
    }

    fn add(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.octets = self.octets.saturating_add(other.octets);
    }
}

/// A queue of at most `capacity` for the sites of one database; putting something in waits at most `wait` for a place.
pub(crate) fn queue<T: Send>(
    name: &'static str,
    shard: &Arc<str>,
    capacity: usize,
    wait: Duration,
) -> (Inbox<T>, Outlet<T>) {
    let (sender, receiver) = mpsc::channel(capacity);
    (Inbox { name, shard: shard.clone(), wait, sender }, Outlet::new(name, shard, receiver))
}

impl<T: Send> Inbox<T> {
    pub async fn put(&self, item: T) -> Result<(), Fault> {
        let place = tokio::time::timeout(self.wait, self.sender.reserve()).await;
        let place = place.map_err(|_| Fault::Busy("overloaded"))?.map_err(|_| Fault::Busy("stopping"))?;
        place.send(item);
        let waiting = self.sender.max_capacity() - self.sender.capacity();
        metrics::gauge!("tmtp_delivery_queue_depth", "queue" => self.name, "shard" => self.shard.clone())
            .set(waiting as f64);
        Ok(())
    }
}

impl<T: Send> Outlet<T> {
    pub fn new(name: &'static str, shard: &Arc<str>, receiver: mpsc::Receiver<T>) -> Self {
        Self { name, shard: shard.clone(), taking: Mutex::new(Taking { receiver, last: 0 }) }
    }

    /// Waits for the first and takes with it all that waits, up to a portion. `None` when `stop` was called
    /// and nothing is left: from then on nothing can be put in.
    pub async fn take(
        &self,
        portion: &Portion,
        weight: impl Fn(&T) -> Weight,
        stop: &CancellationToken,
    ) -> Option<Vec<T>> {
        let mut taking = self.taking.lock().await;
        let Taking { receiver, last } = &mut *taking;
        let first = tokio::select! {
            biased;
            first = receiver.recv() => first,
            () = stop.cancelled() => {
                receiver.close();
                receiver.recv().await
            }
        }?;
        if *last >= portion.gather.after && receiver.len() < portion.count_max {
            // The lock is held meanwhile: what comes goes in this portion, and in no other taker's.
            tokio::select! {
                () = sleep(portion.gather.wait) => {}
                () = stop.cancelled() => {}
            }
        }
        let mut total = weight(&first);
        let mut taken = vec![first];
        while total.is_below(portion) {
            let Ok(item) = receiver.try_recv() else { break };
            total.add(weight(&item));
            taken.push(item);
        }
        *last = taken.len();
        metrics::gauge!("tmtp_delivery_queue_depth", "queue" => self.name, "shard" => self.shard.clone())
            .set(receiver.len() as f64);
        metrics::histogram!("tmtp_commit_batch_size", "queue" => self.name).record(total.count as f64);
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Portion = Portion { count_max: 100, octets_max: 1000, gather: Gather::NONE };

    #[tokio::test]
    async fn all_that_waits_is_taken_at_once() {
        let (inbox, outlet) = queue("test", &"main".into(), 8, Duration::from_secs(1));
        for item in 0..5 {
            inbox.put(item).await.unwrap();
        }
        let taken = outlet.take(&ALL, |_| Weight::ONE, &CancellationToken::new()).await;
        assert_eq!(taken, Some(vec![0, 1, 2, 3, 4]));
    }

    #[tokio::test]
    async fn a_portion_ends_at_its_count_or_its_octets() {
        let (inbox, outlet) = queue("test", &"main".into(), 8, Duration::from_secs(1));
        for item in 0..7 {
            inbox.put(item).await.unwrap();
        }
        let stop = CancellationToken::new();
        let by_count = Portion { count_max: 2, ..ALL };
        assert_eq!(outlet.take(&by_count, |_| Weight::ONE, &stop).await, Some(vec![0, 1]));
        let by_octets = Portion { octets_max: 25, ..ALL };
        assert_eq!(
            outlet.take(&by_octets, |_| Weight { count: 1, octets: 10 }, &stop).await,
            Some(vec![2, 3, 4])
        );
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_portion_of_many_more_is_waited_for_and_after_one_of_few_it_is_not() {
        let (inbox, outlet) = queue("test", &"main".into(), 64, Duration::from_secs(1));
        let wait = Duration::from_millis(2);
        let portion = Portion { gather: Gather { wait, after: 3 }, ..ALL };
        let stop = CancellationToken::new();
        let take = async |counts: [usize; 2]| {
            for item in 0..counts[0] {
                inbox.put(item).await.unwrap();
            }
            let later = async {
                sleep(wait / 2).await;
                for item in 0..counts[1] {
                    inbox.put(item).await.unwrap();
                }
            };
            let taken = outlet.take(&portion, |_| Weight::ONE, &stop);
            tokio::join!(taken, later).0.unwrap().len()
        };
        assert_eq!(take([3, 1]).await, 3, "at once at first");
        assert_eq!(take([1, 1]).await, 3, "with what was left and what came");
        assert_eq!(take([1, 0]).await, 1, "as long as many come");
        assert_eq!(take([1, 1]).await, 1, "at once again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_queue_refuses_after_a_while() {
        let (inbox, _outlet) = queue("test", &"main".into(), 1, Duration::from_secs(1));
        inbox.put(1).await.unwrap();
        assert!(matches!(inbox.put(2).await, Err(Fault::Busy("overloaded"))));
    }

    #[tokio::test]
    async fn after_a_stop_what_is_queued_is_still_taken_and_nothing_more_comes_in() {
        let (inbox, outlet) = queue("test", &"main".into(), 8, Duration::from_secs(1));
        inbox.put(1).await.unwrap();
        let stop = CancellationToken::new();
        stop.cancel();
        assert_eq!(outlet.take(&ALL, |_| Weight::ONE, &stop).await, Some(vec![1]));
        assert_eq!(outlet.take(&ALL, |_| Weight::ONE, &stop).await, None);
        assert!(matches!(inbox.put(2).await, Err(Fault::Busy("stopping"))));
    }
}
