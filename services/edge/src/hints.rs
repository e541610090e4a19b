//! Hears what delivery tells this edge over the bus, and passes it to the sessions concerned.

use std::{convert::Infallible, sync::Arc};

use prost::Message as _;
use tmtp_bus::{Event, SITES, edge_channel};
use tmtp_grpc::delivery::Hints;
use tokio::time::sleep;

use crate::{edge::Shared, sites::REFRESH};

/// Hears hints for sessions for as long as the edge lives.
pub async fn run(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    let mut subscription = edge.bus.subscribe(&edge_channel(&edge.id));
    loop {
        match subscription.next().await.ok_or(crate::Error::Task("bus"))? {
            Event::Hint(octets) => match Hints::decode(octets) {
                Ok(hints) => pass_on(&edge, hints),
                Err(error) => tracing::warn!(%error, "a hint that is not one of ours"),
            },
            Event::Gap => edge.sweep_now.notify_one(),
        }
    }
}

fn pass_on(edge: &Shared, hints: Hints) {
    metrics::counter!("tmtp_edge_wakes_total").increment(hints.wakes.len() as u64);
    for wake in hints.wakes {
        if let Some(session) = edge.registry.get(wake.site, wake.node) {
            session.wake();
        }
    }
    for ohi in hints.ohis {
        if let Some(session) = edge.registry.get(ohi.site, ohi.node) {
            session.ohi(ohi.from, ohi.status);
        }
    }
    for fence in hints.fences {
        let session = edge.registry.get(fence.site, fence.node);
        if let Some(session) = session.filter(|session| session.epoch() < fence.epoch) {
            session.fence();
        }
    }
    for doubt in hints.doubts {
        let session = edge.registry.get(doubt.site, doubt.node);
        if session.is_none_or(|session| session.epoch() != doubt.epoch) {
            edge.ends.add(doubt);
        }
    }
}

/// Keeps the list of sites fresh for as long as the edge lives; closes the sessions of sites that were suspended.
pub async fn watch_sites(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    let mut subscription = edge.bus.subscribe(SITES);
    loop {
        match edge.sites.refresh(&edge.upstream).await {
            Ok(closed) => close_sites(&edge, &closed),
            Err(error) => tracing::info!(%error, "sites not refreshed"),
        }
        tokio::select! {
            event = subscription.next() => drop(event.ok_or(crate::Error::Task("bus"))?),
            () = sleep(if edge.sites.is_known() { REFRESH } else { REFRESH / 20 }) => {}
        }
    }
}

fn close_sites(edge: &Shared, closed: &[i64]) {
    for session in edge.registry.all() {
        if closed.contains(&session.key().0) {
            session.close(None);
        }
    }
}
