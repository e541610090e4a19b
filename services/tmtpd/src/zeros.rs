//! Counters that begin at nothing, so that the first event is a rise and not an appearance: rates see no other.

use crate::settings::{Role, Settings};
use tmtp_bus::Kind as BusKind;

/// A counter, and the label and values that it has.
type Counter = (&'static str, Option<(&'static str, &'static [&'static str])>);

const EDGE: &[Counter] = &[
    ("tmtp_links_closed_total", Some(("reason", &["gone", "logout", "drained", "timed_out"]))),
    (
        "tmtp_edge_links_refused_total",
        Some(("limit", &["links", "links per address", "links per address a second"])),
    ),
    ("tmtp_tls_handshakes_total", Some(("result", &["ok", "failed", "timed_out"]))),
    ("tmtp_logins_total", Some(("result", &["ok", "refused", "unreachable"]))),
    ("tmtp_edge_calls_retried_total", None),
    ("tmtp_edge_entries_fetched_total", None),
    ("tmtp_edge_pushes_total", Some(("result", &["sent", "fetched"]))),
    ("tmtp_wakes_total", Some(("result", &["woken", "absent"]))),
    ("tmtp_sweep_found_total", None),
    ("tmtp_redeliveries_total", None),
];

const DELIVERY: &[Counter] = &[
    ("tmtp_messages_accepted_total", None),
    ("tmtp_entries_queued_total", None),
    ("tmtp_messages_delivered_total", None),
    ("tmtp_delivery_batches_split_total", None),
    ("tmtp_delivery_sessions_reaped_total", None),
    ("tmtp_delivery_notices_missed_total", None),
    ("tmtp_delivery_entries_expired_total", None),
    ("tmtp_delivery_orphans_total", Some(("of", &["messages", "entries"]))),
    ("tmtp_delivery_blobs_left_total", None),
    ("tmtp_delivery_blobs_swept_total", None),
    ("tmtp_delivery_site_reload_failures_total", None),
    ("tmtp_delivery_sweep_failures_total", None),
];

const CONTROL: &[Counter] = &[
    ("tmtp_entries_dropped_total", None),
    ("tmtp_control_mails_total", Some(("result", &["sent", "failed", "dropped"]))),
    ("tmtp_control_provider_keys_total", Some(("result", &["ok", "failed"]))),
    ("tmtp_control_provider_sign_ins_total", Some(("result", &["ok", "refused", "down", "failed"]))),
];

const STORE: &[Counter] =
    &[("tmtp_store_failures_total", Some(("kind", &["unavailable", "outdated", "defect"])))];

const BUS: &[Counter] = &[
    ("tmtp_bus_dropped_total", Some(("reason", &["failed", "full"]))),
    ("tmtp_bus_overflows_total", None),
    ("tmtp_bus_gaps_total", None),
    ("tmtp_bus_received_total", None),
    ("tmtp_bus_published_total", None),
];

/// Makes the counters of a role known.
pub fn announce(settings: &Settings, role: Role) {
    let has_bus = settings.bus.kind == BusKind::Redis && role != Role::Control;
    let parts = [
        (role.has_edge(), EDGE),
        (role.has_delivery(), DELIVERY),
        (role.has_control(), CONTROL),
        (role.has_store(), STORE),
        (has_bus, BUS),
    ];
    for (name, label) in parts.iter().filter(|(has, _)| *has).flat_map(|(_, counters)| *counters) {
        match label {
            None => metrics::counter!(*name).increment(0),
            Some((label, values)) => {
                values.iter().for_each(|value| metrics::counter!(*name, *label => *value).increment(0));
            }
        }
    }
    if role.has_edge() {
        metrics::gauge!("tmtp_links", "state" => "arriving").set(0.0);
        metrics::gauge!("tmtp_links", "state" => "session").set(0.0);
        metrics::gauge!("tmtp_drain_remaining_links").set(0.0);
        metrics::gauge!("tmtp_edge_delivery_up").increment(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_that_begins_at_nothing_is_one_that_somebody_raises() {
        for (name, _) in [EDGE, DELIVERY, CONTROL, STORE, BUS].into_iter().flatten() {
            assert!(crate::readme::metrics().contains(*name), "{name}");
        }
    }
}
