//! Settings of a control process.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use tmtp_platform::{Network, Secret, dialable};
use url::Url;

use crate::{certificates::AuthorityOptions, mail::MailOptions};

/// Fewest letters of an operator's key that is set rather than made.
const KEY_LETTERS: usize = 32;

/// Section `control`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Where the API is served, over HTTP: for this machine, or behind a proxy that speaks TLS. Empty, the default: nowhere.
    pub listen: Vec<SocketAddr>,
    /// Where people reach it, as `https://admin.example`: what links in mails begin with. Empty: the first of `listen`.
    pub public_url: String,
    /// Proxies in front: whoever connects from there is believed what it says of its client in `X-Forwarded-For`.
    pub trusted_proxies: Vec<Network>,
    /// The port at which members reach edges, as it is told to those who are invited.
    pub tmtp_port: u16,
    /// Whether organizations' sign-in providers may be at addresses of a closed network, and over HTTP. Tenants name those
    /// addresses: leave it off where they must not reach what only this service can.
    pub private_providers: bool,
    /// A key that may do everything, beside those that are made. Empty: none.
    pub operator_key: Secret,
    /// Most requests a minute with one key, or from one address without.
    pub requests_per_minute_max: u32,
    /// Most requests at one time; more are told to come later.
    pub requests_at_once_max: u32,
    /// A session of the console ends when it was not used for this long.
    pub session_idle_seconds: u32,
    /// A session of the console ends this long after it began.
    pub session_seconds: u32,
    /// Most invitations that are mailed a day for one organization.
    pub letters_per_day_max: u32,
    /// Where mail goes out.
    pub mail: MailOptions,
    /// Who issues certificates for sites that want that.
    pub acme: AuthorityOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            public_url: String::new(),
            trusted_proxies: Vec::new(),
            tmtp_port: 443,
            private_providers: false,
            operator_key: Secret::default(),
            requests_per_minute_max: 600,
            requests_at_once_max: 64,
            session_idle_seconds: 12 * 3_600,
            session_seconds: 7 * 24 * 3_600,
            letters_per_day_max: 1_000,
            mail: MailOptions::default(),
            acme: AuthorityOptions::default(),
        }
    }
}

impl Options {
    /// Where people reach it, without a slash at the end.
    pub fn public_url(&self) -> String {
        let local = || self.listen.first().map(|addr| format!("http://{}", dialable(*addr)));
        let set = Some(&self.public_url).filter(|url| !url.is_empty()).cloned();
        set.or_else(local).unwrap_or_default().trim_end_matches('/').to_owned()
    }

    /// What is wrong with these options, each in words that name it.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let key = self.operator_key.expose();
        if !key.is_empty() && (key.len() < KEY_LETTERS || !key.bytes().all(|octet| octet.is_ascii_graphic()))
        {
            faults.push(format!(
                "control.operator_key must have at least {KEY_LETTERS} visible ASCII letters, as `openssl rand -hex 32` makes"
            ));
        }
        if !self.public_url.is_empty() && !is_base(&self.public_url) {
            let text = "control.public_url is http:// or https://, a host and perhaps a path, as `https://admin.example`";
            faults.push(text.to_owned());
        }
        faults.extend(self.mail.faults());
        faults.extend(self.acme.faults());
        for (name, value, least, most) in [
            ("requests_per_minute_max", self.requests_per_minute_max, 1, 1_000_000),
            ("requests_at_once_max", self.requests_at_once_max, 1, 10_000),
            // Uses are noted to the minute.
            ("session_idle_seconds", self.session_idle_seconds, 120, 31_536_000),
            ("session_seconds", self.session_seconds, 120, 31_536_000),
            ("letters_per_day_max", self.letters_per_day_max, 1, 1_000_000),
        ] {
            if !(least..=most).contains(&value) {
                faults.push(format!("control.{name} is {value}; it must be {least} to {most}"));
            }
        }
        faults
    }
}

/// Whether a path can be appended to it.
fn is_base(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_and_limits_out_of_range_are_refused_by_name() {
        assert_eq!(Options::default().faults(), Vec::<String>::new());
        let odd = Options {
            operator_key: "short".into(),
            requests_per_minute_max: 0,
            requests_at_once_max: 0,
            ..Options::default()
        };
        let faults = odd.faults();
        assert_eq!(faults.len(), 3);
        assert!(faults[0].contains("operator_key") && !faults[0].contains("short"), "{faults:?}");
    }

    #[test]
    fn links_begin_with_the_public_url_or_else_where_the_api_listens() {
        let mut options = Options { listen: vec!["0.0.0.0:8088".parse().unwrap()], ..Options::default() };
        assert_eq!(options.public_url(), "http://127.0.0.1:8088");
        options.public_url = "https://admin.example/".into();
        assert_eq!((options.public_url(), options.faults().len()), ("https://admin.example".to_owned(), 0));
        for bad in
            ["admin.example", "ftp://admin.example", "https://a:b@admin.example", "https://a.example/?x"]
        {
            options.public_url = bad.into();
            assert!(options.faults()[0].contains("control.public_url"), "{bad}");
        }
    }
}
