//! A subscriber's end.

use std::sync::Arc;

use tokio_util::sync::DropGuard;

use crate::Event;
use crate::hub::Hub;
use crate::mailbox::Mailbox;

/// What one subscriber hears, in order. Bounded: a listener that falls behind loses hints and hears a [`Event::Gap`].
///
/// It listens for as long as it lives, even when the bus it came from was dropped.
#[derive(Debug)]
pub struct Subscription {
    hub: Arc<Hub>,
    channel: String,
    mailbox: Arc<Mailbox>,
    /// Keeps the connection's task going.
    _listening: Option<Arc<DropGuard>>,
}

impl Subscription {
    pub(crate) fn new(hub: &Arc<Hub>, channel: &str, listening: Option<Arc<DropGuard>>) -> Self {
        let mailbox = hub.add(channel);
        Self { hub: hub.clone(), channel: channel.to_owned(), mailbox, _listening: listening }
    }

    /// The next event; pending while there is none. `None` once nothing can come any more: the runtime shuts down, or
    /// a bus in process was dropped. Cancel-safe.
    pub async fn next(&mut self) -> Option<Event> {
        self.mailbox.next().await
    }

    pub(crate) fn enliven(&self) {
        self.mailbox.enliven();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.remove(&self.channel, &self.mailbox);
    }
}
