//! Tells delivery of sessions whose link has ended, until it knows.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tmtp_grpc::delivery::{EndRequest, Session};
use tmtp_platform::Backoff;
use tokio::{sync::Notify, time::sleep};

use crate::{
    edge::Shared,
    upstream::{CALL_LIMIT, Failure, How},
};

/// Most sessions in one call.
const BATCH: usize = 500;

/// Sessions that have ended and are not yet known to have. Never more than there were links.
#[derive(Debug, Default)]
pub struct Ends {
    waiting: Mutex<Vec<Session>>,
    added: Notify,
    told: Notify,
}

impl Ends {
    pub fn add(&self, session: Session) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        self.added.notify_one();
    }

    fn next_batch(&self) -> Vec<Session> {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.iter().take(BATCH).cloned().collect()
    }

    fn remove(&self, count: usize) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).drain(..count);
        self.told.notify_waiters();
    }

    /// Waits until delivery knows of this one.
    pub async fn told(&self, session: &Session) {
        self.told_when(|waiting| !waiting.contains(session)).await;
    }

    /// Waits until delivery knows of all.
    pub async fn all_told(&self) {
        self.told_when(<[Session]>::is_empty).await;
    }

    async fn told_when(&self, is_so: impl Fn(&[Session]) -> bool) {
        loop {
            let told = self.told.notified();
            if is_so(&self.waiting.lock().unwrap_or_else(PoisonError::into_inner)) {
                return;
            }
            told.await;
        }
    }
}

/// Tells for as long as the edge lives.
pub async fn run(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
    loop {
        let sessions = edge.ends.next_batch();
        if sessions.is_empty() {
            edge.ends.added.notified().await;
            continue;
        }
        let count = sessions.len();
        let request = EndRequest { edge: edge.id.clone(), sessions };
        match edge
            .upstream
            .call(How::for_edge(CALL_LIMIT), request, |mut client, request| async move {
                client.end(request).await
            })
            .await
        {
            Ok(_) => {
                backoff.reset();
                edge.ends.remove(count);
            }
            Err(Failure::Refused(status)) => {
                tracing::error!(%status, "delivery refused to end sessions");
                edge.ends.remove(count);
            }
            Err(Failure::Unreachable(why)) => {
                tracing::info!(why, "ends of sessions not told yet");
                sleep(backoff.next_wait()).await;
            }
        }
    }
}
