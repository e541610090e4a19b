//! Measures a running site, each figure beside a yardstick taken in the same run.

mod handshakes;
mod idle;
mod latency;
mod member;
mod procs;
mod report;
mod throughput;
mod tls;
mod yardstick;

use std::{net::SocketAddr, time::Duration};

use anyhow::{Result, ensure};
use clap::{Args, Parser, Subcommand};

/// Measures a running site with open registration. Machines differ and are shared: compare ratios, not figures.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Example, against `make dev` or `make cluster`:\n  tmtp-loadtest latency --target 127.0.0.1:7443"
)]
struct Cli {
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    /// Resident memory of an edge per link at rest.
    Idle {
        #[command(flatten)]
        site: Site,
        /// Links to hold.
        #[arg(long, default_value_t = 10_000)]
        links: usize,
    },
    /// TLS handshakes (with TmtpRev) per second of one core, beside a bare TLS server.
    Handshakes {
        #[command(flatten)]
        site: Site,
        /// How long to go on.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Time from Post to delivery between two members, beside a TLS echo and one write to disk.
    Latency {
        #[command(flatten)]
        site: Site,
        /// Messages to send, one after the other.
        #[arg(long, default_value_t = 1000)]
        messages: usize,
    },
    /// Small messages a second among many members, beside TLS echoes on as many links.
    Throughput {
        #[command(flatten)]
        site: Site,
        /// Members, each posting its next message when the last one is acked.
        #[arg(long, default_value_t = 100)]
        members: usize,
        /// How long to go on.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
    },
    /// The yardstick's server: TLS that echoes. Started by the others.
    #[command(hide = true)]
    Echo,
}

/// The site under test.
#[derive(Debug, Clone, Args)]
pub struct Site {
    /// Where its edges listen; links are spread over them.
    #[arg(long, required = true, value_delimiter = ',')]
    target: Vec<SocketAddr>,
    /// Processes whose memory and processor time to report: NAME=PID.
    #[arg(long, value_delimiter = ',', value_parser = procs::parse)]
    process: Vec<procs::Process>,
}

impl Site {
    fn target(&self, index: usize) -> SocketAddr {
        self.target[index % self.target.len()]
    }
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    ensure!(
        rustls::crypto::aws_lc_rs::default_provider().install_default().is_ok(),
        "a TLS provider is installed already"
    );
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(Box::pin(run(cli.scenario)))
}

async fn run(scenario: Scenario) -> Result<()> {
    match scenario {
        Scenario::Idle { site, links } => idle::run(&site, links).await,
        Scenario::Handshakes { site, seconds } => handshakes::run(&site, Duration::from_secs(seconds)).await,
        Scenario::Latency { site, messages } => latency::run(&site, messages).await,
        Scenario::Throughput { site, members, seconds } => {
            throughput::run(&site, members, Duration::from_secs(seconds)).await
        }
        Scenario::Echo => yardstick::serve().await,
    }
}
