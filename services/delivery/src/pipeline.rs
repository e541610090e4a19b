//! All that serves the sites in one database: queues of its own and the tasks behind them, so that a database that is down
//! or slow holds up nobody's sites but its own.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::Duration,
};

use tmtp_store::{Bodies, Store};
use tokio::{task::JoinSet, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    acks,
    bodies::{self, Trash},
    core::Core,
    fault::Fault,
    fetch,
    inbox::{self, Inbox, Outlet},
    latency,
    service::named,
    upkeep, writer,
};

/// How long a call that serves many sites waits for one of their databases: less than an edge waits for it.
const PATIENCE: Duration = Duration::from_millis(2500);
/// The same, where that database could not be reached the last time.
const PATIENCE_WITH_AILING: Duration = Duration::from_millis(200);

/// A database with sites in it, and where their large bodies are.
pub struct Shard {
    /// Its name.
    pub name: String,
    /// The database.
    pub store: Arc<dyn Store>,
    /// Where large bodies of its sites are.
    pub bodies: Arc<dyn Bodies>,
}

pub(crate) struct Pipeline {
    pub core: Arc<Core>,
    pub posts: Inbox<writer::Waiting>,
    pub acks: Inbox<acks::Waiting>,
    pub fetches: Inbox<fetch::Waiting>,
}

/// The other ends of the queues: for the tasks.
pub(crate) struct Outlets {
    posts: Arc<Outlet<writer::Waiting>>,
    acks: Arc<Outlet<acks::Waiting>>,
    fetches: Arc<Outlet<fetch::Waiting>>,
    trash: Arc<Outlet<String>>,
}

impl Pipeline {
    /// `make` puts the core together, given where it leaves bodies that nobody needs any more.
    pub fn new(shard: Shard, make: impl FnOnce(Shard, Trash) -> Core) -> (Self, Outlets) {
        let (trash, trash_out) = Trash::new(&shard.name.as_str().into());
        let core = Arc::new(make(shard, trash));
        let options = &core.options;
        let wait = options.queue_wait();
        let (posts, posts_out) = inbox::queue("posts", &core.shard, options.writer_queue, wait);
        let (acks, acks_out) = inbox::queue("acks", &core.shard, options.calls_queue, wait);
        let (fetches, fetches_out) = inbox::queue("fetches", &core.shard, options.calls_queue, wait);
        let outlets = Outlets {
            posts: Arc::new(posts_out),
            acks: Arc::new(acks_out),
            fetches: Arc::new(fetches_out),
            trash: Arc::new(trash_out),
        };
        (Self { core, posts, acks, fetches }, outlets)
    }

    /// Starts the tasks.
    pub fn spawn(&self, outlets: &Outlets, stop: &CancellationToken, tasks: &mut JoinSet<&'static str>) {
        let core = &self.core;
        let writers = core.store.writers().max(1);
        for _ in 0..writers {
            tasks.spawn(named("writer", writer::run(core.clone(), outlets.posts.clone(), stop.clone())));
        }
        for _ in 0..writers.min(2) {
            tasks.spawn(named("ack writer", acks::run(core.clone(), outlets.acks.clone(), stop.clone())));
        }
        for _ in 0..core.options.fetch_readers {
            tasks.spawn(named("reader", fetch::run(core.clone(), outlets.fetches.clone(), stop.clone())));
        }
        tasks.spawn(named("latencies", latency::run(core.clone(), stop.clone())));
        tasks.spawn(named("upkeep", upkeep::run(core.clone(), stop.clone())));
    }

    /// Starts what empties the trash. It is stopped last: others add to it while they finish.
    pub fn spawn_last(&self, outlets: &Outlets, stop: &CancellationToken, tasks: &mut JoinSet<&'static str>) {
        let empty = bodies::empty(self.core.bodies.clone(), outlets.trash.clone(), stop.clone());
        tasks.spawn(named("trash", empty));
    }

    /// Awaits an answer, and not for long where whoever asks waits for other databases as well. What was begun goes on when that
    /// takes too long; whether it took effect is then not known.
    pub async fn answer<T>(
        &self,
        among_others: bool,
        answer: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        if !among_others {
            return answer.await;
        }
        let patience = if self.core.ailing.load(Relaxed) { PATIENCE_WITH_AILING } else { PATIENCE };
        let in_time = timeout(patience, answer).await;
        in_time.unwrap_or_else(|_| Err(Fault::InDoubt("no answer in time".to_owned())))
    }
}
