//! What the kernel says of processes: resident memory, processor time.

use std::fs;

use anyhow::{Context, Result};

/// Ticks a second in /proc; the same on every Linux.
const TICKS: f64 = 100.0;

/// A process to report on.
#[derive(Debug, Clone)]
pub struct Process {
    /// What to call it.
    pub name: String,
    pid: u32,
}

/// Reads `NAME=PID`.
pub fn parse(text: &str) -> Result<Process, String> {
    let (name, pid) = text.split_once('=').ok_or("not of the form NAME=PID")?;
    let pid = pid.parse().map_err(|_| format!("{pid} is not a process id"))?;
    Ok(Process { name: name.to_owned(), pid })
}

impl Process {
    /// One that was started just now.
    pub fn new(name: &str, pid: u32) -> Self {
        Self { name: name.to_owned(), pid }
    }

    /// Resident memory in KiB.
    pub fn resident_kib(&self) -> Result<u64> {
        let status = self.read("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
    }

    /// Processor time used so far by it and its children (Postgres serves each connection by one), in seconds.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let own = Stat::parse(&self.read("stat")?)?;
        let children = fs::read_dir("/proc")?.flatten().filter_map(|process| {
            let stat = Stat::parse(&fs::read_to_string(process.path().join("stat")).ok()?).ok()?;
            (stat.parent == self.pid).then_some(stat.cpu_seconds)
        });
        Ok(own.cpu_seconds + children.sum::<f64>())
    }

    fn read(&self, file: &str) -> Result<String> {
        fs::read_to_string(format!("/proc/{}/{file}", self.pid))
            .with_context(|| format!("process {} ({})", self.name, self.pid))
    }
}

/// What matters here of a process's `stat`.
struct Stat {
    parent: u32,
    cpu_seconds: f64,
}

impl Stat {
    fn parse(stat: &str) -> Result<Self> {
        let after_name = stat.rsplit_once(')').context("odd stat")?.1;
        let fields: Vec<_> = after_name.split_whitespace().collect();
        let field = |index: usize| fields.get(index).context("short stat");
        let ticks = |index: usize| -> Result<f64> { Ok(field(index)?.parse::<f64>()?) };
        Ok(Self { parent: field(1)?.parse()?, cpu_seconds: (ticks(11)? + ticks(12)?) / TICKS })
    }
}

/// Processor time of several processes over a span.
pub struct Meter<'a> {
    processes: &'a [Process],
    begun: Vec<f64>,
}

impl<'a> Meter<'a> {
    pub fn start(processes: &'a [Process]) -> Result<Self> {
        let begun = processes.iter().map(Process::cpu_seconds).collect::<Result<_>>()?;
        Ok(Self { processes, begun })
    }

    /// Seconds used since the start, by name.
    pub fn used(&self) -> Result<Vec<(String, f64)>> {
        let each = self.processes.iter().zip(&self.begun);
        each.map(|(process, begun)| Ok((process.name.clone(), process.cpu_seconds()? - begun))).collect()
    }
}
