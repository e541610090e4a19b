//! Two runs of the same scenario beside each other: what got better, what got worse.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Result, ensure};
use clap::Args;

use crate::{
    outcome::{Better, Figure, Outcome},
    report::text::number,
};

/// Compares two runs of a scenario, and fails when the second is worse beyond the tolerance.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  tmtp-loadtest compare before.json after.json --tolerance 10

Exit code 0: nothing is worse beyond the tolerance. 1: something is.")]
pub struct Compare {
    /// The run to compare with.
    #[arg(value_name = "A.json")]
    pub before: PathBuf,
    /// The run that is judged.
    #[arg(value_name = "B.json")]
    pub after: PathBuf,
    /// How much worse a figure may be, in per cent.
    #[arg(long, default_value_t = 15.0, value_name = "PERCENT")]
    pub tolerance: f64,
}

/// A figure of both runs.
#[derive(Debug, Clone, PartialEq)]
struct Change {
    name: String,
    unit: String,
    before: f64,
    after: f64,
    better: Better,
}

pub fn run(args: &Compare) -> Result<ExitCode> {
    ensure!((0.0..=1000.0).contains(&args.tolerance), "a tolerance is 0 to 1000 per cent");
    let (before, after) = (Outcome::read(&args.before)?, Outcome::read(&args.after)?);
    ensure!(
        before.scenario == after.scenario,
        "{} and {} are different scenarios",
        before.scenario,
        after.scenario
    );
    let worse = tell(&before, &after, args.tolerance / 100.0, &mut io::stdout().lock())?;
    Ok(if worse == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints all figures; says how many are worse.
fn tell(before: &Outcome, after: &Outcome, tolerance: f64, out: &mut impl Write) -> Result<usize> {
    let mut worse = 0;
    writeln!(out, "{:<52} {:>10} {:>10} {:>7}", "", before_or(before, "A"), before_or(after, "B"), "B / A")?;
    for change in changes(before, after) {
        let word = match change.verdict(tolerance) {
            Some(false) => {
                worse += 1;
                "  WORSE"
            }
            Some(true) => "  better",
            None => "",
        };
        let name = format!("{}, {}", change.name, change.unit);
        let (a, b) = (number(change.before), number(change.after));
        writeln!(out, "{name:<52} {a:>10} {b:>10} {:>7.2}{word}", change.ratio())?;
    }
    if !after.is_good() {
        worse += 1;
        writeln!(out, "B lost, duplicated or disordered messages")?;
    }
    Ok(worse)
}

fn before_or<'a>(outcome: &'a Outcome, other: &'a str) -> &'a str {
    if outcome.label.is_empty() { other } else { &outcome.label }
}

fn changes(before: &Outcome, after: &Outcome) -> Vec<Change> {
    let theirs = all(before);
    let pair = |ours: Figure| {
        let same = theirs.iter().find(|one| one.name == ours.name && one.unit == ours.unit)?;
        Some(Change {
            name: ours.name,
            unit: ours.unit,
            before: same.value,
            after: ours.value,
            better: ours.better,
        })
    };
    all(after).into_iter().filter_map(pair).collect()
}

/// All figures, and of times those that say most.
fn all(outcome: &Outcome) -> Vec<Figure> {
    let times = outcome.latencies.iter().flat_map(|latency| {
        [("p50", latency.p50), ("p99", latency.p99)].map(|(name, micros)| {
            Figure::new(&format!("{}, {name}", latency.name), micros as f64 / 1000.0, "ms", Better::Less)
        })
    });
    let mut yardsticks = outcome.yardsticks.clone();
    yardsticks.iter_mut().for_each(|one| one.better = Better::Neither);
    yardsticks.into_iter().chain(outcome.figures.clone()).chain(times).collect()
}

impl Change {
    fn ratio(&self) -> f64 {
        if self.before == self.after { 1.0 } else { self.after / self.before }
    }

    /// Better (true) or worse (false) beyond the tolerance.
    fn verdict(&self, tolerance: f64) -> Option<bool> {
        let (up, down) = (self.ratio() > 1.0 + tolerance, self.ratio() < 1.0 / (1.0 + tolerance));
        match self.better {
            Better::More if up || down => Some(up),
            Better::Less if up || down => Some(down),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{measure::times::Latency, verify::Verdict};

    fn outcome(rate: f64, cost: f64, p99: u64) -> Outcome {
        let mut outcome = Outcome::new("steady", "").unwrap();
        outcome.figure("delivered", rate, "messages/s", Better::More);
        outcome.figure("cost", cost, "µs", Better::Less);
        outcome.figure("load tool", cost, "µs", Better::Neither);
        outcome.latencies.push(Latency { name: "all".to_owned(), p50: 1, p99, ..Latency::default() });
        outcome
    }

    fn told(before: &Outcome, after: &Outcome) -> (usize, String) {
        let mut out = Vec::new();
        let worse = tell(before, after, 0.15, &mut out).unwrap();
        (worse, String::from_utf8(out).unwrap())
    }

    #[test]
    fn what_is_within_the_tolerance_is_no_regression() {
        let (worse, text) = told(&outcome(1000.0, 10.0, 5000), &outcome(900.0, 11.0, 5500));
        assert_eq!(worse, 0, "{text}");
    }

    #[test]
    fn less_throughput_more_cost_and_a_longer_tail_are_regressions() {
        let (worse, text) = told(&outcome(1000.0, 10.0, 5000), &outcome(500.0, 20.0, 50_000));
        assert_eq!((worse, text.matches("WORSE").count()), (3, 3), "{text}");
        let (worse, text) = told(&outcome(500.0, 20.0, 50_000), &outcome(1000.0, 10.0, 5000));
        assert_eq!((worse, text.matches("better").count()), (0, 3), "{text}");
    }

    #[test]
    fn a_lost_message_is_a_regression_whatever_the_figures() {
        let before = outcome(1000.0, 10.0, 5000);
        let after = Outcome { verdict: Some(Verdict { lost: 1, ..Verdict::default() }), ..before.clone() };
        assert_eq!(told(&before, &after).0, 1);
    }
}
