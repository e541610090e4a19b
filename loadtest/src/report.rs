//! How figures are printed.

use std::io::Write as _;

use anyhow::Result;
use hdrhistogram::Histogram;

/// Prints one figure with its name.
pub fn line(name: &str, figure: impl std::fmt::Display) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{name:<44} {figure}")?)
}

/// Prints the middle and the tail of times in microseconds.
pub fn times(name: &str, micros: &Histogram<u64>) -> Result<()> {
    let ms = |quantile| micros.value_at_quantile(quantile) as f64 / 1000.0;
    line(name, format!("p50 {:.2} ms, p99 {:.2} ms", ms(0.5), ms(0.99)))
}

/// Times up to a minute, in microseconds.
pub fn histogram() -> Result<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}

/// Notes a time.
pub fn note(micros: &mut Histogram<u64>, took: std::time::Duration) {
    micros.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
}
