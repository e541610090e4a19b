//! Hosts of sites: whether their names lead anywhere, and have a certificate that is for them.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::Duration,
};

use tmtp_control::certificate_covers;
use tmtp_platform::{Clock, SystemClock};
use tmtp_store::{Result, Site, Store};

use super::certificates::judge;
use super::finding::Finding;
use crate::expiry;
use crate::settings::{Role, Settings};

/// How long DNS may take for one name.
const WAIT: Duration = Duration::from_secs(3);
/// Most hosts that are looked at.
const HOSTS_MAX: usize = 100;

/// A site, and the chain (PEM) that it was given to be served with, if it was given one.
pub struct Hosted {
    site: Site,
    own: Option<String>,
}

impl Hosted {
    /// Every site.
    pub async fn all(store: &dyn Store) -> Result<Vec<Self>> {
        let (_, sites) = store.sites().await?;
        let ids: Vec<_> = sites.iter().map(|site| site.id).collect();
        let given = store.certificates(&ids).await?.into_iter();
        let mut own: HashMap<_, _> = given.filter_map(|it| Some((it.site, it.own?.chain))).collect();
        let hosted = |site: Site| Self { own: own.remove(&site.id), site };
        Ok(sites.into_iter().map(hosted).collect())
    }
}

/// Looks at every host of every site that is not suspended.
pub async fn examine(settings: &Settings, role: Role, sites: &[Hosted]) -> Vec<Finding> {
    let active = || sites.iter().filter(|hosted| !hosted.site.suspended);
    let hosts = || active().flat_map(|hosted| hosted.site.hosts.iter().map(move |host| (host, hosted)));
    let mut findings = Vec::new();
    let now = SystemClock.unix_ms() / 1000;
    for Hosted { site, own } in active().take(HOSTS_MAX) {
        let ends = own.as_ref().map(|chain| expiry::ends_of(chain.as_bytes()));
        findings.extend(ends.map(|ends| judge(&format!("that of the site {}", site.name), ends, now)));
    }
    for (host, Hosted { own, .. }) in hosts().take(HOSTS_MAX) {
        findings.push(name(host).await);
        if role.has_edge() {
            findings.extend(certificate(&settings.edge.certificates, host, own.as_deref()));
        }
    }
    let count = hosts().count();
    if count > HOSTS_MAX {
        findings.push(Finding::good("host", format!("{HOSTS_MAX} of {count} hosts were looked at")));
    }
    findings
}

async fn name(host: &str) -> Finding {
    // The port is of no account.
    let found = tokio::time::timeout(WAIT, tokio::net::lookup_host((host, 443))).await;
    let addresses: Vec<String> = match found {
        Ok(Ok(addresses)) => addresses.map(|address| address.ip().to_string()).collect(),
        _ => Vec::new(),
    };
    if addresses.is_empty() {
        let advice = "let the name lead to the edges' address, or take it off the site";
        return Finding::doubtful("host", format!("{host} is not in DNS"), advice);
    }
    Finding::good("host", format!("{host} leads to {}", addresses.join(", ")))
}

/// Nothing to say when there is one, for this host.
fn certificate(folder: &Path, host: &str, own: Option<&str>) -> Option<Finding> {
    let (served, shown) = match own {
        Some(chain) => (chain.to_owned(), "its site's own".to_owned()),
        None => match file(folder, host) {
            Some(file) => (std::fs::read_to_string(&file).unwrap_or_default(), file.display().to_string()),
            None => {
                let seen = format!("{host} has no certificate: its clients cannot connect");
                return Some(Finding::bad("host", seen, put(folder, host)));
            }
        },
    };
    (!certificate_covers(&served, host)).then(|| {
        let seen = format!("{host} is served with a certificate that is not for it: {shown}");
        Finding::doubtful("host", seen, put(folder, host))
    })
}

fn put(folder: &Path, host: &str) -> String {
    format!("put {host}.pem and {host}.key into {}, or give the site a certificate", folder.display())
}

/// The file of which the edge takes a host's certificate.
fn file(folder: &Path, host: &str) -> Option<PathBuf> {
    let wildcard = host.split_once('.').map(|(_, domain)| format!("_.{domain}.pem"));
    let names = [Some(format!("{host}.pem")), wildcard, Some("default.pem".to_owned())];
    let named = names.iter().flatten().map(|name| folder.join(name)).find(|file| file.exists());
    named.or_else(|| {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
        let mut chains = files.filter(|file| file.extension().is_some_and(|end| end == "pem"));
        // One that is alone serves everybody.
        chains.next().filter(|_| chains.next().is_none())
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    fn chain(host: &str) -> String {
        rcgen::generate_simple_self_signed([host.to_owned()]).unwrap().cert.pem()
    }

    #[test]
    fn a_host_takes_its_own_certificate_its_domains_or_the_one_for_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| std::fs::write(folder.path().join(name), chain("any.example")).unwrap();
        let served = |host| file(folder.path(), host).map(|it| it.file_name().unwrap().to_owned());
        let is_by = |host, name: &str| served(host).is_some_and(|it| it == name);
        put("a.example.pem");
        assert!(is_by("b.test", "a.example.pem"), "a certificate that is alone serves everybody");
        put("_.example.org.pem");
        assert!(is_by("a.example", "a.example.pem") && is_by("x.example.org", "_.example.org.pem"));
        assert_eq!((served("b.test"), served("x.y.example.org")), (None, None));
        put("default.pem");
        assert!(is_by("b.test", "default.pem"));
    }

    #[test]
    fn it_is_bad_to_have_no_certificate_and_doubtful_to_have_one_for_another_host() {
        let folder = tempfile::tempdir().unwrap();
        let found = |own: Option<&str>| certificate(folder.path(), "a.example", own).map(|it| it.state);
        assert_eq!(found(None), Some(State::Bad));
        assert_eq!(found(Some(&chain("a.example"))), None, "what the site was given is enough");
        assert_eq!(found(Some(&chain("b.example"))), Some(State::Doubtful));
        std::fs::write(folder.path().join("default.pem"), chain("b.example")).unwrap();
        assert_eq!(found(None), Some(State::Doubtful));
        std::fs::write(folder.path().join("a.example.pem"), chain("a.example")).unwrap();
        assert_eq!(found(None), None);
    }

    #[tokio::test]
    async fn a_name_that_leads_nowhere_is_found() {
        assert!(name("localhost").await.advice.is_empty());
        assert!(name("nowhere.invalid").await.advice.contains("edges"));
    }
}
