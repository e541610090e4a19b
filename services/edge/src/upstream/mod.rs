//! Calls to delivery: to any live process, moved to another one when it dies, within the client's patience.

mod discovery;
mod endpoint;
mod options;

use std::{
    convert::Infallible,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use rand::Rng;
use tmtp_grpc::delivery::{SubmitChunk, SubmitReply, delivery_client::DeliveryClient, delivery_server};
use tmtp_platform::Backoff;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Response, Status};

pub use endpoint::Service;
pub use options::{Error, UpstreamOptions};

use discovery::Discovery;
use endpoint::Endpoint;

/// A client of one delivery process, or of the one within this process.
pub type Client = DeliveryClient<Service>;

/// All tries of a call together; a client sends its request again after 15 s.
pub(crate) const CALL_LIMIT: Duration = Duration::from_secs(12);
/// One try of a call.
const TRY_LIMIT: Duration = Duration::from_millis(3500);
/// Calls for members under way at a time; more wait.
const CALLS_MAX: usize = 1024;
/// Large bodies on their way to delivery at a time; more wait. Each may take long, as its client is slow, and costs little.
const UPLOADS_MAX: usize = 2048;

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No delivery process could be had in time. Whether the call took effect is not known.
    #[error("delivery cannot be reached: {0}")]
    Unreachable(String),
    /// Delivery cannot do it, and trying again will not help.
    #[error("delivery refused: {0}")]
    Refused(Status),
}

/// All delivery processes.
pub struct Upstream {
    endpoints: ArcSwap<Vec<Arc<Endpoint>>>,
    discovery: Option<Discovery>,
    next: AtomicUsize,
    calls: Semaphore,
    uploads: Semaphore,
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("endpoints", &self.endpoints.load().len()).finish_non_exhaustive()
    }
}

impl Upstream {
    fn new(endpoints: Vec<Arc<Endpoint>>, discovery: Option<Discovery>) -> Self {
        Self {
            endpoints: ArcSwap::from_pointee(endpoints),
            discovery,
            next: AtomicUsize::new(rand::rng().random_range(0..1024)),
            calls: Semaphore::new(CALLS_MAX),
            uploads: Semaphore::new(UPLOADS_MAX),
        }
    }

    /// Delivery in this very process, without a network.
    pub fn in_process<D: delivery_server::Delivery>(server: delivery_server::DeliveryServer<D>) -> Self {
        Self::new(vec![Arc::new(Endpoint::in_process(server))], None)
    }

    /// Delivery that takes every call and never answers.
    #[cfg(test)]
    pub(crate) fn silent() -> Self {
        let silence = tower::service_fn(|_| std::future::pending());
        Self::new(vec![Arc::new(Endpoint::of(Service::new(silence)))], None)
    }

    /// Delivery processes over the network. Connects when first needed.
    ///
    /// # Errors
    /// When an address or a TLS file is no use.
    pub fn connect(options: &UpstreamOptions) -> Result<Self, Error> {
        let discovery = Discovery::new(options)?;
        Ok(Self::new(discovery.fixed()?, Some(discovery)))
    }

    /// Whether some delivery process answers.
    pub fn is_up(&self) -> bool {
        self.endpoints.load().iter().any(|endpoint| endpoint.is_up())
    }

    /// Keeps the list of processes and what is known of their health fresh, for as long as the edge lives.
    pub(crate) async fn watch(&self) -> Result<Infallible, crate::Error> {
        match &self.discovery {
            Some(discovery) => Ok(discovery.watch(&self.endpoints).await),
            None => std::future::pending().await,
        }
    }

    /// Calls delivery; tries again, elsewhere if possible, for up to 12 s.
    pub async fn call<Q, A, R, F>(&self, request: Q, rpc: F) -> Result<R, Failure>
    where
        Q: Clone,
        F: Fn(Client, Request<Q>) -> A,
        A: Future<Output = Result<Response<R>, Status>>,
    {
        self.call_within(Instant::now() + CALL_LIMIT, request, rpc).await
    }

    /// Calls delivery for the edge itself: never behind the calls of members, so that an edge with its hands full is not
    /// taken for dead.
    pub async fn call_for_edge<Q, A, R, F>(&self, limit: Duration, request: Q, rpc: F) -> Result<R, Failure>
    where
        Q: Clone,
        F: Fn(Client, Request<Q>) -> A,
        A: Future<Output = Result<Response<R>, Status>>,
    {
        in_time(Instant::now() + limit, self.try_until_answered(request, rpc)).await
    }

