//! Everything that may be lost: wake-ups and invalidations, over Redis or in process.
//!
//! A bus carries hints. Whoever listens must find what it missed by other means, and is told by
//! [`Event::Gap`] when it may have missed something.

use bytes::Bytes;

/// Where hints go: `edge:<id>` for one edge, [`SITES`] for all who cache sites.
pub const SITES: &str = "sites";

/// The channel that one edge listens to.
pub fn edge_channel(edge: &str) -> String {
    format!("edge:{edge}")
}

/// What a subscriber hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A hint, as published.
    Hint(Bytes),
    /// Hints may have been lost since the last event: sweep. Always the first event of a subscription.
    Gap,
}

/// Publishes and subscribes. Nothing here blocks on the network: what cannot be sent is dropped and counted.
#[async_trait::async_trait]
pub trait Bus: Send + Sync + 'static {
    /// Sends a hint to all subscribers of `channel`. Returns at once; a full queue drops it.
    fn publish(&self, channel: &str, hint: Bytes);

    /// Listens to a channel until the subscription is dropped.
    fn subscribe(&self, channel: &str) -> Subscription;

    /// Whether hints flow at present; for readiness and metrics, never for decisions.
    fn is_connected(&self) -> bool;
}

/// What one subscriber hears, in order. Bounded: a listener that falls behind loses hints and hears a [`Event::Gap`].
#[derive(Debug)]
pub struct Subscription {}

impl Subscription {
    /// The next event; pending while there is none. `None` once the bus is gone. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        unimplemented!()
    }
}
