//! Which database, and how to use it.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::{Error, Result};

/// Which database, and how to use it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreOptions {
    /// `postgres://user:password@host:port/database` (with `?sslmode=verify-full&sslrootcert=..` and the like), or
    /// `sqlite:///path`. Shown without password.
    pub url: String,
    /// Most connections to the database from this process.
    pub connections: u32,
    /// Most milliseconds that the database may work on one statement, waiting for locks included.
    pub statement_timeout_ms: u64,
    /// Most milliseconds to wait for a free connection.
    pub acquire_timeout_ms: u64,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { url: String::new(), connections: 10, statement_timeout_ms: 5_000, acquire_timeout_ms: 4_000 }
    }
}

/// The kinds of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Postgres,
    Sqlite,
}

impl Kind {
    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
        }
    }
}

impl StoreOptions {
    /// Whether these options make sense, without reaching for the database.
    pub fn check(&self) -> Result<()> {
        self.kind()?;
        let wrong = |text: &str| Err(Error::Option(text.to_owned()));
        match self {
            Self { connections: 0 | 501.., .. } => wrong("connections: 1 to 500"),
            Self { statement_timeout_ms: 0..100 | 600_001.., .. } => {
                wrong("statement_timeout_ms: 100 to 600000")
            }
            Self { acquire_timeout_ms: 0..100 | 600_001.., .. } => wrong("acquire_timeout_ms: 100 to 600000"),
            _ => Ok(()),
        }
    }

    pub(crate) fn kind(&self) -> Result<Kind> {
        match self.url.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Ok(Kind::Postgres),
            Some(("sqlite", path)) if path.len() > 1 && path.starts_with('/') => Ok(Kind::Sqlite),
            _ => Err(Error::Option("url: postgres://.. or sqlite:///path".to_owned())),
        }
    }

    /// The URL as it may be shown: without a password, wherever it stands.
    pub fn shown_url(&self) -> String {
        tmtp_platform::shown_url(&self.url)
    }

    fn shown(&self) -> Shown {
        Shown {
            url: self.shown_url(),
            connections: self.connections,
            statement_timeout_ms: self.statement_timeout_ms,
            acquire_timeout_ms: self.acquire_timeout_ms,
        }
    }
}

/// The options as they may be shown.
#[derive(Debug, Serialize)]
struct Shown {
    url: String,
    connections: u32,
    statement_timeout_ms: u64,
    acquire_timeout_ms: u64,
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.shown(), f)
    }
}

impl Serialize for StoreOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.shown().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(url: &str) -> StoreOptions {
        StoreOptions { url: url.to_owned(), ..StoreOptions::default() }
    }

    #[test]
    fn a_password_is_never_shown() {
        let urls = [
            "postgres://tmtp:hunter2@db:5432/tmtp?sslmode=require",
            "postgres://tmtp:hun@ter2@db:5432/tmtp?sslmode=require",
            "postgres://tmtp:hun?ter2@db:5432/tmtp?sslmode=require",
            "postgres://tmtp@db:5432/tmtp?password=hunter2&sslmode=require",
        ];
        for url in urls {
            let shown = format!("{:?} {}", at(url), serde_json::to_string(&at(url)).unwrap());
            assert!(!shown.contains("ter2"), "{shown}");
            assert!(shown.contains("db:5432/tmtp?sslmode=require"), "{shown}");
        }
        assert_eq!(at("sqlite:///var/lib/tmtp/db").shown_url(), "sqlite:///var/lib/tmtp/db");
    }

    #[test]
    fn options_out_of_bounds_and_unknown_ones_are_refused() {
        assert!(at("postgres://db/tmtp").check().is_ok());
        assert!(at("sqlite:///tmp/x").check().is_ok());
        for url in ["", "mysql://db/tmtp", "sqlite://", "sqlite::memory:", "sqlite:///"] {
            assert!(matches!(at(url).check(), Err(Error::Option(_))), "{url}");
        }
        assert!(StoreOptions { connections: 0, ..at("postgres://db/tmtp") }.check().is_err());
        assert!(serde_json::from_str::<StoreOptions>(r#"{"url":"x","pool":3}"#).is_err());
        let read: StoreOptions = serde_json::from_str(r#"{"url":"sqlite:///x"}"#).unwrap();
        assert_eq!(read, at("sqlite:///x"));
    }
}
