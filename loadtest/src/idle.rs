//! Resident memory of an edge per link at rest.

use std::{sync::Arc, time::Duration};

use anyhow::{Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::time::sleep;

use crate::{Site, member::Member, procs::Process, report, tls::Dialer};

/// Links opened at a time.
const AT_A_TIME: usize = 64;

pub async fn run(site: &Site, links: usize) -> Result<()> {
    ensure!(!site.process.is_empty(), "name the edge: --process edge=PID");
    let before = resident(&site.process)?;
    let dialer = Arc::new(Dialer::new()?);
    let members: Vec<Member> = stream::iter(0..links)
        .map(|index| {
            let (dialer, target) = (Arc::clone(&dialer), site.target(index));
            async move { Member::register(&dialer, target).await }
        })
        .buffer_unordered(AT_A_TIME)
        .try_collect()
        .await?;
    sleep(Duration::from_secs(5)).await;
    let after = resident(&site.process)?;
    report::line("links held", members.len())?;
    for (process, (before, after)) in site.process.iter().zip(before.iter().zip(&after)) {
        let per_link = after.saturating_sub(*before) as f64 / links as f64;
        let figure =
            format!("{before} KiB before, {after} KiB with all links: {per_link:.1} KiB a link of all");
        report::line(&format!("resident memory of {}", process.name), figure)?;
    }
    let grown: u64 = after.iter().zip(&before).map(|(after, before)| after.saturating_sub(*before)).sum();
    report::line("in all, a link", format!("{:.1} KiB", grown as f64 / links as f64))
}

fn resident(processes: &[Process]) -> Result<Vec<u64>> {
    processes.iter().map(Process::resident_kib).collect()
}
