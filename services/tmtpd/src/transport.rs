//! The gRPC server in front of a delivery process.

use std::net::TcpListener;
use std::time::Duration;

use anyhow::Context;
use tmtp_grpc::delivery::delivery_server::{Delivery, DeliveryServer};
use tokio_util::sync::CancellationToken;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::server::HealthReporter;

use crate::internal_tls::InternalTls;
use crate::settings::ServerTls;

/// Calls at a time on one connection. An edge has few connections and thousands of links. It may give up all of them at
/// once, after its way here was cut for a while, and is not to be taken for an attacker then.
const STREAMS_MAX: u32 = 4096;
/// A peer that is silent for this long is asked whether it lives.
const KEEPALIVE: Duration = Duration::from_secs(10);
/// How long it may think about that.
const KEEPALIVE_ANSWER: Duration = Duration::from_secs(5);

/// Serves until `stop`, and then until the calls in hand are answered.
pub async fn serve<S: Delivery>(
    delivery: DeliveryServer<S>,
    listener: TcpListener,
    tls: Option<ServerTls>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_serving::<DeliveryServer<S>>().await;
    let server = Server::builder()
        .max_concurrent_streams(STREAMS_MAX)
        .http2_max_pending_accept_reset_streams(Some(STREAMS_MAX as usize))
        .http2_keepalive_interval(Some(KEEPALIVE))
        .http2_keepalive_timeout(Some(KEEPALIVE_ANSWER))
        .add_service(health)
        .add_service(delivery);
    let incoming = TcpIncoming::from(tokio::net::TcpListener::from_std(listener)?).with_nodelay(Some(true));
    let stopped = turn_away::<S>(reporter, stop);
    let served = match tls {
        None => server.serve_with_incoming_shutdown(incoming, stopped).await,
        Some(files) => {
            let shaken = InternalTls::open(files)?.accept(incoming);
            server.serve_with_incoming_shutdown(shaken, stopped).await
        }
    };
    served.context("the gRPC server ended")
}

/// Waits for `stop`, and sends edges elsewhere. Those that watch are told, and then let go: a watch has no end, and
/// the server would wait for one.
async fn turn_away<S: Delivery>(mut reporter: HealthReporter, stop: CancellationToken) {
    stop.cancelled().await;
    let name = <DeliveryServer<S> as tonic::server::NamedService>::NAME;
    reporter.set_not_serving::<DeliveryServer<S>>().await;
    reporter.set_service_status("", tonic_health::ServingStatus::NotServing).await;
    reporter.clear_service_status(name).await;
    reporter.clear_service_status("").await;
}
