//! Tells delivery of sessions whose link has ended, until it knows.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tmtp_grpc::delivery::{EndRequest, Session};
use tmtp_platform::Backoff;
use tokio::{
    sync::Notify,
    time::{Instant, sleep, sleep_until},
};

use crate::{
    edge::Shared,
    upstream::{CALL_LIMIT, Failure, How},
};

/// Most sessions in one call.
const BATCH: usize = 500;

/// Sessions that have ended and are not yet known to have. Never more than there were links.
#[derive(Debug, Default)]
pub struct Ends {
    untold: Mutex<Untold>,
    added: Notify,
    told: Notify,
}

#[derive(Debug, Default)]
struct Untold {
    waiting: Vec<Session>,
    /// Of sites whose database did not answer while others did: they hold up nobody else's.
    later: Vec<Session>,
}

impl Untold {
    fn all(&self) -> impl Iterator<Item = &Session> {
        self.waiting.iter().chain(&self.later)
    }
}

impl Ends {
    pub fn add(&self, session: Session) {
        self.untold().waiting.push(session);
        self.added.notify_one();
    }

    fn untold(&self) -> MutexGuard<'_, Untold> {
        self.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_batch(&self) -> Vec<Session> {
        self.untold().waiting.iter().take(BATCH).cloned().collect()
    }

    /// The first so many are told, but for those of these sites.
    fn settle(&self, count: usize, later: &[i64]) {
        let mut untold = self.untold();
        let settled: Vec<Session> = untold.waiting.drain(..count).collect();
        untold.later.extend(settled.into_iter().filter(|session| later.contains(&session.site)));
        drop(untold);
        self.told.notify_waiters();
    }

    fn take_up_later(&self) {
        let untold = &mut *self.untold();
        untold.waiting.append(&mut untold.later);
    }

    /// Waits until delivery knows of this one.
    pub async fn told(&self, session: &Session) {
        self.told_when(|untold| !untold.all().any(|one| one == session)).await;
    }

    /// Waits until delivery knows of all.
    pub async fn all_told(&self) {
        self.told_when(|untold| untold.all().next().is_none()).await;
    }

    async fn told_when(&self, is_so: impl Fn(&Untold) -> bool) {
        loop {
            let told = self.told.notified();
            if is_so(&self.untold()) {
                return;
            }
            told.await;
        }
    }
}

/// Tells for as long as the edge lives.
pub async fn run(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    let backoff = || Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
    let (mut again, mut later) = (backoff(), backoff());
    // When what was left for later is tried again, however much comes meanwhile.
    let mut due: Option<Instant> = None;
    loop {
        if due.is_some_and(|due| due <= Instant::now()) {
            due = None;
            edge.ends.take_up_later();
        }
        let sessions = edge.ends.next_batch();
        if sessions.is_empty() {
            tokio::select! {
                () = edge.ends.added.notified() => {}
                () = until(due) => {}
            }
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
            Ok(reply) => {
                again.reset();
                match reply.later.is_empty() {
                    true if due.is_none() => later.reset(),
                    true => {}
                    false => due = due.or_else(|| Some(Instant::now() + later.next_wait())),
                }
                edge.ends.settle(count, &reply.later);
            }
            Err(Failure::Refused(status)) => {
                tracing::error!(%status, "delivery refused to end sessions");
                edge.ends.settle(count, &[]);
            }
            Err(Failure::Unreachable(why)) => {
                tracing::info!(why, "ends of sessions not told yet");
                sleep(again.next_wait()).await;
            }
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(site: i64) -> Session {
        Session { site, uid: "u".to_owned(), node: 1, epoch: 1 }
    }

    #[tokio::test]
    async fn what_is_left_for_later_holds_up_nobody_and_is_not_forgotten() {
        let ends = Ends::default();
        ends.add(session(1));
        ends.add(session(2));
        ends.settle(2, &[2]);
        ends.told(&session(1)).await;
        ends.add(session(3));
        assert_eq!(ends.next_batch(), [session(3)], "before what is left for later");
        ends.settle(1, &[]);
        ends.take_up_later();
        assert_eq!(ends.next_batch(), [session(2)]);
        ends.settle(1, &[]);
        ends.all_told().await;
    }
}
