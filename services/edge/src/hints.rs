//! Hears what delivery tells this edge over the bus, and passes it to the sessions concerned.

use std::{collections::HashMap, convert::Infallible, sync::Arc};

use prost::Message as _;
use tmtp_bus::{Event, SITES, edge_channel};
use tmtp_grpc::delivery::{Hints, Push};
use tokio::time::sleep;

use crate::{doubts, edge::Shared, sites::REFRESH};

/// Hears hints for sessions for as long as the edge lives.
pub async fn run(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    let mut subscription = edge.bus.subscribe(&edge_channel(&edge.id));
    let mut numbers = Numbers::default();
    loop {
        match subscription.next().await.ok_or(crate::Error::Task("bus"))? {
            Event::Hint(octets) => match Hints::decode(octets) {
                Ok(hints) => {
                    if !numbers.is_next(&hints) {
                        note_loss(&edge);
                    }
                    pass_on(&edge, hints);
                }
                Err(error) => tracing::warn!(%error, "a hint that is not one of ours"),
            },
            Event::Gap => note_loss(&edge),
        }
    }
}

/// Delivery processes whose numbers are remembered; beyond it all are forgotten, which looks like a loss.
const INSTANCES_MAX: usize = 1000;

/// The last number heard from each delivery process.
#[derive(Debug, Default)]
struct Numbers(HashMap<u64, u64>);

impl Numbers {
    /// Whether nothing is missing before these hints, and they did not come before.
    fn is_next(&mut self, hints: &Hints) -> bool {
        if hints.number == 0 {
            return true;
        }
        if self.0.len() >= INSTANCES_MAX && !self.0.contains_key(&hints.instance) {
            self.0.clear();
        }
        let before = self.0.insert(hints.instance, hints.number);
        hints.number == before.unwrap_or(0) + 1
    }
}

/// Hints may have been lost: no message is sent from a push before its receiver's queue was looked at.
fn note_loss(edge: &Shared) {
    edge.registry.all().iter().for_each(|session| session.distrust());
    edge.sweep_now.notify_one();
    edge.presence_lost.notify_one();
}

fn pass_on_push(edge: &Shared, push: &Push) {
    let Some(entry) = &push.entry else { return };
    let mut taken = 0;
    for to in &push.to {
        if let Some(session) = edge.registry.get(to.site, to.node)
            && session.push(to.epoch, entry)
        {
            taken += 1;
        }
    }
    metrics::counter!("tmtp_edge_pushes_total", "result" => "sent").increment(taken);
    metrics::counter!("tmtp_edge_pushes_total", "result" => "fetched")
        .increment(push.to.len() as u64 - taken);
}

fn pass_on(edge: &Shared, hints: Hints) {
    for wake in hints.wakes {
        let session = edge.registry.get(wake.site, wake.node);
        let result = if session.is_some() { "woken" } else { "absent" };
        metrics::counter!("tmtp_wakes_total", "result" => result).increment(1);
        if let Some(session) = session {
            session.wake();
        }
    }
    // After the wakes: whoever is to fetch takes no push before it has.
    hints.pushes.iter().for_each(|push| pass_on_push(edge, push));
    for ohi in hints.ohis {
        if let Some(session) = edge.registry.get(ohi.site, ohi.node) {
            session.ohi(ohi.from, ohi.status);
        }
    }
    for fence in hints.fences {
        let session = edge.registry.get(fence.site, fence.node);
        match session.filter(|session| session.epoch() < fence.epoch) {
            Some(session) if fence.shut_out => session.close(None),
            Some(session) => session.fence(),
            None => {}
        }
    }
    for doubt in hints.doubts {
        doubts::note(edge, doubt);
    }
}

/// Keeps the list of sites fresh for as long as the edge lives; closes the sessions of sites that were suspended.
pub async fn watch_sites(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    let mut subscription = edge.bus.subscribe(SITES);
    loop {
        match edge.sites.refresh(&edge.upstream, &edge.tickets).await {
            Ok(closed) => {
                close_sites(&edge, &closed);
                renew_certificates(&edge).await;
            }
            Err(error) => tracing::info!(%error, "sites not refreshed"),
        }
        tokio::select! {
            event = subscription.next() => drop(event.ok_or(crate::Error::Task("bus"))?),
            () = sleep(if edge.sites.is_known() { REFRESH } else { REFRESH / 20 }) => {}
        }
    }
}

async fn renew_certificates(edge: &Shared) {
    if let Err(error) = edge.sites.renew_certificates(&edge.upstream, &edge.tls).await {
        tracing::info!(%error, "certificates of sites not fetched; the former ones serve on");
    }
}

fn close_sites(edge: &Shared, closed: &[i64]) {
    for session in edge.registry.all() {
        if closed.contains(&session.key().0) {
            session.close(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_number_and_a_repeated_one_are_noticed_for_each_process() {
        let mut numbers = Numbers::default();
        let mut is_next = |instance, number| numbers.is_next(&Hints { instance, number, ..Hints::default() });
        assert!(is_next(1, 1) && is_next(1, 2) && is_next(2, 1));
        assert!(!is_next(1, 4), "3 is missing");
        assert!(is_next(1, 5) && is_next(2, 2));
        assert!(!is_next(2, 2), "it came before");
        assert!(!is_next(3, 2), "the first one of 3 is missing");
        assert!(is_next(0, 0) && is_next(0, 0), "these have no numbers");
    }
}
