//! What waits for devices, counted now and then for the operator's dashboards: the queues' truth is in the database, and
//! no process that serves members has to count it.

use std::{sync::Arc, time::Duration};

use tmtp_platform::Clock;
use tmtp_store::Store;
use tokio_util::sync::CancellationToken;

/// Counting reads a table: not often.
const EVERY: Duration = Duration::from_secs(60);
/// Entries looked at; more count as so many.
const ENTRIES_MAX: u32 = 1_000_000;

pub(crate) fn describe() {
    metrics::describe_gauge!("tmtp_queue_entries", "Entries that wait for devices.");
    metrics::describe_gauge!("tmtp_queue_bytes", "Data that waits for devices, once for each.");
    metrics::describe_gauge!("tmtp_queue_oldest_seconds", "How long the oldest of it has waited.");
}

/// Counts until `stop`.
pub(crate) async fn watch(store: Arc<dyn Store>, clock: Arc<dyn Clock>, stop: &CancellationToken) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => count(&*store, &*clock).await,
        }
    }
}

async fn count(store: &dyn Store, clock: &dyn Clock) {
    match store.backlog(ENTRIES_MAX).await {
        Ok(backlog) => {
            let oldest = backlog.oldest.map_or(0, |id| clock.unix_nanos().saturating_sub(id.0));
            metrics::gauge!("tmtp_queue_entries").set(backlog.entries as f64);
            metrics::gauge!("tmtp_queue_bytes").set(backlog.octets as f64);
            metrics::gauge!("tmtp_queue_oldest_seconds").set(Duration::from_nanos(oldest).as_secs_f64());
        }
        Err(error) => tracing::info!(%error, "what waits could not be counted"),
    }
}
