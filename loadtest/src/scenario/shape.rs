//! The shape of a load: how long, how large, how often.

use std::{str::FromStr, time::Duration};

use clap::Args;
use rand::{Rng, rngs::SmallRng};

use super::talk::{Draft, Plan, Step};
use crate::{link::wire::DATA_MAX, verify::body};

/// How long a run takes.
#[derive(Debug, Clone, Copy, Args)]
pub struct Span {
    /// Seconds to measure.
    #[arg(long, default_value_t = 20, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub seconds: u64,
    /// Seconds before that, with the same load, that are not measured.
    #[arg(long, default_value_t = 2, value_name = "S", value_parser = clap::value_parser!(u64).range(0..=3_600))]
    pub warm_up: u64,
    /// Most seconds to wait, at the end, for what was acked and is not delivered yet.
    #[arg(long, default_value_t = 60, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub drain: u64,
}

impl Span {
    pub fn measured(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    pub fn warm_up(&self) -> Duration {
        Duration::from_secs(self.warm_up)
    }

    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain)
    }
}

/// Sizes of messages, with their weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sizes {
    each: Vec<(usize, u32)>,
    weights: u32,
}

impl FromStr for Sizes {
    type Err = String;

    /// Reads `200` or `200:90,4KiB:9,64KiB:1`: size and weight.
    fn from_str(text: &str) -> Result<Self, String> {
        let each = text.split(',').map(size_and_weight).collect::<Result<Vec<_>, _>>()?;
        let weights = each.iter().map(|(_, weight)| weight).sum();
        if weights == 0 {
            return Err("all weights are 0".to_owned());
        }
        Ok(Self { each, weights })
    }
}

fn size_and_weight(text: &str) -> Result<(usize, u32), String> {
    let (size, weight) = text.split_once(':').unwrap_or((text, "1"));
    let octets = usize::try_from(octets(size)?).unwrap_or(usize::MAX);
    if !(body::OCTETS..=DATA_MAX).contains(&octets) {
        return Err(format!("a size is {} to {DATA_MAX} octets", body::OCTETS));
    }
    let weight: u32 = weight.parse().map_err(|_| format!("{weight} is no weight"))?;
    if weight > 1_000_000 {
        return Err("a weight is at most 1000000".to_owned());
    }
    Ok((octets, weight))
}

/// Reads a number of octets: `200`, `4KiB`, `1MiB`, `2GiB`.
pub fn octets(text: &str) -> Result<u64, String> {
    let (number, shift) = [("KiB", 10), ("MiB", 20), ("GiB", 30)]
        .into_iter()
        .find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, shift)))
        .unwrap_or((text, 0));
    let number: u64 = number.trim().parse().map_err(|_| format!("{text} is no size, as 200 or 4KiB"))?;
    number.checked_mul(1 << shift).ok_or_else(|| format!("{text} is too large"))
}

impl Sizes {
    /// Takes one at random.
    pub fn choose(&self, rng: &mut SmallRng) -> usize {
        if let [(only, _)] = self.each[..] {
            return only;
        }
        let mut at = rng.random_range(0..self.weights);
        for (size, weight) in &self.each {
            if at < *weight {
                return *size;
            }
            at -= weight;
        }
        self.each[0].0
    }
}

/// When messages are due.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// Always: the next one as soon as there is room in the window.
    Closed,
    /// At random times, so many seconds apart on average, whatever becomes of those before.
    Open {
        /// Seconds between two.
        gap: f64,
        /// When the next one is due.
        next: Duration,
    },
}

impl Pace {
    /// One of `members` that together post `rate` messages a second; without a rate, as many as they can.
    pub fn new(rate: Option<f64>, members: usize) -> Self {
        match rate {
            Some(rate) => Self::Open { gap: members as f64 / rate, next: Duration::ZERO },
            None => Self::Closed,
        }
    }

