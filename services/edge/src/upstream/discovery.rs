//! Which delivery processes there are: a list that stays, and names that are looked up now and then.

use std::{collections::BTreeMap, convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use tokio::{net::lookup_host, task::JoinHandle, time::sleep};
use tonic::transport::Uri;

use super::{Endpoint, Error, UpstreamOptions, options::tls_config};
use crate::options::TlsOptions;

/// How often names are looked up.
const LOOKUP_EVERY: Duration = Duration::from_secs(5);

/// Where to look for delivery processes.
#[derive(Debug)]
pub struct Discovery {
    fixed: Vec<Uri>,
    /// Host and port.
    names: Vec<(String, u16)>,
    tls: Option<TlsOptions>,
}

impl Discovery {
    pub fn new(options: &UpstreamOptions) -> Result<Self, Error> {
        let mut found = Self { fixed: Vec::new(), names: Vec::new(), tls: options.tls.clone() };
        for target in &options.targets {
            found.add(target)?;
        }
        if options.targets.is_empty() {
            return Err(Error::NoTarget);
        }
        for (host, port) in &found.names {
            found.endpoint(&address_uri(found.tls.is_some(), &format!("{host}:{port}"))?)?;
        }
        Ok(found)
    }

    fn add(&mut self, target: &str) -> Result<(), Error> {
        let wrong = || Error::Target(target.to_owned());
        let uri: Uri = target.parse().map_err(|_| wrong())?;
        let (Some(host), Some(port)) = (uri.host(), uri.port_u16()) else {
            return Err(wrong());
        };
        match uri.scheme_str() {
            Some("dns") => self.names.push((host.to_owned(), port)),
            Some("https") if self.tls.is_none() => return Err(Error::NoTls(target.to_owned())),
            Some("http" | "https") => self.fixed.push(uri),
            _ => return Err(wrong()),
        }
        Ok(())
    }

    /// The processes that were named one by one.
    pub fn fixed(&self) -> Result<Vec<Arc<Endpoint>>, Error> {
        self.fixed.iter().map(|uri| self.endpoint(uri).map(Arc::new)).collect()
    }

    fn endpoint(&self, uri: &Uri) -> Result<Endpoint, Error> {
        let tls = self.tls.as_ref().filter(|_| uri.scheme_str() == Some("https"));
        let name = self.names.first().map(|(host, _)| host.as_str());
        let host = name.or_else(|| uri.host()).unwrap_or_default();
        Endpoint::remote(uri.clone(), tls.map(|tls| tls_config(tls, host)).transpose()?)
    }

    /// Looks names up, and asks every process for its health, for as long as it is polled.
    pub async fn watch(&self, endpoints: &ArcSwap<Vec<Arc<Endpoint>>>) -> Infallible {
        let fixed = endpoints.load_full();
        let _checks: Vec<_> = fixed.iter().map(check).collect();
        let mut found: BTreeMap<SocketAddr, (Arc<Endpoint>, Check)> = BTreeMap::new();
        loop {
            if self.look_up(&mut found).await {
                let all = fixed.iter().chain(found.values().map(|(endpoint, _)| endpoint)).cloned().collect();
                endpoints.store(Arc::new(all));
            }
            sleep(LOOKUP_EVERY).await;
        }
    }

    /// Whether anything changed. A name that cannot be looked up changes nothing.
    async fn look_up(&self, found: &mut BTreeMap<SocketAddr, (Arc<Endpoint>, Check)>) -> bool {
        let mut now = Vec::new();
        for (host, port) in &self.names {
            match lookup_host((host.as_str(), *port)).await {
                Ok(addresses) => now.extend(addresses),
                Err(error) => {
                    tracing::info!(host, %error, "name not looked up");
                    return false;
                }
            }
        }
        let before = found.len();
        found.retain(|address, _| now.contains(address));
        let mut changed = found.len() != before;
        for address in now {
            changed |= self.add_found(found, address);
        }
        changed
    }

    fn add_found(
        &self,
        found: &mut BTreeMap<SocketAddr, (Arc<Endpoint>, Check)>,
        address: SocketAddr,
    ) -> bool {
        if found.contains_key(&address) {
            return false;
        }
        let endpoint =
            address_uri(self.tls.is_some(), &address.to_string()).and_then(|uri| self.endpoint(&uri));
        match endpoint {
            Ok(endpoint) => {
                tracing::info!(%address, "delivery process found");
                let endpoint = Arc::new(endpoint);
                let check = check(&endpoint);
                found.insert(address, (endpoint, check));
                true
            }
            Err(error) => {
                tracing::warn!(%address, %error, "delivery process cannot be used");
                false
            }
        }
    }
}

fn address_uri(with_tls: bool, address: &str) -> Result<Uri, Error> {
    let scheme = if with_tls { "https" } else { "http" };
    format!("{scheme}://{address}").parse().map_err(|_| Error::Target(address.to_owned()))
}

/// Asks a process for its health until dropped.
struct Check(JoinHandle<()>);

impl Drop for Check {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn check(endpoint: &Arc<Endpoint>) -> Check {
    let endpoint = Arc::clone(endpoint);
    Check(tokio::spawn(async move { endpoint.watch_health().await }))
}
