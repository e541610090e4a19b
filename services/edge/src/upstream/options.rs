//! Where delivery is, and how to get there.

use std::{fs, path::Path};

use tonic::transport::{Certificate, ClientTlsConfig, Identity};

use crate::options::{Options, TlsOptions};

/// Where delivery is.
#[derive(Debug, Clone)]
pub struct UpstreamOptions {
    /// `http://host:port`, `https://host:port`, or `dns://host:port`.
    pub targets: Vec<String>,
    /// Mutual TLS.
    pub tls: Option<TlsOptions>,
}

impl From<&Options> for UpstreamOptions {
    fn from(options: &Options) -> Self {
        Self { targets: options.delivery.clone(), tls: options.delivery_tls.clone() }
    }
}

/// What is wrong with the way to delivery.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No target at all.
    #[error("edge.delivery names no delivery process")]
    NoTarget,
    /// A target that is not an address.
    #[error("edge.delivery: {0} is not of the form http://host:port, https://host:port or dns://host:port")]
    Target(String),
    /// `https` without certificates.
    #[error("edge.delivery: {0} needs edge.delivery_tls")]
    NoTls(String),
    /// A file that cannot be read.
    #[error("edge.delivery_tls: cannot read {0}: {1}")]
    File(String, std::io::Error),
    /// TLS that cannot be set up.
    #[error("edge.delivery_tls: {0}")]
    Tls(#[from] tonic::transport::Error),
}

pub(super) fn tls_config(options: &TlsOptions, host: &str) -> Result<ClientTlsConfig, Error> {
    let read = |path: &Path| fs::read(path).map_err(|error| Error::File(path.display().to_string(), error));
    let identity = Identity::from_pem(read(&options.cert)?, read(&options.key)?);
    let domain = options.domain.clone().unwrap_or_else(|| host.to_owned());
    Ok(ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(read(&options.ca)?))
        .identity(identity)
        .domain_name(domain))
}
