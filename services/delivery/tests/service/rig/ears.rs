//! Hears what an edge is told over the bus.

use prost::Message as _;
use tmtp_bus::{Bus, Event, Subscription, edge_channel};
use tmtp_grpc::delivery::{Entry, Fence, Hints, Ohi, Session};

use super::{Device, soon};

pub struct Ears {
    subscription: Subscription,
    heard: Hints,
}

impl Ears {
    pub fn new(bus: &dyn Bus, edge: &str) -> Self {
        Self { subscription: bus.subscribe(&edge_channel(edge)), heard: Hints::default() }
    }

    /// The next presence: for which node, of whom, and what.
    pub async fn ohi(&mut self) -> (i64, String, u32) {
        while self.heard.ohis.is_empty() {
            self.hear().await;
        }
        let Ohi { node, from, status, .. } = self.heard.ohis.remove(0);
        (node, from, status)
    }

    /// The next fence: for which node, below which epoch.
    pub async fn fence(&mut self) -> (i64, i64) {
        while self.heard.fences.is_empty() {
            self.hear().await;
        }
        let Fence { node, epoch, .. } = self.heard.fences.remove(0);
        (node, epoch)
    }

    /// The next session in doubt.
    pub async fn doubt(&mut self) -> Session {
        while self.heard.doubts.is_empty() {
            self.hear().await;
        }
        self.heard.doubts.remove(0)
    }

    /// Waits until this device is woken.
    pub async fn wake(&mut self, device: &Device) {
        self.wake_all(&[device]).await;
    }

    /// Waits until all these devices are woken.
    pub async fn wake_all(&mut self, devices: &[&Device]) {
        let is_woken =
            |heard: &Hints, device: &&Device| heard.wakes.iter().any(|wake| wake.node == device.node());
        while !devices.iter().all(|device| is_woken(&self.heard, device)) {
            self.hear().await;
        }
        self.heard.wakes.clear();
    }

    /// The next message that comes with a hint for this device, and the epoch of the session that it is for.
    pub async fn push(&mut self, device: &Device) -> (Entry, i64) {
        loop {
            for push in self.heard.pushes.drain(..) {
                if let (Some(entry), Some(to)) =
                    (push.entry, push.to.iter().find(|to| to.node == device.session.node))
                {
                    return (entry, to.epoch);
                }
            }
            self.hear().await;
        }
    }

    /// Presence heard so far, without waiting. Ask for it after something that came later was heard.
    pub fn ohis_so_far(&self) -> usize {
        self.heard.ohis.len()
    }

    async fn hear(&mut self) {
        if let Event::Hint(hint) = soon(self.subscription.next()).await.unwrap() {
            let hints = Hints::decode(hint).unwrap();
            self.heard.wakes.extend(hints.wakes);
            self.heard.ohis.extend(hints.ohis);
            self.heard.doubts.extend(hints.doubts);
            self.heard.fences.extend(hints.fences);
            self.heard.pushes.extend(hints.pushes);
        }
    }
}
