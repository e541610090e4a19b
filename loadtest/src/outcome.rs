//! What a run comes to: for machines as JSON, and what all reports are made from.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::{
    measure::{board::Second, procs::Use, times::Latency},
    verify::Verdict,
};

/// The form of the JSON. Changes when older files can no longer be read.
const FORM: u32 = 1;

/// One run of one scenario.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outcome {
    pub form: u32,
    /// Its name.
    pub scenario: String,
    /// What it ran against, or how it differs from other runs of the scenario.
    pub label: String,
    /// When it ended, in milliseconds since 1970.
    pub ended_ms: i64,
    pub machine: Machine,
    /// What it was given, in words.
    pub setting: Vec<(String, String)>,
    pub figures: Vec<Figure>,
    pub latencies: Vec<Latency>,
    pub seconds: Vec<Second>,
    pub processes: Vec<Use>,
    /// Links and KiB of memory, of each process.
    pub memory: Vec<Growth>,
    /// Seconds and KiB of memory, of each process.
    pub tracks: Vec<Growth>,
    /// What the machine gives without a site, in the same run.
    pub yardsticks: Vec<Figure>,
    /// Where messages were verified.
    pub verdict: Option<Verdict>,
}

/// The machine it ran on.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Machine {
    pub cores: usize,
    pub memory_mib: u64,
    pub kernel: String,
}

/// A number with its meaning.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: String,
    pub better: Better,
    /// What to know of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Which way is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    More,
    Less,
    /// Neither: for orientation.
    Neither,
}

/// Memory against links, or over time.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Growth {
    /// Whose.
    pub name: String,
    /// Links held or seconds, and KiB.
    pub points: Vec<(u64, u64)>,
}

impl Outcome {
    pub fn new(scenario: &str, label: &str) -> Result<Self> {
        Ok(Self {
            form: FORM,
            scenario: scenario.to_owned(),
            label: label.to_owned(),
            machine: Machine::here()?,
            ..Self::default()
        })
    }

    /// Notes what the run was given.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl ToString) -> Self {
        self.setting.push((name.to_owned(), value.to_string()));
        self
    }

    /// Notes a figure.
    pub fn figure(&mut self, name: &str, value: f64, unit: &str, better: Better) {
        self.figures.push(Figure::new(name, value, unit, better));
    }

    /// A figure by its name.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|figure| figure.name == name).map(|figure| figure.value)
    }

    /// Whether nothing was lost, duplicated or out of order.
    pub fn is_good(&self) -> bool {
        self.verdict.as_ref().is_none_or(Verdict::is_good)
    }

    /// Its title.
    pub fn title(&self) -> String {
        if self.label.is_empty() { self.scenario.clone() } else { format!("{}, {}", self.scenario, self.label) }
    }

    pub fn write(&self, path: &Path) -> Result<()> {
        let json = serde_json::to_string_pretty(self)?;
        fs::write(path, json + "\n").with_context(|| format!("writing {}", path.display()))
    }

    pub fn read(path: &Path) -> Result<Self> {
        let json = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let outcome: Self =
            serde_json::from_str(&json).with_context(|| format!("{} is no outcome", path.display()))?;
        ensure!(outcome.form == FORM, "{} has form {}, not {FORM}", path.display(), outcome.form);
        Ok(outcome)
    }
}

impl Figure {
    pub fn new(name: &str, value: f64, unit: &str, better: Better) -> Self {
        Self { name: name.to_owned(), value, unit: unit.to_owned(), better, note: String::new() }
    }

    #[must_use]
    pub fn noted(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }
}

impl Machine {
    fn here() -> Result<Self> {
        let memory = fs::read_to_string("/proc/meminfo")?;
        let kib = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")).context("no MemTotal")?;
        let kib: u64 = kib.trim().trim_end_matches(" kB").parse()?;
        Ok(Self {
            cores: std::thread::available_parallelism()?.get(),
            memory_mib: kib >> 10,
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease")?.trim().to_owned(),
        })
    }
}
