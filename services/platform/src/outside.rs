//! Requests to addresses that tenants have named: sign-in providers. Whoever names an address must not reach what only
//! we can: our own network, the machine itself, a cloud's metadata.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Client, RequestBuilder, StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{self, HeaderValue},
    redirect::Policy,
};
use url::Host;

/// How long an answer may take, its connection included.
const ANSWER: Duration = Duration::from_secs(3);
/// Most octets of an answer.
const ANSWER_MAX: usize = 256 << 10;

/// Why an address gave no answer, in words for those who named it.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// It is not one that may be asked.
    #[error("{0} may not be asked: it must be https:// and lead to a public address")]
    Forbidden(String),
    /// It did not answer, or not in time.
    #[error("{url} does not answer: {why}")]
    Silent {
        /// Which.
        url: String,
        /// What the network said.
        why: String,
    },
    /// It answered something else than wanted.
    #[error("{url} answers {what}")]
    Odd {
        /// Which.
        url: String,
        /// What it answered.
        what: String,
    },
}

/// Asks addresses outside. Seldom: each answer is had over a connection of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outside {
    allow_private: bool,
}

impl Outside {
    /// With `allow_private` addresses of closed networks may be asked as well, and over HTTP.
    pub fn new(allow_private: bool) -> Self {
        Self { allow_private }
    }

    fn client(self) -> reqwest::Result<Client> {
        let builder = Client::builder().timeout(ANSWER).redirect(Policy::none()).no_proxy();
        if self.allow_private { builder } else { builder.dns_resolver(Arc::new(PublicOnly)) }.build()
    }

    /// What an address answers with status 200, at most 256 KiB of it.
    ///
    /// # Errors
    /// When it may not be asked, does not answer, or answers something else.
    pub async fn get(self, url: &str) -> Result<Vec<u8>, OutsideError> {
        match self.ask(url, |client, target| client.get(target)).await? {
            (StatusCode::OK, octets) => Ok(octets),
            (status, _) => {
                let (url, what) = (url.to_owned(), format!("with status {status}"));
                Err(OutsideError::Odd { url, what })
            }
        }
    }

    /// What an address answers to a form: the status, and at most 256 KiB. `authorization` is the header of this name.
    ///
    /// # Errors
    /// When it may not be asked, does not answer, or answers more than that.
    pub async fn post_form(
        self,
        url: &str,
        form: String,
        authorization: Option<HeaderValue>,
    ) -> Result<(u16, Vec<u8>), OutsideError> {
        let request = |client: Client, target: Url| {
            let request = client
                .post(target)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::ACCEPT, "application/json")
                .body(form);
            match authorization {
                Some(value) => request.header(header::AUTHORIZATION, value),
                None => request,
            }
        };
        self.ask(url, request).await.map(|(status, octets)| (status.as_u16(), octets))
    }

    async fn ask(
        self,
        url: &str,
        request: impl FnOnce(Client, Url) -> RequestBuilder,
    ) -> Result<(StatusCode, Vec<u8>), OutsideError> {
        let target = self.checked(url)?;
        let silent = |error: reqwest::Error| {
            let why = if error.is_timeout() { "not within 3 s".to_owned() } else { cause(&error) };
            OutsideError::Silent { url: url.to_owned(), why }
        };
        let client = self.client().map_err(silent)?;
        let mut response = request(client, target).send().await.map_err(silent)?;
        let mut octets = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(silent)? {
            octets.extend_from_slice(&chunk);
            if octets.len() > ANSWER_MAX {
                let what = format!("more than {ANSWER_MAX} octets");
                return Err(OutsideError::Odd { url: url.to_owned(), what });
            }
        }
        Ok((response.status(), octets))
    }

    /// The address, where it may be asked as far as can be seen before its name is looked up.
    fn checked(self, url: &str) -> Result<Url, OutsideError> {
        let forbidden = || OutsideError::Forbidden(url.to_owned());
        let target = Url::parse(url).map_err(|_| forbidden())?;
        let is_web = target.scheme() == "https" || (self.allow_private && target.scheme() == "http");
        let is_public = match target.host() {
            Some(Host::Domain(_)) => true,
            Some(Host::Ipv4(ip)) => is_public(ip.into()),
            Some(Host::Ipv6(ip)) => is_public(ip.into()),
            None => false,
        };
        let is_plain = target.username().is_empty() && target.password().is_none();
        if is_web && is_plain && (is_public || self.allow_private) { Ok(target) } else { Err(forbidden()) }
    }
}

/// The innermost reason, which says most.
fn cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Looks names up, and finds public addresses only. What is connected to is what was looked at here.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|addr| is_public(addr.ip())).collect();
            if public.is_empty() {
                return Err(io::Error::other("it has no public address").into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the internet's, and not a network's own (RFC 6890).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) => is_public_v4(ip),
            None => is_public_v6(ip),
        },
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_protocol = (a, b, c) == (192, 0, 0) || (a == 198 && (b == 18 || b == 19));
    !(a == 0
        || a >= 224
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || is_shared
        || is_protocol)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    // 2000::/3 is what is in use; of it, tunnels to IPv4 and documentation are not.
    let is_tunnel = a == 0x2002 || (a == 0x2001 && b == 0);
    a & 0xe000 == 0x2000 && !is_tunnel && (a, b) != (0x2001, 0x0db8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_ones_own_network_are_not_public() {
        for own in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "2002:7f00:1::",
            "2001:db8::1",
            "64:ff9b::7f00:1",
        ] {
            assert!(!is_public(own.parse().unwrap()), "{own}");
        }
        for public in ["1.1.1.1", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "::ffff:1.1.1.1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn what_is_not_https_or_names_an_address_of_ones_own_is_not_asked() {
        let outside = Outside::new(false);
        for bad in [
            "http://idp.example/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/latest",
            "https://a:b@idp.example/",
            "file:///etc/passwd",
            "https://0x7f.1/",
            "https://2130706433/",
            "x",
        ] {
            assert!(matches!(outside.checked(bad), Err(OutsideError::Forbidden(_))), "{bad}");
        }
        assert!(outside.checked("https://idp.example/keys").is_ok());
        let closed = Outside::new(true);
        assert!(
            closed.checked("http://127.0.0.1:8080/").is_ok() && closed.checked("ftp://127.0.0.1/").is_err()
        );
    }

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_not_asked() {
        let outside = Outside::new(false);
        let error = outside.get("https://localhost:1/").await.unwrap_err().to_string();
        assert!(error.contains("no public address"), "{error}");
    }
}
