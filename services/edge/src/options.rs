//! What an operator can set of an edge.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

/// Settings of an edge. Times are in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Addresses to accept TMTP on.
    pub listen: Vec<SocketAddr>,
    /// The host whose site serves clients that send no server name; none: such clients are refused.
    pub default_host: Option<String>,
    /// A folder with `HOST.pem` (chain) and `HOST.key` for each host name, `_.DOMAIN.pem` for all names one level below
    /// a domain, and `default.pem` for the rest. Changes are picked up while running.
    pub certificates: PathBuf,
    /// Delivery processes: `http://host:port`, `https://host:port`, or `dns://host:port` for all addresses of a name.
    pub delivery: Vec<String>,
    /// Mutual TLS towards delivery; needed for `https` and used for `dns` when set.
    pub delivery_tls: Option<TlsOptions>,
    /// From accept to a completed Register or Login.
    pub login_seconds: u32,
    /// A session from which nothing at all came for this long is closed.
    pub idle_seconds: u32,
    /// A message not acked within this time is sent again.
    pub redeliver_seconds: u32,
    /// From the first octet of a header to its last.
    pub header_seconds: u32,
    /// Fewest octets a second in which data must come, on average over three minutes of waiting for it. A single wait counts
    /// for a minute at most: whoever was cut off for a while and comes back is not slow.
    pub body_octets_per_second_min: u32,
    /// A link that takes nothing of what is written to it for this long is closed.
    pub write_stall_seconds: u32,
    /// Messages sent ahead of their acks.
    pub window_messages: u32,
    /// Most links at a time.
    pub links_max: u32,
    /// Most links at a time from one address (IPv6: one /64), and most that are let in from it a second.
    pub links_per_address_max: u32,
    /// Whether loopback addresses are free of the limit per address.
    pub loopback_exempt: bool,
    /// Most links accepted a second; more wait in the kernel's queue.
    pub accepts_per_second: u32,
    /// Sessions closed a second when shutting down.
    pub drain_per_second: u32,
    /// How often every session is checked for wakes that were lost; 1 to 30.
    pub sweep_seconds: u32,
    /// How often the edge tells delivery that it lives.
    pub beat_seconds: u32,
}

/// Certificate, key and CA for mutual TLS between our own services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsOptions {
    /// The CA that the other side's certificate must come from (PEM).
    pub ca: PathBuf,
    /// Our certificate chain (PEM).
    pub cert: PathBuf,
    /// Its key (PEM).
    pub key: PathBuf,
    /// The name that the other side's certificate must bear; default: the host of its URL.
    #[serde(default)]
    pub domain: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 7443))],
            default_host: None,
            certificates: PathBuf::from("certificates"),
            delivery: Vec::new(),
            delivery_tls: None,
            login_seconds: 5,
            idle_seconds: 180,
            redeliver_seconds: 30,
            header_seconds: 30,
            body_octets_per_second_min: 256,
            write_stall_seconds: 60,
            window_messages: 64,
            links_max: 100_000,
            links_per_address_max: 256,
            loopback_exempt: false,
            accepts_per_second: 500,
            drain_per_second: 200,
            sweep_seconds: 20,
            beat_seconds: 2,
        }
    }
}

impl Options {
    /// Finds settings that cannot work. One line each, for an operator.
    pub fn faults(&self) -> Vec<String> {
        let positive = [
            ("login_seconds", self.login_seconds),
            ("idle_seconds", self.idle_seconds),
            ("redeliver_seconds", self.redeliver_seconds),
            ("header_seconds", self.header_seconds),
            ("write_stall_seconds", self.write_stall_seconds),
            ("window_messages", self.window_messages),
            ("links_max", self.links_max),
            ("links_per_address_max", self.links_per_address_max),
            ("accepts_per_second", self.accepts_per_second),
            ("drain_per_second", self.drain_per_second),
            ("sweep_seconds", self.sweep_seconds),
            ("beat_seconds", self.beat_seconds),
        ];
        let mut faults: Vec<_> = positive
            .iter()
            .filter(|(_, value)| *value == 0)
            .map(|(name, _)| format!("edge.{name} must be at least 1"))
            .collect();
        if self.listen.is_empty() {
            faults.push("edge.listen names no address".to_owned());
        }
        if self.window_messages > 1000 {
            faults.push("edge.window_messages must be at most 1000".to_owned());
        }
        if self.sweep_seconds > 30 {
            faults.push("edge.sweep_seconds must be at most 30: delivery relies on it".to_owned());
        }
        faults
    }

    pub(crate) fn seconds(value: u32) -> Duration {
        Duration::from_secs(u64::from(value))
    }
}
