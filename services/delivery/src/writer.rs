//! Post, PostNotify and Ping: whatever waits is committed as one.

use std::sync::Arc;

use tmtp_store::{Body, Recorded};
use tmtp_wire::{Note, Post};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{
    ask::Asked,
    batch::{self, Outcome},
    bodies::HeldBlobs,
    core::Core,
    fault::Fault,
    inbox::{Inbox, Outlet, Portion},
};

/// What is asked.
#[derive(Debug)]
pub(crate) enum What {
    Post(Post),
    PostNotify(Post, Note),
    Ping { from: String, to: String },
}

/// A request, ready to be committed.
pub(crate) struct Posting {
    pub asked: Asked,
    pub what: What,
    /// For PostNotify the notification, then the message; else the data.
    pub bodies: Vec<Body>,
}

impl Posting {
    /// Octets that it brings into a transaction.
    fn weight(&self) -> usize {
        let inline = |body: &Body| if let Body::Inline(data) = body { data.len() } else { 0 };
        self.bodies.iter().map(inline).sum()
    }
}

/// A request that waits for a writer.
pub(crate) struct Waiting {
    posting: Posting,
    blobs: HeldBlobs,
    reply: oneshot::Sender<Result<Recorded, Fault>>,
}

/// Queues a request and waits for its commit.
pub(crate) async fn post(
    inbox: &Inbox<Waiting>,
    posting: Posting,
    blobs: HeldBlobs,
) -> Result<Recorded, Fault> {
    let (reply, answer) = oneshot::channel();
    inbox.put(Waiting { posting, blobs, reply }).await?;
    answer.await.map_err(|_| Fault::Busy("stopping"))?
}

/// Commits what waits, until `stop` was called and nothing is left.
pub(crate) async fn run(core: Arc<Core>, waiting: Arc<Outlet<Waiting>>, stop: CancellationToken) {
    let options = &core.options;
    let portion =
        Portion { count_max: options.writer_batch_max, weight_max: options.writer_batch_octets_max };
    while let Some(taken) = waiting.take(&portion, |one| one.posting.weight(), &stop).await {
        write(&core, taken).await;
    }
}

/// Commits a batch; one that fails for another reason than an outage is taken apart, so that
/// one poisonous request cannot fail others.
async fn write(core: &Core, taken: Vec<Waiting>) {
    let postings: Vec<_> = taken.iter().map(|one| &one.posting).collect();
    match batch::commit(core, &postings).await {
        Ok(outcomes) => taken.into_iter().zip(outcomes).for_each(|(one, outcome)| one.answer(outcome)),
        Err(fault) if fault.is_outage() || taken.len() == 1 => {
            taken.into_iter().for_each(|one| one.fail(fault.clone()));
        }
        Err(_) => {
            metrics::counter!("tmtp_delivery_batches_split_total").increment(1);
            for one in taken {
                Box::pin(write(core, vec![one])).await;
            }
        }
    }
}

impl Waiting {
    fn answer(mut self, outcome: Outcome) {
        let answer = match outcome {
            Outcome::Done(recorded) => {
                self.blobs.keep();
                Ok(recorded)
            }
            Outcome::Repeated(recorded) => Ok(recorded),
            Outcome::Refused(refusal) => Err(Fault::Refused(refusal)),
        };
        let _ = self.reply.send(answer);
    }

    fn fail(mut self, fault: Fault) {
        if matches!(fault, Fault::InDoubt(_)) {
            self.blobs.keep();
        }
        let _ = self.reply.send(Err(fault));
    }
}
