//! Handshakes per second of one core.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use futures::future::try_join_all;
use tmtp_wire::{Head, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    Site,
    procs::{Meter, Process},
    report,
    tls::{Dialer, Stream},
    yardstick::{self, Echo},
};

/// Links opened at a time.
const AT_A_TIME: usize = 16;

pub async fn run(site: &Site, span: Duration) -> Result<()> {
    ensure!(!site.process.is_empty(), "name the edges: --process edge=PID");
    let echo = Echo::start().await?;
    let bare = rate(&[echo.address], std::slice::from_ref(&echo.process), span, false).await?;
    let edge = rate(&site.target, &site.process, span, true).await?;
    report::line("bare TLS handshakes a core-second", format!("{bare:.0}"))?;
    report::line("handshakes with TmtpRev a core-second", format!("{edge:.0}"))?;
    report::line("ratio to bare TLS", format!("{:.2}", edge / bare))
}

async fn rate(targets: &[SocketAddr], processes: &[Process], span: Duration, is_site: bool) -> Result<f64> {
    let done = Arc::new(AtomicU64::new(0));
    let meter = Meter::start(processes)?;
    let until = Instant::now() + span;
    let dialer = Dialer::new()?;
    let workers = (0..AT_A_TIME).map(|index| {
        let (dialer, done, target) = (dialer.clone(), Arc::clone(&done), targets[index % targets.len()]);
        async move {
            while Instant::now() < until {
                let mut stream = dialer.dial(target).await?;
                if is_site {
                    greet(&mut stream).await?;
                } else {
                    yardstick::round_trip(&mut stream).await?;
                }
                done.fetch_add(1, Relaxed);
            }
            anyhow::Ok(())
        }
    });
    try_join_all(workers).await?;
    let used: f64 = meter.used()?.iter().map(|(_, seconds)| seconds).sum();
    Ok(done.load(Relaxed) as f64 / used)
}

async fn greet(stream: &mut Stream) -> Result<()> {
    let hello = Head { request: Request::TmtpRev { id: "1".to_owned() }, data_len: 0 }.encode()?;
    stream.write_all(&hello).await?;
    stream.flush().await?;
    ensure!(stream.read(&mut [0; 512]).await? > 0, "the site closed the link");
    Ok(())
}
