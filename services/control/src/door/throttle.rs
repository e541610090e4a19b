//! Slows down who guesses: each account and each address has some tries, and then a wait that doubles.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};
use tmtp_platform::{Clock, clock::HOUR_MS, subscriber};

use super::Refusal;

/// Most who are remembered. Beyond, those are forgotten who tried the longest ago.
const REMEMBERED: usize = 20_000;
/// Tries are forgotten when this long passed without one.
const FORGET_MS: i64 = HOUR_MS;

/// Whose tries are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Who {
    /// An account that may or may not exist, by its address.
    Account([u8; 32]),
    /// Where it comes from.
    Address(IpAddr),
    /// Mails to an account.
    Mailbox([u8; 32]),
}

impl Who {
    pub fn account(email: &str) -> Self {
        Self::Account(Sha256::digest(email).into())
    }

    pub fn mailbox(email: &str) -> Self {
        Self::Mailbox(Sha256::digest(email).into())
    }

    /// An address; of IPv6, the network that one subscriber has.
    pub fn address(address: IpAddr) -> Self {
        Self::Address(subscriber(address))
    }

    /// Tries without a wait, and the longest wait in seconds.
    fn bounds(self) -> (u32, i64) {
        match self {
            Self::Account(_) => (5, 300),
            Self::Address(_) => (30, 60),
            Self::Mailbox(_) => (2, 3_600),
        }
    }
}

#[derive(Debug, Default)]
struct Tries {
    count: u32,
    last_ms: i64,
    until_ms: i64,
}

/// Counts tries.
pub(super) struct Throttle {
    clock: Arc<dyn Clock>,
    all: Mutex<HashMap<Who, Tries>>,
}

impl Throttle {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, all: Mutex::default() }
    }

    /// Counts a try before it is made: who tries often at one moment is counted as often. Refused where one has to wait.
    pub fn attempt(&self, whose: &[Who]) -> Result<(), Refusal> {
        let now = self.clock.unix_ms();
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let until = whose.iter().filter_map(|who| all.get(who)).map(|tries| tries.until_ms).max();
        if let Some(until) = until.filter(|until| *until > now) {
            return Err(Refusal::TooSoon { seconds: (until - now + 999) / 1_000 });
        }
        make_room(&mut all, now);
        for who in whose {
            let tries = all.entry(*who).or_default();
            if now - tries.last_ms >= FORGET_MS {
                tries.count = 0;
            }
            tries.count = tries.count.saturating_add(1);
            tries.last_ms = now;
            tries.until_ms = now + wait_seconds(*who, tries.count) * 1_000;
        }
        Ok(())
    }

    /// Forgets all tries: it was them.
    pub fn clear(&self, who: Who) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&who);
    }

    /// Takes one try back: it was none at guessing.
    pub fn take_back(&self, who: Who) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tries) = all.get_mut(&who) {
            tries.count = tries.count.saturating_sub(1);
            tries.until_ms = tries.last_ms;
        }
    }
}

fn wait_seconds(who: Who, tries: u32) -> i64 {
    let (free, most) = who.bounds();
    match tries.checked_sub(free) {
        None | Some(0) => 0,
        Some(beyond) => {
            1_i64.checked_shl(beyond - 1).filter(|wait| (1..=most).contains(wait)).unwrap_or(most)
        }
    }
}

fn make_room(all: &mut HashMap<Who, Tries>, now: i64) {
    if all.len() < REMEMBERED {
        return;
    }
    all.retain(|_, tries| now - tries.last_ms < FORGET_MS);
    if all.len() >= REMEMBERED {
        let mut times: Vec<_> = all.values().map(|tries| tries.last_ms).collect();
        let middle = times.len() / 2;
        let (_, median, _) = times.select_nth_unstable(middle);
        let median = *median;
        all.retain(|_, tries| tries.last_ms > median);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[derive(Default)]
    struct Watch(AtomicU64);

    impl Clock for Watch {
        fn unix_nanos(&self) -> u64 {
            (1_000_000 + self.0.load(Ordering::Relaxed)) * 1_000_000_000
        }
    }

    fn throttle() -> (Throttle, Arc<Watch>) {
        let watch = Arc::new(Watch::default());
        (Throttle::new(watch.clone()), watch)
    }

    fn seconds(refused: &Result<(), Refusal>) -> i64 {
        match refused {
            Err(Refusal::TooSoon { seconds }) => *seconds,
            _ => 0,
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_others_do_not_wait() {
        let (throttle, watch) = throttle();
        let ann = Who::account("ann@acme.example");
        let mut waits = Vec::new();
        for _ in 0..16 {
            waits.push(seconds(&throttle.attempt(&[ann])));
            watch.0.fetch_add(*waits.last().unwrap() as u64, Ordering::Relaxed);
            if *waits.last().unwrap() > 0 {
                assert_eq!(throttle.attempt(&[ann]), Ok(()), "the wait is over");
            }
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
        assert_eq!(throttle.attempt(&[Who::account("bob@acme.example")]), Ok(()));
        throttle.clear(ann);
        assert_eq!(throttle.attempt(&[ann]), Ok(()));
    }

    #[test]
    fn tries_at_one_moment_are_counted_before_they_are_made_and_one_can_be_taken_back() {
        let (throttle, watch) = throttle();
        let ann = Who::account("ann@acme.example");
        for _ in 0..20 {
            assert_eq!(throttle.attempt(&[ann]), Ok(()));
            throttle.take_back(ann);
        }
        assert_eq!((0..9).filter(|_| throttle.attempt(&[ann]).is_ok()).count(), 6);
        watch.0.fetch_add(3_600, Ordering::Relaxed);
        assert_eq!((0..9).filter(|_| throttle.attempt(&[ann]).is_ok()).count(), 6, "an hour forgets");
    }

    #[test]
    fn a_subscriber_with_many_addresses_is_one() {
        let (one, two) = ("2001:db8::1".parse().unwrap(), "2001:db8::2:0:0:1".parse().unwrap());
        assert_eq!(Who::address(one), Who::address(two));
        assert_eq!(
            Who::address("::ffff:192.0.2.1".parse().unwrap()),
            Who::address("192.0.2.1".parse().unwrap())
        );
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let (throttle, watch) = throttle();
        for n in 0..REMEMBERED + 10 {
            watch.0.store(n as u64 / 100, Ordering::Relaxed);
            throttle.attempt(&[Who::account(&n.to_string())]).unwrap();
        }
        let left = throttle.all.lock().unwrap();
        assert!(left.len() < REMEMBERED && left.contains_key(&Who::account(&REMEMBERED.to_string())));
        assert!(!left.contains_key(&Who::account("0")));
    }
}
