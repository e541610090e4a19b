//! The roles that are processes of their own.

use std::sync::Arc;

use anyhow::Context;
use tmtp_control::{Control, Registry};
use tmtp_delivery::{Delivery, Shard};
use tmtp_edge::{Edge, Upstream};
use tmtp_platform::SystemClock;
use tmtp_store::{
    MAIN_SHARD,
    shards::{Opened, open_all as open_databases},
};
use tokio_util::sync::CancellationToken;

use crate::process::Process;
use crate::settings::{Role, Settings};
use crate::{listen, print, transport};

/// `tmtpd edge`.
pub async fn edge(settings: Settings) -> anyhow::Result<()> {
    let mut process = Process::begin(&settings, Role::Edge, "http.listen")?;
    let listeners = listen::on_all(&settings.edge.listen, "edge.listen")?;
    let bus = tmtp_bus::open(&settings.bus).await.context("bus")?;
    let upstream = Upstream::connect(&(&settings.edge).into())?;
    let edge = Edge::new(settings.edge, upstream, bus, Arc::new(SystemClock)).context("edge")?;
    let (serving, stop) = (Arc::clone(&edge), process.stop.clone());
    process.tasks.serve("edge", async move { Ok(serving.run(listeners, stop).await?) });
    tracing::info!("edge started");
    process.ready_with_edge(&edge).run().await
}

/// `tmtpd delivery`.
pub async fn delivery(settings: Settings) -> anyhow::Result<()> {
    let mut process = Process::begin(&settings, Role::Delivery, "http.listen")?;
    let listener = listen::on(settings.delivery.listen, "delivery.listen")?;
    let Opened { main: store, others, silent } = open_all(&settings).await?;
    let bodies = tmtp_store::open_bodies(&settings.bodies, store.as_ref()).context("bodies")?;
    let others = others.into_iter().map(|(name, store)| {
        let bodies = tmtp_store::open_bodies(&settings.bodies, store.as_ref()).context("bodies")?;
        Ok(Shard { name, store, bodies })
    });
    let others = others.collect::<anyhow::Result<Vec<_>>>()?;
    warn(&silent);
    let bus = tmtp_bus::open(&settings.bus).await.context("bus")?;
    let limits = settings.delivery_limits();
    let main = Shard { name: MAIN_SHARD.to_owned(), store: Arc::clone(&store), bodies };
    let watched: Vec<_> = others.iter().map(|other| (other.name.clone(), Arc::clone(&other.store))).collect();
    let delivery = Delivery::start(limits, main, others, bus, Arc::new(SystemClock)).await?;
    let server = delivery.server();
    // What the calls need ends after the last of them.
    let (stop, last_call) = (process.stop.clone(), CancellationToken::new());
    let answered = last_call.clone();
    let tls = settings.delivery.tls;
    process.tasks.serve("gRPC server", async move {
        transport::serve(server, listener, tls, stop).await?;
        answered.cancel();
        Ok(())
    });
    process.tasks.serve("delivery", async move { Ok(delivery.run(last_call).await?) });
    tracing::info!("delivery started");
    let process = process.ready_with_store(&store);
    watched.iter().fold(process, |process, (shard, store)| process.watching(shard, store)).run().await
}

/// `tmtpd control`.
pub async fn control(settings: Settings) -> anyhow::Result<()> {
    let mut process = Process::begin(&settings, Role::Control, "http.listen")?;
    let listeners = listen::on_all(&settings.control.listen, "control.listen")?;
    let Opened { main: store, silent, .. } = open_all(&settings).await?;
    warn(&silent);
    let bus = tmtp_bus::open(&settings.bus).await.context("bus")?;
    let registry = Registry::new(&store, bus, Arc::new(SystemClock));
    let public_url = settings.control.public_url();
    let control = Control::new(Arc::clone(&store), registry, settings.control);
    print::first(control.first_key().await?.as_ref(), &public_url);
    let stop = process.stop.clone();
    process.tasks.serve("control", async move { Ok(control.run(listeners, stop).await?) });
    tracing::info!("control started");
    process.ready_with_store(&store).run().await
}

async fn open_all(settings: &Settings) -> anyhow::Result<Opened> {
    open_databases(&settings.databases()).await.with_context(|| settings.store.shown_url())
}

fn warn(silent: &[(String, tmtp_store::Error)]) {
    for (shard, error) in silent {
        tracing::warn!(shard, %error, "a database does not answer: its sites have to wait");
    }
}
