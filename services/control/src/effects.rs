//! What edges are told once a change is stored: links to close, members who went offline. Hints: an edge that hears
//! none finds a session that is over when it next asks, within `edge.sweep_seconds`.

use std::collections::BTreeMap;

use prost::Message as _;
use tmtp_bus::{Bus, edge_channel};
use tmtp_grpc::delivery::{Fence, Hints, Ohi};
use tmtp_store::{Node, SiteId, admin::NodeState};

/// Hints by edge.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    edges: BTreeMap<String, Hints>,
    dropped: u64,
}

/// Presence: gone.
const OFFLINE: u32 = 2;

impl Effects {
    /// The node's link is to be closed, where it has one: sessions up to its last login are over.
    pub fn close(&mut self, site: SiteId, node: &NodeState) {
        let Some(edge) = &node.edge else { return };
        let epoch = node.epoch.saturating_add(1);
        let fence = Fence { site: site.0, node: node.node.0, epoch, shut_out: true };
        self.edges.entry(edge.clone()).or_default().fences.push(fence);
    }

    /// `from` went offline: for this node, where it is connected.
    pub fn offline(&mut self, node: &Node, from: &str) {
        let Some(edge) = &node.edge else { return };
        let ohi = Ohi { site: node.site.0, node: node.node.0, from: from.to_owned(), status: OFFLINE };
        self.edges.entry(edge.clone()).or_default().ohis.push(ohi);
    }

    /// So many entries went with their device.
    pub fn drop_entries(&mut self, entries: u64) {
        self.dropped += entries;
    }

    /// Counts, and tells all edges.
    pub fn publish(self, bus: &dyn Bus) {
        count_dropped(self.dropped);
        for (edge, hints) in self.edges {
            bus.publish(&edge_channel(&edge), hints.encode_to_vec().into());
        }
    }
}

/// Entries went that nobody acked, with their device or their site.
pub(crate) fn count_dropped(entries: u64) {
    metrics::counter!("tmtp_entries_dropped_total").increment(entries);
}
