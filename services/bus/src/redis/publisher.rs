//! Sends hints: all that wait, as one pipeline, as soon as the last one was answered.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tmtp_platform::Backoff;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

use super::connection::{Connection, Fault};
use super::outage::Outage;
use super::status::Status;
use super::target::Target;

/// The most hints of one pipeline.
const BATCH: usize = 1024;
/// How long a pipeline may take: a hint that is later than this is of little use.
const SEND_LIMIT: Duration = Duration::from_secs(1);

/// A hint on its way out.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) channel: String,
    pub(super) hint: Bytes,
    /// Told once it has been sent.
    pub(super) left: oneshot::Sender<()>,
    /// Its place among the octets that may wait; given back when it is sent or dropped.
    pub(super) _room: OwnedSemaphorePermit,
}

/// Owns the queue's far end and the connection.
pub(super) struct Publisher {
    target: Arc<Target>,
    queue: mpsc::Receiver<Outgoing>,
    status: Arc<Status>,
    batch: Vec<Outgoing>,
    failures: u32,
}

impl Publisher {
    pub(super) fn new(target: Arc<Target>, queue: mpsc::Receiver<Outgoing>, status: Arc<Status>) -> Self {
        Self { target, queue, status, batch: Vec::new(), failures: 0 }
    }

    /// Serves until the bus is dropped. What waits then is still sent, if there is a connection.
    pub(super) async fn run(mut self, stop: CancellationToken) {
        let mut backoff = super::backoff();
        let mut outage = Outage::new("publisher");
        loop {
            let connecting = self.target.connect(self.limit(), None);
            match stop.run_until_cancelled(connecting).await {
                None => return,
                Some(Ok(connection)) => {
                    outage.over();
                    self.status.set_publishing(true);
                    let ended = self.serve(connection, &mut backoff).await;
                    self.status.set_publishing(false);
                    self.count_failure();
                    match ended {
                        Ok(()) => return,
                        Err(fault) => outage.lost(&fault),
                    }
                }
                Some(Err(fault)) => outage.failed(&fault),
            }
            if stop.run_until_cancelled(tokio::time::sleep(backoff.next_wait())).await.is_none() {
                return;
            }
        }
    }

    /// Returns without a fault once the queue is closed and empty.
    async fn serve(&mut self, mut connection: Connection, backoff: &mut Backoff) -> Result<(), Fault> {
        let mut heartbeat = interval_at(Instant::now() + self.target.heartbeat, self.target.heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if self.batch.is_empty() {
                tokio::select! {
                    taken = self.queue.recv_many(&mut self.batch, BATCH) => if taken == 0 { return Ok(()) },
                    () = connection.lost() => return Err(Fault::Closed),
                    _ = heartbeat.tick() => { connection.check().await?; continue }
                }
            }
            self.send(&mut connection).await?;
            backoff.reset();
        }
    }

    async fn send(&mut self, connection: &mut Connection) -> Result<(), Fault> {
        let mut pipeline = redis::pipe();
        for outgoing in &self.batch {
            pipeline.cmd("PUBLISH").arg(&outgoing.channel).arg(&outgoing.hint[..]).ignore();
        }
        connection.send(&pipeline).await?;
        metrics::counter!("tmtp_bus_published_total").increment(self.batch.len() as u64);
        metrics::histogram!("tmtp_bus_batch_hints").record(self.batch.len() as f64);
        for outgoing in self.batch.drain(..) {
            // Most do not wait for it.
            let _ = outgoing.left.send(());
        }
        self.failures = 0;
        Ok(())
    }

    /// What was under way is tried once more by the next connection, then dropped.
    fn count_failure(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        self.failures += 1;
        if self.failures > 1 {
            metrics::counter!("tmtp_bus_dropped_total", "reason" => "failed")
                .increment(self.batch.len() as u64);
            self.batch.clear();
            self.failures = 0;
        }
    }

    fn limit(&self) -> Duration {
        SEND_LIMIT.min(self.target.answer)
    }
}
