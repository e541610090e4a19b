//! Places of which nobody takes more than a share.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many places each taker holds, up to a share that is the same for all.
#[derive(Debug)]
pub struct Shares<K> {
    most: usize,
    held: Arc<Mutex<HashMap<K, usize>>>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Share<K: Eq + Hash> {
    taker: K,
    held: Arc<Mutex<HashMap<K, usize>>>,
}

impl<K: Copy + Eq + Hash> Shares<K> {
    /// Lets each taker hold so many places, one at least.
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), held: Arc::default() }
    }

    /// A place for this taker; `None` when it holds all that it may.
    pub fn take(&self, taker: K) -> Option<Share<K>> {
        let mut all = lock(&self.held);
        let count = all.entry(taker).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        drop(all);
        Some(Share { taker, held: Arc::clone(&self.held) })
    }
}

impl<K: Eq + Hash> Drop for Share<K> {
    fn drop(&mut self) {
        let mut all = lock(&self.held);
        if let Some(count) = all.get_mut(&self.taker) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.taker);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_holds_more_than_a_share_and_what_is_given_back_can_be_had_again() {
        let shares = Shares::new(2);
        let (first, second) = (shares.take('a').unwrap(), shares.take('a'));
        assert!(second.is_some() && shares.take('a').is_none());
        assert!(shares.take('b').is_some(), "another one is not held up");
        drop(first);
        let again = shares.take('a');
        assert!(again.is_some() && shares.take('a').is_none());
        drop((second, again));
        assert!(lock(&shares.held).is_empty(), "who holds none is forgotten");
        assert!(Shares::new(0).take('a').is_some());
    }
}
