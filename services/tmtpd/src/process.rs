//! What every role's process has: logs, metrics, health, signals, an orderly end.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tmtp_platform::telemetry::Metrics;
use tmtp_platform::{Health, Signals, Tasks, trace};
use tmtp_store::{MAIN_SHARD, Store};
use tokio_util::sync::CancellationToken;

use crate::settings::{Role, Settings};
use crate::{check, expiry, listen, zeros};

/// How often the store is asked whether it is there, and how long it may take to answer.
const STORE_LOOK: Duration = Duration::from_secs(5);
const STORE_WAIT: Duration = Duration::from_secs(2);

/// A process that is about to serve.
pub struct Process {
    /// Cancelled by the first signal.
    pub stop: CancellationToken,
    /// What it does; grows with the role.
    pub tasks: Tasks,
    /// What it tells of itself; grows with the role.
    pub health: Health,
    http: TcpListener,
    signals: Signals,
    deadline: Duration,
}

impl Process {
    /// Checks everything, and only then opens the first port. `http_setting` is where its address can be changed.
    pub fn begin(settings: &Settings, role: Role, http_setting: &str) -> anyhow::Result<Self> {
        check::for_role(settings, role)?;
        settings.log.install()?;
        settings.trace.install(role.name())?;
        log_panics();
        let signals = Signals::install()?;
        let metrics = Metrics::install()?;
        zeros::announce(settings, role);
        let http = listen::on(settings.http.listen, http_setting)?;
        let stop = CancellationToken::new();
        let mut tasks = Tasks::new(stop.clone());
        let summing_up = metrics.clone().sum_up();
        tasks.background("metrics", async {
            summing_up.await;
            Ok(())
        });
        tasks.background("certificates", expiry::watch(expiry::of_role(settings, role)));
        Ok(Self {
            tasks,
            health: Health::new(metrics, stop.clone()),
            stop,
            http,
            signals,
            deadline: settings.shutdown.deadline(),
        })
    }

    /// Where health is served.
    pub fn http_addr(&self) -> anyhow::Result<std::net::SocketAddr> {
        listen::addr(&self.http)
    }

    /// Makes being ready depend on the store's answering.
    #[must_use]
    pub fn ready_with_store(self, store: &Arc<dyn Store>) -> Self {
        let store = Arc::clone(store);
        let mut watching = self.watching(MAIN_SHARD, &store);
        watching.health = watching.health.check("store", move || {
            let store = Arc::clone(&store);
            async move { store.ping().await.map_err(|error| error.to_string()) }
        });
        watching
    }

    /// Tells by metrics whether a database answers. Being ready does not depend on it: other sites are served meanwhile.
    #[must_use]
    pub fn watching(mut self, shard: &str, store: &Arc<dyn Store>) -> Self {
        self.tasks.background("store watch", watch_store(shard.to_owned(), Arc::clone(store)));
        self
    }

    /// Makes being ready depend on the edge's being so.
    #[must_use]
    pub fn ready_with_edge(mut self, edge: &Arc<tmtp_edge::Edge>) -> Self {
        let edge = Arc::clone(edge);
        self.health = self.health.check("edge", move || {
            let ready = edge.is_ready();
            async move { if ready { Ok(()) } else { Err("no delivery process answers".to_owned()) } }
        });
        self
    }

    /// Serves until the end.
    pub async fn run(self) -> anyhow::Result<()> {
        let Self { mut tasks, health, http, signals, deadline, .. } = self;
        tasks.background("health", async move { Ok(health.serve(http).await?) });
        let end = tasks.run(signals, deadline).await;
        // Its own thread does the sending, with the runtime's help: this one must not be blocked meanwhile.
        tokio::task::spawn_blocking(trace::finish).await?;
        Ok(end?)
    }
}

async fn watch_store(shard: String, store: Arc<dyn Store>) -> anyhow::Result<()> {
    loop {
        let answers = tokio::time::timeout(STORE_WAIT, store.ping()).await;
        let up = matches!(answers, Ok(Ok(())));
        metrics::gauge!("tmtp_store_up", "shard" => shard.clone()).set(f64::from(u8::from(up)));
        tokio::time::sleep(STORE_LOOK).await;
    }
}

/// A panic is a defect: it belongs in the log, in the log's format.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let payload = panic.payload();
        let said = payload.downcast_ref::<&str>().copied();
        let said = said.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        tracing::error!(place, said, "panic");
    }));
}
