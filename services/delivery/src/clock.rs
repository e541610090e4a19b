//! Message ids: a hybrid logical clock (architecture, "Ids").

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tmtp_platform::Clock;
use tmtp_store::Recorded;
use tmtp_wire::{MsgId, Posted};

/// The low bits, which name the process.
const LOW: u64 = 1023;
/// From one id of a process to its next.
const STEP: u64 = LOW + 1;
/// The highest id: a database's signed integer holds it.
const HIGHEST: u64 = i64::MAX as u64;
/// A floor above this (in the year 2262) comes from no id of ours.
const FLOOR_MAX: u64 = HIGHEST - (1 << 50);

/// Makes ids: nanoseconds since 1970 whose low bits name this process, each above all it made before.
///
/// Every id that is given out has another one beside it, for the second message of a request. A session only tells the
/// first one as its floor, so a floor stands for both, wherever it was made.
pub(crate) struct Ids {
    clock: Arc<dyn Clock>,
    instance: u64,
    low: u64,
    last: AtomicU64,
}

impl Ids {
    pub fn new(clock: Arc<dyn Clock>, instance: u64) -> Self {
        Self { clock, instance, low: instance & LOW, last: AtomicU64::new(0) }
    }

    /// Names this process: no other that serves the same store has had this number.
    pub fn instance(&self) -> u64 {
        self.instance
    }

    /// An id above `floor`, the one beside that, and all that were made here before.
    fn next(&self, floor: MsgId) -> MsgId {
        let now = self.clock.unix_nanos();
        let made = |last: u64| after(now, last.max(floor.0.saturating_add(STEP)), self.low);
        let step = |last: u64| Some(Self::beside(MsgId(made(last))).0);
        let last = self.last.fetch_update(Ordering::AcqRel, Ordering::Acquire, step).unwrap_or_default();
        MsgId(made(last))
    }

    /// The id beside one that was given out: above it, and below every later one of the same sender.
    pub fn beside(id: MsgId) -> MsgId {
        MsgId(id.0.saturating_add(STEP).min(HIGHEST))
    }

    /// A new id with the time to show for it.
    pub fn record(&self, floor: MsgId) -> Recorded {
        Recorded { id: self.next(floor), posted: Posted(self.clock.unix_ms()) }
    }

    /// Whether a floor can come from an id that was assigned.
    pub fn is_floor(floor: u64) -> bool {
        floor <= FLOOR_MAX
    }
}

fn after(now: u64, least: u64, low: u64) -> u64 {
    let id = (now.max(least) & !LOW) | low;
    let id = if id <= least { id.saturating_add(STEP) } else { id };
    id.min(HIGHEST)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    struct Hand(AtomicU64);

    impl Clock for Hand {
        fn unix_nanos(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }
    }

    fn ids(now: u64, instance: u64) -> (Arc<Hand>, Ids) {
        let hand = Arc::new(Hand(AtomicU64::new(now)));
        (hand.clone(), Ids::new(hand, instance))
    }

    #[test]
    fn ids_grow_while_the_clock_stands_still() {
        let (_, ids) = ids(1_000_000_000_000, 7);
        let made: Vec<_> = (0..1000).map(|_| ids.next(MsgId(0))).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made.iter().all(|id| id.0 & LOW == 7));
    }

    #[test]
    fn ids_grow_when_the_clock_goes_back() {
        let (hand, ids) = ids(1_000_000_000_000, 7);
        let before = ids.next(MsgId(0));
        hand.0.store(5, Ordering::Relaxed);
        assert!(ids.next(MsgId(0)) > before);
    }

    #[test]
    fn an_id_is_above_its_floor_wherever_the_floor_was_made() {
        for instance in [0, 1, 512, 1023] {
            for floor in [0, 5, 1_000_000_001_023, 2_000_000_000_000, FLOOR_MAX] {
                let (_, ids) = ids(1_000_000_000_000, instance);
                let id = ids.next(MsgId(floor));
                assert!(id.0 > floor && id.0 <= HIGHEST, "{instance} {floor} {id}");
                assert_eq!(id.0 & LOW, instance);
            }
        }
    }

    #[test]
    fn the_id_beside_is_below_all_later_ones_even_where_another_clock_lags() {
        for (first, second) in [(3, 7), (7, 3), (0, 1023), (5, 5)] {
            let (_, here) = ids(1_000_000_000_000, first);
            let (_, there) = ids(0, second);
            let id = here.next(MsgId(0));
            let beside = Ids::beside(id);
            assert!(beside > id && beside.0 & LOW == first);
            assert!(there.next(id) > beside);
            assert!(here.next(MsgId(0)) > beside);
        }
    }

    #[test]
    fn two_processes_never_make_the_same_id() {
        let (_, one) = ids(1_000_000_000_000, 1);
        let (_, two) = ids(1_000_000_000_000, 2);
        let ones: std::collections::HashSet<_> = (0..500).map(|_| one.next(MsgId(0))).collect();
        assert!((0..500).all(|_| !ones.contains(&two.next(MsgId(0)))));
    }

    #[test]
    fn no_id_is_above_what_a_database_holds() {
        let (_, ids) = ids(u64::MAX, 1023);
        assert_eq!(ids.next(MsgId(0)).0, HIGHEST);
    }

    #[test]
    fn many_threads_never_get_the_same_id() {
        let (_, ids) = ids(1_000_000_000_000, 3);
        let made = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..2000).map(|_| ids.next(MsgId(0))).collect::<Vec<_>>()))
                .collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(made.iter().collect::<std::collections::HashSet<_>>().len(), 8000);
    }
}
