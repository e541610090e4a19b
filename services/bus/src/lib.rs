//! Everything that may be lost: wake-ups and invalidations, over Redis or in process.
//!
//! A bus carries hints. Whoever listens must find what it missed by other means, and is told by
//! [`Event::Gap`] when it may have missed something.

mod error;
mod hub;
mod mailbox;
mod memory;
mod options;
mod receipt;
mod redis;
mod subscription;

use std::sync::Arc;

use bytes::Bytes;

pub use error::Error;
pub use memory::MemoryBus;
pub use options::{BusOptions, Kind, Mode};
pub use receipt::Receipt;
pub use subscription::Subscription;

/// Where hints go: `edge:<id>` for one edge, [`SITES`] for all who cache sites.
pub const SITES: &str = "sites";

/// Where delivery processes hear that an administrator did something that members' devices are to be told of.
pub const NOTICES: &str = "notices";

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
    ///
    /// A hint whose sending failed half-way is sent again once, so it may arrive twice. The receipt says whether it left.
    fn publish(&self, channel: &str, hint: Bytes) -> Receipt;

    /// Listens to a channel until the subscription is dropped.
    fn subscribe(&self, channel: &str) -> Subscription;

    /// Whether hints flow at present; for readiness and metrics, never for decisions.
    fn is_connected(&self) -> bool;
}

/// Opens the bus that the options name. Fails only on options that make no sense: a Redis that is away is
/// looked for in the background, for as long as it takes. Must be called within a runtime.
pub async fn open(options: &BusOptions) -> Result<Arc<dyn Bus>, Error> {
    options.check()?;
    Ok(match options.kind {
        Kind::Memory => Arc::new(MemoryBus::with_backlog(options.backlog)),
        Kind::Redis => Arc::new(redis::RedisBus::start(options)?),
    })
}
