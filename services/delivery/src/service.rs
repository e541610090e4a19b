//! A delivery process: its parts put together, started and stopped.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tmtp_bus::Bus;
use tmtp_grpc::delivery::delivery_server::DeliveryServer;
use tmtp_oidc::Keys;
use tmtp_platform::{Clock, Outside};
use tmtp_store::SiteId;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{
    Error, Options, Shard,
    allowance::Allowances,
    bodies::Trash,
    clock::Ids,
    core::{Core, Turns},
    edge_watch::{self, Edges},
    fault::Fault,
    former::FormerHashes,
    latency::Latencies,
    loads::Counts,
    losses::Losses,
    pipeline::{Outlets, Pipeline},
    roll::Roll,
    rpc,
    sites::Sites,
    telling::Telling,
};

/// A delivery process. Calls are carried out while [`Delivery::run`] runs.
pub struct Delivery {
    /// That of main, for what concerns no site.
    pub(crate) core: Arc<Core>,
    /// By the names of the databases.
    pipelines: BTreeMap<String, Pipeline>,
    /// In the same order.
    outlets: Mutex<Option<Vec<Outlets>>>,
}

/// Counts that a provider was asked for its keys.
fn count_keys(is_ok: bool) {
    let result = if is_ok { "ok" } else { "failed" };
    metrics::counter!("tmtp_delivery_provider_keys_total", "result" => result).increment(1);
}

impl Delivery {
    /// Reads what it must know before it can serve. The directory of sites is in `main`; their own rows are there, or in
    /// one of `others`.
    ///
    /// # Errors
    /// An option is out of range, or main does not answer.
    pub async fn start(
        options: Options,
        main: Shard,
        others: Vec<Shard>,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, Error> {
        options.check()?;
        let directory = main.store.clone();
        let ids = Arc::new(Ids::new(clock.clone(), directory.next_instance().await?));
        let names = std::iter::once(&main).chain(&others).map(|shard| shard.name.clone()).collect();
        let sites = Arc::new(Sites::load(directory.clone(), names).await?);
        let ticket_secret = directory.secret("tls tickets", &rand::random::<[u8; 32]>()).await?;
        let edges = Arc::new(Edges::new(options.edge_silence()));
        let telling = Arc::new(Telling::new(bus.clone(), ids.instance()));
        let keys = Arc::new(Keys::new(Outside::new(options.private_providers), count_keys));
        let former = Arc::new(FormerHashes::default());
        let core = |shard: Shard, trash: Trash| Core {
            turns: Turns::new(options.edits_queue, shard.store.writers().max(1) * 2),
            ailing: false.into(),
            options: options.clone(),
            shard: shard.name.into(),
            store: shard.store,
            main: directory.clone(),
            bodies: shard.bodies,
            bus: bus.clone(),
            telling: telling.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            sites: sites.clone(),
            ticket_secret: ticket_secret.clone(),
            edges: edges.clone(),
            trash,
            counts: Counts::default(),
            sent: Allowances::default(),
            members: Allowances::default(),
            strangers: Allowances::default(),
            roll: Roll::default(),
            latencies: Latencies::default(),
            losses: Losses::default(),
            keys: keys.clone(),
            former: former.clone(),
        };
        let name = main.name.clone();
        let (main, main_outlets) = Pipeline::new(main, core);
        let core_of_main = main.core.clone();
        let mut pipelines = BTreeMap::from([(name.clone(), main)]);
        let mut outlets = BTreeMap::from([(name, main_outlets)]);
        for shard in others {
            let name = shard.name.clone();
            let (pipeline, ends) = Pipeline::new(shard, core);
            pipelines.insert(name.clone(), pipeline);
            outlets.insert(name, ends);
        }
        let outlets = Mutex::new(Some(outlets.into_values().collect()));
        Ok(Arc::new(Self { core: core_of_main, pipelines, outlets }))
    }

    /// The service for a gRPC server.
    pub fn server(self: &Arc<Self>) -> DeliveryServer<Self> {
        DeliveryServer::from_arc(self.clone())
            .max_decoding_message_size(rpc::MESSAGE_MAX)
            .max_encoding_message_size(rpc::REPLY_MAX)
    }

    /// What serves a site. A fault after which trying again is right, perhaps elsewhere, while the site moves, or where it
    /// is in a database that this process was not told of.
    pub(crate) fn at(&self, site: SiteId) -> Result<&Pipeline, Fault> {
        let listing = self.core.sites.listing();
        if listing.is_moving(site) {
            return Err(Fault::Away);
        }
        let shard = listing.shard(site);
        self.pipelines.get(shard).ok_or(Fault::Busy("the site is in a database that is not known here"))
    }

    /// Whether these sites are in several databases, one of which may be down while others are not.
    pub(crate) fn are_in_several(&self, sites: impl Iterator<Item = SiteId>) -> bool {
        if self.pipelines.len() == 1 {
            return false;
        }
        let listing = self.core.sites.listing();
        let mut shards = sites.map(|site| listing.shard(site));
        shards.next().is_some_and(|first| shards.any(|shard| shard != first))
    }

    /// Does the work behind the calls until `stop`, then finishes what is queued. Stop the server first: calls that
    /// come later are told to go elsewhere.
    ///
    /// # Errors
    /// A task ended that must not: the process should end too.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) -> Result<(), Error> {
        let outlets = self.outlets.lock().unwrap_or_else(PoisonError::into_inner).take();
        let outlets = outlets.ok_or(Error::RunsAlready)?;
        let stop_last = CancellationToken::new();
        let (mut tasks, mut last) = (JoinSet::new(), JoinSet::new());
        for (pipeline, outlets) in self.pipelines.values().zip(&outlets) {
            pipeline.spawn(outlets, &stop, &mut tasks);
            pipeline.spawn_last(outlets, &stop_last, &mut last);
        }
        let cores = self.pipelines.values().map(|pipeline| pipeline.core.clone()).collect();
        tasks.spawn(named("edge watch", edge_watch::run(self.core.clone(), cores, stop.clone())));
        tasks.spawn(named("sites", watch_sites(self.core.clone(), stop.clone())));
        loop {
            let ended = tokio::select! {
                ended = tasks.join_next() => ended,
                Some(ended) = last.join_next() => Some(ended),
            };
            match ended {
                None => break,
                Some(Ok(_)) if stop.is_cancelled() => {}
                Some(Ok(name)) => return Err(Error::TaskEnded(name)),
                Some(Err(_)) => return Err(Error::TaskEnded("failed")),
            }
        }
        for pipeline in self.pipelines.values() {
            pipeline.core.turns.tracker.close();
            pipeline.core.turns.tracker.wait().await;
        }
        stop_last.cancel();
        while last.join_next().await.is_some() {}
        Ok(())
    }
}

async fn watch_sites(core: Arc<Core>, stop: CancellationToken) {
    let every = std::time::Duration::from_secs(core.options.sites_poll_seconds);
    core.sites.watch(&*core.bus, every, &stop).await;
}

pub(crate) async fn named(name: &'static str, task: impl Future<Output = ()>) -> &'static str {
    task.await;
    name
}
