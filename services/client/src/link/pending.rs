//! The one request that waits for its ack, and when the link was last heard.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tmtp_wire::Receipt;
use tokio::{sync::oneshot, time::Instant};

/// What an ack says: a receipt, none, or the site's refusal.
pub(super) type Answered = Result<Option<Receipt>, String>;

#[derive(Debug)]
pub(super) struct Pending {
    slot: Mutex<Option<Waiter>>,
    heard: Mutex<Instant>,
}

#[derive(Debug)]
struct Waiter {
    id: String,
    answer: oneshot::Sender<Answered>,
}

impl Default for Pending {
    fn default() -> Self {
        Self { slot: Mutex::new(None), heard: Mutex::new(Instant::now()) }
    }
}

/// The wait for one answer; given up when dropped.
pub(super) struct Expected<'a> {
    pending: &'a Pending,
    answer: oneshot::Receiver<Answered>,
}

impl Pending {
    /// From now on the ack of `id` is taken.
    pub fn expect(&self, id: String) -> Expected<'_> {
        let (answer, receiver) = oneshot::channel();
        *lock(&self.slot) = Some(Waiter { id, answer });
        Expected { pending: self, answer: receiver }
    }

    /// Hands an ack to the one who waits for it; a stale one is for nobody.
    pub fn answered(&self, id: &str, result: Answered) {
        let mut slot = lock(&self.slot);
        if let Some(waiter) = slot.take_if(|waiter| waiter.id == id) {
            let _ = waiter.answer.send(result);
        }
    }

    /// Notes that something came in.
    pub fn heard(&self) {
        *lock(&self.heard) = Instant::now();
    }

    /// How long nothing has come in.
    pub fn silent_for(&self) -> Duration {
        lock(&self.heard).elapsed()
    }
}

impl Expected<'_> {
    /// Waits for the ack; never comes back when the link ends first.
    pub async fn given(&mut self) -> Answered {
        match (&mut self.answer).await {
            Ok(answered) => answered,
            Err(_) => std::future::pending().await,
        }
    }
}

impl Drop for Expected<'_> {
    fn drop(&mut self) {
        *lock(&self.pending.slot) = None;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
