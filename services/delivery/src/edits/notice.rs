//! Notices: queued messages that tell of a change and carry no text of a stranger's.
//!
//! They have room of their own behind the limit of a queue, so that a full queue keeps nobody from changing a
//! group; beyond that room a node misses them.

use tmtp_store::{Body, Node, Recorded, Site, SiteSettings};
use tmtp_wire::Message;

use crate::{
    compose::{Outbox, Ready},
    refusal::Refusal,
};

/// Entries at which a queue takes no more notices.
pub(crate) fn count_max(limits: &SiteSettings) -> u32 {
    limits.queued_messages_max.saturating_mul(2).max(100)
}

/// Adds a notice for these nodes.
pub(crate) fn add(
    outbox: &mut Outbox,
    site: &Site,
    from: &str,
    recorded: Recorded,
    message: &Message,
    nodes: &[Node],
) -> Result<(), Refusal> {
    let most = count_max(&site.settings);
    let receivers: Vec<_> = nodes.iter().filter(|node| node.queued < most).collect();
    let missed = nodes.len() - receivers.len();
    if missed > 0 {
        metrics::counter!("tmtp_delivery_notices_missed_total").increment(missed as u64);
    }
    let body = Body::Inline(bytes::Bytes::new());
    outbox.add(Ready::new(site.id, from, recorded, message, body, receivers)?);
    Ok(())
}
