//! What the nodes of a load still wait for, together.

use std::{
    collections::{BTreeSet, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use super::history::Request;

/// Counts what is under way.
#[derive(Debug, Default)]
pub struct Board {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    acked: usize,
    unanswered: HashSet<Request>,
    undelivered: HashSet<(Request, usize)>,
    last: HashSet<usize>,
    /// Answered since the mark.
    answered: HashSet<Request>,
}

impl Board {
    /// A request was sent.
    pub fn sent(&self, request: Request, addressees: &BTreeSet<usize>) {
        let mut state = self.lock();
        if state.unanswered.insert(request) {
            state.undelivered.extend(addressees.iter().map(|node| (request, *node)));
        }
    }

    /// A request was acked; called once for each.
    pub fn answered(&self, request: Request) {
        let mut state = self.lock();
        state.unanswered.remove(&request);
        state.answered.insert(request);
        state.acked += 1;
        drop(state);
        self.changed.notify_waiters();
    }

    /// A node received a request's message. What comes before its sender learnt that it sent is counted all the same.
    pub fn delivered(&self, request: Request, node: usize) {
        self.lock().undelivered.remove(&(request, node));
        self.changed.notify_waiters();
    }

    /// Notes what is answered from now on.
    pub fn mark(&self) {
        self.lock().answered.clear();
    }

    /// What was answered since the mark may never arrive.
    pub fn forget_since_mark(&self) {
        let mut state = self.lock();
        let answered = std::mem::take(&mut state.answered);
        state.undelivered.retain(|(request, _)| !answered.contains(request));
    }

    /// Requests acked so far.
    pub fn acked(&self) -> usize {
        self.lock().acked
    }

    /// A node has come back for its last look and sent its last request.
    pub fn sent_last(&self, node: usize) {
        self.lock().last.insert(node);
        self.changed.notify_waiters();
    }

    /// How many nodes have.
    pub fn last_ones(&self) -> usize {
        self.lock().last.len()
    }

    /// Whether everything was acked and has arrived.
    pub fn is_clear(&self) -> bool {
        let state = self.lock();
        state.unanswered.is_empty() && state.undelivered.is_empty()
    }

    /// Says what is missing.
    pub fn missing(&self) -> String {
        let state = self.lock();
        format!("{} unanswered, {} undelivered", state.unanswered.len(), state.undelivered.len())
    }

    /// Waits for a condition.
    pub async fn wait(&self, condition: impl Fn(&Self) -> bool) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if condition(self) {
                return;
            }
            changed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