    /// Calls delivery; tries again, elsewhere if possible, until the deadline.
    pub async fn call_within<Q, A, R, F>(&self, deadline: Instant, request: Q, rpc: F) -> Result<R, Failure>
    where
        Q: Clone,
        F: Fn(Client, Request<Q>) -> A,
        A: Future<Output = Result<Response<R>, Status>>,
    {
        let tries = async {
            let _permit =
                self.calls.acquire().await.map_err(|_| Failure::Unreachable("closed".to_owned()))?;
            self.try_until_answered(request, rpc).await
        };
        in_time(deadline, tries).await
    }

    async fn try_until_answered<Q, A, R, F>(&self, request: Q, rpc: F) -> Result<R, Failure>
    where
        Q: Clone,
        F: Fn(Client, Request<Q>) -> A,
        A: Future<Output = Result<Response<R>, Status>>,
    {
        let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_millis(800));
        loop {
            let Some(endpoint) = self.pick() else {
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            let mut request = Request::new(request.clone());
            request.set_timeout(TRY_LIMIT);
            let outcome = timeout(TRY_LIMIT, rpc(endpoint.calls(), request)).await;
            match outcome.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer"))) {
                Ok(response) => return Ok(response.into_inner()),
                Err(status) if may_try_again(&status) => {
                    metrics::counter!("tmtp_edge_calls_retried_total").increment(1);
                    tracing::debug!(%status, endpoint = endpoint.name(), "call failed, trying again");
                    endpoint.suspect(&status);
                    sleep(backoff.next_wait()).await;
                }
                Err(status) => return Err(Failure::Refused(status)),
            }
        }
    }

    /// Streams a request with large data to one delivery process. Never tried again: the data is gone.
    pub async fn upload(&self, chunks: ReceiverStream<SubmitChunk>) -> Result<SubmitReply, Failure> {
        let unreachable = |why: &str| Failure::Unreachable(why.to_owned());
        let _permit = self.uploads.acquire().await.map_err(|_| unreachable("closed"))?;
        let endpoint = self.pick().ok_or_else(|| unreachable("no delivery process"))?;
        match endpoint.uploads().submit_stream(chunks).await {
            Ok(response) => Ok(response.into_inner()),
            Err(status) if may_try_again(&status) => Err(Failure::Unreachable(status.to_string())),
            Err(status) => Err(Failure::Refused(status)),
        }
    }

    /// The next process in turn, those first that are thought to be up.
    fn pick(&self) -> Option<Arc<Endpoint>> {
        let endpoints = self.endpoints.load();
        let up = endpoints.iter().filter(|endpoint| endpoint.is_up()).count();
        let count = if up == 0 { endpoints.len() } else { up };
        let turn = self.next.fetch_add(1, Relaxed).checked_rem(count)?;
        endpoints.iter().filter(|endpoint| up == 0 || endpoint.is_up()).nth(turn).cloned()
    }
}

async fn in_time<R>(deadline: Instant, call: impl Future<Output = Result<R, Failure>>) -> Result<R, Failure> {
    timeout_at(deadline, call)
        .await
        .unwrap_or_else(|_| Err(Failure::Unreachable("no answer in time".to_owned())))
}

/// Whether a failure says nothing about the request itself. A broken connection shows as `Unknown`, `Cancelled` or
/// `Internal` with a source.
fn may_try_again(status: &Status) -> bool {
    match status.code() {
        Code::Unavailable
        | Code::DeadlineExceeded
        | Code::Cancelled
        | Code::Unknown
        | Code::ResourceExhausted => true,
        Code::Internal => std::error::Error::source(status).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use tmtp_grpc::delivery::HeartbeatRequest;
    use tonic::body::Body;

    use super::*;

    /// Delivery that knows no call at all.
    fn refusing() -> Upstream {
        let status = || Status::unimplemented("unknown").into_http::<Body>();
        let refusal = tower::service_fn(move |_| std::future::ready(Ok(status())));
        Upstream::new(vec![Arc::new(Endpoint::of(Service::new(refusal)))], None)
    }

    #[tokio::test(start_paused = true)]
    async fn the_edges_own_calls_do_not_wait_behind_those_of_members() {
        let upstream = refusing();
        let _all = upstream.calls.acquire_many(CALLS_MAX as u32).await;
        let beat = || HeartbeatRequest { edge: "edge".to_owned() };
        let own = upstream.call_for_edge(CALL_LIMIT, beat(), |mut client, request| async move {
            client.heartbeat(request).await
        });
        assert!(matches!(own.await, Err(Failure::Refused(_))));
        let behind =
            upstream.call(beat(), |mut client, request| async move { client.heartbeat(request).await });
        assert!(matches!(behind.await, Err(Failure::Unreachable(_))));
    }
}
