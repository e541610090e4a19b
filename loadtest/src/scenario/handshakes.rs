//! Handshakes per second of one core.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use clap::Args;
use futures::future::try_join_all;
use tmtp_wire::{Head, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Ran;
use crate::{
    link::dial::{Dialer, Stream, Target},
    measure::procs::{Meter, Process},
    outcome::{Better, Figure, Outcome},
    site::Site,
    yardstick::echo::{self, Echo},
};

/// Links opened at a time.
const AT_A_TIME: usize = 16;

/// TLS handshakes (with TmtpRev) per second of one core, beside a bare TLS server.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Example:
  tmtp-loadtest handshakes --target 127.0.0.1:7443 --process edge=1234

With --cluster only the edges' processor time counts.")]
pub struct Handshakes {
    #[command(flatten)]
    pub site: Site,
    /// How long to go on.
    #[arg(long, default_value_t = 10, value_name = "S", value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub seconds: u64,
}

pub async fn run(args: &Handshakes) -> Ran {
    let fronts = args.site.fronts();
    ensure!(!fronts.is_empty(), "name the edges: --process edge=PID");
    let span = Duration::from_secs(args.seconds);
    let mut outcome = Outcome::new("handshakes", &args.site.output.label)?.set("seconds", args.seconds);
    let bare = bare_rate(span).await?;
    let edge = rate(&args.site.targets(), &fronts, span, true).await?;
    outcome.yardsticks.push(Figure::new("bare TLS handshakes", bare, "/core-second", Better::Neither));
    outcome.figure("handshakes with TmtpRev", edge, "/core-second", Better::More);
    outcome.figure("handshakes / bare TLS", edge / bare, "times", Better::More);
    Ok(outcome)
}

/// Handshakes a core-second of a bare TLS server.
pub async fn bare_rate(span: Duration) -> Result<f64> {
    let echo = Echo::start().await?;
    rate(std::slice::from_ref(&echo.target), std::slice::from_ref(&echo.process), span, false).await
}

async fn rate(targets: &[Target], processes: &[Process], span: Duration, is_site: bool) -> Result<f64> {
    let done = Arc::new(AtomicU64::new(0));
    let meter = Meter::start(processes).await?;
    let until = Instant::now() + span;
    let dialer = Dialer::new()?;
    let workers = (0..AT_A_TIME).map(|index| {
        let (dialer, done, target) = (dialer.clone(), Arc::clone(&done), &targets[index % targets.len()]);
        async move {
            while Instant::now() < until {
                let mut stream = dialer.dial(target, index).await?;
                if is_site {
                    greet(&mut stream).await?;
                } else {
                    echo::round_trip(&mut stream).await?;
                }
                done.fetch_add(1, Relaxed);
            }
            anyhow::Ok(())
        }
    });
    try_join_all(workers).await?;
    let used = meter.used().await?;
    let servers: f64 = used[..processes.len()].iter().map(|one| one.cpu_seconds).sum();
    Ok(done.load(Relaxed) as f64 / servers)
}

async fn greet(stream: &mut Stream) -> Result<()> {
    let hello = Head { request: Request::TmtpRev { id: "1".to_owned() }, data_len: 0 }.encode()?;
    stream.write_all(&hello).await?;
    stream.flush().await?;
    ensure!(stream.read(&mut [0; 512]).await? > 0, "the site closed the link");
    Ok(())
}
