//! Members that post at random while a server is struck, and the proof that nothing went wrong.
//!
//! Start at [`Load::start`]. Every node writes down what it did and saw ([`history`]); at the end
//! [`checker`] judges the whole history. The checker knows nothing of the server.

mod actor;
mod board;
pub mod checker;
pub mod history;
mod people;
mod setup;

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use anyhow::{Context, Result, bail};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, timeout},
};

use crate::client::Address;
use actor::Actor;
use board::Board;
pub use checker::Tally;
use history::History;
pub use people::People;

/// How long the last look of all nodes may take.
const LAST_LOOK: Duration = Duration::from_secs(60);

/// How big a load is.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many members post.
    pub members: usize,
    /// Every so many members have a second node.
    pub second_node_every: usize,
    /// How many groups there are.
    pub groups: usize,
    /// How many members are in each group.
    pub group_size: usize,
    /// How long a node rests between two requests, on average.
    pub rest: Duration,
    /// How long it may take, after the last post, until everything has arrived.
    pub drain: Duration,
    /// How long the server may take to store an ack that it has read, by its troubles.
    pub grace: Duration,
    /// Whether members leave the groups that they make. Not where a server may forget a group.
    pub leave_groups: bool,
    /// Where chance starts. The same seed gives the same choices, though not the same timing.
    pub seed: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            members: 200,
            second_node_every: 5,
            groups: 12,
            group_size: 6,
            rest: Duration::from_millis(1500),
            drain: Duration::from_secs(75),
            grace: checker::GRACE,
            leave_groups: true,
            seed: rand::random(),
        }
    }
}

/// What the nodes are to do at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Post and receive.
    Posting,
    /// Post nothing new; receive what is missing.
    Draining,
    /// Quit, log in once more, and send a last request to oneself, to see that nothing else comes.
    LastLook,
    /// Quit.
    Leaving,
}

/// A load that runs.
pub struct Load {
    plan: Plan,
    board: Arc<Board>,
    began: Instant,
    marked: Duration,
    lost: Option<RangeInclusive<Duration>>,
    phase: watch::Sender<Phase>,
    actors: JoinSet<Result<(usize, Vec<history::Event>)>>,
}

impl Load {
    /// Registers everybody, makes the groups, and lets all begin to post.
    ///
    /// # Errors
    /// When the server does not serve.
    pub async fn start(edges: &[Address], plan: Plan) -> Result<Self> {
        let people = Arc::new(setup::settle(edges, &plan).await.context("prepare the load")?);
        let (phase, _) = watch::channel(Phase::Posting);
        let board = Arc::new(Board::default());
        let began = Instant::now();
        let mut actors = JoinSet::new();
        for node in 0..people.nodes.len() {
            let (people, board) = (people.clone(), board.clone());
            let actor = Actor::new(node, people, edges.to_vec(), board, phase.subscribe(), began, &plan);
            actors.spawn(actor.run());
        }
        Ok(Self { plan, board, began, marked: Duration::ZERO, lost: None, phase, actors })
    }

    /// Waits until this many more requests were acked.
    ///
    /// # Errors
    /// When that takes longer than `limit`.
    pub async fn progress(&self, acks: usize, limit: Duration) -> Result<()> {
        let target = self.board.acked() + acks;
        let reached = self.board.wait(|board| board.acked() >= target);
        match timeout(limit, reached).await {
            Ok(()) => Ok(()),
            Err(_) => bail!("{} of {acks} requests acked in {limit:?}", acks + self.board.acked() - target),
        }
    }

    /// So many of those who post next post something of several MiB. Returns when they are at it.
    ///
    /// # Errors
    /// When that takes longer than `limit`.
    pub async fn post_large(&self, count: usize, limit: Duration) -> Result<()> {
        self.board.want_large(count);
        let taken = timeout(limit, self.board.wait(Board::large_taken)).await;
        taken.context("nobody posts something large")
    }

    /// A backup is about to be taken.
    pub fn mark(&mut self) {
        self.marked = self.began.elapsed();
        self.board.mark();
    }

    /// The server does not run, and when it runs again it will know nothing of what happened since the mark.
    pub fn went_back(&mut self) {
        self.board.forget_since_mark();
        self.lost = Some(self.marked..=self.began.elapsed());
    }

    /// Ends the load, waits until everything has arrived, and judges what happened.
    ///
    /// # Errors
    /// Names what went wrong.
    pub async fn finish(mut self) -> Result<Tally> {
        let seed = self.plan.seed;
        self.phase.send_replace(Phase::Draining);
        let drained = timeout(self.plan.drain, self.board.wait(|b| b.is_clear())).await.is_ok();
        self.phase.send_replace(Phase::LastLook);
        let nodes = self.actors.len();
        let looked = timeout(LAST_LOOK, self.board.wait(|b| b.last_ones() == nodes && b.is_clear())).await;
        self.phase.send_replace(Phase::Leaving);
        let history = timeout(Duration::from_secs(60), self.gather()).await;
        let history = history.with_context(|| format!("seed {seed}: nodes do not come to an end"))??;
        let tally = checker::check(&history, self.plan.grace).with_context(|| format!("seed {seed}"))?;
        if looked.is_err() {
            bail!("seed {seed}: the last requests did not arrive in {LAST_LOOK:?}: {}", self.board.missing());
        }
        if !drained {
            bail!(
                "seed {seed}: not everything arrived in {:?}, but later: {}",
                self.plan.drain,
                self.board.missing()
            );
        }
        Ok(tally)
    }

    async fn gather(&mut self) -> Result<History> {
        let mut nodes = vec![Vec::new(); self.actors.len()];
        while let Some(end) = self.actors.join_next().await {
            let (node, events) = end??;
            nodes[node] = events;
        }
        Ok(History { nodes, lost: self.lost.clone() })
    }
}
