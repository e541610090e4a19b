//! What can go wrong, and which of it is worth another try.

use std::{fmt, io, sync::Arc, time::Duration};

use crate::address;

/// Why something did not work. Cheap to clone: everyone who waits on a link that ends is told the reason.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The site's address cannot be used.
    #[error(transparent)]
    Address(#[from] address::Invalid),
    /// The host's name is not known.
    #[error("cannot find {host}: {source}")]
    Resolve {
        /// The name that was looked up.
        host: String,
        /// What the resolver said.
        source: Arc<io::Error>,
    },
    /// No TCP connection.
    #[error("cannot connect to {address}: {source}")]
    Connect {
        /// The site's address.
        address: String,
        /// What the system said of the last attempt.
        source: Arc<io::Error>,
    },
    /// No TLS on the connection; a certificate that is not trusted ends here too.
    #[error("no secure connection to {address}: {source}")]
    Tls {
        /// The site's address.
        address: String,
        /// What TLS said.
        source: Arc<io::Error>,
    },
    /// The TLS settings cannot be used.
    #[error("TLS cannot be set up: {0}")]
    TlsSetup(String),
    /// Something took too long.
    #[error("no {waiting} within {} s", .after.as_secs_f32())]
    TimedOut {
        /// What was waited for.
        waiting: Waiting,
        /// How long.
        after: Duration,
    },
    /// The site ended the link with a text.
    #[error("the site closed the link: {0}")]
    Quit(Quit),
    /// The site refused this request; the link goes on.
    #[error("refused by the site: {0}")]
    Refused(String),
    /// The link broke.
    #[error("the link was lost: {0}")]
    Lost(String),
    /// The site sent something that TMTP does not allow.
    #[error("the site does not speak TMTP: {0}")]
    Protocol(String),
    /// What was to be sent cannot be read, or is not as long as it was.
    #[error("what was to be sent cannot be read: {0}")]
    Content(Arc<io::Error>),
    /// The request does not fit the protocol.
    #[error("this cannot be sent: {0}")]
    Request(String),
    /// The client was closed by its owner.
    #[error("the client is closed")]
    Closed,
}

/// What was waited for in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// A TCP connection.
    Connection,
    /// The TLS handshake.
    Handshake,
    /// The answer to Register or Login.
    Login,
    /// The answer to a request.
    Answer,
    /// Room to write: the other side does not read.
    Room,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connection => "connection",
            Self::Handshake => "TLS handshake",
            Self::Login => "answer to the login",
            Self::Answer => "answer",
            Self::Room => "room to write",
        })
    }
}

/// The site's last word on a link. Its display is the site's text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quit {
    /// `logout ok`: as asked for.
    LogoutOk,
    /// `login failed`: unknown uid, wrong or revoked node, suspended member or site.
    LoginFailed,
    /// `corrupt base32 value`: the node secret is damaged.
    CorruptSecret,
    /// `register failure`: the site does not admit this registration.
    RegisterFailure,
    /// `authentication required`: Register without the token that the site asks for.
    AuthenticationRequired,
    /// `node already connected`: and the site refuses a second link.
    AlreadyConnected,
    /// `node connected elsewhere`: a newer login of the same node took over.
    ConnectedElsewhere,
    /// A request broke a rule: `invalid header`, `data too long for request type` and the like.
    BadRequest(String),
    /// Any other text.
    Other(String),
}

impl From<&str> for Quit {
    fn from(text: &str) -> Self {
        match text {
            "logout ok" => Self::LogoutOk,
            "login failed" => Self::LoginFailed,
            "corrupt base32 value" => Self::CorruptSecret,
            "register failure" => Self::RegisterFailure,
            "authentication required" => Self::AuthenticationRequired,
            "node already connected" => Self::AlreadyConnected,
            "node connected elsewhere" => Self::ConnectedElsewhere,
            "invalid header"
            | "invalid header length"
            | "data too long for request type"
            | "data not valid UTF8"
            | "data too short for request type"
            | "recipient list empty" => Self::BadRequest(text.to_owned()),
            _ => Self::Other(text.to_owned()),
        }
    }
}

impl fmt::Display for Quit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LogoutOk => "logout ok",
            Self::LoginFailed => "login failed",
            Self::CorruptSecret => "corrupt base32 value",
            Self::RegisterFailure => "register failure",
            Self::AuthenticationRequired => "authentication required",
            Self::AlreadyConnected => "node already connected",
            Self::ConnectedElsewhere => "node connected elsewhere",
            Self::BadRequest(text) | Self::Other(text) => text,
        })
    }
}

impl Error {
    /// Whether the same may work a little later, over a new link.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::TimedOut { .. }
            | Self::Lost(_)
            | Self::Protocol(_) => true,
            Self::Quit(quit) => quit.is_passing(),
            Self::Address(_)
            | Self::TlsSetup(_)
            | Self::Refused(_)
            | Self::Content(_)
            | Self::Request(_)
            | Self::Closed => false,
        }
    }

    pub(crate) fn content(error: io::Error) -> Self {
        Self::Content(Arc::new(error))
    }

    pub(crate) fn lost(error: &io::Error) -> Self {
        match error.kind() {
            // What TLS says of it is of no use to anybody.
            io::ErrorKind::UnexpectedEof => Self::Lost("the site closed it without a word".into()),
            _ => Self::Lost(error.to_string()),
        }
    }
}

impl Quit {
    /// Whether a new link may fare better.
    pub fn is_passing(&self) -> bool {
        // A request that broke a rule ended the link, but the account is fine.
        matches!(self, Self::AlreadyConnected | Self::BadRequest(_) | Self::Other(_))
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        Self::other(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quit_text_survives_the_way_through_its_type() {
        for text in [
            "logout ok",
            "login failed",
            "corrupt base32 value",
            "register failure",
            "authentication required",
            "node already connected",
            "node connected elsewhere",
            "invalid header",
            "data too long for request type",
            "a text that nobody has thought of",
        ] {
            assert_eq!(Quit::from(text).to_string(), text);
        }
    }

    #[test]
    fn a_node_that_was_taken_over_does_not_fight_for_its_link() {
        assert!(!Error::Quit(Quit::ConnectedElsewhere).is_passing());
        assert!(!Error::Quit(Quit::LoginFailed).is_passing());
        assert!(Error::Quit(Quit::AlreadyConnected).is_passing());
        assert!(Error::Lost("reset".into()).is_passing());
    }
}
