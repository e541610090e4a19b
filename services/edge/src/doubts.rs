//! Sessions that delivery believes we hold, and that keep others out. One that we do not hold is ended; but the answer to its
//! Login may still be on its way to us: each is looked for only when no login of that moment can still be under way.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
};

use tmtp_grpc::delivery::Session;
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::{edge::Shared, options::Options, registry::Registry};

/// Doubts that wait; beyond it new ones are dropped: they come again with the next login that is kept out.
const WAITING: usize = 4096;

/// Those that wait to be looked for, the oldest first.
#[derive(Debug, Default)]
pub struct Doubts {
    waiting: Mutex<VecDeque<(Instant, Session)>>,
    added: Notify,
}

impl Doubts {
    /// Looks for this session at `due`.
    fn add(&self, due: Instant, session: Session) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING && !waiting.iter().any(|(_, one)| *one == session) {
            waiting.push_back((due, session));
            self.added.notify_one();
        }
    }

    fn first(&self) -> Option<Instant> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).front().map(|(due, _)| *due)
    }

    fn take(&self, now: Instant) -> Option<Session> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop_front_if(|(due, _)| *due <= now).map(|(_, session)| session)
    }
}

/// Delivery doubts this session.
pub fn note(edge: &Shared, session: Session) {
    if !is_held(&edge.registry, &session) {
        let due = Instant::now() + Options::seconds(edge.options.login_seconds);
        edge.doubts.add(due, session);
    }
}

/// Looks for them for as long as the edge lives.
pub async fn run(edge: Arc<Shared>) -> Result<Infallible, crate::Error> {
    loop {
        match edge.doubts.first() {
            None => edge.doubts.added.notified().await,
            Some(due) => sleep_until(due).await,
        }
        while let Some(session) = edge.doubts.take(Instant::now()) {
            if !is_held(&edge.registry, &session) {
                edge.ends.add(session);
            }
        }
    }
}

fn is_held(registry: &Registry, session: &Session) -> bool {
    registry.get(session.site, session.node).is_some_and(|held| held.epoch() == session.epoch)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::session;

    fn session(node: i64) -> Session {
        Session { site: 1, node, epoch: 3, uid: "uid".to_owned() }
    }

    #[test]
    fn a_doubt_waits_once_and_until_it_is_due() {
        let (doubts, now) = (Doubts::default(), Instant::now());
        let due = now + Duration::from_secs(5);
        doubts.add(due, session(1));
        doubts.add(due + Duration::from_secs(1), session(1));
        assert_eq!((doubts.first(), doubts.take(now)), (Some(due), None));
        assert_eq!(doubts.take(due), Some(session(1)));
        assert_eq!(doubts.first(), None);
    }

    #[test]
    fn no_more_wait_than_so_many() {
        let (doubts, now) = (Doubts::default(), Instant::now());
        (0..10_000).for_each(|node| doubts.add(now, session(node)));
        assert_eq!(std::iter::from_fn(|| doubts.take(now)).count(), WAITING);
    }

    #[test]
    fn a_session_whose_login_was_answered_meanwhile_is_held() {
        let registry = Registry::default();
        assert!(!is_held(&registry, &session(1)));
        registry.insert(Arc::new(session::Session::new(session(1), 8, Duration::from_secs(30))));
        assert!(is_held(&registry, &session(1)));
        assert!(!is_held(&registry, &Session { epoch: 2, ..session(1) }));
    }
}
