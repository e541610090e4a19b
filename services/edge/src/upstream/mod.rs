//! Calls to delivery: to any live process, moved to another one when it dies, within the client's patience.

mod chunks;
mod discovery;
mod endpoint;
mod options;
mod places;

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
    sync::{Semaphore, mpsc},
    time::{Instant, sleep, timeout, timeout_at},
};
use tonic::{Code, Request, Response, Status};

pub use endpoint::Service;
pub use options::{Error, UpstreamOptions};

use chunks::Chunks;
use discovery::Discovery;
use endpoint::Endpoint;
use places::Places;

/// A client of one delivery process, or of the one within this process.
pub type Client = DeliveryClient<Service>;

/// All tries of a call together, well before a client sends its request again, after 15 s.
pub(crate) const CALL_LIMIT: Duration = Duration::from_secs(10);
/// One try of a call.
const TRY_LIMIT: Duration = Duration::from_millis(3500);
/// Calls for members under way at a time; more wait.
const CALLS_MAX: usize = 1024;
/// Large bodies on their way to delivery at a time; more wait. Each may take long, as its client is slow, and costs little.
const UPLOADS_MAX: usize = 2048;
/// And of one site.
const UPLOADS_OF_SITE_MAX: usize = UPLOADS_MAX / 4;

/// How a call is made.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// When to give up.
    deadline: Instant,
    /// The same lane leads to the same process, as long as it is up.
    lane: Option<usize>,
    /// Whether it waits for a place among the calls for members.
    in_turn: bool,
}

impl How {
    /// For a member, within the client's patience, by whichever process is next.
    pub fn for_member() -> Self {
        Self { deadline: Instant::now() + CALL_LIMIT, lane: None, in_turn: true }
    }

    /// For the edge itself: never behind the calls for members, so that an edge with its hands full is not taken for dead.
    pub fn for_edge(limit: Duration) -> Self {
        Self { deadline: Instant::now() + limit, lane: None, in_turn: false }
    }

    /// For many members at once: what bounds those calls is the number of lanes.
    pub fn for_lane(lane: usize) -> Self {
        Self { lane: Some(lane), in_turn: false, ..Self::for_member() }
    }

    /// Until then.
    pub fn until(self, deadline: Instant) -> Self {
        Self { deadline, ..self }
    }

    /// By the process that this lane leads to.
    pub fn by_lane(self, lane: usize) -> Self {
        Self { lane: Some(lane), ..self }
    }
}

/// What a call brought.
#[derive(Debug)]
pub struct Reply<R> {
    /// The answer.
    pub message: R,
    /// Nobody else had been asked before.
    pub at_first_try: bool,
}

/// Why a call came to nothing.
#[derive(Debug, Clone, thiserror::Error)]
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
    uploads: Places,
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
            uploads: Places::new(UPLOADS_MAX, UPLOADS_OF_SITE_MAX),
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

    /// Calls delivery; tries again, elsewhere if possible, until there is an answer or the time is over.
    pub async fn call<Q, A, R, F>(&self, how: How, request: Q, rpc: F) -> Result<R, Failure>
    where
        Q: Clone,
        F: Fn(Client, Request<Q>) -> A,
        A: Future<Output = Result<Response<R>, Status>>,
    {
        self.call_and_tell(how, request, rpc).await.map(|reply| reply.message)
    }

    /// The same, and tells whether the first try was answered.
    pub async fn call_and_tell<Q, A, R, F>(&self, how: How, request: Q, rpc: F) -> Result<Reply<R>, Failure>
    where
        Q: Clone,
        F: Fn(Client, Request<Q>) -> A,
        A: Future<Output = Result<Response<R>, Status>>,
    {
        let tries = async {
            let _permit = match how.in_turn {
                true => Some(self.calls.acquire().await.map_err(|_| closed())?),
                false => None,
            };
            self.try_until_answered(how.lane, request, rpc).await
        };
        timeout_at(how.deadline, tries)
            .await
            .unwrap_or_else(|_| Err(Failure::Unreachable("no answer in time".to_owned())))
    }

    async fn try_until_answered<Q, A, R, F>(
        &self,
        lane: Option<usize>,
        request: Q,
        rpc: F,
    ) -> Result<Reply<R>, Failure>
    where
        Q: Clone,
        F: Fn(Client, Request<Q>) -> A,
        A: Future<Output = Result<Response<R>, Status>>,
    {
        let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_millis(800));
        let mut tries = 0;
        loop {
            let turn = lane.map(|lane| lane.wrapping_add(tries));
            let Some(endpoint) = self.pick(turn.unwrap_or_else(|| self.next.fetch_add(1, Relaxed))) else {
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            let mut request = Request::new(request.clone());
            request.set_timeout(TRY_LIMIT);
            let outcome = timeout(TRY_LIMIT, rpc(endpoint.calls(), request)).await;
            match outcome.unwrap_or_else(|_| Err(Status::deadline_exceeded("no answer"))) {
                Ok(response) => {
                    return Ok(Reply { message: response.into_inner(), at_first_try: tries == 0 });
                }
                Err(status) if may_try_again(&status) => {
                    metrics::counter!("tmtp_edge_calls_retried_total").increment(1);
                    tracing::debug!(%status, endpoint = endpoint.name(), "call failed, trying again");
                    endpoint.suspect(&status);
                    sleep(backoff.next_wait()).await;
                }
                Err(status) => return Err(Failure::Refused(status)),
            }
            tries += 1;
        }
    }

    /// Streams a request with large data to a delivery process: to another one where it cannot be had, and never again once
    /// some of the data went there. Whoever sends the data says when to give up.
    pub async fn upload(
        &self,
        site: i64,
        chunks: mpsc::Receiver<SubmitChunk>,
    ) -> Result<SubmitReply, Failure> {
        let _place = self.uploads.take(site).await.map_err(|_| closed())?;
        let chunks = Chunks::new(chunks);
        let mut backoff = Backoff::new(Duration::from_millis(50), Duration::from_millis(800));
        let mut failed = "no delivery process".to_owned();
        while let Some(one_try) = chunks.for_next_try() {
            if let Some(endpoint) = self.pick(self.next.fetch_add(1, Relaxed)) {
                match endpoint.uploads().submit_stream(one_try).await {
                    Ok(response) => return Ok(response.into_inner()),
                    Err(status) if may_try_again(&status) => {
                        endpoint.suspect(&status);
                        failed = status.to_string();
                    }
                    Err(status) => return Err(Failure::Refused(status)),
                }
            }
            sleep(backoff.next_wait()).await;
        }
        Err(Failure::Unreachable(failed))
    }

    /// The process whose turn it is, of those that are thought to be up; of all, when none is.
    fn pick(&self, turn: usize) -> Option<Arc<Endpoint>> {
        let endpoints = self.endpoints.load();
        let up = endpoints.iter().filter(|endpoint| endpoint.is_up()).count();
        let count = if up == 0 { endpoints.len() } else { up };
        let turn = turn.checked_rem(count)?;
        endpoints.iter().filter(|endpoint| up == 0 || endpoint.is_up()).nth(turn).cloned()
    }
}

