//! The ids acked lately: a message whose ack was lost comes again, and must not be shown again.

use std::collections::{HashSet, VecDeque};

use tmtp_wire::MsgId;

/// Far more than a site sends ahead of its acks.
const REMEMBERED: usize = 16 * 1024;

#[derive(Debug, Default)]
pub(super) struct Acked {
    order: VecDeque<MsgId>,
    ids: HashSet<MsgId>,
}

impl Acked {
    pub fn insert(&mut self, id: MsgId) {
        if !self.ids.insert(id) {
            return;
        }
        self.order.push_back(id);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }

    pub fn contains(&self, id: MsgId) -> bool {
        self.ids.contains(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_ids_are_forgotten_and_memory_has_a_bound() {
        let mut acked = Acked::default();
        for id in 0..REMEMBERED as u64 + 5 {
            acked.insert(MsgId(id));
            acked.insert(MsgId(id));
        }
        assert_eq!(acked.order.len(), REMEMBERED);
        assert_eq!(acked.ids.len(), REMEMBERED);
        assert!(!acked.contains(MsgId(4)) && acked.contains(MsgId(5)));
    }
}
