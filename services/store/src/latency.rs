//! How long messages take to their devices, in a few numbers that can be added up.

use std::time::Duration;

use crate::SiteId;

/// Up to what times deliveries are told apart, in milliseconds.
pub const LATENCY_BOUNDS_MS: [u64; 5] = [100, 500, 1_000, 5_000, 30_000];

/// How many messages took how long: up to each of [`LATENCY_BOUNDS_MS`] and not to the one before, and longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Latency(pub [u64; LATENCY_BOUNDS_MS.len() + 1]);

impl Latency {
    /// Counts one.
    pub fn count(&mut self, took: Duration) {
        let place = LATENCY_BOUNDS_MS.partition_point(|bound| Duration::from_millis(*bound) < took);
        if let Some(count) = self.0.get_mut(place) {
            *count += 1;
        }
    }

    /// Adds what was counted elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(&other.0) {
            *count += more;
        }
    }

    /// How many there were.
    pub fn deliveries(&self) -> u64 {
        self.0.iter().sum()
    }

    /// How many of them took this long at most, which is one of [`LATENCY_BOUNDS_MS`].
    pub fn within(&self, bound_ms: u64) -> u64 {
        let places = LATENCY_BOUNDS_MS.partition_point(|bound| *bound <= bound_ms);
        self.0.iter().take(places).sum()
    }

    /// The first of [`LATENCY_BOUNDS_MS`] that so many in a hundred kept to; `None` where that is none of them, or nothing
    /// was counted.
    pub fn percentile_ms(&self, percent: u64) -> Option<u64> {
        let all = self.deliveries();
        let keeps = |bound: &u64| all > 0 && self.within(*bound) * 100 >= all * percent;
        LATENCY_BOUNDS_MS.into_iter().find(keeps)
    }
}

/// Messages that came to devices of a site on a day, to be added to what the site was used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deliveries {
    /// Where.
    pub site: SiteId,
    /// Days since 1970, in UTC.
    pub day: i64,
    /// How long they took.
    pub latency: Latency,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(all: &[u64]) -> Latency {
        let mut latency = Latency::default();
        all.iter().for_each(|ms| latency.count(Duration::from_millis(*ms)));
        latency
    }

    #[test]
    fn each_is_counted_once_at_the_first_bound_that_it_keeps_to() {
        let latency = of(&[0, 100, 101, 900, 1_000, 30_001, 86_400_000]);
        assert_eq!(latency.0, [2, 1, 2, 0, 0, 2]);
        assert_eq!((latency.deliveries(), latency.within(100), latency.within(1_000)), (7, 2, 5));
        let mut sum = latency;
        sum.add(&of(&[3_000]));
        assert_eq!(sum.0, [2, 1, 2, 1, 0, 2]);
    }

    #[test]
    fn a_percentile_is_the_bound_that_so_many_kept_to() {
        let latency = of(&[10, 20, 30, 700]);
        assert_eq!(
            [50, 75, 76, 100].map(|percent| latency.percentile_ms(percent)),
            [100, 100, 1_000, 1_000].map(Some)
        );
        assert_eq!(of(&[10, 40_000]).percentile_ms(95), None, "longer than all bounds");
        assert_eq!(of(&[]).percentile_ms(50), None);
    }
}
