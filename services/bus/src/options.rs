//! What an operator sets.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize, Serializer};
use tmtp_platform::{Secret, shown_url};

use crate::Error;

/// The section `[bus]`. Shown or serialized, it has no passwords in it.
#[derive(Clone, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct BusOptions {
    /// Which bus: in process, or Redis.
    pub kind: Kind,
    /// How the Redis is built.
    pub mode: Mode,
    /// Where: the server, the Sentinels, or some of the Cluster's nodes. `redis://` or, with TLS, `rediss://`.
    #[serde(serialize_with = "without_passwords")]
    pub urls: Vec<String>,
    /// Refuses URLs without TLS.
    pub require_tls: bool,
    /// With Sentinels: what they call the set.
    pub master: String,
    /// With Sentinels: the user to log in with at the server they name.
    pub username: String,
    /// With Sentinels: the password for the server they name.
    pub password: Secret,
    /// A file of PEM certificates to trust instead of the system's.
    pub ca: Option<PathBuf>,
    /// How many hints may wait to be sent; one more is dropped.
    pub queue: usize,
    /// How many hints may wait for one subscriber; one more makes them all a gap.
    pub backlog: usize,
    /// How often a connection at rest is checked.
    pub heartbeat_ms: u64,
    /// How long an answer may take before a connection counts as dead.
    pub answer_ms: u64,
}

/// Which bus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Within this process alone.
    #[default]
    Memory,
    /// Redis, for several processes.
    Redis,
}

/// How the Redis is built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// One server, or an address behind which one always is.
    #[default]
    Single,
    /// Sentinels name the server, and another one when it dies.
    Sentinel,
    /// A Redis Cluster.
    Cluster,
}

impl Default for BusOptions {
    fn default() -> Self {
        Self {
            kind: Kind::default(),
            mode: Mode::default(),
            urls: Vec::new(),
            require_tls: false,
            master: String::new(),
            username: String::new(),
            password: Secret::default(),
            ca: None,
            queue: 16_384,
            backlog: 4_096,
            heartbeat_ms: 5_000,
            answer_ms: 3_000,
        }
    }
}

impl BusOptions {
    /// Redis of the given build at the given URLs; everything else as by default.
    pub fn redis(mode: Mode, urls: Vec<String>) -> Self {
        Self { kind: Kind::Redis, mode, urls, ..Self::default() }
    }

    /// Finds what is wrong, without connecting to anything.
    pub fn check(&self) -> Result<(), Error> {
        for (limit, name) in [(self.queue, "queue"), (self.backlog, "backlog")] {
            if limit == 0 {
                return Err(Error::Zero(name));
            }
        }
        for (limit, name) in [(self.heartbeat_ms, "heartbeat_ms"), (self.answer_ms, "answer_ms")] {
            if limit == 0 {
                return Err(Error::Zero(name));
            }
        }
        match self.kind {
            Kind::Memory => Ok(()),
            Kind::Redis => crate::redis::check(self),
        }
    }
}

impl fmt::Debug for BusOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let urls: Vec<String> = self.urls.iter().map(|url| shown_url(url)).collect();
        f.debug_struct("BusOptions")
            .field("kind", &self.kind)
            .field("mode", &self.mode)
            .field("urls", &urls)
            .field("require_tls", &self.require_tls)
            .field("master", &self.master)
            .field("username", &self.username)
            .field("password", &self.password)
            .field("ca", &self.ca)
            .field("queue", &self.queue)
            .field("backlog", &self.backlog)
            .field("heartbeat_ms", &self.heartbeat_ms)
            .field("answer_ms", &self.answer_ms)
            .finish()
    }
}

fn without_passwords<S: Serializer>(urls: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(urls.iter().map(|url| shown_url(url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<BusOptions, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn nothing_set_is_a_bus_in_process() {
        let options = parse("{}").unwrap();
        assert_eq!(options.kind, Kind::Memory);
        options.check().unwrap();
    }

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(parse(r#"{"kind":"redis","url":"redis://one"}"#).is_err());
    }

    #[test]
    fn no_password_is_shown() {
        let text = r#"{"kind":"redis","urls":["rediss://me:hun@ter2@a:1","redis:hunter2@b","redis://c/?password=hunter2"],"password":"hunter2"}"#;
        let options = parse(text).unwrap();
        let shown = format!("{options:?} {}", serde_json::to_string(&options).unwrap());
        assert!(!shown.contains("ter2"), "{shown}");
        assert!(shown.contains("rediss://me:***@a:1"), "{shown}");
    }

    #[test]
    fn redis_without_a_place_or_a_master_is_refused_and_no_url_is_repeated() {
        let refusal = |mode, urls: &[&str]| {
            let urls = urls.iter().map(|url| (*url).to_owned()).collect();
            BusOptions::redis(mode, urls).check().unwrap_err().to_string()
        };
        assert!(refusal(Mode::Single, &[]).contains("urls"));
        assert!(refusal(Mode::Single, &["redis://fine", "http://me:hunter2@host"]).contains("entry 2"));
        assert!(!refusal(Mode::Single, &["http://me:hunter2@host"]).contains("hunter2"));
        assert!(refusal(Mode::Sentinel, &["redis://fine"]).contains("master"));
    }

    #[test]
    fn where_tls_is_required_every_url_must_have_it() {
        let with = |urls: &[&str]| {
            let urls = urls.iter().map(|url| (*url).to_owned()).collect();
            BusOptions { require_tls: true, ..BusOptions::redis(Mode::Single, urls) }.check()
        };
        assert!(with(&["rediss://one"]).is_ok() && with(&["rediss://one/#insecure"]).is_err());
        let refused = with(&["rediss://one", "redis://me:hunter2@two"]).unwrap_err().to_string();
        assert!(refused.contains("entry 2") && refused.contains("rediss://") && !refused.contains("hunter2"));
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        assert!(BusOptions { queue: 0, ..BusOptions::default() }.check().is_err());
        assert!(BusOptions { heartbeat_ms: 0, ..BusOptions::default() }.check().is_err());
    }
}
