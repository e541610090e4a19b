//! Providers' keys, remembered: fetched when they are first needed, when they are old, and when a token names one that is
//! not among them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jsonwebtoken::{decode_header, jwk::Jwk};
use serde_json::Value;
use tmtp_platform::Outside;
use tmtp_store::Provider;
use tokio::time::Instant;

use super::foreign::fits;
use crate::fault::Fault;

/// How long keys are good without another look.
const FRESH: Duration = Duration::from_secs(3_600);
/// A provider is not asked more often than this, whatever tokens name.
const AGAIN: Duration = Duration::from_secs(10);
/// Addresses that are remembered, and keys of each; beyond, all addresses are forgotten.
const ADDRESSES: usize = 1_000;
const KEYS: usize = 50;

/// The keys of all providers, by their address.
pub(crate) struct Keys {
    outside: Outside,
    known: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Known>>>>,
}

#[derive(Default)]
struct Known {
    keys: Vec<Jwk>,
    fetched: Option<Instant>,
    tried: Option<Instant>,
    is_down: bool,
}

impl Keys {
    pub fn new(outside: Outside) -> Self {
        Self { outside, known: Mutex::default() }
    }

    /// The key that a token says it is signed with; `None` when the provider has none of that name. Busy while the
    /// provider cannot be asked: it may have it.
    pub async fn find(&self, provider: &Provider, token: &str) -> Result<Option<Jwk>, Fault> {
        let Ok(head) = decode_header(token) else { return Ok(None) };
        // One asks, the others wait for what it learns.
        let slot = self.slot(&provider.settings.keys_url);
        let mut known = slot.lock().await;
        let find = |known: &Known| known.keys.iter().find(|key| fits(key, &head)).cloned();
        let is_fresh = known.fetched.is_some_and(|at| at.elapsed() < FRESH);
        let found = find(&known);
        if (is_fresh && found.is_some()) || known.tried.is_some_and(|at| at.elapsed() < AGAIN) {
            return if found.is_none() && known.is_down { Err(DOWN) } else { Ok(found) };
        }
        known.tried = Some(Instant::now());
        // So it is until it answers, also when nobody waits for that any more.
        known.is_down = true;
        match self.fetch(provider).await {
            Ok(keys) => *known = Known { keys, fetched: known.tried, tried: known.tried, is_down: false },
            Err(why) => {
                metrics::counter!("tmtp_delivery_provider_keys_total", "result" => "failed").increment(1);
                tracing::warn!(
                    provider = provider.id.0,
                    why,
                    "the keys of a sign-in provider cannot be had: its organization's members cannot register"
                );
                // Old keys are better than none.
                return find(&known).map(Some).ok_or(DOWN);
            }
        }
        metrics::counter!("tmtp_delivery_provider_keys_total", "result" => "ok").increment(1);
        Ok(find(&known))
    }

    fn slot(&self, url: &str) -> Arc<tokio::sync::Mutex<Known>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ADDRESSES && !known.contains_key(url) {
            known.clear();
        }
        Arc::clone(known.entry(url.to_owned()).or_default())
    }

    async fn fetch(&self, provider: &Provider) -> Result<Vec<Jwk>, String> {
        let octets =
            self.outside.get(&provider.settings.keys_url).await.map_err(|error| error.to_string())?;
        let set: Value = serde_json::from_slice(&octets).map_err(|_| "its keys are no JSON".to_owned())?;
        let keys = set["keys"].as_array().ok_or_else(|| "its keys are no list".to_owned())?;
        // One key of a kind that is not known here does not spoil the others.
        let known = |key: &Value| serde_json::from_value::<Jwk>(key.clone()).ok();
        Ok(keys.iter().filter_map(known).take(KEYS).collect())
    }
}

const DOWN: Fault = Fault::Busy("a provider's keys cannot be had");
