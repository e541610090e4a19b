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
use tokio::time::Instant;

use crate::token::fits;

/// How long keys are good without another look.
const FRESH: Duration = Duration::from_secs(3_600);
/// A provider is not asked more often than this, whatever tokens name.
const AGAIN: Duration = Duration::from_secs(10);
/// Addresses that are remembered, and keys of each; beyond, all addresses are forgotten.
const ADDRESSES: usize = 1_000;
const KEYS: usize = 50;

/// The keys cannot be had at the moment: the one that is looked for may be among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a provider's keys cannot be had")]
pub struct Down;

/// The keys of all providers, by their address.
pub struct Keys {
    outside: Outside,
    /// Counts that keys were fetched, or could not be.
    count: fn(bool),
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
    /// None yet; `count` is told of each time that a provider was asked, and whether it gave its keys.
    pub fn new(outside: Outside, count: fn(bool)) -> Self {
        Self { outside, count, known: Mutex::default() }
    }

    /// The key that a token says it is signed with; `None` when there is none of that name at this address.
    ///
    /// # Errors
    /// While the provider cannot be asked, and the key is not known: it may have it.
    pub async fn find(&self, url: &str, token: &str) -> Result<Option<Jwk>, Down> {
        let Ok(head) = decode_header(token) else { return Ok(None) };
        // One asks, the others wait for what it learns.
        let slot = self.slot(url);
        let mut known = slot.lock().await;
        let find = |known: &Known| known.keys.iter().find(|key| fits(key, &head)).cloned();
        let is_fresh = known.fetched.is_some_and(|at| at.elapsed() < FRESH);
        let found = find(&known);
        if (is_fresh && found.is_some()) || known.tried.is_some_and(|at| at.elapsed() < AGAIN) {
            return if found.is_none() && known.is_down { Err(Down) } else { Ok(found) };
        }
        known.tried = Some(Instant::now());
        // So it is until it answers, also when nobody waits for that any more.
        known.is_down = true;
        let fetched = self.fetch(url).await;
        (self.count)(fetched.is_ok());
        match fetched {
            Ok(keys) => *known = Known { keys, fetched: known.tried, tried: known.tried, is_down: false },
            Err(why) => {
                tracing::warn!(
                    url,
                    why,
                    "the keys of a sign-in provider cannot be had: nobody can register or sign in by it"
                );
                // Old keys are better than none.
                return find(&known).map(Some).ok_or(Down);
            }
        }
        Ok(find(&known))
    }

    fn slot(&self, url: &str) -> Arc<tokio::sync::Mutex<Known>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ADDRESSES && !known.contains_key(url) {
            known.clear();
        }
        Arc::clone(known.entry(url.to_owned()).or_default())
    }

    async fn fetch(&self, url: &str) -> Result<Vec<Jwk>, String> {
        let octets = self.outside.get(url).await.map_err(|error| error.to_string())?;
        let set: Value = serde_json::from_slice(&octets).map_err(|_| "its keys are no JSON".to_owned())?;
        let keys = set["keys"].as_array().ok_or_else(|| "its keys are no list".to_owned())?;
        // One key of a kind that is not known here does not spoil the others.
        let known = |key: &Value| serde_json::from_value::<Jwk>(key.clone()).ok();
        Ok(keys.iter().filter_map(known).take(KEYS).collect())
    }
}
