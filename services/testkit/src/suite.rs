//! Runs many small tests, each named as a sentence, against one server, and names all that failed.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use anyhow::{Result, bail};
use futures::{StreamExt, stream};
use tokio::time::{Instant, timeout};

use crate::turn;

/// What a sentence's test returns when it is called.
pub type Running = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A small test.
pub struct Sentence<S> {
    /// What it says.
    pub name: &'static str,
    /// Runs it.
    pub run: fn(Arc<S>) -> Running,
}

/// How long one sentence may take.
const LIMIT: Duration = Duration::from_secs(150);
/// How many run at once. Some only wait for a time-out of the protocol to pass.
const AT_ONCE: usize = 24;

/// Lists async functions, each of which takes a reference to the server under test, as sentences.
#[macro_export]
macro_rules! sentences {
    ($server:ty; $($(#[$attribute:meta])* $test:path),+ $(,)?) => {
        vec![$($crate::suite::Sentence::<$server> {
            name: stringify!($test),
            run: |server| Box::pin(async move { $test(&server).await }),
        }),+]
    };
}

/// Runs them all, even when some fail. With `SENTENCE` set, only those whose name contains it.
///
/// # Errors
/// Names every sentence that does not hold, and why.
pub async fn run<S: Send + Sync + 'static>(server: &Arc<S>, sentences: Vec<Sentence<S>>) -> Result<()> {
    let wanted = std::env::var("SENTENCE").unwrap_or_default();
    let chosen: Vec<_> = sentences.into_iter().filter(|s| s.name.contains(&wanted)).collect();
    let count = chosen.len();
    let mut ends = stream::iter(chosen).map(|s| run_one(server.clone(), s)).buffer_unordered(AT_ONCE);
    let mut failures = Vec::new();
    while let Some((name, outcome)) = ends.next().await {
        if let Err(why) = outcome {
            failures.push(format!("{name}\n    {}", why.replace('\n', "\n    ")));
        }
    }
    if failures.is_empty() {
        return Ok(());
    }
    failures.sort();
    bail!("{} of {count} sentences do not hold:\n\n{}", failures.len(), failures.join("\n"));
}

async fn run_one<S: Send + Sync + 'static>(
    server: Arc<S>,
    sentence: Sentence<S>,
) -> (&'static str, Result<(), String>) {
    let began = Instant::now();
    let outcome = match timeout(LIMIT, tokio::spawn(turn::of_its_own((sentence.run)(server)))).await {
        Err(_) => Err(format!("takes longer than {LIMIT:?}")),
        Ok(Err(panic)) => Err(format!("panicked: {panic}")),
        Ok(Ok(outcome)) => outcome.map_err(|error| tell(&error)),
    };
    tracing::debug!(sentence = sentence.name, took = ?began.elapsed(), holds = outcome.is_ok());
    (sentence.name, outcome)
}

/// An error with its causes, and the lines of tests that it passed where backtraces are on.
fn tell(error: &anyhow::Error) -> String {
    let backtrace = error.backtrace().to_string();
    let lines = backtrace.lines().map(str::trim).filter(|line| line.starts_with("at ./tests/")).take(4);
    [format!("{error:#}")].into_iter().chain(lines.map(ToOwned::to_owned)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn holds(_: &u8) -> Result<()> {
        Ok(())
    }

    async fn does_not_hold(_: &u8) -> Result<()> {
        bail!("because")
    }

    async fn panics(_: &u8) -> Result<()> {
        panic!("oh")
    }

    #[tokio::test]
    async fn every_failure_is_named_and_a_success_is_not() {
        let all = sentences![u8; holds, does_not_hold, panics];
        let said = run(&Arc::new(1), all).await.unwrap_err().to_string();
        assert!(
            said.contains("2 of 3") && said.contains("does_not_hold") && said.contains("because"),
            "{said}"
        );
        assert!(said.contains("panics") && !said.contains("\nholds"), "{said}");
    }
}
