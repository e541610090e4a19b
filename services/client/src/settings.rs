//! How a client behaves: waits, limits, trust.

use std::time::Duration;

use crate::{Error, Tls};

/// The waits of a link. The defaults are the protocol's; tests shorten them.
#[derive(Debug, Clone)]
pub struct Timing {
    /// For a TCP connection to one address.
    pub connect: Duration,
    /// For the TLS handshake, and again for the answer to Register or Login.
    pub login: Duration,
    /// For the answer to a request, before it is sent again.
    pub answer: Duration,
    /// Silence after which a Pulse is sent.
    pub pulse: Duration,
    /// For the other side to take some of what is written.
    pub stall: Duration,
    /// For the answer to Quit.
    pub goodbye: Duration,
    /// Ceiling of the first wait before a new link.
    pub retry_first: Duration,
    /// Ceiling of all waits before a new link.
    pub retry_max: Duration,
    /// A link that lasted this long counts as a success: the next wait is a first one again.
    pub settled: Duration,
    /// How long a request may fail, over whatever number of links, before its sender is told.
    pub patience: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            login: Duration::from_secs(10),
            answer: Duration::from_secs(15),
            pulse: Duration::from_secs(115),
            stall: Duration::from_secs(60),
            goodbye: Duration::from_secs(3),
            retry_first: Duration::from_secs(1),
            retry_max: Duration::from_secs(60),
            settled: Duration::from_secs(30),
            patience: Duration::from_secs(120),
        }
    }
}

/// Everything a [`crate::Client`] needs besides its account.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whom to trust.
    pub tls: Tls,
    /// How long to wait.
    pub timing: Timing,
    /// Members to tell when this one comes and goes; sent after every login.
    pub presence: Vec<String>,
}

impl Settings {
    /// Public certificate authorities, the protocol's timing, no presence.
    ///
    /// # Errors
    /// [`Error::TlsSetup`]
    pub fn new() -> Result<Self, Error> {
        Ok(Self::with_tls(Tls::new()?))
    }

    /// The same with other TLS settings.
    pub fn with_tls(tls: Tls) -> Self {
        Self { tls, timing: Timing::default(), presence: Vec::new() }
    }
}
