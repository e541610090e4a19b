//! Why a site could not be changed.

/// Why a site could not be changed, in words for an operator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing answers to this host name or id.
    #[error("no site has the host name or id `{0}`; `tmtpd site list` shows those there are")]
    NoSite(String),
    /// The name of a site is no name.
    #[error("a site's name has 1 to 200 octets and no control characters")]
    Name,
    /// A site must have a host.
    #[error("a site needs a host name: that is how clients reach it")]
    NoHost,
    /// This is no host name.
    #[error("`{0}` is no host name: letters, digits and hyphens, with dots between")]
    Host(String),
    /// A host name leads to another site.
    #[error("the host name {0} leads to another site")]
    Taken(String),
    /// There is no such setting, or its value is not one.
    #[error("{0}")]
    Setting(String),
    /// The store.
    #[error(transparent)]
    Store(tmtp_store::Error),
}

impl From<tmtp_store::Error> for Error {
    fn from(error: tmtp_store::Error) -> Self {
        match error {
            tmtp_store::Error::Taken(host) => Self::Taken(host),
            other => Self::Store(other),
        }
    }
}

/// The result of a change.
pub type Result<T> = std::result::Result<T, Error>;
