//! Hosts of sites: whether their names lead anywhere, and have a certificate.

use std::path::Path;
use std::time::Duration;

use tmtp_store::Site;

use super::finding::Finding;
use crate::settings::{Role, Settings};

/// How long DNS may take for one name.
const WAIT: Duration = Duration::from_secs(3);
/// Most hosts that are looked at.
const HOSTS_MAX: usize = 100;

/// Looks at every host of every site that is not suspended.
pub async fn examine(settings: &Settings, role: Role, sites: &[Site]) -> Vec<Finding> {
    let hosts: Vec<_> = sites.iter().filter(|site| !site.suspended).flat_map(|site| &site.hosts).collect();
    let mut findings = Vec::new();
    for host in hosts.iter().take(HOSTS_MAX) {
        findings.push(name(host).await);
        if role.has_edge() {
            findings.extend(certificate(&settings.edge.certificates, host));
        }
    }
    if hosts.len() > HOSTS_MAX {
        let seen = format!("{} of {} hosts were looked at", HOSTS_MAX, hosts.len());
        findings.push(Finding::good("host", seen));
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

/// Nothing to say when there is one.
fn certificate(folder: &Path, host: &str) -> Option<Finding> {
    let wildcard = host.split_once('.').map(|(_, domain)| format!("_.{domain}.pem"));
    let names = [Some(format!("{host}.pem")), wildcard, Some("default.pem".to_owned())];
    let has_one = names.iter().flatten().any(|name| folder.join(name).exists());
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let alone = files.filter(|file| file.path().extension().is_some_and(|end| end == "pem")).count() == 1;
    (!has_one && !alone).then(|| {
        let advice = format!("put {host}.pem and {host}.key into {}", folder.display());
        Finding::bad("host", format!("{host} has no certificate: its clients cannot connect"), advice)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_takes_its_own_certificate_its_domains_or_the_one_for_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| std::fs::write(folder.path().join(name), "").unwrap();
        let is_served = |host| certificate(folder.path(), host).is_none();
        put("a.example.pem");
        assert!(is_served("b.test"), "a certificate that is alone serves everybody");
        put("_.example.org.pem");
        assert!(is_served("a.example") && is_served("x.example.org"));
        assert!(!is_served("b.test") && !is_served("x.y.example.org"));
        put("default.pem");
        assert!(is_served("b.test"));
    }

    #[tokio::test]
    async fn a_name_that_leads_nowhere_is_found() {
        assert!(name("localhost").await.advice.is_empty());
        assert!(name("nowhere.invalid").await.advice.contains("edges"));
    }
}
