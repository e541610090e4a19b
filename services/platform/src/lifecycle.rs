//! How a process ends: softly on the first signal, hard on the second or at the deadline, and at once when one of
//! its tasks dies. A process that is half alive is worse than one that starts afresh.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

/// How to end: section `shutdown`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShutdownOptions {
    /// Seconds from the first signal to a hard end.
    pub deadline_seconds: u64,
}

impl ShutdownOptions {
    /// The same as a duration.
    pub fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline_seconds)
    }
}

impl Default for ShutdownOptions {
    fn default() -> Self {
        Self { deadline_seconds: 60 }
    }
}

/// Why a process did not end well. Any of these asks for a non-zero exit code.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A task ended though nobody had asked for it.
    #[error("{0} ended by itself")]
    Ended(String),
    /// A task failed.
    #[error("{name}: {source:#}")]
    Failed {
        /// The task.
        name: String,
        /// What it said.
        source: anyhow::Error,
    },
    /// A task panicked.
    #[error("{0} panicked")]
    Panicked(String),
    /// A second signal came before the soft end was through.
    #[error("ended hard by a second signal; unfinished: {0}")]
    SecondSignal(String),
    /// The soft end took too long.
    #[error("ended hard at the deadline; unfinished: {0}")]
    Deadline(String),
}

/// SIGTERM and SIGINT, caught from the moment this exists.
pub struct Signals {
    term: Signal,
    int: Signal,
}

impl Signals {
    /// Catches the signals from now on.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn install() -> std::io::Result<Self> {
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    /// The next signal's name.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.term.recv() => "SIGTERM",
            _ = self.int.recv() => "SIGINT",
        }
    }
}

/// The tasks that make up a process. Each ends it when it dies.
pub struct Tasks {
    stop: CancellationToken,
    set: JoinSet<anyhow::Result<()>>,
    names: HashMap<Id, Kind>,
}

#[derive(Clone, Copy)]
enum Kind {
    /// Ends in its own time once `stop` is cancelled, and is waited for.
    Serving(&'static str),
    /// Runs until the very end, and is then dropped.
    Background(&'static str),
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Serving(name) | Self::Background(name) => name,
        }
    }
}

impl Tasks {
    /// No tasks yet; the first signal will cancel `stop`.
    pub fn new(stop: CancellationToken) -> Self {
        Self { stop, set: JoinSet::new(), names: HashMap::new() }
    }

    /// Adds a task that finishes what it has in hand once `stop` is cancelled, and then ends.
    pub fn serve<F>(&mut self, name: &'static str, task: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let id = self.set.spawn(task).id();
        self.names.insert(id, Kind::Serving(name));
    }

    /// Adds a task that never ends by itself; the process does not wait for it.
    pub fn background<F>(&mut self, name: &'static str, task: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let id = self.set.spawn(task).id();
        self.names.insert(id, Kind::Background(name));
    }

    /// Runs until the process should end. After a failure the caller exits without further ado.
    ///
    /// # Errors
    /// When a task died, or the soft end did not come to its end.
    pub async fn run(mut self, mut signals: Signals, deadline: Duration) -> Result<(), Failure> {
        let stop = self.stop.clone();
        let name = tokio::select! {
            name = signals.next() => name,
            () = stop.cancelled() => "a request",
            failure = self.death() => return Err(failure),
        };
        tracing::info!(signal = name, deadline_seconds = deadline.as_secs(), "shutting down");
        stop.cancel();
        tokio::select! {
            result = self.drained() => return result,
            _ = signals.next() => return Err(Failure::SecondSignal(self.unfinished())),
            () = tokio::time::sleep(deadline) => {}
        }
        Err(Failure::Deadline(self.unfinished()))
    }

    /// Waits for a task that dies while none should.
    async fn death(&mut self) -> Failure {
        match self.set.join_next_with_id().await {
            Some(ended) => self.verdict(ended).unwrap_or_else(Failure::Ended),
            None => std::future::pending().await,
        }
    }

    /// Waits until every serving task has ended well.
    async fn drained(&mut self) -> Result<(), Failure> {
        while self.names.values().any(|kind| matches!(kind, Kind::Serving(_))) {
            let Some(ended) = self.set.join_next_with_id().await else { break };
            if let Ok(failure) = self.verdict(ended) {
                return Err(failure);
            }
        }
        Ok(())
    }

    /// How a task failed, or the name of one that ended well.
    fn verdict(&mut self, ended: Result<(Id, anyhow::Result<()>), JoinError>) -> Result<Failure, String> {
        let (id, result) = match ended {
            Ok((id, result)) => (id, Some(result)),
            Err(error) => (error.id(), None),
        };
        let name = self.names.remove(&id).map_or("a task", Kind::name).to_owned();
        match result {
            Some(Ok(())) => Err(name),
            Some(Err(source)) => Ok(Failure::Failed { name, source }),
            None => Ok(Failure::Panicked(name)),
        }
    }

    fn unfinished(&self) -> String {
        let serving = self.names.values().filter(|kind| matches!(kind, Kind::Serving(_)));
        let mut names: Vec<_> = serving.map(|kind| kind.name()).collect();
        names.sort_unstable();
        names.join(", ")
    }
}
