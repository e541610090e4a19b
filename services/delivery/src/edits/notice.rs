//! Notices: queued messages that tell of a change and carry no text of a stranger's.
//!
//! They have room of their own behind the limit of a queue, so that a full queue keeps nobody from changing a
//! group; beyond that room a node misses them.

use tmtp_store::{Body, Node, NodeId, Recorded, Site};
use tmtp_wire::Message;

use crate::{
    compose::{Outbox, Ready},
    loads::{self, Loads},
    refusal::Refusal,
};

/// Whether a node would get one more.
pub(crate) fn has_room(site: &Site, node: NodeId, loads: &Loads) -> bool {
    let most = loads::notices_max(&site.settings).into();
    loads.get(&node).is_none_or(|load| load.entries < most)
}

/// Adds a notice for these nodes.
pub(crate) fn add(
    outbox: &mut Outbox,
    site: &Site,
    from: &str,
    recorded: Recorded,
    message: &Message,
    (nodes, loads): (&[Node], &Loads),
) -> Result<(), Refusal> {
    let receivers: Vec<_> = nodes.iter().filter(|node| has_room(site, node.node, loads)).collect();
    let missed = nodes.len() - receivers.len();
    if missed > 0 {
        metrics::counter!("tmtp_delivery_notices_missed_total").increment(missed as u64);
    }
    let body = Body::Inline(bytes::Bytes::new());
    outbox.add(Ready::new(site.id, from, recorded, message, body, receivers)?, false);
    Ok(())
}
