//! How long to wait before trying again: the one type for it.

use std::time::Duration;

use rand::Rng;

/// Exponential backoff with full jitter: each wait is uniform between nothing and a ceiling that
/// doubles from `first` up to `max`.
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    max: Duration,
    tries: u32,
}

impl Backoff {
    /// Starts with a ceiling of `first` and never waits longer than `max`.
    pub fn new(first: Duration, max: Duration) -> Self {
        Self { first, max, tries: 0 }
    }

    /// How long to wait now; the next wait may be longer.
    pub fn next_wait(&mut self) -> Duration {
        let ceiling = self.ceiling();
        self.tries = self.tries.saturating_add(1);
        ceiling.mul_f64(rand::rng().random_range(0.0..=1.0))
    }

    /// Starts anew, after a success.
    pub fn reset(&mut self) {
        self.tries = 0;
    }

    fn ceiling(&self) -> Duration {
        let factor = 1_u32.checked_shl(self.tries.min(31)).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_wait_is_above_its_ceiling_and_the_ceiling_doubles_up_to_the_maximum() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
        for ceiling_ms in [100, 200, 400, 800, 1600, 2000, 2000, 2000] {
            assert_eq!(backoff.ceiling(), Duration::from_millis(ceiling_ms));
            assert!(backoff.next_wait() <= Duration::from_millis(ceiling_ms));
        }
    }

    #[test]
    fn thousands_of_tries_neither_overflow_nor_pass_the_maximum() {
        let mut backoff = Backoff::new(Duration::from_millis(1), Duration::from_secs(5));
        for _ in 0..5000 {
            assert!(backoff.next_wait() <= Duration::from_secs(5));
        }
    }

    #[test]
    fn a_reset_starts_from_the_first_ceiling() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
        (0..9).for_each(|_| _ = backoff.next_wait());
        backoff.reset();
        assert_eq!(backoff.ceiling(), Duration::from_millis(100));
    }
}
