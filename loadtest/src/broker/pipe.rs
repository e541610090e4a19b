//! A member of a broker: posts what a plan says, takes and acks whatever comes.

use std::{pin::pin, sync::Arc, time::Duration};

use anyhow::Result;
use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use rand::{SeedableRng, rngs::SmallRng};
use tokio::{sync::watch, time::sleep_until};

use crate::{
    scenario::talk::{Phase, Plan, Step, Talked, World},
    verify::{
        body::Body,
        inbox::{Arrival, Inbox},
        outbox::Outbox,
    },
};

/// A confirmation to come: the request it is for.
pub type Confirm = BoxFuture<'static, Result<u64>>;

/// A member's connection to a broker.
pub trait Pipe: Send + 'static {
    /// A message that came.
    type Taken: Send + Sync;

    /// Sends a message to a member; the confirmation comes later.
    fn post(&mut self, to: u32, request: u64, data: Vec<u8>) -> impl Future<Output = Result<Confirm>> + Send;

    /// The next message. May be dropped at any time and called again.
    fn receive(&mut self) -> impl Future<Output = Result<Self::Taken>> + Send;

    /// Acks a message.
    fn ack(&mut self, taken: &Self::Taken) -> impl Future<Output = Result<()>> + Send;

    /// A message's data.
    fn data(taken: &Self::Taken) -> &[u8];
}

/// Takes part until the run stops or the connection breaks.
pub async fn talk<P: Pipe>(
    number: u32,
    pipe: P,
    plan: impl Plan,
    world: Arc<World>,
    phase: watch::Receiver<Phase>,
) -> Talked {
    let rng = SmallRng::seed_from_u64(u64::from(number));
    let (outbox, inbox, confirms) = (Outbox::default(), Inbox::default(), FuturesUnordered::new());
    let mut talker = Talker { number, pipe, plan, world, outbox, inbox, confirms, rng };
    let trouble = talker.talk(phase).await.err().map(|error| format!("{error:#}"));
    Talked { number, link: None, outbox: talker.outbox, inbox: talker.inbox, trouble }
}

struct Talker<P, L> {
    number: u32,
    pipe: P,
    plan: L,
    world: Arc<World>,
    outbox: Outbox,
    inbox: Inbox,
    confirms: FuturesUnordered<Confirm>,
    rng: SmallRng,
}

impl<P: Pipe, L: Plan> Talker<P, L> {
    async fn talk(&mut self, mut phase: watch::Receiver<Phase>) -> Result<()> {
        loop {
            let now_in = *phase.borrow_and_update();
            let wake = match now_in {
                Phase::Run => self.post_what_is_due().await?,
                Phase::Drain => None,
                Phase::Stop => return Ok(()),
            };
            let alarm = self.world.board.instant(wake.unwrap_or_default());
            let alarm = pin!(sleep_until(alarm.into()));
            tokio::select! {
                Some(request) = self.confirms.next(), if !self.confirms.is_empty() => self.confirmed(request?),
                taken = self.pipe.receive() => {
                    let taken = taken?;
                    self.pipe.ack(&taken).await?;
                    self.came(P::data(&taken));
                }
                () = alarm, if wake.is_some() => {}
                changed = phase.changed() => changed?,
            }
        }
    }

    /// Posts; returns when to ask again, where the plan says so.
    async fn post_what_is_due(&mut self) -> Result<Option<Duration>> {
        while self.outbox.in_flight() < self.plan.window() {
            match self.plan.next(self.world.board.age(), &mut self.rng) {
                Step::Post(draft) => {
                    let (posted, request) = self.outbox.post(draft.lane, draft.due);
                    self.world.board.posted();
                    let (run, sender, sequence) = (self.world.run, self.number, posted.sequence);
                    let mut data = Vec::with_capacity(draft.octets);
                    Body { run, sender, lane: draft.lane, sequence, due: draft.due }
                        .write(&mut data, draft.octets);
                    let confirm = self.pipe.post(draft.lane, request, data).await?;
                    self.confirms.push(confirm);
                }
                Step::Wait(until) => return Ok(Some(until)),
                Step::Ask(_) | Step::Nothing | Step::Leave => return Ok(None),
            }
        }
        Ok(None)
    }

    fn confirmed(&mut self, request: u64) {
        if let Some(posted) = self.outbox.confirmed(request) {
            self.world.board.acked(self.world.board.age(), posted.due, 1);
        }
    }

    fn came(&mut self, data: &[u8]) {
        match Body::read(data) {
            Some(body) if body.run == self.world.run && body.lane == self.number => {
                if self.inbox.note(body.sender, body.lane, body.sequence, 0) == Arrival::New {
                    self.world.board.delivered(self.world.board.age(), body.due);
                }
            }
            _ => self.inbox.foreign += 1,
        }
    }
}
