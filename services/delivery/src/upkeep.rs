//! Upkeep: requests are forgotten in time; what a defect or a crash left behind is swept up.

use std::{sync::Arc, time::Duration};

use rand::Rng as _;
use tmtp_bus::NOTICES;
use tmtp_store::Site;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{core::Core, expiry, fault::Fault, notices};

/// Rows or bodies looked at in one step.
const AT_ONCE: u32 = 1000;
/// Requests forgotten in one step.
const FORGET_AT_ONCE: u32 = 5000;
/// Steps in one round: what is left waits for the next.
const STEPS: usize = 200;

/// Goes round until `stop`.
pub(crate) async fn run(core: Arc<Core>, stop: CancellationToken) {
    let mut after = None;
    let mut noticed = core.bus.subscribe(NOTICES);
    let mut next_round = Instant::now() + jittered(&core);
    // At once: until then names that an earlier release left could be mistaken for new ones.
    told(look_at_names(&core, &stop).await);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(_) = noticed.next() => told(notices::tell_all(&core, &stop).await),
            () = tokio::time::sleep_until(next_round) => {
                told(round(&core, &mut after, &stop).await);
                next_round = Instant::now() + jittered(&core);
            }
        }
    }
}

fn told(swept: Result<(), Fault>) {
    match swept {
        Ok(()) => {}
        Err(fault) if fault.is_outage() || matches!(fault, Fault::Away) => {
            metrics::counter!("tmtp_delivery_sweep_failures_total").increment(1);
        }
        Err(fault) => tracing::error!(?fault, "a sweep failed"),
    }
}

async fn round(core: &Arc<Core>, after: &mut Option<String>, stop: &CancellationToken) -> Result<(), Fault> {
    forget(core, stop).await?;
    look_at_names(core, stop).await?;
    notices::tell_all(core, stop).await?;
    expire(core, stop).await?;
    sweep(core).await?;
    sweep_blobs(core, after).await
}

async fn forget(core: &Core, stop: &CancellationToken) -> Result<(), Fault> {
    let before = before(core, core.options.request_memory_seconds);
    for _ in (0..STEPS).take_while(|_| !stop.is_cancelled()) {
        if core.store.forget_requests(before, FORGET_AT_ONCE).await? < u64::from(FORGET_AT_ONCE) {
            break;
        }
    }
    Ok(())
}

/// What waited for too long, at every site.
async fn expire(core: &Arc<Core>, stop: &CancellationToken) -> Result<(), Fault> {
    let listing = core.sites.listing();
    let is_here = |site: &&Site| listing.shard(site.id) == &*core.shard && !listing.is_moving(site.id);
    for site in listing.iter().filter(is_here) {
        let site = Arc::new(site.clone());
        for _ in (0..STEPS).take_while(|_| !stop.is_cancelled()) {
            let site = site.clone();
            if !core.transact(move |core| expiry::expire(core, site.clone())).await? {
                break;
            }
        }
    }
    Ok(())
}

/// What names look like that were taken where nobody looked.
async fn look_at_names(core: &Core, stop: &CancellationToken) -> Result<(), Fault> {
    for _ in (0..STEPS).take_while(|_| !stop.is_cancelled()) {
        if core.store.look_at_names(AT_ONCE).await? < u64::from(AT_ONCE) {
            break;
        }
    }
    Ok(())
}

/// Messages and entries that should not be there.
async fn sweep(core: &Core) -> Result<(), Fault> {
    let before = before(core, core.options.orphan_age_seconds);
    let swept = core.store.sweep_orphans(before, AT_ONCE).await?;
    if swept.messages + swept.entries > 0 {
        let (messages, entries) = (swept.messages, swept.entries);
        metrics::counter!("tmtp_delivery_orphans_total", "of" => "messages").increment(messages);
        metrics::counter!("tmtp_delivery_orphans_total", "of" => "entries").increment(entries);
        tracing::warn!(messages, entries, "swept up what a defect left behind");
    }
    core.trash.put(swept.blobs);
    Ok(())
}

/// Bodies that no message names: a page of them a round, so that listing millions never takes long.
async fn sweep_blobs(core: &Core, after: &mut Option<String>) -> Result<(), Fault> {
    let before = before(core, core.options.orphan_age_seconds);
    let page = core.bodies.older_than(before, after.as_deref(), AT_ONCE as usize).await?;
    let is_last = page.len() < AT_ONCE as usize;
    if !page.is_empty() {
        let unnamed = core.store.unnamed_blobs(&page).await?;
        metrics::counter!("tmtp_delivery_blobs_swept_total").increment(unnamed.len() as u64);
        core.trash.put(unnamed);
    }
    *after = if is_last { None } else { page.into_iter().next_back() };
    Ok(())
}

fn before(core: &Core, seconds: u64) -> i64 {
    let ms = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
    core.clock.unix_ms().saturating_sub(ms)
}

/// Between three quarters of it and five: several processes do not sweep in step.
fn jittered(core: &Core) -> Duration {
    let every = Duration::from_secs(core.options.sweep_seconds);
    every.mul_f64(rand::rng().random_range(0.75..=1.25))
}
