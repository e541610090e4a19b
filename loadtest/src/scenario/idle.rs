//! Memory of an edge per link at rest.

use std::{process::Stdio, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use tmtp_wire::Request;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines, stdin},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::sleep,
};

use super::Ran;
use crate::{
    link::{
        account::{self, Member},
        dial::Dialer,
    },
    measure::{kernel::Kernel, procs::Process},
    outcome::{Better, Growth, Outcome},
    site::Site,
};

/// Most links that one process holds: below the common limit of open files.
const LINKS_A_PROCESS: usize = 15_000;
/// Points at which memory is looked at.
const STEPS: usize = 8;

/// Memory of an edge per link at rest.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  tmtp-loadtest idle --cluster /tmp/tmtp-cluster-0 --links 15000
  tmtp-loadtest idle --target 127.0.0.1:7443,127.0.0.2:7443 --links 40000 --process edge=1234

Links are held by processes of their own, 15000 each; they dial from several loopback addresses. What limits them is how
many files a process of the site may open (ulimit -n), and [edge] links_max, accepts_per_second and loopback_exempt.")]
pub struct Idle {
    #[command(flatten)]
    pub site: Site,
    /// Links to hold.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(8..=1_000_000))]
    pub links: u32,
    /// Loopback addresses to dial from.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u8).range(1..=250))]
    pub sources: u8,
    /// Seconds that links rest before memory is looked at.
    #[arg(long, default_value_t = 3, value_name = "S", value_parser = clap::value_parser!(u64).range(0..=60))]
    pub rest: u64,
}

/// Holds links, for `idle`: reads how many more are wanted, line by line, and answers each with how many it holds.
#[derive(Debug, Clone, Args)]
pub struct Hold {
    #[command(flatten)]
    pub site: Site,
    #[arg(long)]
    pub sources: u8,
}

pub async fn run(args: &Idle) -> Ran {
    let fronts = args.site.fronts();
    ensure!(!fronts.is_empty(), "name the edges: --process edge=PID");
    let mut outcome = Outcome::new("idle", &args.site.output.label)?.set("links", args.links);
    let mut holders = Holders::start(args)?;
    let mut growths: Vec<Growth> =
        fronts.iter().map(|one| Growth { name: one.name.clone(), points: Vec::new() }).collect();
    note(&mut growths, &fronts, 0)?;
    let before = Kernel::read()?;
    let links = args.links as usize;
    for step in 1..=STEPS {
        holders.grow_to(links * step / STEPS).await?;
        sleep(Duration::from_secs(args.rest)).await;
        note(&mut growths, &fronts, holders.held() as u64)?;
    }
    tell(&mut outcome, &growths, before, Kernel::read()?);
    outcome.memory = growths;
    Ok(outcome)
}

fn note(growths: &mut [Growth], processes: &[Process], links: u64) -> Result<()> {
    for (growth, process) in growths.iter_mut().zip(processes) {
        growth.points.push((links, process.memory_kib()?));
    }
    Ok(())
}

fn tell(outcome: &mut Outcome, growths: &[Growth], before: Kernel, after: Kernel) {
    let held =
        growths.iter().filter_map(|growth| growth.points.last()).map(|point| point.0).max().unwrap_or(0);
    let a_link = |from: u64, to: u64| to.saturating_sub(from) as f64 / held.max(1) as f64;
    let ends = growths.iter().filter_map(|growth| growth.points.first().zip(growth.points.last()));
    let user: f64 = ends.map(|(first, last)| a_link(first.1, last.1)).sum();
    outcome.figure("links held", held as f64, "links", Better::More);
    outcome.figure("memory of the edges", user, "KiB/link", Better::Less);
    // Both ends are on this machine: half of it is the edges'.
    let slab = a_link(before.slab_kib, after.slab_kib) / 2.0;
    let buffers = a_link(before.tcp_buffers_kib, after.tcp_buffers_kib) / 2.0;
    outcome.figure("the kernel's objects, about", slab, "KiB/link", Better::Less);
    outcome.figure("the kernel's socket buffers, about", buffers, "KiB/link", Better::Less);
}

/// Processes that hold links.
struct Holders {
    each: Vec<Holder>,
    held: usize,
}

struct Holder {
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    held: usize,
}

impl Holders {
    fn start(args: &Idle) -> Result<Self> {
        let count = (args.links as usize).div_ceil(LINKS_A_PROCESS);
        let each = (0..count).map(|_| Holder::start(args)).collect::<Result<_>>()?;
        Ok(Self { each, held: 0 })
    }

    fn held(&self) -> usize {
        self.held
    }

    async fn grow_to(&mut self, links: usize) -> Result<()> {
        for holder in &mut self.each {
            let more = (links - self.held).min(LINKS_A_PROCESS - holder.held);
            holder.grow(more).await?;
            self.held += more;
        }
        Ok(())
    }
}

impl Holder {
    fn start(args: &Idle) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let targets: Vec<_> = args.site.target.iter().map(ToString::to_string).collect();
        command.args(["hold", "--sources", &args.sources.to_string(), "--target", &targets.join(",")]);
        if let Some(host) = &args.site.host {
            command.args(["--host", host]);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let input = child.stdin.take().context("no input")?;
        let output = BufReader::new(child.stdout.take().context("no output")?).lines();
        Ok(Self { _child: child, input, output, held: 0 })
    }

    async fn grow(&mut self, more: usize) -> Result<()> {
        if more == 0 {
            return Ok(());
        }
        self.input.write_all(format!("{more}\n").as_bytes()).await?;
        self.held += more;
        match self.output.next_line().await? {
            Some(line) if line == self.held.to_string() => Ok(()),
            other => bail!("a process that holds links failed: {}", other.unwrap_or_default()),
        }
    }
}

/// Serves [`run`] in a process of its own.
pub async fn hold(args: &Hold) -> Result<()> {
    let dialer = Dialer::new()?.with_sources(args.sources);
    let targets = args.site.clone().complete()?.targets();
    let mut members = Vec::new();
    let mut wanted = BufReader::new(stdin()).lines();
    while let Some(line) = wanted.next_line().await? {
        // Lest those who came first be taken for dead before the last one comes.
        for member in &mut members {
            pulse(member).await?;
        }
        members.extend(account::register_many(&dialer, &targets, line.parse()?).await?);
        tell_held(members.len())?;
    }
    Ok(())
}

async fn pulse(member: &mut Member) -> Result<()> {
    account::request(&mut member.link, Request::Pulse)?;
    member.link.send().await
}

fn tell_held(held: usize) -> Result<()> {
    use std::io::Write as _;
    Ok(writeln!(std::io::stdout(), "{held}")?)
}
