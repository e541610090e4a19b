//! A site's address as it is given to members: `+host:port` or `=host:port`.

use std::{fmt, net::IpAddr, str::FromStr};

use rustls_pki_types::ServerName;
use serde::{Deserialize, Serialize};

/// Whether the site's certificate must be proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trust {
    /// `+`: by a certificate authority.
    Verified,
    /// `=`: self-signed, not verified. Only for sites that are reached over a network one trusts.
    SelfSigned,
}

/// Where a site is, and how far its certificate is trusted.
///
/// ```
/// use tmtp_client::{Address, address::Trust};
///
/// let address: Address = "+chat.example.org:443".parse()?;
/// assert_eq!((address.host(), address.port()), ("chat.example.org", 443));
/// assert_eq!(address.trust(), Trust::Verified);
/// assert_eq!(address.to_string(), "+chat.example.org:443");
/// # Ok::<(), tmtp_client::address::Invalid>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    trust: Trust,
    host: String,
    port: u16,
}

/// Why a text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// Neither `+` nor `=` in front.
    #[error("a site address begins with + (certificate verified) or = (self-signed), as in +example.org:443")]
    Sign,
    /// No port, or not one.
    #[error("a site address ends with a port, as in +example.org:443")]
    Port,
    /// No host, or not one.
    #[error("a site address names a host or an IP address, as in +example.org:443")]
    Host,
}

impl Address {
    /// The host name, in lower case, or the IP address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How far the certificate is trusted.
    pub fn trust(&self) -> Trust {
        self.trust
    }

    /// What TLS asks for: rustls sends it as SNI when it is a name, and no SNI when it is an IP address.
    pub(crate) fn server_name(&self) -> Result<ServerName<'static>, Invalid> {
        ServerName::try_from(self.host.clone()).map_err(|_| Invalid::Host)
    }

    /// The loopback addresses for `localhost` and the names below it, which resolvers often do not know.
    pub(crate) fn is_localhost(&self) -> bool {
        self.host == "localhost" || self.host.ends_with(".localhost")
    }
}

impl FromStr for Address {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (trust, rest) = match text.as_bytes().first() {
            Some(b'+') => (Trust::Verified, &text[1..]),
            Some(b'=') => (Trust::SelfSigned, &text[1..]),
            _ => return Err(Invalid::Sign),
        };
        let (host, port) = rest.rsplit_once(':').ok_or(Invalid::Port)?;
        let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        let port = port.parse().ok().filter(|port| digits && *port != 0).ok_or(Invalid::Port)?;
        let address = Self { trust, host: normal_host(host)?, port };
        address.server_name()?;
        Ok(address)
    }
}

fn normal_host(host: &str) -> Result<String, Invalid> {
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match (inner, host.contains(':')) {
        (Some(v6), _) => match v6.parse() {
            Ok(IpAddr::V6(ip)) => Ok(ip.to_string()),
            _ => Err(Invalid::Host),
        },
        (None, true) => Err(Invalid::Host),
        (None, false) => Ok(host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.trust {
            Trust::Verified => '+',
            Trust::SelfSigned => '=',
        };
        if self.host.contains(':') {
            write!(f, "{sign}[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{sign}{}:{}", self.host, self.port)
        }
    }
}

impl TryFrom<String> for Address {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_as_it_was_given_but_for_case_and_a_trailing_dot() {
        for (given, shown) in [
            ("+example.org:443", "+example.org:443"),
            ("=127.0.0.1:7443", "=127.0.0.1:7443"),
            ("=[::1]:7443", "=[::1]:7443"),
            ("+Chat.Example.ORG.:1", "+chat.example.org:1"),
        ] {
            assert_eq!(given.parse::<Address>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused_with_the_part_that_is_wrong() {
        for (given, why) in [
            ("", Invalid::Sign),
            ("example.org:443", Invalid::Sign),
            ("+example.org", Invalid::Port),
            ("+example.org:", Invalid::Port),
            ("+example.org:+80", Invalid::Port),
            ("+example.org:0", Invalid::Port),
            ("+example.org:65536", Invalid::Port),
            ("+:443", Invalid::Host),
            ("+a b:443", Invalid::Host),
            ("=::1:443", Invalid::Host),
            ("=[127.0.0.1]:443", Invalid::Host),
        ] {
            assert_eq!(given.parse::<Address>(), Err(why), "{given}");
        }
    }

    #[test]
    fn an_ip_address_is_not_a_name_to_send_as_sni() {
        let name = |text: &str| text.parse::<Address>().unwrap().server_name().unwrap();
        assert!(matches!(name("=127.0.0.1:1"), ServerName::IpAddress(_)));
        assert!(matches!(name("=[::1]:1"), ServerName::IpAddress(_)));
        assert!(matches!(name("=demo.localhost:1"), ServerName::DnsName(_)));
    }
}
