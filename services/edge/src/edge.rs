//! An edge as a whole: what its parts share, how it runs, and how it shuts down.

use std::{convert::Infallible, net, sync::Arc, time::Duration};

use rand::seq::SliceRandom;
use tmtp_bus::Bus;
use tmtp_platform::Clock;
use tokio::{
    net::TcpListener,
    sync::{Mutex, Notify, mpsc},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    accept::{self, Doors},
    acks::{self, Acked, Acks},
    beat,
    doubts::{self, Doubts},
    ends::{self, Ends},
    hints,
    lanes::{self, LANES, Lanes},
    options::Options,
    pace, presence,
    registry::Registry,
    sites::Sites,
    tickets::Tickets,
    tls::{self, Tls},
    upstream::Upstream,
};

/// How long links may take to end before the sessions are gone through once more.
const DRAIN_ROUND: Duration = Duration::from_secs(1);
/// How long delivery may take to hear of the last acks and the last sessions' ends.
const LAST_CALLS: Duration = Duration::from_secs(5);

/// Why an edge cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Certificates or TLS.
    #[error(transparent)]
    Tls(#[from] tls::Error),
    /// A listener.
    #[error("cannot listen: {0}")]
    Listen(#[from] std::io::Error),
    /// A part of the edge ended that should run for good.
    #[error("the edge's {0} ended")]
    Task(&'static str),
    /// A part of the edge panicked.
    #[error("a task of the edge died: {0}")]
    Died(#[from] tokio::task::JoinError),
}

/// What the parts of an edge share.
#[derive(Debug)]
pub struct Shared {
    /// Names this edge and this run of it.
    pub id: String,
    pub options: Options,
    pub upstream: Upstream,
    pub bus: BusPort,
    pub clock: ClockPort,
    pub tls: Tls,
    pub tickets: Arc<Tickets>,
    pub sites: Sites,
    pub registry: Registry,
    pub doors: Arc<Doors>,
    pub acks: Acks,
    pub ends: Ends,
    pub doubts: Doubts,
    pub lanes: Lanes,
    /// Asks for a sweep at once.
    pub sweep_now: Notify,
    /// Some may not have been told who is online.
    pub presence_lost: Notify,
}

/// The bus, with a quiet Debug.
#[derive(Clone)]
pub struct BusPort(Arc<dyn Bus>);

impl std::fmt::Debug for BusPort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bus")
    }
}

impl std::ops::Deref for BusPort {
    type Target = dyn Bus;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// The clock, with a quiet Debug.
pub struct ClockPort(Arc<dyn Clock>);

impl std::fmt::Debug for ClockPort {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

impl std::ops::Deref for ClockPort {
    type Target = dyn Clock;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// An edge.
#[derive(Debug)]
pub struct Edge {
    shared: Arc<Shared>,
    acked: Mutex<Option<mpsc::Receiver<Acked>>>,
}

impl Edge {
    /// Prepares an edge; reads its certificates. Nothing runs before [`Edge::run`].
    ///
    /// # Errors
    /// [`Error::Tls`] when the certificates are no use.
    pub fn new(
        options: Options,
        upstream: Upstream,
        bus: Arc<dyn Bus>,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, Error> {
        let (acks, acked) = Acks::new();
        let tickets = Arc::new(Tickets::new(clock.clone()));
        let shared = Shared {
            id: format!("{:016x}", rand::random::<u64>()),
            upstream,
            bus: BusPort(bus),
            clock: ClockPort(clock),
            tls: Tls::open(&options.certificates, options.default_host.as_deref(), tickets.clone())?,
            tickets,
            sites: Sites::new(options.default_host.as_deref()),
            registry: Registry::default(),
            doors: Arc::new(Doors::new(&options)),
            acks,
            ends: Ends::default(),
            doubts: Doubts::default(),
            lanes: Lanes::default(),
            sweep_now: Notify::new(),
            presence_lost: Notify::new(),
            options,
        };
        Ok(Arc::new(Self { shared: Arc::new(shared), acked: Mutex::new(Some(acked)) }))
    }

    #[cfg(test)]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Whether it can serve members: it knows the sites, and a delivery process answers.
    pub fn is_ready(&self) -> bool {
        self.shared.sites.is_known() && self.shared.upstream.is_up()
    }

    /// How many sessions it holds.
    pub fn sessions(&self) -> usize {
        self.shared.registry.len()
    }

    /// Serves until `stop`; then refuses new links, finishes what is in hand, closes the sessions at the rate that the
    /// options set, and returns.
    ///
    /// # Errors
    /// When a part of it died: the process should end.
    pub async fn run(
        self: Arc<Self>,
        listeners: Vec<net::TcpListener>,
        stop: CancellationToken,
    ) -> Result<(), Error> {
        let acked = self.acked.lock().await.take().ok_or(Error::Task("acks"))?;
        let mut parts = self.start_parts(acked);
        let links = TaskTracker::new();
        tokio::select! {
            ended = parts.join_next() => return Err(why_ended(ended)),
            accepted = self.accept(listeners, &links) => return accepted.map(|never| match never {}),
            () = stop.cancelled() => {}
        }
        tokio::select! {
            ended = parts.join_next() => Err(why_ended(ended)),
            () = self.drain(&links) => Ok(()),
        }
    }

    fn start_parts(&self, acked: mpsc::Receiver<Acked>) -> JoinSet<Result<Infallible, Error>> {
        let mut parts = JoinSet::new();
        let edge = || Arc::clone(&self.shared);
        parts.spawn(acks::run(edge(), acked));
        parts.spawn(ends::run(edge()));
        parts.spawn(doubts::run(edge()));
        (0..LANES).for_each(|lane| drop(parts.spawn(lanes::run(edge(), lane))));
        parts.spawn(hints::run(edge()));
        parts.spawn(hints::watch_sites(edge()));
        parts.spawn(beat::beat(edge()));
        parts.spawn(beat::sweep(edge()));
        parts.spawn(presence::repair(edge()));
        let (tls, upstream) = (edge(), edge());
        parts.spawn(async move { tls.tls.watch().await });
        parts.spawn(async move { upstream.upstream.watch().await });
        parts
    }

    /// Accepts on all listeners once the sites are known. The listeners close when this is dropped.
    async fn accept(
        &self,
        listeners: Vec<net::TcpListener>,
        links: &TaskTracker,
    ) -> Result<Infallible, Error> {
        while !self.is_ready() {
            sleep(Duration::from_millis(20)).await;
        }
        let mut loops = JoinSet::new();
        for listener in listeners {
            listener.set_nonblocking(true)?;
            let listener = TcpListener::from_std(listener)?;
            loops.spawn(accept::run(Arc::clone(&self.shared), listener, links.clone()));
        }
        match loops.join_next().await {
            Some(Ok(never)) => match never {},
            Some(Err(died)) => Err(died.into()),
            None => Err(Error::Task("listeners")),
        }
    }

    async fn drain(&self, links: &TaskTracker) {
        links.close();
        tracing::info!(sessions = self.shared.registry.len(), "draining");
        // Links that were accepted before may become sessions meanwhile: those are found by the next round.
        loop {
            self.drain_sessions().await;
            if timeout(DRAIN_ROUND, links.wait()).await.is_ok() {
                metrics::gauge!("tmtp_drain_remaining_links").set(0.0);
                break;
            }
        }
        let told = async {
            self.shared.acks.all_settled().await;
            self.shared.ends.all_told().await;
        };
        if timeout(LAST_CALLS, told).await.is_err() {
            tracing::info!("delivery does not know of all acks and ends; it will find out");
        }
    }

    async fn drain_sessions(&self) {
        let mut sessions = self.shared.registry.all();
        sessions.shuffle(&mut rand::rng());
        let remaining = metrics::gauge!("tmtp_drain_remaining_links");
        pace::each(sessions, self.shared.options.drain_per_second, |session| {
            remaining.set(self.shared.registry.len() as f64);
            session.drain();
        })
        .await;
    }
}

fn why_ended(ended: Option<Result<Result<Infallible, Error>, tokio::task::JoinError>>) -> Error {
    match ended {
        Some(Ok(Err(error))) => error,
        Some(Ok(Ok(never))) => match never {},
        Some(Err(died)) => died.into(),
        None => Error::Task("parts"),
    }
}
