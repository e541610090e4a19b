//! The course of a run: warm up, measure, drain.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Result;
use futures::future::join_all;
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, sleep_until},
};

use super::talk::{Phase, Plan, Talked, Talker, World};
use super::tell;
use crate::{
    measure::{
        board::Board,
        procs::{Meter, Process, Use, memories_kib},
    },
    outcome::Growth,
    verify::{Verdict, inbox::Inbox, outbox::Outbox},
};

/// How often it is asked whether all has arrived.
const PEEK: Duration = Duration::from_millis(10);

const SECOND: Duration = Duration::from_secs(1);
/// How often memory is looked at, in seconds: it takes a while when there is much of it.
const LOOK_SECONDS: u64 = 5;

/// What a part of a run took.
pub struct Took {
    pub used: Vec<Use>,
    pub span: Duration,
    /// Memory over time.
    pub tracks: Vec<Growth>,
}

/// Members at work.
pub struct Course {
    phase: watch::Sender<Phase>,
    world: Arc<World>,
    tasks: Vec<JoinHandle<Talked>>,
}

impl Course {
    pub fn new(world: &Arc<World>) -> Self {
        Self { phase: watch::Sender::new(Phase::Run), world: Arc::clone(world), tasks: Vec::new() }
    }

    /// Lets a member begin.
    pub fn enter<P: Plan>(&mut self, talker: Talker<P>) {
        self.tasks.push(tokio::spawn(talker.run(self.phase.subscribe())));
    }

    /// Lets somebody take part who does it in another way.
    pub fn enter_other<F>(&mut self, life: impl FnOnce(watch::Receiver<Phase>) -> F)
    where
        F: Future<Output = Talked> + Send + 'static,
    {
        self.tasks.push(tokio::spawn(life(self.phase.subscribe())));
    }

    /// Lets a member in who comes late.
    pub fn enter_late<P: Plan>(
        &mut self,
        number: u32,
        arrival: impl Future<Output = Result<Talker<P>, (Inbox, anyhow::Error)>> + Send + 'static,
    ) {
        let phase = self.phase.subscribe();
        self.tasks.push(tokio::spawn(async move {
            match arrival.await {
                Ok(talker) => talker.run(phase).await,
                Err((inbox, trouble)) => Talked::absent(number, inbox, &trouble),
            }
        }));
    }

    /// Sees the run through until this holds, or to the end of what is to be measured.
    pub async fn measure_until(
        &self,
        processes: &[Process],
        is_done: impl Fn(&Board) -> bool,
    ) -> Result<Took> {
        let board = &self.world.board;
        sleep_until(board.instant(board.begin()).into()).await;
        let begun = Instant::now();
        let meter = Meter::start(processes).await?;
        let end = board.instant(board.end());
        let (mut looks, mut next) = (Vec::new(), begun + SECOND);
        while Instant::now() < end && !is_done(board) && self.is_anybody_there() {
            sleep_until((Instant::now() + PEEK).min(end).into()).await;
            if Instant::now() >= next {
                board.tick();
                let seconds = (next - begun).as_secs();
                if seconds.is_multiple_of(LOOK_SECONDS) {
                    looks.push((seconds, memories_kib(processes).await?));
                }
                next += SECOND;
            }
        }
        let span = begun.elapsed();
        Ok(Took { used: meter.used().await?, span, tracks: tell::tracks(processes, &looks) })
    }

    /// Waits until this holds, at most for so long.
    pub async fn wait_until(&self, limit: Duration, is_done: impl Fn(&Board) -> bool) {
        let end = Instant::now() + limit;
        while !is_done(&self.world.board) && Instant::now() < end && self.is_anybody_there() {
            sleep(PEEK).await;
        }
    }

    /// Ends the posting, waits until all that was promised has come or the limit has passed, and ends the run.
    /// The members come back in the order of their numbers.
    pub async fn drain(self, limit: Duration) -> Result<Vec<Talked>> {
        self.phase.send_replace(Phase::Drain);
        self.wait_until(limit, Board::is_settled).await;
        self.phase.send_replace(Phase::Stop);
        let mut talked = join_all(self.tasks).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        talked.sort_by_key(|one| one.number);
        Ok(talked)
    }

    fn is_anybody_there(&self) -> bool {
        self.tasks.iter().any(|task| !task.is_finished())
    }
}

/// What came of all that the members sent; they must be in the order of their numbers, from 0.
pub fn verdict(world: &World, talked: Vec<Talked>) -> Verdict {
    let mut troubles = Vec::new();
    let (mut outboxes, inboxes): (Vec<Outbox>, Vec<Inbox>) = talked
        .into_iter()
        .map(|one| {
            troubles.extend(one.trouble);
            (one.outbox, one.inbox)
        })
        .unzip();
    let mut verdict = Verdict::of(&world.lanes, &mut outboxes, &inboxes);
    troubles.into_iter().for_each(|what| verdict.trouble(what));
    verdict
}
