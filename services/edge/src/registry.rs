//! The sessions that this edge holds, by node.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::session::Session;

type Key = (i64, i64);

/// Finds a session by the site and node that a hint names.
#[derive(Debug, Default)]
pub struct Registry {
    sessions: Mutex<HashMap<Key, Arc<Session>>>,
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a session. An older one of the same node is told that it is over; when the one added is the older of the two,
    /// it is told instead.
    pub fn insert(&self, session: Arc<Session>) {
        let over = {
            let mut sessions = self.lock();
            match sessions.get(&session.key()) {
                Some(present) if present.epoch() > session.epoch() => Some(session),
                _ => sessions.insert(session.key(), session),
            }
        };
        if let Some(over) = over {
            over.fence();
        }
    }

    /// Removes this very session; its successor stays.
    pub fn remove(&self, session: &Session) {
        let mut sessions = self.lock();
        if sessions.get(&session.key()).is_some_and(|present| present.epoch() == session.epoch()) {
            sessions.remove(&session.key());
        }
    }

    /// The session of a node, if it is here.
    pub fn get(&self, site: i64, node: i64) -> Option<Arc<Session>> {
        self.lock().get(&(site, node)).cloned()
    }

    /// All sessions at this moment.
    pub fn all(&self) -> Vec<Arc<Session>> {
        self.lock().values().cloned().collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }
}
