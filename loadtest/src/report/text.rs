//! An outcome as lines of text.

use std::io::{self, Write};

use crate::{
    measure::times::Latency,
    outcome::{Figure, Outcome},
    verify::Verdict,
};

/// Prints an outcome.
pub fn print(outcome: &Outcome) -> io::Result<()> {
    write(outcome, &mut io::stdout().lock())
}

/// Prints all of an outcome in one line, for programs.
pub fn print_json(outcome: &Outcome) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{}", serde_json::to_string(outcome)?)
}

fn write(outcome: &Outcome, out: &mut impl Write) -> io::Result<()> {
    let setting: Vec<_> = outcome.setting.iter().map(|(name, value)| format!("{name} {value}")).collect();
    writeln!(out, "{} ({})", outcome.title(), setting.join(", "))?;
    for figure in outcome.yardsticks.iter().chain(&outcome.figures) {
        line(out, &figure.name, &with_unit(figure))?;
    }
    for latency in &outcome.latencies {
        line(out, &latency.name, &times(latency))?;
    }
    for process in &outcome.processes {
        let memory = format!(
            "{:.2} s of processor time, {} MiB before, {} MiB after",
            process.cpu_seconds,
            process.memory_before_kib >> 10,
            process.memory_after_kib >> 10
        );
        line(out, &process.name, &memory)?;
    }
    match &outcome.verdict {
        Some(verdict) => judge(out, verdict),
        None => Ok(()),
    }
}

fn line(out: &mut impl Write, name: &str, text: &str) -> io::Result<()> {
    writeln!(out, "  {name:<46} {text}")
}

fn with_unit(figure: &Figure) -> String {
    let note = if figure.note.is_empty() { String::new() } else { format!("  ({})", figure.note) };
    format!("{} {}{note}", number(figure.value), figure.unit)
}

/// Three or more digits that matter.
pub fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        0.0 => "0".to_owned(),
        _ => format!("{value:.3}"),
    }
}

fn times(latency: &Latency) -> String {
    let ms = |micros: u64| micros as f64 / 1000.0;
    format!(
        "p50 {:.2}  p95 {:.2}  p99 {:.2}  p99.9 {:.2}  max {:.2} ms",
        ms(latency.p50),
        ms(latency.p95),
        ms(latency.p99),
        ms(latency.p999),
        ms(latency.max)
    )
}

fn judge(out: &mut impl Write, verdict: &Verdict) -> io::Result<()> {
    line(
        out,
        "verified",
        &format!(
            "{} acked, {} deliveries promised, {} came: lost {}, duplicated {}, out of order {}",
            verdict.acked,
            verdict.promised,
            verdict.delivered,
            verdict.lost,
            verdict.duplicated,
            verdict.reordered
        ),
    )?;
    let more = [
        ("acks out of order", verdict.acks_out_of_order),
        ("foreign", verdict.foreign),
        ("refused", verdict.refused),
        ("not answered in time", verdict.unanswered),
        ("came again over a new link, as they may", verdict.again),
    ];
    for (name, count) in more.into_iter().filter(|(_, count)| *count > 0) {
        line(out, name, &count.to_string())?;
    }
    for trouble in &verdict.troubles {
        line(out, "trouble", trouble)?;
    }
    line(out, "verdict", if verdict.is_good() { "good" } else { "BAD" })
}
