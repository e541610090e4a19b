//! The bus of a process that is alone.

use std::sync::Arc;

use bytes::Bytes;

use crate::hub::Hub;
use crate::{Bus, BusOptions, Receipt, Subscription};

/// Carries hints within this process. Loses none, but those that a subscriber has no room for.
#[derive(Debug)]
pub struct MemoryBus {
    hub: Arc<Hub>,
}

impl MemoryBus {
    /// A bus without subscribers.
    pub fn new() -> Self {
        Self::with_backlog(BusOptions::default().backlog)
    }

    /// The same with room for that many hints for each subscriber.
    pub fn with_backlog(backlog: usize) -> Self {
        Self { hub: Arc::new(Hub::new(backlog)) }
    }
}

impl Default for MemoryBus {
    fn default() -> Self {
        Self::new()
    }
}

impl Bus for MemoryBus {
    fn publish(&self, channel: &str, hint: Bytes) -> Receipt {
        metrics::counter!("tmtp_bus_published_total").increment(1);
        self.hub.deliver(channel, &hint);
        Receipt::left()
    }

    fn subscribe(&self, channel: &str) -> Subscription {
        let subscription = Subscription::new(&self.hub, channel, None);
        subscription.enliven();
        subscription
    }

    fn is_connected(&self) -> bool {
        true
    }
}

impl Drop for MemoryBus {
    fn drop(&mut self) {
        self.hub.close();
    }
}
