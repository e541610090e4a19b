//! Which messages a session has had in hand: those that it acked must never be sent again, however late a push of one comes.

/// So many of the last ones are known one by one.
const KNOWN_MAX: usize = 64;

/// Exact for the highest ids; of those below it says that it had them.
#[derive(Debug, Default)]
pub struct Seen {
    /// In ascending order.
    known: Vec<u64>,
    /// All up to this one count as seen.
    through: u64,
}

impl Seen {
    /// Whether this session certainly never had it.
    pub fn is_new(&self, id: u64) -> bool {
        id > self.through && self.known.binary_search(&id).is_err()
    }

    /// It has it now.
    pub fn note(&mut self, id: u64) {
        if id <= self.through {
            return;
        }
        let Err(place) = self.known.binary_search(&id) else { return };
        self.known.insert(place, id);
        if self.known.len() > KNOWN_MAX {
            self.through = self.known.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_noted_is_never_new(ids in proptest::collection::vec(1_u64..500, 1..400)) {
            let mut seen = Seen::default();
            for (at, id) in ids.iter().enumerate() {
                seen.note(*id);
                prop_assert!(ids[..=at].iter().all(|id| !seen.is_new(*id)));
                prop_assert!(seen.known.len() <= KNOWN_MAX);
            }
            prop_assert!(seen.is_new(500));
        }
    }

    #[test]
    fn an_id_out_of_order_is_new_as_long_as_it_is_among_the_highest() {
        let mut seen = Seen::default();
        (1..=20).for_each(|id| seen.note(id * 10));
        assert!(seen.is_new(55) && !seen.is_new(50));
        (21..=200).for_each(|id| seen.note(id * 10));
        assert!(!seen.is_new(55) && seen.is_new(1999) && seen.is_new(2001));
    }
}
