//! Which letter comes next. Organizations take turns, each has so many letters under way at a time, and a letter that is
//! tried again later holds nobody up.

use std::collections::{BTreeMap, HashMap, VecDeque};

use tmtp_store::admin::OrgId;
use tokio::time::Instant;

/// Letters under way at a time: one slow answer does not hold the others up.
const AT_ONCE: usize = 4;
/// Those of one organization among them.
const AT_ONCE_OF_ONE: usize = 2;

/// Things that wait to be sent for organizations.
pub(super) struct Queue<T> {
    ready: BTreeMap<OrgId, VecDeque<T>>,
    later: BTreeMap<(Instant, u64), (OrgId, T)>,
    under_way: HashMap<OrgId, usize>,
    /// Whose turn it was.
    last: OrgId,
    /// Tells those apart that are due at one moment.
    count: u64,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            ready: BTreeMap::new(),
            later: BTreeMap::new(),
            under_way: HashMap::new(),
            last: OrgId::PROVIDER,
            count: 0,
        }
    }
}

impl<T> Queue<T> {
    /// One more, to be sent as soon as it is its turn.
    pub fn add(&mut self, org: OrgId, one: T) {
        self.ready.entry(org).or_default().push_back(one);
    }

    /// One that was under way, and is to be tried again at `due`.
    pub fn again(&mut self, org: OrgId, one: T, due: Instant) {
        self.done(org);
        self.count += 1;
        self.later.insert((due, self.count), (org, one));
    }

    /// One that was under way is dealt with.
    pub fn done(&mut self, org: OrgId) {
        if let Some(count) = self.under_way.get_mut(&org) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(&org);
            }
        }
    }

    /// When the first of those that wait for a time is due.
    pub fn due(&self) -> Option<Instant> {
        self.later.keys().next().map(|(due, _)| *due)
    }

    /// Waits for no time any more.
    pub fn hurry(&mut self) {
        while let Some((_, (org, one))) = self.later.pop_first() {
            self.add(org, one);
        }
    }

    /// The next one to send now, which is under way from here on.
    pub fn next(&mut self, now: Instant) -> Option<(OrgId, T)> {
        while self.due().is_some_and(|due| due <= now) {
            if let Some((_, (org, one))) = self.later.pop_first() {
                self.add(org, one);
            }
        }
        if self.under_way.values().sum::<usize>() >= AT_ONCE {
            return None;
        }
        let has_room = |org: &OrgId| self.under_way.get(org).is_none_or(|count| *count < AT_ONCE_OF_ONE);
        let mut turns = self.ready.keys().filter(|org| has_room(org)).copied();
        let first = turns.next()?;
        let org = Some(first).filter(|org| *org > self.last).or_else(|| turns.find(|org| *org > self.last));
        let org = org.unwrap_or(first);
        let waiting = self.ready.get_mut(&org)?;
        let one = waiting.pop_front()?;
        if waiting.is_empty() {
            self.ready.remove(&org);
        }
        *self.under_way.entry(org).or_default() += 1;
        self.last = org;
        Some((org, one))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn taken(queue: &mut Queue<&'static str>, now: Instant) -> Vec<&'static str> {
        std::iter::from_fn(|| queue.next(now)).map(|(_, one)| one).collect()
    }

    #[test]
    fn organizations_take_turns_and_none_has_all_the_places() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        for one in ["a1", "a2", "a3", "a4", "a5"] {
            queue.add(OrgId(7), one);
        }
        assert_eq!(taken(&mut queue, now), ["a1", "a2"]);
        for (org, one) in [(3, "b1"), (9, "c1"), (9, "c2"), (0, "p1")] {
            queue.add(OrgId(org), one);
        }
        assert_eq!(taken(&mut queue, now), ["c1", "p1"], "all places are taken");
        queue.done(OrgId(7));
        assert_eq!(taken(&mut queue, now), ["b1"]);
        queue.done(OrgId(3));
        assert_eq!(taken(&mut queue, now), ["a3"]);
        assert_eq!(taken(&mut queue, now), Vec::<&str>::new());
    }

    #[test]
    fn one_that_is_tried_again_later_holds_no_place_until_then() {
        let (mut queue, now) = (Queue::default(), Instant::now());
        let soon = now + Duration::from_secs(5);
        for one in ["a1", "a2", "a3", "a4"] {
            queue.add(OrgId(7), one);
        }
        for one in taken(&mut queue, now) {
            queue.again(OrgId(7), one, soon);
        }
        assert_eq!(taken(&mut queue, now), ["a3", "a4"]);
        assert_eq!(queue.due(), Some(soon));
        queue.done(OrgId(7));
        queue.done(OrgId(7));
        assert_eq!(taken(&mut queue, now), Vec::<&str>::new());
        assert_eq!(taken(&mut queue, soon), ["a1", "a2"]);
        queue.again(OrgId(7), "a1", soon + Duration::from_secs(900));
        queue.done(OrgId(7));
        queue.hurry();
        assert_eq!(taken(&mut queue, now), ["a1"]);
    }
}
