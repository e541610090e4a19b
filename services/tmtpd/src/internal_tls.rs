//! Mutual TLS in front of a delivery process: whoever calls shows a certificate of our own CA. Files that change are
//! taken up by the next connection; those that are open stay.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use futures::{StreamExt, stream::BoxStream};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tmtp_platform::Stamps;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tonic::transport::server::TcpIncoming;

use crate::settings::ServerTls;

/// How often the files are looked at, at most.
const LOOK: Duration = Duration::from_secs(2);
/// Longest handshake.
const HANDSHAKE: Duration = Duration::from_secs(5);
/// Handshakes at a time.
const AT_ONCE: usize = 64;

/// Accepts edges.
pub struct InternalTls {
    files: ServerTls,
    state: Mutex<State>,
}

struct State {
    config: Arc<ServerConfig>,
    stamps: Stamps,
    looked_at: Instant,
}

impl InternalTls {
    /// Reads the files.
    pub fn open(files: ServerTls) -> anyhow::Result<Self> {
        let state = State { stamps: stamps(&files), config: read(&files)?, looked_at: Instant::now() };
        Ok(Self { files, state: Mutex::new(state) })
    }

    /// Connections whose handshakes are done. One that fails is not worth more than a word.
    pub fn accept(self, incoming: TcpIncoming) -> BoxStream<'static, std::io::Result<TlsStream<TcpStream>>> {
        let shake = move |tcp: std::io::Result<TcpStream>| {
            let acceptor = TlsAcceptor::from(self.config());
            async move {
                let shaken = timeout(HANDSHAKE, acceptor.accept(tcp?)).await;
                shaken.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
            }
        };
        let shaken = incoming.map(shake).buffer_unordered(AT_ONCE);
        let accepted = shaken.filter_map(async |shaken| match shaken {
            Ok(stream) => Some(Ok(stream)),
            Err(error) => {
                tracing::info!(%error, "a connection to delivery was refused");
                None
            }
        });
        accepted.boxed()
    }

    /// As the files say now. Broken ones are reported, and the former ones serve on.
    fn config(&self) -> Arc<ServerConfig> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked_at.elapsed() >= LOOK {
            state.looked_at = Instant::now();
            let now = stamps(&self.files);
            if now != state.stamps {
                state.stamps = now;
                match read(&self.files) {
                    Ok(config) => {
                        tracing::info!("changed certificates between our services taken up");
                        state.config = config;
                    }
                    Err(error) => tracing::warn!(?error, "changed certificates not taken up"),
                }
            }
        }
        state.config.clone()
    }
}

fn stamps(files: &ServerTls) -> Stamps {
    Stamps::of([&files.cert, &files.key, &files.client_ca].map(AsRef::as_ref))
}

/// Whether the files can be read.
pub fn check(files: &ServerTls) -> anyhow::Result<()> {
    Pems::read(files).map(drop)
}

/// What is in the files.
struct Pems {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    client_ca: RootCertStore,
}

impl Pems {
    fn read(files: &ServerTls) -> anyhow::Result<Self> {
        Ok(Self {
            chain: certificates(&files.cert).context("delivery.tls.cert")?,
            key: key(&files.key).context("delivery.tls.key")?,
            client_ca: authorities(&files.client_ca).context("delivery.tls.client_ca")?,
        })
    }
}

/// What the files say, for TLS.
pub fn read(files: &ServerTls) -> anyhow::Result<Arc<ServerConfig>> {
    let Pems { chain, key, client_ca } = Pems::read(files)?;
    let verifier =
        WebPkiClientVerifier::builder(Arc::new(client_ca)).build().context("delivery.tls.client_ca")?;
    let mut config = ServerConfig::builder()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .context("delivery.tls")?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .with_context(|| format!("cannot read {}", path.display()))?;
    if chain.is_empty() {
        bail!("{} holds no certificate", path.display());
    }
    Ok(chain)
}

fn authorities(path: &Path) -> anyhow::Result<RootCertStore> {
    let unread = || format!("cannot read {}", path.display());
    tmtp_platform::roots(&fs::read(path).with_context(unread)?).with_context(unread)
}

fn key(path: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    PrivateKeyDer::from_pem_file(path).with_context(|| format!("cannot read a key from {}", path.display()))
}
