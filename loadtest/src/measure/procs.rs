//! What the kernel says of processes: memory, processor time; their children included, since Postgres serves each
//! connection by one.

use std::fs;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Ticks a second in /proc; the same on every Linux.
const TICKS: f64 = 100.0;

/// A process to report on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// What to call it.
    pub name: String,
    pub pid: u32,
    with_children: bool,
}

/// What a process used in a run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Use {
    /// Its name.
    pub name: String,
    /// Processor time, in seconds.
    pub cpu_seconds: f64,
    /// Memory in KiB: its own, and its share of what it has in common with others.
    pub memory_before_kib: u64,
    pub memory_after_kib: u64,
}

/// Reads `NAME=PID`.
pub fn parse(text: &str) -> Result<Process, String> {
    let (name, pid) = text.split_once('=').ok_or("not of the form NAME=PID")?;
    let pid = pid.parse().map_err(|_| format!("{pid} is not a process id"))?;
    Ok(Process::new(name, pid))
}

impl Process {
    pub fn new(name: &str, pid: u32) -> Self {
        Self { name: name.to_owned(), pid, with_children: true }
    }

    /// This very process, without what it started.
    pub fn ourselves() -> Self {
        Self { name: "load tool".to_owned(), pid: std::process::id(), with_children: false }
    }

    /// Memory in KiB, of it and its children.
    pub fn memory_kib(&self) -> Result<u64> {
        let own = memory_kib(self.pid).with_context(|| self.describe())?;
        let children = self.children()?;
        Ok(own + children.iter().filter_map(|child| memory_kib(child.pid).ok()).sum::<u64>())
    }

    /// Processor time used so far by it and its children, those that ended included, in seconds.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let own = Stat::of(self.pid).with_context(|| self.describe())?;
        if !self.with_children {
            return Ok(own.own_seconds);
        }
        let children = self.children()?;
        Ok(own.own_seconds + own.ended_seconds + children.iter().map(|child| child.own_seconds).sum::<f64>())
    }

    fn children(&self) -> Result<Vec<Stat>> {
        if !self.with_children {
            return Ok(Vec::new());
        }
        let pids = fs::read_dir("/proc")?.flatten().filter_map(|it| it.file_name().to_str()?.parse().ok());
        Ok(pids.filter_map(|pid| Stat::of(pid).ok()).filter(|stat| stat.parent == self.pid).collect())
    }

    fn describe(&self) -> String {
        format!("process {} ({})", self.name, self.pid)
    }
}

/// The proportional share where the kernel tells it, else what is resident.
fn memory_kib(pid: u32) -> Result<u64> {
    let told = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))
        .ok()
        .and_then(|text| field_kib(&text, "Pss:"));
    match told {
        Some(kib) => Ok(kib),
        None => {
            let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
            field_kib(&status, "VmRSS:").context("no VmRSS")
        }
    }
}

fn field_kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// What matters here of a process's `stat`.
struct Stat {
    pid: u32,
    parent: u32,
    own_seconds: f64,
    /// Of children that ended.
    ended_seconds: f64,
}

impl Stat {
    fn of(pid: u32) -> Result<Self> {
        Self::parse(pid, &fs::read_to_string(format!("/proc/{pid}/stat"))?)
    }

    fn parse(pid: u32, stat: &str) -> Result<Self> {
        let after_name = stat.rsplit_once(')').context("odd stat")?.1;
        let fields: Vec<_> = after_name.split_whitespace().collect();
        let field = |index: usize| fields.get(index).context("short stat");
        let ticks = |index: usize| -> Result<f64> { Ok(field(index)?.parse::<f64>()? / TICKS) };
        Ok(Self {
            pid,
            parent: field(1)?.parse()?,
            own_seconds: ticks(11)? + ticks(12)?,
            ended_seconds: ticks(13)? + ticks(14)?,
        })
    }
}

/// What several processes use over a span.
pub struct Meter {
    processes: Vec<Process>,
    begun: Vec<Use>,
}

impl Meter {
    /// Starts with these processes and our own, last.
    pub async fn start(processes: &[Process]) -> Result<Self> {
        let mut processes = processes.to_vec();
        processes.push(Process::ourselves());
        let begun = aside(&processes, sample).await?;
        Ok(Self { processes, begun })
    }

    /// What was used since the start.
    pub async fn used(&self) -> Result<Vec<Use>> {
        let now = aside(&self.processes, sample).await?;
        let each = now.into_iter().zip(&self.begun).map(|(now, begun)| Use {
            cpu_seconds: now.cpu_seconds - begun.cpu_seconds,
            memory_before_kib: begun.memory_before_kib,
            ..now
        });
        Ok(each.collect())
    }
}

/// Memory in KiB of each of these processes.
pub async fn memories_kib(processes: &[Process]) -> Result<Vec<u64>> {
    aside(processes, |processes| processes.iter().map(Process::memory_kib).collect()).await
}

/// Looks on another thread: it takes tenths of a second where there are many processes, and the members share a thread
/// whose times are measured.
async fn aside<T: Send + 'static>(
    processes: &[Process],
    look: impl FnOnce(&[Process]) -> Result<T> + Send + 'static,
) -> Result<T> {
    let processes = processes.to_vec();
    tokio::task::spawn_blocking(move || look(&processes)).await?
}

/// Processor time of all comes first, which is quickly told, so that it is of one moment.
fn sample(processes: &[Process]) -> Result<Vec<Use>> {
    let seconds: Vec<f64> = processes.iter().map(Process::cpu_seconds).collect::<Result<_>>()?;
    let each = processes.iter().zip(seconds).map(|(process, cpu_seconds)| {
        let kib = process.memory_kib()?;
        let name = process.name.clone();
        Ok(Use { name, cpu_seconds, memory_before_kib: kib, memory_after_kib: kib })
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_any_name_is_read() {
        let stat = "5 (a) b (c)) S 42 5 5 0 -1 4194560 1 2 3 4 150 50 30 20 20 0 1 0 9 1 1";
        let stat = Stat::parse(5, stat).unwrap();
        assert_eq!((stat.parent, stat.own_seconds, stat.ended_seconds), (42, 2.0, 0.5));
        assert!(Stat::parse(5, "5 (a) S").is_err());
    }

    #[test]
    fn our_own_memory_is_told() {
        assert!(Process::ourselves().memory_kib().unwrap() > 500);
        assert!(parse("a=b").is_err() && parse("a").is_err());
    }
}
