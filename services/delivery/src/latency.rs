//! How long messages take to devices that are connected: counted by site as acks come, and added to what sites are used for
//! now and then. What is not added yet goes with the process.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tmtp_platform::clock::day;
use tmtp_store::{Deliveries, Error, Latency, SiteId};
use tmtp_wire::MsgId;
use tokio_util::sync::CancellationToken;

use crate::core::Core;

/// How often it is added.
const EVERY: Duration = Duration::from_secs(10);
/// Sites and days counted for at a time; what comes for more is not counted.
const KEPT_MAX: usize = 100_000;

/// What was counted and is not added yet, by site and day.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Mutex<BTreeMap<(SiteId, i64), Latency>>);

impl Latencies {
    /// Counts messages of a site that were acked at this time, in nanoseconds since 1970.
    pub fn count(&self, site: SiteId, ids: &[MsgId], now: u64) {
        let mut latency = Latency::default();
        for id in ids {
            latency.count(Duration::from_nanos(now.saturating_sub(id.0)));
        }
        let now_ms = i64::try_from(now / 1_000_000).unwrap_or(i64::MAX);
        self.add(&Deliveries { site, day: day(now_ms), latency });
    }

    fn add(&self, more: &Deliveries) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (more.site, more.day);
        if more.latency.deliveries() > 0 && (all.len() < KEPT_MAX || all.contains_key(&key)) {
            all.entry(key).or_default().add(&more.latency);
        }
    }

    fn take(&self) -> Vec<Deliveries> {
        let all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        all.into_iter().map(|((site, day), latency)| Deliveries { site, day, latency }).collect()
    }
}

/// Adds what was counted until `stop`, and once more then.
pub(crate) async fn run(core: Arc<Core>, stop: CancellationToken) {
    let mut is_over = false;
    while !is_over {
        is_over = tokio::time::timeout(EVERY, stop.cancelled()).await.is_ok();
        add(&core).await;
    }
}

async fn add(core: &Core) {
    let counted = core.latencies.take();
    if counted.is_empty() {
        return;
    }
    match core.store.count_deliveries(&counted).await {
        Ok(()) => {}
        // It was not added: another time.
        Err(Error::Unavailable(_)) => counted.iter().for_each(|one| core.latencies.add(one)),
        Err(error) => tracing::info!(%error, "how long messages took was not noted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_counted_by_site_and_day_and_taken_once() {
        let (all, day) = (Latencies::default(), 86_400_000_000_000);
        let ids = [MsgId(day - 50_000_000), MsgId(day - 2_000_000_000)];
        all.count(SiteId(1), &ids, day);
        all.count(SiteId(1), &ids[..1], day - 1);
        all.count(SiteId(2), &[], day);
        let latency = |counts| Latency(counts);
        let expected = [(0, latency([1, 0, 0, 0, 0, 0])), (1, latency([1, 0, 0, 1, 0, 0]))];
        let taken = all.take();
        assert_eq!(taken, expected.map(|(day, latency)| Deliveries { site: SiteId(1), day, latency }));
        assert_eq!(all.take(), []);
        taken.iter().for_each(|one| all.add(one));
        assert_eq!(all.take(), taken);
    }
}
