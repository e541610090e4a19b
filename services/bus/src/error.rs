//! Why a bus cannot be opened.

use std::path::PathBuf;

/// Options that make no sense. No text here shows a URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing to connect to.
    #[error("urls is empty: name at least one redis:// or rediss:// URL")]
    NoUrls,
    /// One of the URLs cannot be read.
    #[error("urls: entry {position} is not a redis:// or rediss:// URL")]
    Url {
        /// Its place in the list, from 1.
        position: usize,
    },
    /// TLS is required, and one of the URLs is without.
    #[error("urls: entry {position} is without TLS, and require_tls is set: use rediss://")]
    InTheClear {
        /// Its place in the list, from 1.
        position: usize,
    },
    /// Sentinels watch masters by name.
    #[error("master is empty: it names the set that the Sentinels watch")]
    NoMaster,
    /// The certificates to trust cannot be read.
    #[error("ca: cannot read {path}")]
    Ca {
        /// Where they should be.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The certificates to trust cannot be understood.
    #[error("ca: no PEM certificates")]
    Certificates,
    /// A limit that would stop everything.
    #[error("{0} must not be 0")]
    Zero(&'static str),
}
