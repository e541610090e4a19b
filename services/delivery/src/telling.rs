//! Hints on their way to edges: in pieces of bounded size, and numbered, so that an edge notices when some were lost.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use prost::Message as _;
use tmtp_bus::{Bus, Receipt, edge_channel};
use tmtp_grpc::delivery::{Hints, Push};
use tokio::time::timeout;

/// Most hints of a kind in one publish.
const AT_ONCE: usize = 2000;
/// Octets of pushed messages at which a publish takes no further one.
const PUSHED_OCTETS: usize = 128 * 1024;
/// Edges whose numbers are remembered. Beyond it all are forgotten: the edges take the new numbers for a loss and look for
/// themselves.
const EDGES_MAX: usize = 10_000;
/// Hints that take longer to leave count as lost: somebody waits for an answer.
const LEAVE_WITHIN: Duration = Duration::from_secs(1);

/// Tells edges.
pub(crate) struct Telling {
    bus: Arc<dyn Bus>,
    instance: u64,
    numbers: Mutex<Numbers>,
}

/// The last number for each edge.
#[derive(Debug, Default)]
struct Numbers {
    edges: HashMap<String, u64>,
    /// Where an edge that is told for the first time begins.
    first: u64,
}

impl Telling {
    pub fn new(bus: Arc<dyn Bus>, instance: u64) -> Self {
        Self { bus, instance, numbers: Mutex::default() }
    }

    /// Publishes hints for one edge. Returns at once; all of them may be lost.
    pub fn tell(&self, edge: &str, hints: Hints) -> Vec<Receipt> {
        let channel = edge_channel(edge);
        // Held while publishing: hints leave in the order of their numbers.
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if numbers.edges.len() >= EDGES_MAX && !numbers.edges.contains_key(edge) {
            numbers.edges.clear();
        }
        let first = numbers.first;
        let number = numbers.edges.entry(edge.to_owned()).or_insert(first);
        let publish = |piece: Hints| {
            *number += 1;
            let piece = Hints { instance: self.instance, number: *number, ..piece };
            self.bus.publish(&channel, piece.encode_to_vec().into())
        };
        pieces(hints).map(publish).collect()
    }

    /// Something could not be told, and it is not known to whom: every edge is to take it for lost when it next hears of us.
    pub fn lose(&self) {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.first += 1;
        numbers.edges.values_mut().for_each(|number| *number += 1);
    }
}

/// Whether all of these left in time.
pub(crate) async fn have_left(receipts: Vec<Receipt>) -> bool {
    let all = async {
        for receipt in receipts {
            if !receipt.has_left().await {
                return false;
            }
        }
        true
    };
    timeout(LEAVE_WITHIN, all).await.unwrap_or(false)
}

/// The same hints in pieces of bounded size, in order; mostly one.
fn pieces(mut hints: Hints) -> impl Iterator<Item = Hints> {
    std::iter::from_fn(move || {
        let pushes = small_enough(&hints.pushes);
        let piece = Hints {
            doubts: first(&mut hints.doubts, AT_ONCE),
            fences: first(&mut hints.fences, AT_ONCE),
            ohis: first(&mut hints.ohis, AT_ONCE),
            wakes: first(&mut hints.wakes, AT_ONCE),
            pushes: first(&mut hints.pushes, pushes),
            ..Hints::default()
        };
        (piece != Hints::default()).then_some(piece)
    })
}

/// How many of these pushes go into one piece.
fn small_enough(pushes: &[Push]) -> usize {
    let mut octets = 0;
    let fits = |push: &&Push| {
        let full = octets >= PUSHED_OCTETS;
        octets += push.encoded_len();
        !full
    };
    pushes.iter().take_while(fits).count()
}

fn first<T>(all: &mut Vec<T>, count: usize) -> Vec<T> {
    let rest = all.split_off(all.len().min(count));
    std::mem::replace(all, rest)
}

#[cfg(test)]
mod tests {
    use tmtp_bus::{Event, MemoryBus};
    use tmtp_grpc::delivery::{Entry, Ohi, Wake};

    use super::*;

    fn pushes(count: u64, octets: usize) -> Vec<Push> {
        let data = bytes::Bytes::from(vec![b'x'; octets]);
        let entry = |id| Entry { id, data: data.clone(), ..Entry::default() };
        (0..count).map(|id| Push { entry: Some(entry(id)), to: Vec::new() }).collect()
    }

    #[test]
    fn many_hints_leave_in_pieces_and_in_order() {
        let wakes = (0..5000).map(|node| Wake { site: 1, node }).collect();
        let hints = Hints { wakes, ohis: vec![Ohi::default()], ..Hints::default() };
        let all: Vec<_> = pieces(hints).collect();
        assert_eq!(all.len(), 3);
        assert_eq!(all[0].ohis.len(), 1);
        let woken: Vec<_> = all.iter().flat_map(|piece| &piece.wakes).map(|wake| wake.node).collect();
        assert_eq!(woken, (0..5000).collect::<Vec<_>>());
    }

    #[test]
    fn messages_leave_in_pieces_of_bounded_size_and_in_order() {
        let hints = Hints { pushes: pushes(300, 4000), ..Hints::default() };
        let all: Vec<_> = pieces(hints).collect();
        assert!(all.len() > 5 && all.iter().all(|piece| piece.encoded_len() < PUSHED_OCTETS + 8192));
        let ids = all.iter().flat_map(|piece| &piece.pushes).flat_map(|push| &push.entry);
        assert!(ids.map(|entry| entry.id).eq(0..300));
    }

    #[tokio::test]
    async fn each_edge_hears_numbers_without_a_gap() {
        let bus = Arc::new(MemoryBus::new());
        let telling = Telling::new(bus.clone(), 7);
        let mut heard = bus.subscribe(&edge_channel("a"));
        assert_eq!(heard.next().await, Some(Event::Gap));
        for edge in ["a", "b", "a"] {
            telling.tell(edge, Hints { pushes: pushes(40, 4000), ..Hints::default() });
        }
        for number in 1..=4 {
            let Some(Event::Hint(octets)) = heard.next().await else { panic!("no hint {number}") };
            let hints = Hints::decode(octets).unwrap();
            assert_eq!((hints.instance, hints.number), (7, number));
        }
    }

    #[tokio::test]
    async fn what_could_not_be_told_shows_as_a_missing_number_to_old_edges_and_new_ones() {
        let bus = Arc::new(MemoryBus::new());
        let telling = Telling::new(bus.clone(), 7);
        let mut heard = bus.subscribe(&edge_channel("a"));
        let mut heard_late = bus.subscribe(&edge_channel("b"));
        telling.tell("a", Hints { ohis: vec![Ohi::default()], ..Hints::default() });
        telling.lose();
        for edge in ["a", "b"] {
            telling.tell(edge, Hints { ohis: vec![Ohi::default()], ..Hints::default() });
        }
        let numbers = async |heard: &mut tmtp_bus::Subscription, count| {
            let mut numbers = Vec::new();
            while numbers.len() < count {
                if let Some(Event::Hint(octets)) = heard.next().await {
                    numbers.push(Hints::decode(octets).unwrap().number);
                }
            }
            numbers
        };
        assert_eq!(numbers(&mut heard, 2).await, [1, 3]);
        assert_eq!(numbers(&mut heard_late, 1).await, [2]);
    }
}
