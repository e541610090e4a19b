//! Links to a server, whatever certificate it shows: the site under test signs its own.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use anyhow::{Context, Result};
use rustls::{HandshakeKind, client::Resumption};
use rustls_pki_types::ServerName;
use tokio::net::{TcpSocket, TcpStream};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// A TLS stream to a server.
pub type Stream = TlsStream<TcpStream>;

/// Where to dial, and under which name.
#[derive(Debug, Clone)]
pub struct Target {
    pub address: SocketAddr,
    /// The server name to send; none is sent without.
    pub host: Option<Arc<str>>,
}

/// Makes links.
#[derive(Clone)]
pub struct Dialer {
    tls: TlsConnector,
    /// Loopback addresses to dial from, in turn; one means: whatever the kernel takes.
    sources: u8,
}

impl Dialer {
    /// One with a full handshake for each link.
    pub fn new() -> Result<Self> {
        Ok(Self { tls: tmtp_testkit::tls::connector_without_resumption()?, sources: 1 })
    }

    /// Dials from so many loopback addresses, since each has a limited number of ports.
    #[must_use]
    pub fn from_sources(mut self, sources: u8) -> Self {
        self.sources = sources.max(1);
        self
    }

    /// One that keeps the tickets it is given and comes back with them. For one client: clients share no tickets.
    pub fn resuming(&self) -> Self {
        let mut config = rustls::ClientConfig::clone(self.tls.config());
        config.resumption = Resumption::in_memory_sessions(2);
        Self { tls: TlsConnector::from(Arc::new(config)), sources: self.sources }
    }

    /// Opens a link; `index` chooses the address to dial from.
    pub async fn dial(&self, target: &Target, index: usize) -> Result<Stream> {
        let tcp = self.connect(target.address, index).await?;
        tcp.set_nodelay(true)?;
        let name = match &target.host {
            Some(host) => ServerName::try_from(host.to_string()).context("not a server name")?,
            None => ServerName::IpAddress(target.address.ip().into()),
        };
        Box::pin(self.tls.connect(name, tcp)).await.context("TLS")
    }

    async fn connect(&self, address: SocketAddr, index: usize) -> Result<TcpStream> {
        if self.sources == 1 || !address.ip().is_loopback() || !address.is_ipv4() {
            return TcpStream::connect(address).await.context("connecting");
        }
        let socket = TcpSocket::new_v4()?;
        let source = 1 + (index % usize::from(self.sources)) as u8;
        socket.bind(SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, source)), 0))?;
        socket.connect(address).await.context("connecting")
    }
}

/// Whether a link was resumed with a ticket.
pub fn is_resumed(stream: &Stream) -> bool {
    stream.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed)
}
