//! TLS: certificates by host name: sites' own, and those from a folder, picked up again when they change.

use std::{
    collections::HashMap,
    convert::Infallible,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use rustls::{
    ConfigBuilder, ServerConfig, WantsVerifier,
    crypto::aws_lc_rs,
    server::{Acceptor, ClientHello, ProducesTickets, ResolvesServerCert},
    sign::CertifiedKey,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tmtp_platform::Stamps;
use tokio::{net::TcpStream, time::sleep};
use tokio_rustls::{LazyConfigAcceptor, server::TlsStream};

use crate::{authorities::Authorities, sites::Site, tickets::Tickets};

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_secs(2);

/// What is wrong with the certificates.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or the folder cannot be read.
    #[error("cannot read {path}: {error}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} is no use: {why}", path = path.display())]
    Useless {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The folder holds no certificate.
    #[error("{0} holds no certificate: put HOST.pem and HOST.key, or default.pem and default.key, there")]
    Empty(PathBuf),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Setup(#[from] rustls::Error),
}

/// The protocol by which an authority looks whether a host name leads here (RFC 8737). No member's client speaks it.
const LOOK_OF_AUTHORITY: &[u8] = b"acme-tls/1";

/// Accepts TLS with the certificate that the client's server name asks for.
pub struct Tls {
    serving: Arc<ServerConfig>,
    /// Of sites that ask for a certificate of the client's.
    authorities: Authorities,
    tickets: Arc<Tickets>,
    /// For an authority that looks.
    showing: Arc<ServerConfig>,
    folder: Arc<Folder>,
    proofs: Arc<Proofs>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("folder", &self.folder.path).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the folder; at least one certificate must be there. A client that names no server gets the default host's.
    pub fn open(path: &Path, default_host: Option<&str>, tickets: Arc<Tickets>) -> Result<Self, Error> {
        let default_host = default_host.map(str::to_ascii_lowercase);
        let folder = Arc::new(Folder {
            path: path.to_owned(),
            default_host,
            keys: ArcSwap::from_pointee(read_folder(path)?),
            of_sites: ArcSwap::default(),
        });
        let serving = builder()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&folder) as Arc<dyn ResolvesServerCert>);
        let serving = Arc::new(with_tickets(serving, &tickets));
        let proofs = Arc::new(Proofs::default());
        let mut showing = builder()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&proofs) as Arc<dyn ResolvesServerCert>);
        showing.alpn_protocols = vec![LOOK_OF_AUTHORITY.to_vec()];
        let authorities = Authorities::default();
        Ok(Self { serving, authorities, tickets, showing: Arc::new(showing), folder, proofs })
    }

    /// The handshake of one link; `None`: it was an authority that looked, and has seen.
    pub async fn accept(&self, tcp: TcpStream) -> io::Result<Option<TlsStream<TcpStream>>> {
        let hello = LazyConfigAcceptor::new(Acceptor::default(), tcp).await?;
        if is_look(&hello.client_hello()) {
            hello.into_stream(Arc::clone(&self.showing)).await?;
            return Ok(None);
        }
        let config = self
            .folder
            .host(hello.client_hello().server_name())
            .and_then(|host| self.authorities.config(&host));
        hello.into_stream(config.unwrap_or_else(|| Arc::clone(&self.serving))).await.map(Some)
    }

    /// Whether the client showed a certificate that the authorities of its site's organization issued.
    pub fn is_vouched_for(&self, tls: &TlsStream<TcpStream>) -> bool {
        let tls = tls.get_ref().1;
        self.folder
            .host(tls.server_name())
            .is_some_and(|host| self.authorities.vouch_for(&host, tls.peer_certificates()))
    }

    /// Asks clients of these sites for certificates, of those that have authorities.
    pub fn ask_for_sites(&self, sites: &HashMap<String, Arc<Site>>) {
        let asking = sites.iter().filter(|(_, site)| !site.client_authorities.is_empty());
        let asking = asking.map(|(host, site)| (host.as_str(), site.client_authorities.as_str()));
        self.authorities.take_up(asking, |authorities| {
            let certificates = Arc::clone(&self.folder) as Arc<dyn ResolvesServerCert>;
            let builder = builder().map_err(|error| error.to_string())?;
            let config = builder.with_client_cert_verifier(authorities).with_cert_resolver(certificates);
            Ok(with_tickets(config, &self.tickets))
        });
    }

    /// Serves these hosts with their sites' own certificates, in place of the folder's, and shows these to an authority.
    pub fn serve_sites(&self, keys: Keys, proofs: Keys) {
        self.folder.of_sites.store(Arc::new(keys));
        self.proofs.0.store(Arc::new(proofs));
    }

    /// Takes up changed certificates for as long as the edge lives. Broken ones are reported, and the former ones kept.
    pub async fn watch(&self) -> Result<Infallible, crate::Error> {
        let mut seen = Stamps::of_folder(&self.folder.path);
        loop {
            sleep(LOOK).await;
            let now = Stamps::of_folder(&self.folder.path);
            if now == seen {
                continue;
            }
            seen = now;
            match read_folder(&self.folder.path) {
                Ok(keys) => {
                    tracing::info!(hosts = keys.len(), "certificates taken up");
                    self.folder.keys.store(Arc::new(keys));
                }
                Err(error) => {
                    tracing::warn!(%error, "changed certificates not taken up; the former ones serve on");
                }
            }
        }
    }
}

/// Whether it is an authority that looks.
fn is_look(hello: &ClientHello<'_>) -> bool {
    hello.alpn().into_iter().flatten().any(|protocol| protocol == LOOK_OF_AUTHORITY)
}

