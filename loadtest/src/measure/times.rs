//! Times, in a histogram of high dynamic range, and what is told of them.

use std::time::Duration;

use anyhow::Result;
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// The longest time that is told apart, in microseconds: ten minutes.
const MICROS_MAX: u64 = 600_000_000;

/// Times in microseconds, three digits exact.
#[derive(Debug, Clone)]
pub struct Times(Histogram<u64>);

/// What is told of times; all in microseconds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Latency {
    /// From what to what.
    pub name: String,
    /// How many times were taken.
    pub count: u64,
    pub mean: f64,
    pub p50: u64,
    pub p95: u64,
    pub p99: u64,
    pub p999: u64,
    pub max: u64,
    /// Shares (0 to 1) of all times, and the time that so many were at most.
    pub curve: Vec<(f64, u64)>,
}

impl Times {
    pub fn new() -> Result<Self> {
        Ok(Self(Histogram::new_with_bounds(1, MICROS_MAX, 3)?))
    }

    pub fn note(&mut self, took: Duration) {
        self.0.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    pub fn add(&mut self, other: &Self) -> Result<()> {
        Ok(self.0.add(&other.0)?)
    }

    pub fn clear(&mut self) {
        self.0.reset();
    }

    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The time that this share of all were at most, in microseconds.
    pub fn at(&self, share: f64) -> u64 {
        self.0.value_at_quantile(share)
    }

    pub fn latency(&self, name: &str) -> Latency {
        Latency {
            name: name.to_owned(),
            count: self.count(),
            mean: self.0.mean(),
            p50: self.at(0.5),
            p95: self.at(0.95),
            p99: self.at(0.99),
            p999: self.at(0.999),
            max: self.0.max(),
            curve: self.curve(),
        }
    }

    /// Ever finer steps towards the end, where it gets interesting.
    fn curve(&self) -> Vec<(f64, u64)> {
        let mut shares: Vec<f64> = (0..20).map(|step| f64::from(step) / 20.0).collect();
        let mut left = 0.03;
        while left * self.count() as f64 >= 1.0 && left > 1e-6 {
            shares.push(1.0 - left);
            left /= 1.6;
        }
        shares.push(1.0);
        shares.into_iter().map(|share| (share, self.at(share))).collect()
    }
}

impl Latency {
    /// The median as a duration.
    pub fn median(&self) -> Duration {
        Duration::from_micros(self.p50)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_of_a_thousand_times_are_right_to_three_digits() {
        let mut times = Times::new().unwrap();
        for ms in 1..=1000 {
            times.note(Duration::from_millis(ms));
        }
        let latency = times.latency("all");
        let near = |micros: u64, ms: f64| (micros as f64 / 1000.0 / ms - 1.0).abs() < 0.002;
        assert!(near(latency.p50, 500.0) && near(latency.p99, 990.0), "{latency:?}");
        assert!(near(latency.p999, 999.0) && near(latency.max, 1000.0), "{latency:?}");
        assert!(latency.curve.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1));
    }

    #[test]
    fn what_takes_longer_than_can_be_told_counts_as_the_longest() {
        let mut times = Times::new().unwrap();
        times.note(Duration::from_secs(100_000));
        assert!(times.at(1.0) >= MICROS_MAX);
    }
}
