//! The process that `tmtpd control` is.

use std::sync::Arc;
use std::time::Duration;

use tmtp_store::Store;
use tokio_util::sync::CancellationToken;

/// How often it counts what there is.
const COUNT_EVERY: Duration = Duration::from_secs(15);

/// A control process. For now it counts sites for the operator's dashboards.
pub struct Control {
    store: Arc<dyn Store>,
}

impl Control {
    /// A control process over this store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        metrics::describe_gauge!("tmtp_control_sites", "Sites, by whether they are suspended.");
        Self { store }
    }

    /// Runs until it is told to stop. A store that is away for a while is no reason to end.
    pub async fn run(&self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(COUNT_EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => self.count().await,
            }
        }
    }

    async fn count(&self) {
        match self.store.sites().await {
            Ok((_, sites)) => {
                let suspended = sites.iter().filter(|site| site.suspended).count();
                let gauge = |state: &'static str| metrics::gauge!("tmtp_control_sites", "state" => state);
                gauge("suspended").set(suspended as f64);
                gauge("active").set((sites.len() - suspended) as f64);
            }
            Err(error) => tracing::info!(%error, "sites could not be counted"),
        }
    }
}
