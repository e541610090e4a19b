//! When certificates end, as operators must know it in time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use rustls_pki_types::{CertificateDer, pem::PemObject};

use crate::settings::{Role, Settings};

/// How often certificates are looked at.
const LOOK: Duration = Duration::from_secs(60);

/// Certificates of one use.
#[derive(Debug, PartialEq, Eq)]
pub struct Used {
    /// `clients`, or `internal`: between edge and delivery.
    pub purpose: &'static str,
    /// Chains (PEM), or folders with some.
    pub places: Vec<PathBuf>,
}

/// What a role shows of itself.
pub fn of_role(settings: &Settings, role: Role) -> Vec<Used> {
    let mut used = Vec::new();
    if role.has_edge() {
        used.push(Used { purpose: "clients", places: vec![settings.edge.certificates.clone()] });
    }
    let internal = match role {
        Role::Edge => settings.edge.delivery_tls.as_ref().map(|tls| &tls.cert),
        Role::Delivery => settings.delivery.tls.as_ref().map(|tls| &tls.cert),
        _ => None,
    };
    used.extend(internal.map(|cert| Used { purpose: "internal", places: vec![cert.clone()] }));
    used
}

/// Tells by metrics when the first of them ends, for as long as it is polled.
pub async fn watch(used: Vec<Used>) -> anyhow::Result<()> {
    loop {
        for one in &used {
            let ends = one.chains().iter().filter_map(|chain| ends(chain).ok()).min();
            if let Some(ends) = ends {
                metrics::gauge!("tmtp_certificate_expiry_timestamp_seconds", "use" => one.purpose)
                    .set(ends as f64);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

impl Used {
    /// The chains in all places.
    pub fn chains(&self) -> Vec<PathBuf> {
        let in_folder = |folder: &Path| -> Vec<PathBuf> {
            let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
            files.filter(|path| path.extension().is_some_and(|end| end == "pem")).collect()
        };
        let chains = |place: &PathBuf| {
            if place.is_dir() { in_folder(place) } else { vec![place.clone()] }
        };
        self.places.iter().flat_map(chains).collect()
    }
}

/// When the first certificate of a chain in a file ends: seconds since 1970.
pub fn ends(chain: &Path) -> anyhow::Result<i64> {
    let pem = std::fs::read(chain).with_context(|| format!("cannot read {}", chain.display()))?;
    ends_of(&pem).with_context(|| chain.display().to_string())
}

/// The same of a chain (PEM).
pub fn ends_of(pem: &[u8]) -> anyhow::Result<i64> {
    let first = CertificateDer::pem_slice_iter(pem).next().context("there is no certificate")?;
    let der = first.context("it is no PEM")?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&der)
        .map_err(|error| anyhow!("it is no certificate: {error}"))?;
    Ok(certificate.validity().not_after.timestamp())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut params = CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        params.not_after = date_time_ymd(2030, 1, 2);
        let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
        let path = folder.path().join("a.example.pem");
        std::fs::write(&path, pem).unwrap();
        assert_eq!(ends(&path).unwrap(), 1_893_542_400);
        let used = Used { purpose: "clients", places: vec![folder.path().to_owned()] };
        assert_eq!(used.chains(), [path]);
    }

    #[test]
    fn what_is_no_certificate_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("b.example.pem");
        std::fs::write(&path, "nothing").unwrap();
        assert!(format!("{:#}", ends(&path).unwrap_err()).contains("b.example.pem: there is no"));
    }
}
