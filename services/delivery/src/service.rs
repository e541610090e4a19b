//! A delivery process: its parts put together, started and stopped.

use std::sync::{Arc, Mutex, PoisonError};

use tmtp_bus::Bus;
use tmtp_grpc::delivery::delivery_server::DeliveryServer;
use tmtp_oidc::Keys;
use tmtp_platform::{Clock, Outside};
use tmtp_store::{Bodies, Store};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    Error, Options, acks,
    bodies::{self, Trash},
    clock::Ids,
    core::{Core, Turns},
    edge_watch::{self, Edges},
    fetch,
    former::FormerHashes,
    inbox::{self, Inbox, Outlet},
    loads::Counts,
    losses::Losses,
    roll::Roll,
    rpc,
    sites::Sites,
    telling::Telling,
    upkeep, writer,
};

/// A delivery process. Calls are carried out while [`Delivery::run`] runs.
pub struct Delivery {
    pub(crate) core: Arc<Core>,
    pub(crate) posts: Inbox<writer::Waiting>,
    pub(crate) acks: Inbox<acks::Waiting>,
    pub(crate) fetches: Inbox<fetch::Waiting>,
    outlets: Mutex<Option<Outlets>>,
}

/// Counts that a provider was asked for its keys.
fn count_keys(is_ok: bool) {
    let result = if is_ok { "ok" } else { "failed" };
    metrics::counter!("tmtp_delivery_provider_keys_total", "result" => result).increment(1);
}

/// The other ends of the queues: for the tasks.
struct Outlets {
    posts: Arc<Outlet<writer::Waiting>>,
    acks: Arc<Outlet<acks::Waiting>>,
    fetches: Arc<Outlet<fetch::Waiting>>,
    trash: Arc<Outlet<String>>,
}

impl Delivery {
    /// Reads what it must know before it can serve.
    ///
    /// # Errors
    /// An option is out of range, or the store does not answer.
    pub async fn start(
        options: Options,
        store: Arc<dyn Store>,
        bodies: Arc<dyn Bodies>,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, Error> {
        options.check()?;
        let ids = Ids::new(clock.clone(), store.next_instance().await?);
        let sites = Sites::load(store.clone()).await?;
        let ticket_secret = store.secret("tls tickets", &rand::random::<[u8; 32]>()).await?;
        let (trash, trash_out) = Trash::new();
        let turns = Turns::new(options.edits_queue, store.writers().max(1) * 2);
        let edges = Edges::new(options.edge_silence());
        let wait = options.queue_wait();
        let (posts, posts_out) = inbox::queue("posts", options.writer_queue, wait);
        let (acks, acks_out) = inbox::queue("acks", options.calls_queue, wait);
        let (fetches, fetches_out) = inbox::queue("fetches", options.calls_queue, wait);
        let telling = Telling::new(bus.clone(), ids.instance());
        let counts = Counts::default();
        let keys = Keys::new(Outside::new(options.private_providers), count_keys);
        let core = Core {
            options,
            store,
            bodies,
            bus,
            telling,
            clock,
            ids,
            sites,
            ticket_secret,
            edges,
            trash,
            counts,
            roll: Roll::default(),
            losses: Losses::default(),
            keys,
            former: FormerHashes::default(),
            turns,
        };
        let outlets = Outlets {
            posts: Arc::new(posts_out),
            acks: Arc::new(acks_out),
            fetches: Arc::new(fetches_out),
            trash: Arc::new(trash_out),
        };
        let outlets = Mutex::new(Some(outlets));
        Ok(Arc::new(Self { core: Arc::new(core), posts, acks, fetches, outlets }))
    }

    /// The service for a gRPC server.
    pub fn server(self: &Arc<Self>) -> DeliveryServer<Self> {
        DeliveryServer::from_arc(self.clone())
            .max_decoding_message_size(rpc::MESSAGE_MAX)
            .max_encoding_message_size(rpc::REPLY_MAX)
    }

    /// Does the work behind the calls until `stop`, then finishes what is queued. Stop the server first: calls that
    /// come later are told to go elsewhere.
    ///
    /// # Errors
    /// A task ended that must not: the process should end too.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), Error> {
        let outlets = self.outlets.lock().unwrap_or_else(PoisonError::into_inner).take();
        let outlets = outlets.ok_or(Error::RunsAlready)?;
        // The trash is emptied last: others add to it while they finish.
        let stop_trash = CancellationToken::new();
        let trash = bodies::empty(self.core.bodies.clone(), outlets.trash.clone(), stop_trash.clone());
        let mut last = JoinSet::new();
        last.spawn(named("trash", trash));
        let mut tasks = self.spawn(&outlets, &stop);
        loop {
            let ended = tokio::select! {
                ended = tasks.join_next() => ended,
                ended = last.join_next() => ended,
            };
            match ended {
                None => break,
                Some(Ok(_)) if stop.is_cancelled() => {}
                Some(Ok(name)) => return Err(Error::TaskEnded(name)),
                Some(Err(_)) => return Err(Error::TaskEnded("failed")),
            }
        }
        self.core.turns.tracker.close();
        self.core.turns.tracker.wait().await;
        stop_trash.cancel();
        last.join_next().await;
        Ok(())
    }

    fn spawn(&self, outlets: &Outlets, stop: &CancellationToken) -> JoinSet<&'static str> {
        let mut tasks = JoinSet::new();
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
        tasks.spawn(named("edge watch", edge_watch::run(core.clone(), stop.clone())));
        tasks.spawn(named("upkeep", upkeep::run(core.clone(), stop.clone())));
        tasks.spawn(named("sites", watch_sites(core.clone(), stop.clone())));
        tasks
    }
}

async fn watch_sites(core: Arc<Core>, stop: CancellationToken) {
    let every = std::time::Duration::from_secs(core.options.sites_poll_seconds);
    core.sites.watch(&*core.bus, every, &stop).await;
}

async fn named(name: &'static str, task: impl Future<Output = ()>) -> &'static str {
    task.await;
    name
}
