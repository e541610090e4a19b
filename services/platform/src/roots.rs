//! Certificate authorities in PEM.

use rustls::RootCertStore;
use rustls_pki_types::{CertificateDer, pem::PemObject as _};

/// Why some PEM is of no use as authorities.
#[derive(Debug, thiserror::Error)]
pub enum NoRoots {
    /// What is between the lines is not what they say.
    #[error("this is no PEM: {0}")]
    Pem(#[from] rustls_pki_types::pem::Error),
    /// One of them is no certificate that others could be held against.
    #[error("no certificate of an authority: {0}")]
    Certificate(#[from] rustls::Error),
    /// There is none.
    #[error("there is no certificate in it (PEM: -----BEGIN CERTIFICATE-----)")]
    Empty,
}

/// The authorities in some PEM: at least one. What is in it besides certificates is passed over.
pub fn roots(pem: &[u8]) -> Result<RootCertStore, NoRoots> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate?)?;
    }
    if roots.is_empty() { Err(NoRoots::Empty) } else { Ok(roots) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_authority_says_why() {
        let why = |pem: &str| roots(pem.as_bytes()).map(drop).unwrap_err().to_string();
        assert!(why("nothing of the kind").contains("there is no certificate"));
        assert!(why("-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n").contains("no PEM"));
        assert!(why("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").contains("authority"));
    }
}
