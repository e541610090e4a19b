//! Sites' own certificates, as their administrators brought them or an authority issued them, and what it is shown when it
//! looks whether a host name leads here: fetched from delivery when the list of sites names one
//! that is not had yet.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use rustls::{client::verify_server_name, server::ParsedCertificate, sign::CertifiedKey};
use rustls_pki_types::ServerName;
use tmtp_grpc::delivery::{Certificate, CertificatesRequest, Proof};
use tokio::sync::Mutex;

use crate::{
    sites::Site,
    tls::{self, Keys, Tls, certified},
    upstream::{CALL_LIMIT, Failure, How, Upstream},
};

/// Certificates in one call: each has some kilobytes.
const AT_ONCE: usize = 32;

/// What a site has.
#[derive(Debug)]
struct Own {
    version: i64,
    /// `None`: it has no certificate, or that is no use.
    key: Option<Arc<CertifiedKey>>,
    /// By host name.
    proofs: Keys,
}

/// Those that are had.
#[derive(Debug, Default)]
pub struct Certificates {
    state: Mutex<State>,
    asked: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    /// By site.
    had: HashMap<i64, Own>,
    /// For which version of the list of sites they serve.
    served: Option<i64>,
}

impl Certificates {
    /// Whether they were asked for once, with whatever outcome.
    pub fn were_asked(&self) -> bool {
        self.asked.load(Relaxed)
    }

    /// Fetches what is missing of the certificates of these sites, by host name, and serves with them. What cannot be had
    /// is for the next call; until then the former ones serve on.
    pub async fn renew(
        &self,
        (version, sites): (i64, &HashMap<String, Arc<Site>>),
        upstream: &Upstream,
        tls: &Tls,
    ) -> Result<(), Failure> {
        let mut state = self.state.lock().await;
        let State { had, served } = &mut *state;
        let wanted: HashMap<i64, i64> = sites
            .values()
            .filter(|site| site.certificate > 0)
            .map(|site| (site.id, site.certificate))
            .collect();
        had.retain(|site, _| wanted.contains_key(site));
        let is_missing =
            |(site, version): &(i64, i64)| had.get(site).is_none_or(|own| own.version != *version);
        let missing: Vec<i64> = wanted.into_iter().filter(is_missing).map(|(site, _)| site).collect();
        let is_new = *served != Some(version) || !missing.is_empty();
        let fetched = fetch_all(upstream, &missing, had).await;
        if is_new {
            tls.serve_sites(by_host(sites, had), proofs(sites, had));
            tls.ask_for_sites(sites);
            *served = Some(version);
        }
        self.asked.store(true, Relaxed);
        fetched
    }
}

async fn fetch_all(upstream: &Upstream, sites: &[i64], had: &mut HashMap<i64, Own>) -> Result<(), Failure> {
    for some in sites.chunks(AT_ONCE) {
        had.extend(fetch(upstream, some).await?.into_iter().map(|one| (one.site, Own::from(one))));
    }
    Ok(())
}

async fn fetch(upstream: &Upstream, sites: &[i64]) -> Result<Vec<Certificate>, Failure> {
    let request = CertificatesRequest { sites: sites.to_vec() };
    let call = upstream.call(How::for_edge(CALL_LIMIT), request, |mut client, request| async move {
        client.certificates(request).await
    });
    Ok(Box::pin(call).await?.certificates)
}

impl From<Certificate> for Own {
    fn from(Certificate { site, version, chain, key, proofs }: Certificate) -> Self {
        let key = (!chain.is_empty()).then(|| certified(chain.as_bytes(), &key));
        if let Some(Err(why)) = &key {
            tracing::warn!(site, why, "a site's certificate is no use; the folder's serves in its place");
        }
        let proofs = proofs.into_iter().filter_map(|Proof { host, chain, key }| {
            let proof = tls::proof(chain.as_bytes(), &key);
            let proof =
                proof.inspect_err(|why| tracing::warn!(site, host, why, "nothing to show to an authority"));
            Some((host, Arc::new(proof.ok()?)))
        });
        Self { version, key: key.and_then(Result::ok).map(Arc::new), proofs: proofs.collect() }
    }
}

