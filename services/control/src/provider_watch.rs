//! Providers that vouch for newcomers are looked at now and then: who administers hears of one that is down before a newcomer
//! stands before a closed door.

use std::time::Duration;

use tmtp_store::{Provider, admin::OrgId};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{Registry, Result};

/// How often somebody looks whether one is to be looked at.
const EVERY: Duration = Duration::from_secs(30);
/// How long a look at a provider counts.
const COUNTS_FOR_MS: i64 = 10 * 60 * 1_000;
/// Providers looked at in one round, and how many of them at a time: one that hangs holds up few others.
const AT_ONCE: usize = 200;
const TOGETHER: usize = 8;
/// Most letters of why one cannot be reached.
const WHY_LETTERS: usize = 500;

/// Looks until `stop`. Several processes may: none looks at what another one is looking at.
pub(crate) async fn watch(registry: &Registry, stop: &CancellationToken) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = registry.look_at_providers(stop).await {
            tracing::info!(%error, "sign-in providers could not be looked at");
        }
    }
}

impl Registry {
    /// Looks at every provider whose turn it is; at no further one after `stop`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn look_at_providers(&self, stop: &CancellationToken) -> Result<()> {
        let (mut looks, mut all) = (JoinSet::new(), Ok(()));
        for _ in (0..AT_ONCE).take_while(|_| !stop.is_cancelled()) {
            let claimed = match self.claim_provider().await {
                Ok(claimed) => claimed,
                Err(error) => {
                    all = Err(error);
                    break;
                }
            };
            let Some((org, provider)) = claimed else { break };
            let registry = self.clone();
            looks.spawn(async move { registry.look_at_provider(org, &provider).await });
            if looks.len() >= TOGETHER {
                all = all.and(ended(looks.join_next().await));
            }
        }
        while !looks.is_empty() {
            all = all.and(ended(looks.join_next().await));
        }
        all
    }

    async fn claim_provider(&self) -> Result<Option<(OrgId, Provider)>> {
        let now = self.now_ms();
        let mut change = self.admin.begin().await?;
        let claimed = change.claim_provider(now, now - COUNTS_FOR_MS).await?;
        change.commit().await?;
        Ok(claimed)
    }

    /// Asks a provider for its keys, and notes how that went; what is wrong, in words.
    pub(crate) async fn look_at_provider(&self, org: OrgId, provider: &Provider) -> Result<Option<String>> {
        let fault = self.check_keys(&provider.settings.keys_url).await.err();
        let why = fault.map(|fault| fault.to_string().chars().take(WHY_LETTERS).collect::<String>());
        let mut change = self.admin.begin_of(org).await?;
        change.note_provider((org, provider.id), self.now_ms(), why.as_deref()).await?;
        change.commit().await?;
        Ok(why)
    }
}

/// A look has ended, whatever it saw.
fn ended(look: Option<std::result::Result<Result<Option<String>>, JoinError>>) -> Result<()> {
    match look {
        Some(Ok(Err(error))) => Err(error),
        _ => Ok(()),
    }
}
