//! All roles in one process: `standalone`, and `dev` on top of it.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tmtp_bus::Bus;
use tmtp_control::{Control, Registry};
use tmtp_delivery::{Delivery, Shard};
use tmtp_edge::{Edge, Upstream};
use tmtp_platform::SystemClock;
use tmtp_store::{MAIN_SHARD, Store};
use tokio_util::sync::CancellationToken;

use crate::process::Process;
use crate::settings::{Role, Settings};
use crate::{listen, print};

/// A process whose ports are open, and its store and bus.
pub struct Ports {
    process: Process,
    listeners: Vec<TcpListener>,
    api: Vec<TcpListener>,
    settings: Settings,
}

/// `tmtpd standalone`.
pub async fn standalone(settings: Settings) -> anyhow::Result<()> {
    let ports = Ports::open(settings, ["edge.listen", "http.listen", "control.listen"])?;
    let (store, bus) = ports.open_store().await?;
    let (first, public_url) = (ports.control(&store, &bus).first_key().await?, ports.public_url());
    serve(ports, store, bus, move || {
        print::first(first.as_ref(), &public_url);
        tracing::info!("ready");
    })
    .await
}

impl Ports {
    /// Checks everything, and opens the ports. The names are where their addresses can be changed.
    pub fn open(mut settings: Settings, [tmtp, http, api]: [&str; 3]) -> anyhow::Result<Self> {
        let process = Process::begin(&settings, Role::Standalone, http)?;
        let listeners = listen::on_all(&settings.edge.listen, tmtp)?;
        let api = listen::on_all(&settings.control.listen, api)?;
        // Links name the port that was found, where any would do.
        settings.control.listen = api.iter().map(listen::addr).collect::<anyhow::Result<_>>()?;
        Ok(Self { process, listeners, api, settings })
    }

    /// The store, its schema up to date, and the bus.
    pub async fn open_store(&self) -> anyhow::Result<(Arc<dyn Store>, Arc<dyn Bus>)> {
        tmtp_store::migrate(&self.settings.store).await.with_context(|| self.settings.store.shown_url())?;
        let store =
            tmtp_store::open(&self.settings.store).await.with_context(|| self.settings.store.shown_url())?;
        Ok((store, tmtp_bus::open(&self.settings.bus).await.context("bus")?))
    }

    /// Where clients connect to.
    pub fn tmtp_addrs(&self) -> anyhow::Result<Vec<SocketAddr>> {
        self.listeners.iter().map(listen::addr).collect()
    }

    /// Where the API is served.
    pub fn api_addrs(&self) -> anyhow::Result<Vec<SocketAddr>> {
        self.api.iter().map(listen::addr).collect()
    }

    /// Where people reach it.
    pub fn public_url(&self) -> String {
        self.settings.control.public_url()
    }

    /// What serves it.
    pub fn control(&self, store: &Arc<dyn Store>, bus: &Arc<dyn Bus>) -> Control {
        let registry = Registry::new(store, Arc::clone(bus), Arc::new(SystemClock));
        Control::new(Arc::clone(store), registry, self.settings.control.clone())
    }

    /// Where health is served.
    pub fn http_addr(&self) -> anyhow::Result<SocketAddr> {
        self.process.http_addr()
    }
}

/// Serves everything until the end; says so by `announce` once it does.
pub async fn serve(
    ports: Ports,
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    announce: impl FnOnce() + Send + 'static,
) -> anyhow::Result<()> {
    let control = ports.control(&store, &bus);
    let Ports { mut process, listeners, api, settings } = ports;
    let bodies = tmtp_store::open_bodies(&settings.bodies, store.as_ref()).context("bodies")?;
    let clock = Arc::new(SystemClock);
    let limits = settings.delivery_limits();
    let main = Shard { name: MAIN_SHARD.to_owned(), store: Arc::clone(&store), bodies };
    let delivery = Delivery::start(limits, main, Vec::new(), Arc::clone(&bus), clock.clone()).await?;
    let edge =
        Edge::new(settings.edge, Upstream::in_process(delivery.server()), bus, clock).context("edge")?;

    // The edge hands its last acks to delivery, so delivery ends after it.
    let (stop, edge_done) = (process.stop.clone(), CancellationToken::new());
    let (serving, done) = (Arc::clone(&edge), edge_done.clone());
    process.tasks.serve("edge", async move {
        serving.run(listeners, stop).await?;
        done.cancel();
        Ok(())
    });
    process.tasks.serve("delivery", async move { Ok(delivery.run(edge_done).await?) });
    let stop = process.stop.clone();
    process.tasks.serve("control", async move { Ok(control.run(api, stop).await?) });
    process.tasks.background("announcement", announce_when_ready(Arc::clone(&edge), announce));
    process.ready_with_store(&store).ready_with_edge(&edge).run().await
}

/// How often to look whether the edge is ready.
const LOOK: Duration = Duration::from_millis(5);

async fn announce_when_ready(edge: Arc<Edge>, announce: impl FnOnce()) -> anyhow::Result<()> {
    while !edge.is_ready() {
        tokio::time::sleep(LOOK).await;
    }
    announce();
    std::future::pending().await
}
