//! Which delivery processes there are: a list that stays, and names that are looked up now and then.

use std::{collections::BTreeMap, convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use tmtp_platform::Stamps;
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
            found.endpoint(&address_uri(found.tls.is_some(), &format!("{host}:{port}"))?, host)?;
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
        let endpoint = |uri: &Uri| self.endpoint(uri, uri.host().unwrap_or_default()).map(Arc::new);
        self.fixed.iter().map(endpoint).collect()
    }

    /// The certificate there is for this host, unless the settings name another.
    fn endpoint(&self, uri: &Uri, host: &str) -> Result<Endpoint, Error> {
        let tls = self.tls.as_ref().filter(|_| uri.scheme_str() == Some("https"));
        Endpoint::remote(uri.clone(), tls.map(|tls| tls_config(tls, host)).transpose()?)
    }

    /// Looks names up, takes up certificates that changed, and asks every process for its health, for as long as it is
    /// polled.
    pub async fn watch(&self, endpoints: &ArcSwap<Vec<Arc<Endpoint>>>) -> Infallible {
        let mut fixed: Vec<_> = endpoints.load().iter().map(Watched::new).collect();
        let mut found = Found::new();
        let mut stamps = self.stamps();
        loop {
            let now = self.stamps();
            let renewed = now != stamps && self.renew(&mut fixed, &mut found);
            stamps = now;
            if self.look_up(&mut found).await || renewed {
                let found = found.values().map(|(_, watched)| watched);
                let all = fixed.iter().chain(found).map(|watched| Arc::clone(&watched.endpoint));
                endpoints.store(Arc::new(all.collect()));
            }
            sleep(LOOKUP_EVERY).await;
        }
    }

    /// Of the files that TLS needs.
    fn stamps(&self) -> Stamps {
        Stamps::of(self.tls.iter().flat_map(|tls| [&tls.ca, &tls.cert, &tls.key]).map(AsRef::as_ref))
    }

    /// New connections to all processes, with the certificates as they are now; calls in hand end on the former ones.
    /// Certificates that are no use change nothing.
    fn renew(&self, fixed: &mut Vec<Watched>, found: &mut Found) -> bool {
        let again = |(address, (host, _)): (&SocketAddr, &(String, Watched))| {
            self.found(*address, host).map(|new| (*address, (host.clone(), Watched::new(&new))))
        };
        match self.fixed().and_then(|fixed| Ok((fixed, found.iter().map(again).collect::<Result<_, _>>()?))) {
            Ok((new_fixed, new_found)) => {
                tracing::info!("changed certificates between our services taken up");
                *fixed = new_fixed.iter().map(Watched::new).collect();
                *found = new_found;
                true
            }
            Err(error) => {
                tracing::warn!(%error, "changed certificates not taken up; the former ones serve on");
                false
            }
        }
    }

    /// Whether anything changed. A name that cannot be looked up leads where it led.
    async fn look_up(&self, found: &mut Found) -> bool {
        let mut now: BTreeMap<SocketAddr, &str> = BTreeMap::new();
        for (host, port) in &self.names {
            match lookup_host((host.as_str(), *port)).await {
                Ok(addresses) => now.extend(addresses.map(|address| (address, host.as_str()))),
                Err(error) => {
                    tracing::info!(host, %error, "name not looked up");
                    let by_it = found.iter().filter(|(_, (name, _))| name == host);
                    now.extend(by_it.map(|(address, _)| (*address, host.as_str())));
                }
            }
        }
        let before = found.len();
        found.retain(|address, (host, _)| now.get(address) == Some(&host.as_str()));
        let mut changed = found.len() != before;
        for (address, host) in now {
            changed |= self.add_found(found, address, host);
        }
        changed
    }

    fn add_found(&self, found: &mut Found, address: SocketAddr, host: &str) -> bool {
        if found.contains_key(&address) {
            return false;
        }
        match self.found(address, host) {
            Ok(endpoint) => {
                tracing::info!(%address, "delivery process found");
                found.insert(address, (host.to_owned(), Watched::new(&endpoint)));
                true
            }
            Err(error) => {
                tracing::warn!(%address, %error, "delivery process cannot be used");
                false
            }
        }
    }

    /// A process that a name led to.
    fn found(&self, address: SocketAddr, host: &str) -> Result<Arc<Endpoint>, Error> {
        let uri = address_uri(self.tls.is_some(), &address.to_string())?;
        self.endpoint(&uri, host).map(Arc::new)
    }
}

fn address_uri(with_tls: bool, address: &str) -> Result<Uri, Error> {
    let scheme = if with_tls { "https" } else { "http" };
    format!("{scheme}://{address}").parse().map_err(|_| Error::Target(address.to_owned()))
}

/// Where names led, each with its name.
type Found = BTreeMap<SocketAddr, (String, Watched)>;

/// A process that is asked for its health until this is dropped.
struct Watched {
    endpoint: Arc<Endpoint>,
    check: JoinHandle<()>,
}

impl Watched {
    fn new(endpoint: &Arc<Endpoint>) -> Self {
        let asked = Arc::clone(endpoint);
        let check = tokio::spawn(async move { asked.watch_health().await });
        Self { endpoint: Arc::clone(endpoint), check }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.check.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn discovery(targets: &[&str]) -> Discovery {
        let targets = targets.iter().map(|&target| target.to_owned()).collect();
        Discovery::new(&UpstreamOptions { targets, tls: None }).unwrap()
    }

    /// As if the name had led there.
    fn led(discovery: &Discovery, host: &str, address: SocketAddr) -> Found {
        let watched = Watched::new(&discovery.found(address, host).unwrap());
        Found::from([(address, (host.to_owned(), watched))])
    }

    #[tokio::test]
    async fn what_a_name_leads_to_is_found_and_what_it_no_longer_leads_to_is_let_go() {
        let discovery = discovery(&["dns://localhost:4711"]);
        let gone: SocketAddr = "192.0.2.1:4711".parse().unwrap();
        let mut found = led(&discovery, "localhost", gone);
        assert!(discovery.look_up(&mut found).await);
        assert!(!found.is_empty() && found.keys().all(|a| a.ip().is_loopback() && a.port() == 4711));
        assert!(!discovery.look_up(&mut found).await, "nothing changed");
    }

    #[tokio::test]
    async fn a_name_that_cannot_be_looked_up_leads_where_it_led_and_keeps_no_other_from_being_found() {
        let discovery = discovery(&["dns://nobody.invalid:4711", "dns://localhost:4712"]);
        let known: SocketAddr = "192.0.2.1:4711".parse().unwrap();
        let mut found = led(&discovery, "nobody.invalid", known);
        assert!(discovery.look_up(&mut found).await);
        assert!(found.contains_key(&known));
        assert!(found.values().any(|(host, _)| host == "localhost"));
    }
}
