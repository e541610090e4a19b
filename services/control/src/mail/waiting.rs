//! How many letters wait, of each organization and in all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tmtp_store::admin::OrgId;

/// Letters that may wait to be sent, also to be tried again; one more is refused.
pub(super) const WAITING: usize = 1_000;
/// Those of one organization among them: a list of addresses that do not answer leaves room for the others.
const WAITING_OF_ONE: usize = 250;

/// Counts those that wait.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting(Arc<Mutex<HashMap<OrgId, usize>>>);

/// A place among those that wait, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    all: Waiting,
    org: OrgId,
}

impl Waiting {
    /// A place for one more, where there is room.
    pub fn enter(&self, org: OrgId) -> Option<Place> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = all.values().sum::<usize>() >= WAITING;
        let of_one = all.get(&org).copied().unwrap_or(0);
        if is_full || of_one >= WAITING_OF_ONE {
            return None;
        }
        all.insert(org, of_one + 1);
        Some(Place { all: self.clone(), org })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.org) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.org);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organization_has_its_share_and_all_of_them_a_bound() {
        let waiting = Waiting::default();
        let fill = |org| std::iter::from_fn(|| waiting.enter(OrgId(org))).collect::<Vec<_>>();
        let first = fill(1);
        assert_eq!(first.len(), WAITING_OF_ONE);
        let others: Vec<_> = (2..9).flat_map(fill).collect();
        assert_eq!(first.len() + others.len(), WAITING);
        drop(first);
        assert_eq!(fill(9).len(), WAITING_OF_ONE);
        drop(others);
        assert!(waiting.0.lock().unwrap().is_empty());
    }
}
