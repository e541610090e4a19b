//! Settings of a control process.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};
use tmtp_platform::Secret;

/// Fewest letters of an operator's key that is set rather than made.
const KEY_LETTERS: usize = 32;

/// Section `control`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Where the API is served, over HTTP: for this machine, or behind a proxy that speaks TLS. Empty, the default: nowhere.
    pub listen: Vec<SocketAddr>,
    /// A key that may do everything, beside those that are made. Empty: none.
    pub operator_key: Secret,
    /// Most requests a minute with one key, or from one address without.
    pub requests_per_minute_max: u32,
    /// Most requests at one time; more are told to come later.
    pub requests_at_once_max: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            operator_key: Secret::default(),
            requests_per_minute_max: 600,
            requests_at_once_max: 64,
        }
    }
}

impl Options {
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
        for (name, value, most) in [
            ("requests_per_minute_max", self.requests_per_minute_max, 1_000_000),
            ("requests_at_once_max", self.requests_at_once_max, 10_000),
        ] {
            if !(1..=most).contains(&value) {
                faults.push(format!("control.{name} is {value}; it must be 1 to {most}"));
            }
        }
        faults
    }
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
}
