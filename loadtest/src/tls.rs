//! Links to a server, whatever certificate it shows: the site under test signs its own.

use std::net::SocketAddr;

use anyhow::Result;
use rustls_pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// A TLS stream to a server.
pub type Stream = TlsStream<TcpStream>;

/// Makes links, with a full handshake each.
#[derive(Clone)]
pub struct Dialer(TlsConnector);

impl Dialer {
    pub fn new() -> Result<Self> {
        Ok(Self(tmtp_testkit::tls::connector_without_resumption()?))
    }

    pub async fn dial(&self, target: SocketAddr) -> Result<Stream> {
        let tcp = TcpStream::connect(target).await?;
        tcp.set_nodelay(true)?;
        Ok(Box::pin(self.0.connect(ServerName::IpAddress(target.ip().into()), tcp)).await?)
    }
}
