//! Acks: whatever waits is taken off the queues in one transaction.

use std::{sync::Arc, time::Duration};

use tmtp_store::NodeAcks;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{
    core::Core,
    fault::Fault,
    inbox::{Gather, Inbox, Outlet, Portion, Weight},
};

/// Most acks in one transaction.
const ACKS_AT_ONCE: usize = 4096;

/// One call's acks, waiting.
pub(crate) struct Waiting {
    acks: Vec<NodeAcks>,
    reply: oneshot::Sender<Result<(), Fault>>,
}

/// Queues acks and waits until they are durable.
pub(crate) async fn ack(inbox: &Inbox<Waiting>, acks: Vec<NodeAcks>) -> Result<(), Fault> {
    let (reply, answer) = oneshot::channel();
    inbox.put(Waiting { acks, reply }).await?;
    answer.await.map_err(|_| Fault::Busy("stopping"))?
}

/// Takes off what waits, until `stop` was called and nothing is left.
pub(crate) async fn run(core: Arc<Core>, waiting: Arc<Outlet<Waiting>>, stop: CancellationToken) {
    // An edge gathered what came from all its links; and what waits here is in the hand of a session, which takes no more then.
    let portion = Portion { count_max: ACKS_AT_ONCE, octets_max: usize::MAX, gather: Gather::NONE };
    let weight = |one: &Waiting| {
        let count = one.acks.iter().map(|acks| acks.ids.len().max(1)).sum();
        Weight { count, octets: 0 }
    };
    while let Some(taken) = waiting.take(&portion, weight, &stop).await {
        write(&core, taken).await;
    }
}

/// One transaction for all; where it fails for another reason than an outage, one for each.
async fn write(core: &Core, taken: Vec<Waiting>) {
    let acks: Vec<_> = taken.iter().flat_map(|one| one.acks.iter().cloned()).collect();
    match commit(core, &acks).await {
        Err(fault) if !fault.is_outage() && taken.len() > 1 => {
            for one in taken {
                Box::pin(write(core, vec![one])).await;
            }
        }
        done => taken.into_iter().for_each(|one| drop(one.reply.send(done.clone()))),
    }
}

async fn commit(core: &Core, acks: &[NodeAcks]) -> Result<(), Fault> {
    let removed = core.note(core.store.ack(acks).await.map_err(Fault::from))?;
    core.trash.put(removed.blobs);
    metrics::counter!("tmtp_messages_delivered_total").increment(removed.entries);
    time(core, acks);
    Ok(())
}

/// How long it took from the id to the receiver's ack.
fn time(core: &Core, acks: &[NodeAcks]) {
    let now = core.clock.unix_nanos();
    let latency = metrics::histogram!("tmtp_delivery_latency_seconds");
    for id in acks.iter().flat_map(|acks| &acks.ids) {
        latency.record(Duration::from_nanos(now.saturating_sub(id.0)));
    }
}
