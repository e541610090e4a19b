//! Redis: whether a hint goes there and back.

use std::time::{Duration, Instant};

use bytes::Bytes;
use tmtp_bus::{Bus, Event, Kind, Mode, edge_channel};

use super::finding::Finding;
use crate::settings::{Role, Settings};

/// How long a hint may take, making the connections included.
const WAIT: Duration = Duration::from_secs(5);

/// Sends a hint to ourselves.
pub async fn examine(settings: &Settings, role: Role) -> Vec<Finding> {
    if settings.bus.kind == Kind::Memory {
        return match role {
            Role::Standalone => vec![Finding::good("redis", "not needed: one process does it all")],
            _ => Vec::new(),
        };
    }
    let advice = "look at bus.urls, the password, the certificate (rediss://), and whether the network lets us through";
    let mut findings = vec![match tmtp_bus::open(&settings.bus).await {
        Err(error) => Finding::bad("redis", error, advice),
        Ok(bus) => match tokio::time::timeout(WAIT, round_trip(&*bus)).await {
            Ok(Some(took)) => Finding::good("redis", format!("a hint goes there and back in {took:.1?}")),
            _ => Finding::bad("redis", format!("no hint came back within {} s", WAIT.as_secs()), advice),
        },
    }];
    let plain = settings.bus.urls.iter().any(|url| url.starts_with("redis://") && !is_local(url));
    if plain {
        let advice = "use rediss://, unless the network is encrypted by other means";
        findings.push(Finding::doubtful("redis", "it is reached without TLS", advice));
    }
    if settings.bus.mode == Mode::Single && settings.bus.urls.len() > 1 {
        let advice =
            "with one server the first that answers is used: did you mean \"sentinel\" or \"cluster\"?";
        findings.push(Finding::doubtful("redis", "several bus.urls, and bus.mode is \"single\"", advice));
    }
    findings
}

fn is_local(url: &str) -> bool {
    let place = url.rsplit_once('@').map_or(url.trim_start_matches("redis://"), |(_, place)| place);
    ["127.", "localhost", "[::1]"].iter().any(|local| place.starts_with(local))
}

async fn round_trip(bus: &dyn Bus) -> Option<Duration> {
    let channel = edge_channel("doctor");
    let mut subscription = bus.subscribe(&channel);
    let word = Bytes::from(format!("{:016x}", std::process::id()));
    let mut sent = Instant::now();
    loop {
        match subscription.next().await? {
            // Connected: from now on what is sent is heard.
            Event::Gap => {
                sent = Instant::now();
                bus.publish(&channel, word.clone());
            }
            Event::Hint(hint) if hint == word => return Some(sent.elapsed()),
            Event::Hint(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_on_this_machine_needs_no_tls() {
        assert!(is_local("redis://127.0.0.1:6379") && is_local("redis://:secret@localhost:1"));
        assert!(!is_local("redis://10.0.0.1") && !is_local("redis://me:127.0.0.1@redis.example"));
    }
}