fn builder() -> Result<ConfigBuilder<ServerConfig, WantsVerifier>, Error> {
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?)
}

fn with_tickets(mut config: ServerConfig, tickets: &Arc<Tickets>) -> ServerConfig {
    config.ticketer = Arc::clone(tickets) as Arc<dyn ProducesTickets>;
    config.send_tls13_tickets = 1;
    config
}

/// Checks a folder of certificates without serving them.
///
/// # Errors
/// When a file cannot be read or is of no use, or there is none.
pub fn check(path: &Path) -> Result<(), Error> {
    read_folder(path).map(drop)
}

/// By host name.
pub(crate) type Keys = HashMap<String, Arc<CertifiedKey>>;

struct Folder {
    path: PathBuf,
    default_host: Option<String>,
    keys: ArcSwap<Keys>,
    /// What goes before it.
    of_sites: ArcSwap<Keys>,
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Folder").field(&self.path).finish()
    }
}

impl Folder {
    /// The host that a client means.
    fn host(&self, server_name: Option<&str>) -> Option<String> {
        server_name.map(str::to_ascii_lowercase).or_else(|| self.default_host.clone())
    }
}

impl ResolvesServerCert for Folder {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let host = self.host(hello.server_name());
        let of_site = host.as_ref().and_then(|host| self.of_sites.load().get(host).cloned());
        of_site.or_else(|| choose(&self.keys.load(), host.as_deref()).cloned())
    }
}

/// What an authority is shown that looks whether a host name leads here.
#[derive(Default)]
struct Proofs(ArcSwap<Keys>);

impl fmt::Debug for Proofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proofs").field(&self.0.load().len()).finish()
    }
}

impl ResolvesServerCert for Proofs {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.load().get(&hello.server_name()?.to_ascii_lowercase()).cloned()
    }
}

/// What is there for a host: its own, or that of all names one level below its domain, or the one for the rest.
fn choose<'k, T>(keys: &'k HashMap<String, T>, host: Option<&str>) -> Option<&'k T> {
    let named = host.and_then(|host| {
        let above = || host.split_once('.').and_then(|(_, domain)| keys.get(&format!("_.{domain}")));
        keys.get(host).or_else(above)
    });
    named.or_else(|| keys.get("default"))
}

/// Reads every pair in a folder. A folder with a single certificate serves it to everybody.
fn read_folder(path: &Path) -> Result<Keys, Error> {
    let mut keys = Keys::new();
    let unread = |error| Error::Read { path: path.to_owned(), error };
    for file in fs::read_dir(path).map_err(unread)? {
        let file = file.map_err(unread)?.path();
        let host = file.file_stem().and_then(|stem| stem.to_str()).map(str::to_ascii_lowercase);
        if let Some(host) = host.filter(|_| file.extension().is_some_and(|end| end == "pem")) {
            keys.insert(host, Arc::new(read_pair(&file)?));
        }
    }
    let mut all = keys.values();
    match (all.next().cloned(), all.next()) {
        (None, _) => return Err(Error::Empty(path.to_owned())),
        (Some(only), None) => drop(keys.insert("default".to_owned(), only)),
        _ => {}
    }
    Ok(keys)
}

fn read_pair(chain: &Path) -> Result<CertifiedKey, Error> {
    let read = |path: &Path| {
        fs::read(path).map_err(|error| Error::Useless { path: path.to_owned(), why: error.to_string() })
    };
    let (certs, key) = (read(chain)?, read(&chain.with_extension("key"))?);
    certified(&certs, &key).map_err(|why| Error::Useless { path: chain.to_owned(), why })
}

/// A chain and its key, both PEM; or why they are no use.
pub(crate) fn certified(chain: &[u8], key: &[u8]) -> Result<CertifiedKey, String> {
    let (certs, key) = read_pem(chain, key)?;
    CertifiedKey::from_der(certs, key, &aws_lc_rs::default_provider()).map_err(|error| error.to_string())
}

/// The same of what an authority is shown. What that says is for the authority alone, and nobody else can read it.
pub(crate) fn proof(chain: &[u8], key: &[u8]) -> Result<CertifiedKey, String> {
    let (certs, key) = read_pem(chain, key)?;
    let key = aws_lc_rs::sign::any_supported_type(&key).map_err(|error| error.to_string())?;
    Ok(CertifiedKey::new(certs, key))
}

fn read_pem(
    chain: &[u8],
    key: &[u8],
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), String> {
    let certs = CertificateDer::pem_slice_iter(chain)
        .collect::<Result<_, _>>()
        .map_err(|error| format!("the chain: {error}"))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| format!("the key: {error}"))?;
    Ok((certs, key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_gets_its_own_certificate_then_its_domains_then_the_one_for_the_rest() {
        let files = ["a.example", "_.example", "default"];
        let keys: HashMap<_, _> = files.map(|file| (file.to_owned(), file)).into();
        let chosen = |host| choose(&keys, host).copied();
        assert_eq!(chosen(Some("a.example")), Some("a.example"));
        assert_eq!(chosen(Some("b.example")), Some("_.example"));
        assert_eq!(chosen(Some("c.b.example")), Some("default"));
        assert_eq!(chosen(None), Some("default"));
    }

    #[test]
    fn where_nothing_suits_there_is_no_certificate() {
        let keys: HashMap<_, _> = [("a.example".to_owned(), 1)].into();
        assert_eq!(choose(&keys, Some("a.example")), Some(&1));
        assert_eq!(choose(&keys, Some("b.example")), None);
        assert_eq!(choose(&keys, None), None);
    }
}
