//! Lanes: how small requests get to delivery. A session has one lane, a lane leads to one delivery process, and has one
//! call under way: what its sessions ask meanwhile goes in the next one, together.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tmtp_grpc::delivery::{SubmitBurstsReply, SubmitBurstsRequest, SubmitReply};
use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};
use tonic::Status;

use crate::{
    edge::Shared,
    session::{Asking, Session},
    upstream::{Failure, How, Reply},
};

/// How many there are: enough for calls to overlap at several delivery processes, few enough for much to go in each.
pub const LANES: usize = 8;
/// Octets at which a call takes no further session.
const CALL_OCTETS: usize = 1 << 20;
/// Most sessions in one call.
const CALL_SESSIONS: usize = 1024;
/// A burst that failed alone is tried again after this.
const AGAIN: Duration = Duration::from_millis(50);

/// All lanes. A session is in its lane at most once, so they never hold more than there are sessions.
#[derive(Debug)]
pub struct Lanes([Lane; LANES]);

#[derive(Debug, Default)]
struct Lane {
    waiting: Mutex<VecDeque<Arc<Session>>>,
    entered: Notify,
}

/// Requests of a session on their way, in order.
struct Burst {
    session: Arc<Session>,
    askings: Vec<Asking>,
}

impl Default for Lanes {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Lane::default()))
    }
}

impl Lanes {
    /// The lane of a node.
    pub fn of(session: &Session) -> usize {
        session.key().1.unsigned_abs() as usize % LANES
    }

    /// Takes in a session that has something to ask.
    pub fn enter(&self, session: Arc<Session>) {
        let lane = &self.0[Self::of(&session)];
        lane.waiting.lock().unwrap_or_else(PoisonError::into_inner).push_back(session);
        lane.entered.notify_one();
    }

    /// What goes in the next call of a lane: all that waits, as far as it fits.
    async fn next(&self, lane: usize) -> Vec<Burst> {
        let lane = &self.0[lane];
        loop {
            let bursts = lane.take();
            if !bursts.is_empty() {
                return bursts;
            }
            lane.entered.notified().await;
        }
    }
}

impl Lane {
    fn take(&self) -> Vec<Burst> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bursts = Vec::new();
        let mut octets = 0;
        while octets < CALL_OCTETS && bursts.len() < CALL_SESSIONS {
            let Some(session) = waiting.pop_front() else { break };
            let (askings, more) = session.take_burst();
            octets += more;
            bursts.push(Burst { session, askings });
        }
        bursts
    }
}

/// Serves one lane for as long as the edge lives.
pub async fn run(edge: Arc<Shared>, lane: usize) -> Result<Infallible, crate::Error> {
    loop {
        let bursts = edge.lanes.next(lane).await;
        submit(&edge, lane, bursts, true).await;
    }
}

/// Submits bursts and answers their requests. `first`: nobody was asked to carry them out before.
async fn submit(edge: &Arc<Shared>, lane: usize, bursts: Vec<Burst>, first: bool) {
    let latest = bursts.iter().filter_map(Burst::expires).max().unwrap_or_else(Instant::now);
    let request = SubmitBurstsRequest {
        bursts: bursts.iter().map(|burst| burst.session.burst(&burst.askings)).collect(),
    };
    let call = edge.upstream.call_and_tell(
        How::for_lane(lane).until(latest),
        request,
        |mut client, request| async move { client.submit_bursts(request).await },
    );
    match Box::pin(call).await {
        Ok(Reply { message: SubmitBurstsReply { bursts: replies, instance }, at_first_try }) => {
            let instance = if first && at_first_try { instance } else { 0 };
            let mut replies = replies.into_iter();
            for burst in bursts {
                match replies.next().unwrap_or_default().replies {
                    none if none.is_empty() => again(edge, lane, burst),
                    replies => burst.answer(edge, instance, replies),
                }
            }
        }
        Err(failure) => bursts.into_iter().for_each(|burst| burst.fail(edge, &failure)),
    }
}

/// Tries a burst that failed while others did not: by itself, so that it holds up nobody else.
fn again(edge: &Arc<Shared>, lane: usize, burst: Burst) {
    let edge = Arc::clone(edge);
    tokio::spawn(async move {
        sleep(AGAIN).await;
        if burst.expires().is_none_or(|expires| expires <= Instant::now()) {
            return burst.fail(&edge, &Failure::Unreachable("no answer in time".to_owned()));
        }
        Box::pin(submit(&edge, lane, vec![burst], false)).await;
    });
}

impl Burst {
    /// When the last of its requests is given up.
    fn expires(&self) -> Option<Instant> {
        self.askings.last().map(|asking| asking.expires)
    }

    fn answer(self, edge: &Shared, instance: u64, replies: Vec<SubmitReply>) {
        let mut replies = replies.into_iter();
        self.session.follow(instance);
        self.settle(edge, |asking, now| match replies.next() {
            Some(_) if asking.expires <= now => Err(Failure::Unreachable("no answer in time".to_owned())),
            Some(reply) => Ok(reply),
            None => Err(Failure::Refused(Status::internal("a request without a reply"))),
        });
    }

    fn fail(self, edge: &Shared, failure: &Failure) {
        self.session.follow(0);
        self.settle(edge, |_, _| Err(failure.clone()));
    }

    fn settle(
        self,
        edge: &Shared,
        mut outcome: impl FnMut(&Asking, Instant) -> Result<SubmitReply, Failure>,
    ) {
        let now = Instant::now();
        for asking in self.askings {
            let outcome = outcome(&asking, now);
            self.session.answer_to(asking.question, outcome);
        }
        if self.session.burst_done() {
            edge.lanes.enter(self.session);
        }
    }
}
