//! Hints that were lost though their message is committed: until their receivers have been found by the edges' sweeps, no
//! process may send them a later message ahead of it.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tmtp_store::Store;
use tokio::time::Instant;

use crate::fault::Fault;

/// How long a loss counts: edges sweep at least every 30 s, and may have to come again.
const COUNTS_FOR: Duration = Duration::from_secs(120);
/// A loss is noted again only if the last note is older than this; what is left of it is time enough.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// Notes losses, not more often than needed.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    noted_at: Mutex<Option<Instant>>,
}

impl Losses {
    /// Tells all processes of a loss. Before that is done, whoever asked for the message must not hear that it is.
    pub async fn note(&self, store: &dyn Store) -> Result<(), Fault> {
        let noted_at = *self.noted_at.lock().unwrap_or_else(PoisonError::into_inner);
        if noted_at.is_some_and(|at| at.elapsed() < AGAIN_AFTER) {
            return Ok(());
        }
        let now = Instant::now();
        store.note_lost_hints(COUNTS_FOR).await.map_err(Fault::of_commit)?;
        tracing::info!("hints were lost: messages wait for their receivers to look, for some time");
        *self.noted_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        Ok(())
    }
}
