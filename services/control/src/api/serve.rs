//! The listener.

use std::net::IpAddr;

use axum::{Router, extract::connect_info::Connected, serve::IncomingStream};
use tmtp_platform::{Bounded, Network};
use tokio_util::sync::CancellationToken;

/// Where a request comes from: who connected, or whom a proxy that is trusted names ([`super::proxies`]).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub IpAddr);

impl Connected<IncomingStream<'_, Bounded>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Bounded>) -> Self {
        Self(stream.remote_addr().ip())
    }
}

/// Serves until `stop`, and then until the requests in hand are answered.
///
/// # Errors
/// When the listener cannot be used.
pub async fn serve(
    listener: std::net::TcpListener,
    router: Router,
    trusted_proxies: Vec<Network>,
    stop: CancellationToken,
) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    axum::serve(
        Bounded::new(listener).trusting(trusted_proxies),
        router.into_make_service_with_connect_info::<Peer>(),
    )
    .with_graceful_shutdown(async move { stop.cancelled().await })
    .await
}