fn closed() -> Failure {
    Failure::Unreachable("closed".to_owned())
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
    use std::{future::poll_fn, pin::pin};

    use http::{Request, Response};
    use tmtp_grpc::delivery::{HeartbeatRequest, submit_chunk::Part};
    use tonic::{body::Body, codegen::Body as _};

    use super::*;

    /// Delivery that knows no call at all.
    fn refusing() -> Upstream {
        let status = || Status::unimplemented("unknown").into_http::<Body>();
        let refusal = tower::service_fn(move |_| std::future::ready(Ok(status())));
        Upstream::new(vec![Arc::new(Endpoint::of(Service::new(refusal)))], None)
    }

    /// Delivery that cannot be had, after it took what it wants of a request.
    fn unavailable(wants_octets: usize) -> Arc<Endpoint> {
        let answer = move |request: Request<Body>| async move {
            taken(request, wants_octets).await;
            Ok(Status::unavailable("stopping").into_http::<Body>())
        };
        Arc::new(Endpoint::of(Service::new(tower::service_fn(answer))))
    }

    /// Delivery that takes it all and says how much it was.
    fn counting() -> Arc<Endpoint> {
        let answer = |request: Request<Body>| async move {
            let octets = taken(request, usize::MAX).await;
            Ok::<Response<Body>, _>(Status::data_loss(octets.to_string()).into_http())
        };
        Arc::new(Endpoint::of(Service::new(tower::service_fn(answer))))
    }

    async fn taken(request: Request<Body>, wants_octets: usize) -> usize {
        let mut body = pin!(request.into_body());
        let mut octets = 0;
        while octets < wants_octets
            && let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await
        {
            octets += frame.unwrap().into_data().map_or(0, |data| data.len());
        }
        octets
    }

    /// What becomes of 3,000 octets in parts of 1,000.
    async fn upload(endpoints: Vec<Arc<Endpoint>>) -> Failure {
        let upstream = Upstream::new(endpoints, None);
        let (chunks, received) = mpsc::channel(4);
        for _ in 0..3 {
            let part = Part::Data(vec![b'x'; 1000].into());
            chunks.send(SubmitChunk { part: Some(part) }).await.unwrap();
        }
        drop(chunks);
        upstream.upload(1, received).await.unwrap_err()
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_request_goes_whole_to_another_process_where_one_cannot_be_had() {
        for first in 0..2 {
            let mut endpoints = vec![unavailable(0), unavailable(0), unavailable(0)];
            endpoints.insert(first, counting());
            let Failure::Refused(status) = upload(endpoints).await else { panic!("given up") };
            let octets: usize = status.message().parse().unwrap();
            assert!((3000..3100).contains(&octets), "{octets}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_request_of_which_some_was_taken_goes_nowhere_else() {
        let taking = vec![unavailable(1), unavailable(1)];
        assert!(matches!(upload(taking).await, Failure::Unreachable(_)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_edges_own_calls_do_not_wait_behind_those_of_members() {
        let upstream = refusing();
        let _all = upstream.calls.acquire_many(CALLS_MAX as u32).await;
        let beat = || HeartbeatRequest { edge: "edge".to_owned() };
        let own = upstream.call(How::for_edge(CALL_LIMIT), beat(), |mut client, request| async move {
            client.heartbeat(request).await
        });
        assert!(matches!(own.await, Err(Failure::Refused(_))));
        let behind = upstream.call(How::for_member(), beat(), |mut client, request| async move {
            client.heartbeat(request).await
        });
        assert!(matches!(behind.await, Err(Failure::Unreachable(_))));
    }
}
