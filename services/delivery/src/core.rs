//! What every call at the sites of one database needs: the ports, the ids, and what this process remembers.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use tmtp_bus::Bus;
use tmtp_oidc::Keys;
use tmtp_platform::{Backoff, Clock};
use tmtp_store::{Bodies, Store, Tx};
use tokio::{sync::Semaphore, time::Instant};
use tokio_util::task::TaskTracker;

use crate::{
    Options, allowance::Allowances, bodies::Trash, clock::Ids, edge_watch::Edges, fault::Fault,
    former::FormerHashes, latency::Latencies, loads::Counts, losses::Losses, roll::Roll, sites::Sites,
    telling::Telling,
};

/// A transaction that failed for want of the store is tried again within this time; a longer outage is
/// for the edge to wait for.
const RETRY_WITHIN: Duration = Duration::from_millis(500);

pub(crate) struct Core {
    pub options: Options,
    /// The database whose sites this serves, by name.
    pub shard: Arc<str>,
    pub store: Arc<dyn Store>,
    /// The database that has the directory of sites, and what concerns no site.
    pub main: Arc<dyn Store>,
    pub bodies: Arc<dyn Bodies>,
    pub bus: Arc<dyn Bus>,
    pub telling: Arc<Telling>,
    pub losses: Losses,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<Ids>,
    pub sites: Arc<Sites>,
    /// What edges make the keys of their TLS tickets from.
    pub ticket_secret: Bytes,
    pub edges: Arc<Edges>,
    pub trash: Trash,
    pub counts: Counts,
    /// What sites have sent today.
    pub sent: Allowances,
    /// What members they have.
    pub members: Allowances,
    /// And how many strangers came in the last hour.
    pub strangers: Allowances,
    pub roll: Roll,
    /// How long messages took to devices that were connected.
    pub latencies: Latencies,
    /// Keys of those who vouch for newcomers.
    pub keys: Arc<Keys>,
    /// Hashes of secrets that came from another server.
    pub former: Arc<FormerHashes>,
    pub turns: Turns,
    /// The database could not be reached, or not in the time that each of its own statements has, when it was asked last.
    pub ailing: AtomicBool,
}

/// Bounds the transactions that are not a writer's: how many run, and how many wait for it.
pub(crate) struct Turns {
    waiting: Semaphore,
    running: Arc<Semaphore>,
    pub tracker: TaskTracker,
}

impl Turns {
    pub fn new(waiting: usize, running: usize) -> Self {
        Self {
            waiting: Semaphore::new(waiting),
            running: Arc::new(Semaphore::new(running)),
            tracker: TaskTracker::new(),
        }
    }
}

impl Core {
    /// Runs a transaction in a task of its own, so that nobody who stops waiting tears it in half.
    pub async fn transact<T, W, F>(self: &Arc<Self>, work: W) -> Result<T, Fault>
    where
        T: Send + 'static,
        W: Fn(Arc<Self>) -> F + Send + 'static,
        F: Future<Output = Result<T, Fault>> + Send + 'static,
    {
        let waiting = self.turns.waiting.try_acquire().map_err(|_| Fault::Busy("overloaded"))?;
        let turn = self.turns.running.clone().acquire_owned().await.map_err(|_| Fault::Busy("stopping"))?;
        drop(waiting);
        let core = self.clone();
        let task = self.turns.tracker.spawn(async move {
            let _turn = turn;
            tried_again(core, work).await
        });
        task.await.map_err(|_| Fault::Defect("a transaction's task failed".into()))?
    }

    /// Runs a single call to the store in a task of its own, for the same reason.
    pub async fn call<T, F>(self: &Arc<Self>, call: F) -> Result<T, Fault>
    where
        T: Send + 'static,
        F: Future<Output = tmtp_store::Result<T>> + Send + 'static,
    {
        let core = self.clone();
        let task = self.turns.tracker.spawn(async move { core.note(call.await.map_err(Fault::from)) });
        task.await.map_err(|_| Fault::Defect("a call's task failed".into()))?
    }

    /// Notes whether the database was there, and passes on what came of a call.
    pub fn note<T>(&self, done: Result<T, Fault>) -> Result<T, Fault> {
        self.ailing.store(matches!(&done, Err(fault) if fault.is_outage()), Relaxed);
        done
    }
}

/// Commits. A failure leaves open whether it took effect.
pub(crate) async fn commit(tx: Box<dyn Tx>) -> Result<(), Fault> {
    let started = Instant::now();
    let done = tx.commit().await.map_err(Fault::of_commit);
    metrics::histogram!("tmtp_commit_duration_seconds").record(started.elapsed().as_secs_f64());
    done
}

/// Tries again what failed before its commit, mostly on a conflict of locks, while that is cheap.
async fn tried_again<T, W, F>(core: Arc<Core>, work: W) -> Result<T, Fault>
where
    W: Fn(Arc<Core>) -> F,
    F: Future<Output = Result<T, Fault>>,
{
    let started = Instant::now();
    let mut backoff = Backoff::new(Duration::from_millis(10), Duration::from_millis(100));
    loop {
        match work(core.clone()).await {
            Err(Fault::Unavailable(_)) if started.elapsed() < RETRY_WITHIN => {
                tokio::time::sleep(backoff.next_wait()).await;
            }
            done => return done,
        }
    }
}
