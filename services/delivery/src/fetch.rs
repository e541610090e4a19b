//! Reads of queues: whatever waits is read in one go.

use std::sync::Arc;

use tmtp_store::{QueuePage, QueueRead};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{
    core::Core,
    fault::Fault,
    inbox::{Gather, Inbox, Outlet, Portion, Weight},
};

/// One read, waiting.
pub(crate) struct Waiting {
    read: QueueRead,
    reply: oneshot::Sender<Result<QueuePage, Fault>>,
}

/// Queues a read and waits for its page.
pub(crate) async fn fetch(inbox: &Inbox<Waiting>, read: QueueRead) -> Result<QueuePage, Fault> {
    let (reply, answer) = oneshot::channel();
    inbox.put(Waiting { read, reply }).await?;
    answer.await.map_err(|_| Fault::Busy("stopping"))?
}

/// Reads what waits, until `stop` was called and nothing is left.
pub(crate) async fn run(core: Arc<Core>, waiting: Arc<Outlet<Waiting>>, stop: CancellationToken) {
    let portion =
        Portion { count_max: core.options.fetch_batch_max, octets_max: usize::MAX, gather: Gather::NONE };
    while let Some(mut taken) = waiting.take(&portion, |_| Weight::ONE, &stop).await {
        // Nobody needs a page whose caller has gone.
        taken.retain(|one| !one.reply.is_closed());
        if !taken.is_empty() {
            read(&core, taken).await;
        }
    }
}

/// One read for all; where it fails for another reason than an outage, one for each.
async fn read(core: &Core, taken: Vec<Waiting>) {
    let reads: Vec<_> = taken.iter().map(|one| one.read.clone()).collect();
    match core.note(core.store.queues(&reads).await.map_err(Fault::from)) {
        Ok(pages) => {
            taken.into_iter().zip(pages).for_each(|(one, page)| drop(one.reply.send(Ok(page))));
        }
        Err(fault) if fault.is_outage() || taken.len() == 1 => {
            taken.into_iter().for_each(|one| drop(one.reply.send(Err(fault.clone()))));
        }
        Err(_) => {
            for one in taken {
                Box::pin(read(core, vec![one])).await;
            }
        }
    }
}
