//! What every role does the same way: configuration, telemetry, health, lifecycle, time.

pub mod backoff;
pub mod clock;

pub use backoff::Backoff;
pub use clock::{Clock, SystemClock};
