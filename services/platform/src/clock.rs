//! The one place that reads the wall clock.

/// Tells the time. A parameter everywhere, so that tests can set it.
pub trait Clock: Send + Sync + 'static {
    /// Nanoseconds since 1970.
    fn unix_nanos(&self) -> u64;

    /// Milliseconds since 1970.
    fn unix_ms(&self) -> i64 {
        i64::try_from(self.unix_nanos() / 1_000_000).unwrap_or(i64::MAX)
    }
}

/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 3_600_000;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

/// The day of a time in milliseconds: days since 1970, in UTC.
pub fn day(unix_ms: i64) -> i64 {
    unix_ms.div_euclid(DAY_MS)
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    fn unix_nanos(&self) -> u64 {
        std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |age| u64::try_from(age.as_nanos()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_utc() {
        assert_eq!((day(0), day(DAY_MS - 1), day(DAY_MS), day(-1)), (0, 0, 1, -1));
    }
}
