//! Certificates for mutual TLS between services.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// The name that every certificate bears.
pub const NAME: &str = "service.internal";

/// Where a CA's certificate is, and one that it issued for both ends.
#[derive(Debug, Clone)]
pub struct Pki {
    /// The CA (PEM).
    pub ca: PathBuf,
    /// The certificate (PEM).
    pub cert: PathBuf,
    /// Its key (PEM).
    pub key: PathBuf,
}

impl Pki {
    /// As they were made in this folder.
    pub fn at(folder: &Path) -> Self {
        Self { ca: folder.join("ca.pem"), cert: folder.join("cert.pem"), key: folder.join("key.pem") }
    }

    /// Makes a new CA and a certificate, in this folder; those that were there before are replaced.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn make(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca_key = KeyPair::generate()?;
        let ca = params.self_signed(&ca_key)?;
        let key = KeyPair::generate()?;
        let issuer = Issuer::new(params, ca_key);
        let cert = CertificateParams::new(vec![NAME.to_owned()])?.signed_by(&key, &issuer)?;
        let made = Self::at(folder);
        fs::write(&made.ca, ca.pem())?;
        fs::write(&made.cert, cert.pem())?;
        fs::write(&made.key, key.serialize_pem())?;
        Ok(made)
    }

    /// The section `[delivery.tls]`.
    pub fn of_server(&self) -> String {
        let Self { ca, cert, key } = self;
        format!(
            "[delivery.tls]\nclient_ca = \"{}\"\ncert = \"{}\"\nkey = \"{}\"\n",
            ca.display(),
            cert.display(),
            key.display()
        )
    }

    /// The section `[edge.delivery_tls]`.
    pub fn of_client(&self) -> String {
        let Self { ca, cert, key } = self;
        format!(
            "[edge.delivery_tls]\nca = \"{}\"\ncert = \"{}\"\nkey = \"{}\"\ndomain = \"{NAME}\"\n",
            ca.display(),
            cert.display(),
            key.display()
        )
    }
}
