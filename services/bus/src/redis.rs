//! The bus of several processes: Redis publish and subscribe, over one connection for each.

mod connection;
mod listener;
mod outage;
mod publisher;
mod sentinel;
mod status;
mod target;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tmtp_platform::Backoff;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::hub::Hub;
use crate::{Bus, BusOptions, Error, Receipt, Subscription};
use listener::Listener;
use publisher::{Outgoing, Publisher};
use status::Status;
use target::Target;

/// Octets of hints that may wait to be sent, whatever their number.
const QUEUE_OCTETS: u32 = 64 << 20;

/// From a twentieth of a second up to two: Redis is back in seconds, and hints are wanted at once.
fn backoff() -> Backoff {
    Backoff::new(Duration::from_millis(50), Duration::from_secs(2))
}

/// Finds what is wrong with the options, without connecting.
pub(crate) fn check(options: &BusOptions) -> Result<(), Error> {
    Target::new(options).map(drop)
}

/// A handle: two tasks do the work. The publisher's ends with the handle, the listener's with the handle and the
/// last subscription.
#[derive(Debug)]
pub(crate) struct RedisBus {
    queue: mpsc::Sender<Outgoing>,
    room: Arc<Semaphore>,
    hub: Arc<Hub>,
    status: Arc<Status>,
    _publishing: DropGuard,
    listening: Arc<DropGuard>,
}

impl RedisBus {
    /// Starts both tasks; they connect when they can.
    pub(crate) fn start(options: &BusOptions) -> Result<Self, Error> {
        let target = Arc::new(Target::new(options)?);
        let hub = Arc::new(Hub::new(options.backlog));
        let status = Arc::new(Status::default());
        let (queue, waiting) = mpsc::channel(options.queue);
        let (publishing, listening) = (CancellationToken::new(), CancellationToken::new());
        let publisher = Publisher::new(target.clone(), waiting, status.clone());
        tokio::spawn(publisher.run(publishing.clone()));
        let listener = Listener::new(target, hub.clone(), status.clone());
        tokio::spawn(listener.run(listening.clone()));
        let _publishing = publishing.drop_guard();
        let room = Arc::new(Semaphore::new(QUEUE_OCTETS as usize));
        Ok(Self { queue, room, hub, status, _publishing, listening: Arc::new(listening.drop_guard()) })
    }
}

impl Bus for RedisBus {
    fn publish(&self, channel: &str, hint: Bytes) -> Receipt {
        let octets = u32::try_from(hint.len()).unwrap_or(u32::MAX);
        let (left, leaves) = oneshot::channel();
        let queued = self.room.clone().try_acquire_many_owned(octets).is_ok_and(|room| {
            self.queue.try_send(Outgoing { channel: channel.to_owned(), hint, left, _room: room }).is_ok()
        });
        if !queued {
            metrics::counter!("tmtp_bus_dropped_total", "reason" => "full").increment(1);
        }
        // What is queued without a connection leaves with the next one, but who knows when that is.
        if queued && self.status.is_publishing() { Receipt::awaited(leaves) } else { Receipt::kept() }
    }

    fn subscribe(&self, channel: &str) -> Subscription {
        Subscription::new(&self.hub, channel, Some(self.listening.clone()))
    }

    fn is_connected(&self) -> bool {
        self.status.is_publishing() && (self.hub.is_empty() || self.status.is_listening())
    }
}
