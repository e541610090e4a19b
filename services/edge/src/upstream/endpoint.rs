//! One delivery process, and whether it is thought to be up.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use http::{Request, Response};
use tmtp_grpc::delivery::{delivery_client::DeliveryClient, delivery_server};
use tokio::time::{sleep, timeout};
use tonic::{
    Code, Status,
    body::Body,
    transport::{self, Channel, ClientTlsConfig, Uri},
};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tower::{ServiceExt, util::BoxCloneSyncService};

use super::{Client, Error};

/// What carries calls: a channel, or the server itself within this process.
pub type Service = BoxCloneSyncService<Request<Body>, Response<Body>, Broken>;

/// What carries calls is broken.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Broken(#[from] transport::Error);

/// How often a process is asked for its health.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// How long it may take to answer.
const CHECK_LIMIT: Duration = Duration::from_secs(1);
/// Octets of a stream that may be on their way.
const STREAM_WINDOW: u32 = 256 * 1024;
/// The same for a whole connection: room for every stream, so that slow ones do not hold up the others.
const CONNECTION_WINDOW: u32 = 64 * 1024 * 1024;
/// Room for the largest request, and for the largest reply: that of all sites.
const MESSAGE_OCTETS: usize = 8 * 1024 * 1024;
const REPLY_OCTETS: usize = 64 * 1024 * 1024;

/// One delivery process.
pub struct Endpoint {
    name: String,
    /// For calls that are answered at once.
    calls: Client,
    /// For large bodies: a connection of their own, so that they delay nobody.
    uploads: Client,
    health: Option<HealthClient<Channel>>,
    up: AtomicBool,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("name", &self.name).field("up", &self.up).finish_non_exhaustive()
    }
}

impl Endpoint {
    pub fn in_process<D: delivery_server::Delivery>(server: delivery_server::DeliveryServer<D>) -> Self {
        let service =
            BoxCloneSyncService::new(ServiceExt::<Request<Body>>::map_err(server, |never| match never {}));
        Self::always("in process", service)
    }

    /// Whatever a test wants to call.
    #[cfg(test)]
    pub fn of(service: Service) -> Self {
        Self::always("test", service)
    }

    /// One that is never asked for its health.
    fn always(name: &str, service: Service) -> Self {
        let client = client(service);
        let endpoint = Self {
            name: name.to_owned(),
            calls: client.clone(),
            uploads: client,
            health: None,
            up: false.into(),
        };
        endpoint.set_up(true);
        endpoint
    }

    /// Connects when first used.
    pub fn remote(uri: Uri, tls: Option<ClientTlsConfig>) -> Result<Self, Error> {
        let name = uri.to_string();
        let mut endpoint = Channel::builder(uri)
            .connect_timeout(Duration::from_secs(2))
            .http2_keep_alive_interval(Duration::from_secs(5))
            .keep_alive_timeout(Duration::from_secs(3))
            .keep_alive_while_idle(true)
            .tcp_nodelay(true)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW);
        if let Some(tls) = tls {
            endpoint = endpoint.tls_config(tls)?;
        }
        let calls = endpoint.connect_lazy();
        Ok(Self {
            name,
            health: Some(HealthClient::new(calls.clone())),
            calls: client(BoxCloneSyncService::new(calls.map_err(Broken))),
            uploads: client(BoxCloneSyncService::new(endpoint.connect_lazy().map_err(Broken))),
            up: false.into(),
        })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn calls(&self) -> Client {
        self.calls.clone()
    }

    pub fn uploads(&self) -> Client {
        self.uploads.clone()
    }

    pub fn is_up(&self) -> bool {
        self.up.load(Relaxed)
    }

    /// A call failed. Unless the process itself said why, others are asked first until it answers a check.
    pub fn suspect(&self, status: &Status) {
        let said_by_process =
            status.code() == Code::Unavailable && std::error::Error::source(status).is_none();
        if self.health.is_some() && !said_by_process {
            self.set_up(false);
        }
    }

    /// Whether this is news.
    fn set_up(&self, up: bool) -> bool {
        let is_news = self.up.swap(up, Relaxed) != up;
        if is_news {
            metrics::gauge!("tmtp_edge_delivery_up").increment(if up { 1.0 } else { -1.0 });
        }
        is_news
    }

    /// Asks for its health for as long as it is polled.
    pub async fn watch_health(&self) {
        let Some(health) = &self.health else { return };
        loop {
            let up = is_serving(health.clone()).await;
            if self.set_up(up) {
                tracing::info!(endpoint = self.name, up, "delivery process changed state");
            }
            sleep(CHECK_EVERY).await;
        }
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.set_up(false);
    }
}

fn client(service: Service) -> Client {
    DeliveryClient::new(service)
        .max_decoding_message_size(REPLY_OCTETS)
        .max_encoding_message_size(MESSAGE_OCTETS)
}

async fn is_serving(mut health: HealthClient<Channel>) -> bool {
    let check = health.check(HealthCheckRequest { service: String::new() });
    match timeout(CHECK_LIMIT, check).await {
        Ok(Ok(reply)) => reply.get_ref().status() == ServingStatus::Serving,
        _ => false,
    }
}
