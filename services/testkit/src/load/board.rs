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
    large_wanted: usize,
}

impl Board {
    /// A request was sent; to whom each message goes that it makes.
    pub fn sent(&self, request: Request, addressees: &[BTreeSet<usize>]) {
        let mut state = self.lock();
        if state.unanswered.insert(request) {
            for (message, nodes) in request.together(addressees.len()).zip(addressees) {
                state.undelivered.extend(nodes.iter().map(|node| (message, *node)));
            }
        }
    }

    /// A request was acked that makes so many messages; called once for each.
    pub fn answered(&self, request: Request, messages: usize) {
        let mut state = self.lock();
        state.unanswered.remove(&request);
        state.answered.extend(request.together(messages));
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

    /// The next so many who post are to post something large.
    pub fn want_large(&self, count: usize) {
        self.lock().large_wanted += count;
    }

    /// Whether it is now this one's turn to do so.
    pub fn take_large(&self) -> bool {
        let mut state = self.lock();
        let wanted = state.large_wanted.checked_sub(1);
        state.large_wanted = wanted.unwrap_or_default();
        drop(state);
        self.changed.notify_waiters();
        wanted.is_some()
    }

    /// Whether all who were to do so do.
    pub fn large_taken(&self) -> bool {
        self.lock().large_wanted == 0
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