    /// When the message is due that could be posted now; an error is the time to wait until.
    pub fn due(&mut self, now: Duration, rng: &mut SmallRng) -> Result<Duration, Duration> {
        let Self::Open { gap, next } = self else {
            return Ok(now);
        };
        if next.is_zero() {
            *next = Duration::from_secs_f64(*gap * rng.random::<f64>());
        }
        if *next > now {
            return Err(*next);
        }
        let due = *next;
        // Exponential gaps, as independent people make them.
        *next += Duration::from_secs_f64(-(1.0 - rng.random::<f64>()).ln() * *gap);
        Ok(due)
    }
}

/// Posts to one lane after another, at random, never to the one that leads to itself.
pub struct Random {
    /// The first lane, and how many there are.
    pub lanes: std::ops::Range<u32>,
    /// The lane that leads to itself.
    pub own: u32,
    pub window: usize,
    pub pace: Pace,
    pub sizes: Sizes,
}

impl Plan for Random {
    fn next(&mut self, now: Duration, rng: &mut SmallRng) -> Step {
        let due = match self.pace.due(now, rng) {
            Ok(due) => due,
            Err(until) => return Step::Wait(until),
        };
        let mut lane = rng.random_range(self.lanes.start..self.lanes.end - 1);
        if lane >= self.own {
            lane += 1;
        }
        Step::Post(Draft { lane, octets: self.sizes.choose(rng), due })
    }

    fn window(&self) -> usize {
        self.window
    }
}

/// Posts a fixed number of messages to lanes in turn, as fast as they are acked.
pub struct Fixed {
    lanes: std::ops::Range<u32>,
    done: u32,
    messages: u32,
    window: usize,
    sizes: Sizes,
}

impl Fixed {
    pub fn new(lanes: std::ops::Range<u32>, messages: u32, window: usize, sizes: Sizes) -> Self {
        Self { lanes, done: 0, messages, window, sizes }
    }
}

impl Plan for Fixed {
    fn next(&mut self, now: Duration, rng: &mut SmallRng) -> Step {
        if self.done == self.messages {
            return Step::Nothing;
        }
        let lane = self.lanes.start + self.done % (self.lanes.end - self.lanes.start);
        self.done += 1;
        Step::Post(Draft { lane, octets: self.sizes.choose(rng), due: now })
    }

    fn window(&self) -> usize {
        self.window
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn sizes_are_read_with_units_and_weights() {
        let sizes: Sizes = "200:3,4KiB:1".parse().unwrap();
        let mut rng = SmallRng::seed_from_u64(1);
        let large = (0..4000).filter(|_| sizes.choose(&mut rng) == 4096).count();
        assert!((900..1100).contains(&large), "{large}");
        for wrong in ["", "x", "10", "1GiB", "200:0", "200:-1"] {
            assert!(wrong.parse::<Sizes>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_open_loop_keeps_its_rate_and_does_not_wait_for_the_slow() {
        let (mut pace, mut rng) = (Pace::new(Some(1000.0), 10), SmallRng::seed_from_u64(1));
        // The member was held up for ten seconds: everything that was due meanwhile is due at its own time.
        let now = Duration::from_secs(10);
        let due: Vec<_> = std::iter::from_fn(|| pace.due(now, &mut rng).ok()).collect();
        assert!((900..1100).contains(&due.len()), "{}", due.len());
        assert!(due.is_sorted() && due[0] < Duration::from_millis(200));
        assert!(pace.due(now, &mut rng).unwrap_err() > now);
    }

    #[test]
    fn nobody_posts_to_itself() {
        let sizes: Sizes = "200".parse().unwrap();
        let mut plan = Random { lanes: 5..8, own: 6, window: 1, pace: Pace::Closed, sizes };
        let mut rng = SmallRng::seed_from_u64(1);
        for _ in 0..100 {
            let Step::Post(draft) = plan.next(Duration::ZERO, &mut rng) else { panic!("no post") };
            assert!(draft.lane == 5 || draft.lane == 7);
        }
    }
}
