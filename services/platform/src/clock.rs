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
