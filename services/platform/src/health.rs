//! What an orchestrator and a monitor ask over HTTP: `/livez`, `/readyz` and `/metrics`.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::listener::Bounded;
use crate::telemetry::Metrics;

/// How long one check may take.
const CHECK_TIME: Duration = Duration::from_secs(2);
/// How long an answer to `/readyz` is given again without new checks: many who ask are no load on the database.
const FRESH: Duration = Duration::from_millis(250);

/// Where to serve it: section `http`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpOptions {
    /// The address; not one for the public.
    pub listen: SocketAddr,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 8080)) }
    }
}

type CheckFuture = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

struct Check {
    name: &'static str,
    run: Box<dyn Fn() -> CheckFuture + Send + Sync>,
}

/// What a process tells of itself. Ready means: every check passes, and it was not told to stop.
pub struct Health {
    checks: Vec<Check>,
    metrics: Metrics,
    stop: CancellationToken,
    last: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Health {
    /// Without checks, ready until `stop` is cancelled.
    pub fn new(metrics: Metrics, stop: CancellationToken) -> Self {
        Self { checks: Vec::new(), metrics, stop, last: Mutex::new(None) }
    }

    /// Adds a condition for being ready. It says why it fails, in words for an operator.
    #[must_use]
    pub fn check<F, R>(mut self, name: &'static str, run: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.checks.push(Check { name, run: Box::new(move || Box::pin(run())) });
        self
    }

    /// Serves until it is dropped.
    ///
    /// # Errors
    /// When the listener cannot be used.
    pub async fn serve(self, listener: std::net::TcpListener) -> std::io::Result<()> {
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(Bounded::new(listener), self.router()).await
    }

    fn router(self) -> Router {
        Router::new()
            .route("/livez", get(async || "live\n"))
            .route("/readyz", get(readyz))
            .route("/metrics", get(metrics))
            .with_state(Arc::new(self))
    }

    /// Whether the process is ready; if not, which check failed and why.
    ///
    /// # Errors
    /// One line for each failed check.
    pub async fn ready(&self) -> Result<(), String> {
        if self.stop.is_cancelled() {
            return Err("shutdown: in progress\n".to_owned());
        }
        let mut last = self.last.lock().await;
        if let Some((when, result)) = last.as_ref()
            && when.elapsed() < FRESH
        {
            return result.clone();
        }
        let result = self.run_checks().await;
        *last = Some((Instant::now(), result.clone()));
        result
    }

    async fn run_checks(&self) -> Result<(), String> {
        let mut failed = String::new();
        for check in &self.checks {
            let outcome = match tokio::time::timeout(CHECK_TIME, (check.run)()).await {
                Ok(outcome) => outcome,
                Err(_) => Err(format!("no answer within {} s", CHECK_TIME.as_secs())),
            };
            if let Err(reason) = outcome {
                failed.push_str(&format!("{}: {reason}\n", check.name));
            }
        }
        if failed.is_empty() { Ok(()) } else { Err(failed) }
    }
}

async fn readyz(State(health): State<Arc<Health>>) -> Response {
    match health.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(failed) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready\n{failed}")).into_response(),
    }
}

async fn metrics(State(health): State<Arc<Health>>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, health.metrics.render()).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn start(health: Health) -> SocketAddr {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(health.serve(listener));
        addr
    }

    async fn get(addr: SocketAddr, path: &str) -> String {
        let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn a_failing_check_is_named_and_leaves_the_process_live() {
        let up = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&up);
        let health = Health::new(Metrics::detached(), CancellationToken::new())
            .check("bus", async || Ok(()))
            .check("store", move || {
                let up = seen.load(Ordering::Relaxed);
                async move { if up { Ok(()) } else { Err("connection refused".to_owned()) } }
            });
        let addr = start(health);
        let answer = get(addr, "/readyz").await;
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        assert!(answer.contains("store: connection refused") && !answer.contains("bus"), "{answer}");
        assert!(get(addr, "/livez").await.starts_with("HTTP/1.1 200"));
        up.store(true, Ordering::Relaxed);
        while !get(addr, "/readyz").await.starts_with("HTTP/1.1 200") {}
    }

    #[tokio::test]
    async fn a_process_told_to_stop_is_not_ready_at_once() {
        let stop = CancellationToken::new();
        let addr = start(Health::new(Metrics::detached(), stop.clone()));
        assert!(get(addr, "/readyz").await.starts_with("HTTP/1.1 200"));
        stop.cancel();
        let answer = get(addr, "/readyz").await;
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("shutdown"), "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_hangs_fails_after_its_time() {
        let health = Health::new(Metrics::detached(), CancellationToken::new())
            .check("store", std::future::pending::<Result<(), String>>);
        assert!(health.ready().await.unwrap_err().contains("store: no answer"));
    }

    #[tokio::test(start_paused = true)]
    async fn many_questions_at_once_make_one_check() {
        let runs = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&runs);
        let health = Health::new(Metrics::detached(), CancellationToken::new()).check("store", move || {
            seen.fetch_add(1, Ordering::Relaxed);
            async { Ok(()) }
        });
        for _ in 0..100 {
            health.ready().await.unwrap();
        }
        assert_eq!(runs.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn metrics_are_served_as_text() {
        let addr = start(Health::new(Metrics::detached(), CancellationToken::new()));
        let answer = get(addr, "/metrics").await;
        assert!(answer.contains("text/plain; version=0.0.4"), "{answer}");
    }
}
