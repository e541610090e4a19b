//! How many requests a minute: counted in windows, one counter a key or user, or an address without one.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tmtp_platform::{Clock, subscriber};
use tmtp_store::admin::{CallerId, OrgId};

/// A window's length.
const WINDOW_MS: i64 = 60_000;
/// Most counters. Beyond, all who are new share one.
const COUNTERS: usize = 100_000;

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Who {
    /// Somebody with a good key or session.
    Caller(CallerId),
    /// All keys and people of an organization.
    Org(OrgId),
    /// A subscriber who showed none that is good.
    Address(IpAddr),
    /// All for whom there was no counter left.
    Rest,
}

impl Who {
    /// Who comes from this address: of IPv6, all of the network that one subscriber has.
    pub fn stranger(address: IpAddr) -> Self {
        Self::Address(subscriber(address))
    }
}

/// What is left to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    pub most: u32,
    /// Requests; `None` when this one was too many.
    pub remaining: Option<u32>,
    /// Until the window ends.
    pub seconds: i64,
}

/// Counts requests.
pub(crate) struct Limiter {
    most: u32,
    clock: Arc<dyn Clock>,
    window: Mutex<(i64, HashMap<Who, u32>)>,
}

impl Limiter {
    pub fn new(most: u32, clock: Arc<dyn Clock>) -> Self {
        Self { most, clock, window: Mutex::default() }
    }

    /// Counts one request.
    pub fn count(&self, who: Who) -> Left {
        let now = self.clock.unix_ms();
        let (window, passed) = (now.div_euclid(WINDOW_MS), now.rem_euclid(WINDOW_MS));
        let mut guard = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let (current, counters) = &mut *guard;
        if *current != window {
            *current = window;
            counters.clear();
        }
        // Whoever is let in has a counter whatever strangers do; there are only so many of them.
        let has_place = counters.len() < COUNTERS || matches!(who, Who::Caller(_));
        let who = if has_place || counters.contains_key(&who) { who } else { Who::Rest };
        let used = counters.entry(who).or_default();
        *used = used.saturating_add(1);
        let remaining = self.most.checked_sub(*used);
        Left { most: self.most, remaining, seconds: (WINDOW_MS - passed + 999) / 1_000 }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    struct Watch(AtomicU64);

    impl Clock for Watch {
        fn unix_nanos(&self) -> u64 {
            self.0.load(Ordering::Relaxed) * 1_000_000_000
        }
    }

    #[test]
    fn strangers_in_one_subscribers_network_share_a_count() {
        let limiter = Limiter::new(1, Arc::new(Watch(AtomicU64::new(0))));
        let left = |address: &str| limiter.count(Who::stranger(address.parse().unwrap())).remaining;
        assert_eq!(
            [left("2001:db8::1"), left("2001:db8::2"), left("2001:db8:0:1::1")],
            [Some(0), None, Some(0)]
        );
        assert_eq!(
            [left("192.0.2.1"), left("::ffff:192.0.2.1"), left("192.0.2.2")],
            [Some(0), None, Some(0)]
        );
    }

    fn key(id: i64) -> Who {
        Who::Caller(tmtp_store::admin::KeyId(id).into())
    }

    #[test]
    fn each_has_its_own_count_that_begins_anew_with_the_minute() {
        let watch = Arc::new(Watch(AtomicU64::new(50)));
        let limiter = Limiter::new(2, watch.clone());
        let left = |who| limiter.count(who).remaining;
        assert_eq!([left(key(1)), left(key(1)), left(key(1))], [Some(1), Some(0), None]);
        assert_eq!(limiter.count(key(2)), Left { most: 2, remaining: Some(1), seconds: 10 });
        watch.0.store(60, Ordering::Relaxed);
        assert_eq!(left(key(1)), Some(1));
    }
}
