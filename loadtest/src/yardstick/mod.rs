//! What the machine gives without a site, measured in the same run: figures of a site mean something beside these.

pub mod database;
pub mod disk;
pub mod echo;

use std::time::Duration;

use anyhow::Result;

use crate::{
    link::dial::Dialer,
    outcome::{Better, Figure, Outcome},
    site::Site,
};

/// Names of yardsticks that others are compared with.
pub const ECHOES: &str = "bare TLS echoes";
pub const SYNC: &str = "a small write on stable storage";
pub const SINGLE: &str = "database, one message a commit";
pub const BATCHED: &str = "database, 100 messages a commit";

/// Small writes whose time is taken.
const SYNCS: usize = 200;

/// Measures all that can be measured for a run on so many links, and notes it.
pub async fn measure(outcome: &mut Outcome, site: &Site, links: usize) -> Result<()> {
    if site.output.yardstick_seconds == 0 {
        return Ok(());
    }
    let span = Duration::from_secs(site.output.yardstick_seconds);
    let echoes = echo::rate(&Dialer::new()?, links, span).await?;
    let sync = disk::sync_times(SYNCS)?;
    let sync = Figure::new(SYNC, sync.at(0.5) as f64 / 1000.0, "ms", Better::Neither).noted("median, one at a time");
    let echoes =
        Figure::new(ECHOES, echoes, "echoes/s", Better::Neither).noted(&format!("on {links} links, one process"));
    outcome.yardsticks.extend([echoes, sync]);
    if let Some(url) = &site.postgres {
        outcome.yardsticks.extend(database::measure(url, span).await?);
    }
    Ok(())
}

/// Notes how a rate of the site compares with the yardsticks.
pub fn compare(outcome: &mut Outcome, figure: &str) {
    let Some(ours) = outcome.value(figure) else {
        return;
    };
    for (name, short) in [(SINGLE, "one message a commit"), (BATCHED, "100 messages a commit"), (ECHOES, ECHOES)] {
        let yardstick = outcome.yardsticks.iter().find(|one| one.name == name).map(|one| one.value);
        if let Some(theirs) = yardstick.filter(|value| *value > 0.0) {
            outcome.figure(&format!("{figure} / {short}"), ours / theirs, "times", Better::More);
        }
    }
}
