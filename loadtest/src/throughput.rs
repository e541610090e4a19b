//! Small messages a second among many members, and what the processor time goes to.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use anyhow::Result;
use futures::future::try_join_all;
use rand::Rng;
use tmtp_wire::{Answer, Incoming};
use tokio::time::timeout_at;

use crate::{
    Site,
    member::Member,
    procs::Meter,
    report,
    tls::Dialer,
    yardstick::{self, Echo},
};

/// What was counted.
#[derive(Debug, Default)]
struct Counts {
    acked: AtomicU64,
    delivered: AtomicU64,
}

pub async fn run(site: &Site, members: usize, span: Duration) -> Result<()> {
    let dialer = Dialer::new()?;
    let bare = echoes_a_second(&dialer, members, span.min(Duration::from_secs(5))).await?;
    let everyone =
        try_join_all((0..members).map(|index| Member::register(&dialer, site.target(index)))).await?;
    let uids: Arc<Vec<_>> = Arc::new(everyone.iter().map(|member| member.uid.clone()).collect());
    let counts = Arc::new(Counts::default());
    let meter = Meter::start(&site.process)?;
    let begun = Instant::now();
    let until = begun + span;
    let tasks = everyone
        .into_iter()
        .map(|member| tokio::spawn(converse(member, Arc::clone(&uids), Arc::clone(&counts), until)));
    for task in tasks.collect::<Vec<_>>() {
        task.await??;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let acked = counts.acked.load(Relaxed) as f64;
    report::line("bare TLS echoes a second", format!("{bare:.0}"))?;
    report::line("messages acked a second", format!("{:.0}", acked / seconds))?;
    report::line(
        "messages delivered a second",
        format!("{:.0}", counts.delivered.load(Relaxed) as f64 / seconds),
    )?;
    report::line("acked / echoes", format!("{:.3}", acked / seconds / bare))?;
    for (name, used) in meter.used()? {
        let micros = used * 1e6 / acked;
        report::line(&format!("processor time of {name}"), format!("{used:.1} s: {micros:.0} µs a message"))?;
    }
    Ok(())
}

async fn echoes_a_second(dialer: &Dialer, links: usize, span: Duration) -> Result<f64> {
    let echo = Echo::start().await?;
    let mut streams = try_join_all((0..links).map(|_| dialer.dial(echo.address))).await?;
    let begun = Instant::now();
    let until = begun + span;
    let each = streams.iter_mut().map(|stream| async move {
        let mut count = 0;
        while Instant::now() < until {
            yardstick::round_trip(stream).await?;
            count += 1;
        }
        anyhow::Ok(count)
    });
    let count: u64 = try_join_all(each).await?.into_iter().sum();
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

/// Posts to random members, one message at a time, and acks whatever comes.
async fn converse(member: Member, uids: Arc<Vec<String>>, counts: Arc<Counts>, until: Instant) -> Result<()> {
    let Member { mut reads, mut writes, .. } = member;
    let mut index = 0;
    let mut post = true;
    loop {
        if post {
            let to = rand::rng().random_range(0..uids.len());
            writes.post(format!("load {index}"), &uids[to], &[b'x'; 100]).await?;
            index += 1;
            post = false;
        }
        let Ok(incoming) = timeout_at(until.into(), reads.next()).await else {
            return Ok(());
        };
        match incoming? {
            Incoming::Answer(Answer::Ack { result, .. }) => {
                result.map_err(anyhow::Error::msg)?;
                counts.acked.fetch_add(1, Relaxed);
                post = true;
            }
            Incoming::Message { stamp, .. } => {
                counts.delivered.fetch_add(1, Relaxed);
                writes.ack(stamp.id).await?;
            }
            _ => {}
        }
    }
}
