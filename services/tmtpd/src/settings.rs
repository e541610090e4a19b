//! All settings of the service.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use tmtp_platform::config::{Sources, load};
use tmtp_platform::health::HttpOptions;
use tmtp_platform::lifecycle::ShutdownOptions;
use tmtp_platform::telemetry::LogOptions;
use tmtp_platform::trace::TraceOptions;
use tmtp_store::shards::Databases;

/// All settings, whatever the role: one file can serve a whole installation.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The database.
    pub store: tmtp_store::StoreOptions,
    /// Further databases that have sites' own rows, by name.
    pub shards: BTreeMap<String, tmtp_store::StoreOptions>,
    /// Where large bodies go.
    pub bodies: tmtp_store::BodyOptions,
    /// What carries hints between processes.
    pub bus: tmtp_bus::BusOptions,
    /// Serving clients.
    pub edge: tmtp_edge::Options,
    /// Serving edges.
    pub delivery: DeliverySettings,
    /// Serving operators.
    pub control: tmtp_control::Options,
    /// Health and metrics.
    pub http: HttpOptions,
    /// Logs.
    pub log: LogOptions,
    /// Traces.
    pub trace: TraceOptions,
    /// The end of a process.
    pub shutdown: ShutdownOptions,
}

impl Settings {
    /// All databases.
    pub fn databases(&self) -> Databases {
        Databases { main: self.store.clone(), others: self.shards.clone() }
    }

    /// What a delivery process works by: its own settings, and where newcomers sign in.
    pub fn delivery_limits(&self) -> tmtp_delivery::Options {
        let (sign_in_url, private_providers) = (self.control.public_url(), self.control.private_providers);
        tmtp_delivery::Options { sign_in_url, private_providers, ..self.delivery.limits.clone() }
    }
}

/// Serving edges: section `delivery`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeliverySettings {
    /// Where edges connect to.
    pub listen: SocketAddr,
    /// Mutual TLS; without it whoever reaches the address is taken for an edge.
    pub tls: Option<ServerTls>,
    /// Limits and times.
    pub limits: tmtp_delivery::Options,
}

impl Default for DeliverySettings {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], 7450));
        Self { listen, tls: None, limits: tmtp_delivery::Options::default() }
    }
}

/// Mutual TLS of a server between our own services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerTls {
    /// Our certificate chain (PEM).
    pub cert: PathBuf,
    /// Its key (PEM).
    pub key: PathBuf,
    /// The CA that a client's certificate must come from (PEM).
    pub client_ca: PathBuf,
}

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Serves clients.
    Edge,
    /// Serves edges.
    Delivery,
    /// Serves operators.
    Control,
    /// Everything in one process.
    Standalone,
}

impl Role {
    /// A word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Delivery => "delivery",
            Self::Control => "control",
            Self::Standalone => "standalone",
        }
    }

    /// Whether it serves clients.
    pub fn has_edge(self) -> bool {
        matches!(self, Self::Edge | Self::Standalone)
    }

    /// Whether it serves edges, its own or others.
    pub fn has_delivery(self) -> bool {
        matches!(self, Self::Delivery | Self::Standalone)
    }

    /// Whether it serves operators.
    pub fn has_control(self) -> bool {
        matches!(self, Self::Control | Self::Standalone)
    }

    /// Whether it needs the database.
    pub fn has_store(self) -> bool {
        self != Self::Edge
    }
}

const SECTIONS: &[&str] =
    &["store", "shards", "bodies", "bus", "edge", "delivery", "control", "http", "log", "trace", "shutdown"];
const LISTS: &[&str] =
    &["edge.listen", "edge.delivery", "bus.urls", "control.listen", "control.trusted_proxies"];

impl Settings {
    /// Reads settings from a file and from the process's environment.
    pub fn read(file: Option<&Path>) -> anyhow::Result<Self> {
        // What is no UTF-8 cannot be one of ours.
        let variables: BTreeMap<_, _> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self::from_sources(file, variables)
    }

    fn from_sources(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> anyhow::Result<Self> {
        let sources = Sources { file, prefix: "TMTPD", sections: SECTIONS, lists: LISTS };
        Ok(load(&sources, variables)?)
    }

    /// These settings as a file that gives them again, but for the secrets.
    pub fn to_toml(&self) -> anyhow::Result<String> {
        Ok(toml::to_string(self)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(given: &[(&str, &str)]) -> Vec<(String, String)> {
        given.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_section_is_known_to_variables() {
        let toml: toml::Table = Settings::default().to_toml().unwrap().parse().unwrap();
        let mut sections: Vec<_> = toml.keys().map(String::as_str).collect();
        let mut known = SECTIONS.to_vec();
        sections.sort_unstable();
        known.sort_unstable();
        assert_eq!(sections, known);
    }

    #[test]
    fn every_list_is_known_to_variables() {
        let toml: toml::Table = Settings::default().to_toml().unwrap().parse().unwrap();
        let mut lists = Vec::new();
        for (section, keys) in &toml {
            for (key, value) in keys.as_table().unwrap() {
                if value.is_array() {
                    lists.push(format!("{section}.{key}"));
                }
            }
        }
        lists.sort_unstable();
        let mut known = LISTS.to_vec();
        known.sort_unstable();
        assert_eq!(lists, known);
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same() {
        let toml = Settings::default().to_toml().unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file, toml.as_bytes()).unwrap();
        let again = Settings::from_sources(Some(file.path()), []).unwrap();
        assert_eq!(again.to_toml().unwrap(), toml);
    }

    #[test]
    fn variables_reach_numbers_lists_and_nested_tables() {
        let settings = Settings::from_sources(
            None,
            variables(&[
                ("TMTPD_EDGE__LISTEN", "127.0.0.1:1,127.0.0.1:2"),
                ("TMTPD_EDGE__WINDOW_MESSAGES", "12"),
                ("TMTPD_DELIVERY__TLS__CERT", "a.pem"),
                ("TMTPD_DELIVERY__TLS__KEY", "a.key"),
                ("TMTPD_DELIVERY__TLS__CLIENT_CA", "ca.pem"),
                ("TMTPD_DELIVERY__LIMITS__WRITER_QUEUE", "77"),
            ]),
        )
        .unwrap();
        assert_eq!(settings.edge.listen.len(), 2);
        assert_eq!(settings.edge.window_messages, 12);
        assert_eq!(settings.delivery.tls.unwrap().client_ca, PathBuf::from("ca.pem"));
        assert_eq!(settings.delivery.limits.writer_queue, 77);
    }

    #[test]
    fn unknown_keys_are_refused_wherever_they_are() {
        for name in ["TMTPD_EDGE__WINDOWS", "TMTPD_DELIVERY__LIMITS__QUEUE", "TMTPD_HTTP__PORT", "TMTPD_X__Y"]
        {
            assert!(Settings::from_sources(None, variables(&[(name, "1")])).is_err(), "{name}");
        }
    }
}
