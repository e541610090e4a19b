//! Post, PostNotify and Ping: whatever waits is committed as one.

use std::{sync::Arc, time::Duration};

use tmtp_platform::trace::{self, Step};
use tmtp_store::{Body, Recorded};
use tmtp_wire::{MsgId, Note, Post};
use tokio::{sync::oneshot, time::Instant};
use tokio_util::sync::CancellationToken;

use crate::{
    ask::Asked,
    batch::{self, Outcome},
    bodies::HeldBlobs,
    core::Core,
    fault::Fault,
    inbox::{Gather, Inbox, Outlet, Portion, Weight},
    refusal::Refusal,
};

/// Less than the commit takes that follows. After a portion of few sessions nothing waits: one that sends much by itself would
/// wait for itself.
const GATHER: Gather = Gather { wait: Duration::from_millis(2), after: 16 };

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
    /// When it was ready.
    pub ready: Instant,
}

impl Posting {
    /// Octets of its data, wherever they are kept.
    pub fn octets(&self) -> u64 {
        self.bodies.iter().map(Body::octets).sum()
    }

    /// Octets that it brings into a transaction.
    fn inline_octets(&self) -> usize {
        let inline = |body: &Body| if let Body::Inline(data) = body { data.len() } else { 0 };
        self.bodies.iter().map(inline).sum()
    }

    /// A writer has taken it, and gives it this id.
    pub fn trace_wait(&self, id: MsgId) {
        if let Some(traced) = trace::of(self.asked.session.site.0, id.0) {
            traced.ended(Step::Wait, self.ready.elapsed());
        }
    }
}

/// A request, and what holds its bodies until its fate is known.
pub(crate) struct Held {
    pub posting: Posting,
    pub blobs: HeldBlobs,
}

/// What became of each request of a burst, in order.
pub(crate) type Answers = Vec<Result<Recorded, Refusal>>;

/// Requests of one session that wait for a writer. They go into one transaction, in their order: were they in two, the
/// later one could be committed first.
pub(crate) struct Waiting {
    burst: Vec<Held>,
    reply: oneshot::Sender<Result<Answers, Fault>>,
}

/// Queues a session's requests and waits for their commit.
pub(crate) async fn post(inbox: &Inbox<Waiting>, burst: Vec<Held>) -> Result<Answers, Fault> {
    let (reply, answer) = oneshot::channel();
    inbox.put(Waiting { burst, reply }).await?;
    answer.await.map_err(|_| Fault::Busy("stopping"))?
}

/// Commits what waits, until `stop` was called and nothing is left.
pub(crate) async fn run(core: Arc<Core>, waiting: Arc<Outlet<Waiting>>, stop: CancellationToken) {
    let options = &core.options;
    let portion = Portion {
        count_max: options.writer_batch_max,
        octets_max: options.writer_batch_octets_max,
        gather: GATHER,
    };
    while let Some(taken) = waiting.take(&portion, Waiting::weight, &stop).await {
        write(&core, taken).await;
    }
}

/// Commits a batch; one that fails for another reason than an outage is taken apart, so that
/// one poisonous burst cannot fail others.
async fn write(core: &Core, taken: Vec<Waiting>) {
    let postings: Vec<_> = taken.iter().flat_map(|one| &one.burst).map(|held| &held.posting).collect();
    match batch::commit(core, &postings).await {
        Ok(outcomes) => {
            let mut outcomes = outcomes.into_iter();
            taken.into_iter().for_each(|one| one.answer(&mut outcomes));
        }
        Err(fault) if fault.is_outage() || taken.len() == 1 => {
            taken.into_iter().for_each(|one| one.fail(&fault));
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
    fn weight(&self) -> Weight {
        let octets = self.burst.iter().map(|held| held.posting.inline_octets()).sum();
        Weight { count: self.burst.len(), octets }
    }

    /// Takes its share of the outcomes.
    fn answer(self, outcomes: &mut impl Iterator<Item = Outcome>) {
        let answers = self.burst.into_iter().zip(outcomes).map(|(held, outcome)| held.answer(outcome));
        let _ = self.reply.send(Ok(answers.collect()));
    }

    fn fail(self, fault: &Fault) {
        self.burst.into_iter().for_each(|held| held.fail(fault));
        let _ = self.reply.send(Err(fault.clone()));
    }
}

impl Held {
    fn answer(mut self, outcome: Outcome) -> Result<Recorded, Refusal> {
        match outcome {
            Outcome::Done(recorded) => {
                self.blobs.keep();
                Ok(recorded)
            }
            Outcome::Repeated(recorded) => Ok(recorded),
            Outcome::Refused(refusal) => Err(refusal),
        }
    }

    fn fail(mut self, fault: &Fault) {
        if matches!(fault, Fault::InDoubt(_)) {
            self.blobs.keep();
        }
    }
}
