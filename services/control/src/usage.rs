//! What sites are used for: the part that is looked at now and then. Messages and logins are counted where they happen.

use std::{sync::Arc, time::Duration};

use tmtp_platform::Clock;
use tmtp_store::{Admin, Result};
use tokio_util::sync::CancellationToken;

/// How often links are looked at.
const EVERY: Duration = Duration::from_secs(60);
/// How many of these looks until one at everything else.
const ALL_EVERY: u64 = 10;
/// Rows settled, noted or forgotten in one statement.
const AT_ONCE: u32 = 1_000;
/// Statements in one look: what is left waits for the next.
const STEPS: usize = 200;

/// Looks until `stop`. Several processes may: what one has done the others do not do again.
pub(crate) async fn watch(admin: Admin, clock: Arc<dyn Clock>, stop: &CancellationToken) {
    let mut ticks = tokio::time::interval(EVERY);
    for look in 0_u64.. {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let now = clock.unix_ms();
        let mut looked = vec![admin.look_at_links(now).await];
        if look.is_multiple_of(ALL_EVERY) {
            looked.extend(look_at_all(&admin, now).await);
        }
        if let Some(error) = looked.into_iter().find_map(Result::err) {
            tracing::info!(%error, "what sites are used for could not be counted");
        }
    }
}

/// One that fails, perhaps in one of several databases, keeps none of the others from being done.
async fn look_at_all(admin: &Admin, now_ms: i64) -> [Result<()>; 4] {
    [
        admin.look_at_members(now_ms).await,
        in_steps(|| admin.look_at_connected(now_ms, AT_ONCE)).await,
        in_steps(|| admin.settle_usage(now_ms, AT_ONCE)).await,
        in_steps(|| admin.forget_usage(now_ms, AT_ONCE)).await,
    ]
}

/// Again and again while there is something left.
async fn in_steps<F: Future<Output = Result<u64>>>(step: impl Fn() -> F) -> Result<()> {
    for _ in 0..STEPS {
        if step().await? == 0 {
            break;
        }
    }
    Ok(())
}
