//! Listens: keeps one connection subscribed to what this process wants to hear.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;

use tmtp_platform::Backoff;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use super::connection::{Connection, Fault};
use super::outage::Outage;
use super::status::Status;
use super::target::Target;
use crate::hub::Hub;

/// The one task that subscribes and unsubscribes, so that their order is the order of changes to the hub.
pub(super) struct Listener {
    target: Arc<Target>,
    hub: Arc<Hub>,
    status: Arc<Status>,
}

impl Listener {
    pub(super) fn new(target: Arc<Target>, hub: Arc<Hub>, status: Arc<Status>) -> Self {
        Self { target, hub, status }
    }

    /// Serves until the bus and all its subscriptions are dropped.
    pub(super) async fn run(self, stop: CancellationToken) {
        // Dropped with the task, also when the runtime shuts down: then nobody waits for hints in vain.
        let closing = CloseOnDrop(self.hub.clone());
        stop.run_until_cancelled(self.serve()).await;
        drop(closing);
    }

    async fn serve(&self) -> Infallible {
        let mut backoff = super::backoff();
        let mut outage = Outage::new("listener");
        loop {
            while self.hub.is_empty() {
                self.hub.changed().await;
            }
            match self.target.connect(self.target.answer, Some(&self.hub)).await {
                Ok(connection) => {
                    outage.over();
                    let Err(fault) = self.listen(connection, &mut backoff).await;
                    self.hub.deafen();
                    self.status.set_listening(false);
                    outage.lost(&fault);
                }
                Err(fault) => outage.failed(&fault),
            }
            tokio::time::sleep(backoff.next_wait()).await;
        }
    }

    async fn listen(&self, mut connection: Connection, backoff: &mut Backoff) -> Result<Infallible, Fault> {
        let mut subscribed = HashSet::new();
        let mut heartbeat = interval_at(Instant::now() + self.target.heartbeat, self.target.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.follow(&mut connection, &mut subscribed).await?;
            self.status.set_listening(true);
            backoff.reset();
            tokio::select! {
                () = self.hub.changed() => {}
                () = connection.lost() => return Err(Fault::Closed),
                _ = heartbeat.tick() => connection.check().await?,
            }
        }
    }

    /// Brings the connection in line with the hub, then tells who listens now.
    async fn follow(
        &self,
        connection: &mut Connection,
        subscribed: &mut HashSet<String>,
    ) -> Result<(), Fault> {
        loop {
            let plan = self.hub.plan(subscribed);
            if plan.is_empty() {
                break;
            }
            if !plan.subscribe.is_empty() {
                connection.subscribe(&plan.subscribe).await?;
                subscribed.extend(plan.subscribe);
            }
            if !plan.unsubscribe.is_empty() {
                connection.unsubscribe(&plan.unsubscribe).await?;
                subscribed.retain(|channel| !plan.unsubscribe.contains(channel));
            }
        }
        self.hub.enliven(subscribed);
        Ok(())
    }
}

struct CloseOnDrop(Arc<Hub>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}
