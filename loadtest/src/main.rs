//! Measures a running site, each figure beside a yardstick taken in the same run.

#[cfg(feature = "brokers")]
mod broker;
mod compare;
mod link;
mod measure;
mod outcome;
mod report;
mod scenario;
mod site;
mod verify;
mod yardstick;

use std::process::ExitCode;

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, Subcommand};
use tmtp_platform::clock::{Clock as _, SystemClock};

use outcome::Outcome;
use scenario::{backlog, cycle, fanout, handshakes, idle, large, latency, mixed, soak, steady, storm};
use site::{Output, Site};

/// Measures a running site with open registration. Machines differ and are shared: compare ratios, not figures.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Example, against `make dev`:\n  tmtp-loadtest steady --target 127.0.0.1:7443 --seconds 10"
)]
struct Cli {
    /// Threads that the members share.
    #[arg(long, global = true, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    Steady(steady::Steady),
    Cycle(cycle::Cycle),
    Fanout(fanout::Fanout),
    Backlog(backlog::Backlog),
    Idle(idle::Idle),
    Storm(storm::Storm),
    Large(large::Large),
    MixedTenants(mixed::Mixed),
    Soak(soak::Soak),
    Handshakes(handshakes::Handshakes),
    Latency(latency::Quiet),
    #[cfg(feature = "brokers")]
    Broker(broker::Broker),
    Report(report::Report),
    Compare(compare::Compare),
    /// The yardstick's server: TLS that echoes. Started by the others.
    #[command(hide = true)]
    Echo,
    #[command(hide = true)]
    Hold(idle::Hold),
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    ensure!(
        rustls::crypto::aws_lc_rs::default_provider().install_default().is_ok(),
        "a TLS provider is installed already"
    );
    let threads = usize::from(cli.threads);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    runtime.block_on(Box::pin(run(cli.scenario)))
}

async fn run(scenario: Scenario) -> Result<ExitCode> {
    match scenario {
        Scenario::Echo => yardstick::echo::serve().await.map(|()| ExitCode::SUCCESS),
        Scenario::Hold(args) => idle::hold(&args).await.map(|()| ExitCode::SUCCESS),
        Scenario::Report(args) => report::run(&args).map(|()| ExitCode::SUCCESS),
        Scenario::Compare(args) => compare::run(&args),
        #[cfg(feature = "brokers")]
        Scenario::Broker(args) => tell(&Box::pin(broker::run(&args)).await?, &args.output),
        mut scenario => {
            let site = scenario.site().context("every scenario has a site")?;
            *site = site.clone().complete()?;
            let output = site.output.clone();
            tell(&Box::pin(play(&scenario)).await?, &output)
        }
    }
}

/// Runs a scenario.
async fn play(scenario: &Scenario) -> Result<Outcome> {
    match scenario {
        Scenario::Steady(args) => steady::run(args).await,
        Scenario::Cycle(args) => cycle::run(args).await,
        Scenario::Fanout(args) => fanout::run(args).await,
        Scenario::Backlog(args) => backlog::run(args).await,
        Scenario::Idle(args) => idle::run(args).await,
        Scenario::Storm(args) => storm::run(args).await,
        Scenario::Large(args) => large::run(args).await,
        Scenario::MixedTenants(args) => mixed::run(args).await,
        Scenario::Soak(args) => soak::run(args).await,
        Scenario::Handshakes(args) => handshakes::run(args).await,
        Scenario::Latency(args) => latency::run(args).await,
        _ => bail!("no scenario with a site"),
    }
}

impl Scenario {
    /// What it is told of the site.
    fn site(&mut self) -> Option<&mut Site> {
        Some(match self {
            Self::Steady(args) => &mut args.site,
            Self::Cycle(args) => &mut args.site,
            Self::Fanout(args) => &mut args.site,
            Self::Backlog(args) => &mut args.site,
            Self::Idle(args) => &mut args.site,
            Self::Storm(args) => &mut args.site,
            Self::Large(args) => &mut args.site,
            Self::MixedTenants(args) => &mut args.site,
            Self::Soak(args) => &mut args.site,
            Self::Handshakes(args) => &mut args.site,
            Self::Latency(args) => &mut args.site,
            _ => return None,
        })
    }
}

/// Prints an outcome and writes it where it is wanted. A bad one makes a bad exit code.
fn tell(outcome: &Outcome, output: &Output) -> Result<ExitCode> {
    let ended_ms = SystemClock.unix_ms();
    let outcome = Outcome { ended_ms, ..outcome.clone() };
    report::text::print(&outcome)?;
    match &output.json {
        Some(path) if path.as_os_str() == "-" => report::text::print_json(&outcome)?,
        Some(path) => outcome.write(path)?,
        None => {}
    }
    Ok(if outcome.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
