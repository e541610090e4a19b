//! TCP and TLS to a site.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use socket2::{SockRef, TcpKeepalive};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::client::TlsStream;

use crate::{Address, Error, Tls, error::Waiting, settings::Timing};

/// Connects to the first of the host's addresses that answers.
pub(super) async fn dial(
    address: &Address,
    tls: &Tls,
    timing: &Timing,
) -> Result<TlsStream<TcpStream>, Error> {
    let tcp = connect(address, timing).await?;
    let name = address.server_name()?;
    let handshake = tls.connector(address.trust()).connect(name, tcp);
    match timeout(timing.login, handshake).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(source)) => Err(Error::Tls { address: address.to_string(), source: Arc::new(source) }),
        Err(_) => Err(Error::TimedOut { waiting: Waiting::Handshake, after: timing.login }),
    }
}

async fn connect(address: &Address, timing: &Timing) -> Result<TcpStream, Error> {
    let mut last = io::Error::other("the name has no address");
    for target in resolve(address, timing).await? {
        match timeout(timing.connect, TcpStream::connect(target)).await {
            Ok(Ok(tcp)) => return Ok(prepared(tcp)),
            Ok(Err(error)) => last = error,
            Err(_) => last = io::Error::from(io::ErrorKind::TimedOut),
        }
    }
    Err(Error::Connect { address: address.to_string(), source: Arc::new(last) })
}

async fn resolve(address: &Address, timing: &Timing) -> Result<Vec<SocketAddr>, Error> {
    let port = address.port();
    if address.is_localhost() {
        return Ok(vec![(Ipv4Addr::LOCALHOST, port).into(), (Ipv6Addr::LOCALHOST, port).into()]);
    }
    let failed = |source| Error::Resolve { host: address.host().to_owned(), source: Arc::new(source) };
    match timeout(timing.connect, tokio::net::lookup_host((address.host(), port))).await {
        Ok(Ok(found)) => Ok(found.collect()),
        Ok(Err(error)) => Err(failed(error)),
        Err(_) => Err(failed(io::Error::from(io::ErrorKind::TimedOut))),
    }
}

/// Small messages leave at once, and a dead other side is noticed within about a minute and a half, also
/// while there is nothing to say.
fn prepared(tcp: TcpStream) -> TcpStream {
    let keepalive =
        TcpKeepalive::new().with_time(Duration::from_secs(60)).with_interval(Duration::from_secs(10));
    // Without these the link works all the same.
    let _ = SockRef::from(&tcp).set_tcp_keepalive(&keepalive);
    let _ = tcp.set_nodelay(true);
    tcp
}