/// What is shown to an authority: of each site, for its own hosts alone.
fn proofs(sites: &HashMap<String, Arc<Site>>, had: &HashMap<i64, Own>) -> Keys {
    let proof = |(host, site): (&String, &Arc<Site>)| {
        Some((host.clone(), Arc::clone(had.get(&site.id)?.proofs.get(host)?)))
    };
    sites.iter().filter_map(proof).collect()
}

/// Only the hosts that a certificate is for: the others are left to the folder.
fn by_host(sites: &HashMap<String, Arc<Site>>, had: &HashMap<i64, Own>) -> Keys {
    let own = |(host, site): (&String, &Arc<Site>)| {
        let key = had.get(&site.id)?.key.as_ref()?;
        is_for(key, host).then(|| (host.clone(), Arc::clone(key)))
    };
    sites.iter().filter_map(own).collect()
}

fn is_for(key: &CertifiedKey, host: &str) -> bool {
    let Some(own) = key.cert.first() else { return false };
    let (Ok(own), Ok(name)) = (ParsedCertificate::try_from(own), ServerName::try_from(host)) else {
        return false;
    };
    verify_server_name(&own, &name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(hosts: &[&str]) -> Certificate {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(hosts).unwrap();
        let key = made.signing_key.serialize_pem().into_bytes().into();
        Certificate { site: 7, version: 3, chain: made.cert.pem(), key, proofs: Vec::new() }
    }

    fn site(id: i64) -> Arc<Site> {
        Arc::new(Site {
            id,
            name: String::new(),
            suspended: false,
            auth: None,
            certificate: 3,
            client_authorities: String::new(),
        })
    }

    #[test]
    fn a_sites_certificate_serves_the_hosts_that_it_is_for_and_no_others() {
        let had = HashMap::from([(7, Own::from(made(&["a.example", "*.b.example"])))]);
        let hosts = [("a.example", 7), ("x.b.example", 7), ("c.example", 7), ("a.other.example", 8)];
        let sites = hosts.iter().map(|(host, id)| ((*host).to_owned(), site(*id))).collect();
        let mut served: Vec<_> = by_host(&sites, &had).into_keys().collect();
        served.sort();
        assert_eq!(served, ["a.example", "x.b.example"]);
    }

    #[test]
    fn a_certificate_whose_key_is_anothers_serves_nobody() {
        let wrong = Certificate { key: made(&["a.example"]).key, ..made(&["a.example"]) };
        let had = HashMap::from([(7, Own::from(wrong))]);
        let sites = HashMap::from([("a.example".to_owned(), site(7))]);
        assert!(by_host(&sites, &had).is_empty());
        assert_eq!(had[&7].version, 3, "it is not asked for again");
    }

    #[test]
    fn a_proof_is_shown_for_its_sites_own_hosts_alone_and_is_no_certificate() {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(["a.example".to_owned()]).unwrap();
        params.custom_extensions = vec![rcgen::CustomExtension::new_acme_identifier(&[7; 32])];
        let (chain, key) = (params.self_signed(&key).unwrap().pem(), key.serialize_pem().into_bytes());
        let proof =
            |host: &str| Proof { host: host.to_owned(), chain: chain.clone(), key: key.clone().into() };
        let proofs_only = Certificate {
            chain: String::new(),
            key: Vec::new().into(),
            proofs: vec![proof("a.example"), proof("a.other.example")],
            ..made(&[])
        };
        let had = HashMap::from([(7, Own::from(proofs_only))]);
        let sites =
            [("a.example", 7), ("a.other.example", 8)].map(|(host, id)| (host.to_owned(), site(id))).into();
        assert!(by_host(&sites, &had).is_empty());
        assert_eq!(proofs(&sites, &had).into_keys().collect::<Vec<_>>(), ["a.example"]);
    }
}
