//! Client certificates: sites whose organization has authorities of its own, which vouch for newcomers.
//!
//! Whoever connects to such a site is asked for a certificate and needs none: members log in with what their node has.
//! Whether one was shown that is good counts for Register alone.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};
use rustls_pki_types::{CertificateDer, UnixTime};

/// How to ask at one site.
struct Asking {
    /// What it was made from.
    pem: String,
    config: Arc<ServerConfig>,
    authorities: Arc<dyn ClientCertVerifier>,
}

/// The sites that ask, by host name.
#[derive(Default)]
pub(crate) struct Authorities(ArcSwap<HashMap<String, Arc<Asking>>>);

impl Authorities {
    /// From now on these hosts ask, each for what its authorities (PEM) issued. `asking` makes what TLS goes by.
    pub fn take_up<'s>(
        &self,
        hosts: impl Iterator<Item = (&'s str, &'s str)>,
        asking: impl Fn(Arc<dyn ClientCertVerifier>) -> Result<ServerConfig, String>,
    ) {
        let before = self.0.load_full();
        let mut now: HashMap<String, Arc<Asking>> = HashMap::new();
        for (host, pem) in hosts {
            let same = before.get(host).filter(|known| known.pem == pem).cloned();
            match same.map_or_else(|| Asking::new(pem, &asking).map(Arc::new), Ok) {
                Ok(one) => drop(now.insert(host.to_owned(), one)),
                Err(why) => {
                    tracing::warn!(host, why, "a site's authorities are no use; nobody registers there");
                }
            }
        }
        self.0.store(Arc::new(now));
    }

    /// What TLS goes by at this host, where it asks.
    pub fn config(&self, host: &str) -> Option<Arc<ServerConfig>> {
        Some(Arc::clone(&self.0.load().get(host)?.config))
    }

    /// Whether this is a certificate that one of the host's authorities issued, and good now. A session that was resumed
    /// brings the one that it began with: so it is looked at anew.
    pub fn vouch_for(&self, host: &str, shown: Option<&[CertificateDer<'static>]>) -> bool {
        let (Some(asking), Some([own, issuers @ ..])) = (self.0.load().get(host).cloned(), shown) else {
            return false;
        };
        asking.authorities.verify_client_cert(own, issuers, UnixTime::now()).is_ok()
    }
}

impl Asking {
    fn new(
        pem: &str,
        asking: &impl Fn(Arc<dyn ClientCertVerifier>) -> Result<ServerConfig, String>,
    ) -> Result<Self, String> {
        let roots = tmtp_platform::roots(pem.as_bytes()).map_err(|error| error.to_string())?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let authorities = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .allow_unauthenticated()
            .build()
            .map_err(|error| error.to_string())?;
        let config = Arc::new(asking(Arc::clone(&authorities))?);
        Ok(Self { pem: pem.to_owned(), config, authorities })
    }
}
