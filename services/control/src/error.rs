//! Why something could not be done.

use crate::door::{Refusal, Stopped};

/// Why something could not be done, in words for an operator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing answers to this host name or id.
    #[error("no site has the host name or id `{0}`; `tmtpd site list` shows those there are")]
    NoSite(String),
    /// There is no such thing, or it is another organization's.
    #[error("there is no such {0}")]
    Absent(&'static str),
    /// A name is no name.
    #[error("a name has 1 to 200 octets and no control characters")]
    Name,
    /// A site must have a host.
    #[error("a site needs a host name: that is how clients reach it")]
    NoHost,
    /// This is no host name.
    #[error(
        "`{0}` is no host name: letters, digits and hyphens, with dots between; a name with other letters is given in its form with xn--"
    )]
    Host(String),
    /// A host name leads to another site.
    #[error("the host name {0} leads to another site")]
    Taken(String),
    /// This is no address of e-mail.
    #[error("`{0}` is no e-mail address")]
    Email(String),
    /// An alias cannot be so.
    #[error("{0}")]
    Alias(String),
    /// An alias is somebody's or a group's, or was and is nobody's any more.
    #[error("{0}")]
    AliasTaken(String),
    /// Somebody was invited before.
    #[error("{0}")]
    Invited(String),
    /// There is no such setting, or its value is not one.
    #[error("{0}")]
    Setting(String),
    /// A sign-in provider cannot be so, or cannot be reached.
    #[error("{0}")]
    Provider(String),
    /// A certificate cannot serve a site.
    #[error("{0}")]
    Certificate(String),
    /// The organization's plan does not allow it.
    #[error("{0}")]
    Plan(String),
    /// There were as many letters today as there may be.
    #[error("{said}")]
    Letters {
        /// Which, and of how many.
        said: String,
        /// When there may be more.
        seconds: i64,
    },
    /// How things stand does not allow it.
    #[error("{0}")]
    State(String),
    /// Something else was changed since it was read.
    #[error("it was changed since you read it: it has version {now} now; read it again, and decide anew")]
    Stale {
        /// Its version now.
        now: i64,
    },
    /// A role that does not exist, or not for this owner.
    #[error("{0}")]
    Role(String),
    /// A time that makes no sense.
    #[error("{0}")]
    Time(String),
    /// The same Idempotency-Key was used for something else.
    #[error("this Idempotency-Key was used for another request; take a new one for each thing that you make")]
    Reused,
    /// The same request is being carried out at this moment.
    #[error("the same request is being carried out at this moment; try again")]
    Busy,
    /// Somebody was not let in, or may not change how they get in.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store.
    #[error(transparent)]
    Store(tmtp_store::Error),
}

impl From<Stopped> for Error {
    fn from(stopped: Stopped) -> Self {
        Self::Refused(stopped.into())
    }
}

impl From<tmtp_store::Error> for Error {
    fn from(error: tmtp_store::Error) -> Self {
        match error {
            tmtp_store::Error::Taken(host) => Self::Taken(host),
            tmtp_store::Error::Absent(what) => Self::Absent(what),
            other => Self::Store(other),
        }
    }
}

/// The result of a change.
pub type Result<T> = std::result::Result<T, Error>;
