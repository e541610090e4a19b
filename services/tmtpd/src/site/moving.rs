//! `tmtpd site move`: takes what is in a site to another database, and says how far it is.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use async_trait::async_trait;
use indicatif::ProgressBar;
use tmtp_bus::{Bus, SITES};
use tmtp_store::{
    Result, Site,
    shards::{Step, Witness},
};

use crate::print;
use crate::settings::Settings;

/// How often the bar moves.
const TICK: Duration = Duration::from_millis(200);
/// Time for a word to leave before the process ends.
const LEAVE: Duration = Duration::from_millis(300);

/// Moves a site, or completes what an earlier run began.
pub async fn run(settings: &Settings, site: &Site, to: &str, bus: Arc<dyn Bus>) -> anyhow::Result<()> {
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(TICK);
    let mut told = Told { bar, bus, site: site.id.0, rows: None, is_there: false };
    let databases = settings.databases();
    let moved = databases.move_site(site.id, to, &mut told).await;
    told.bar.finish_and_clear();
    let id = site.id.0;
    moved.with_context(|| match told.is_there {
        true => format!("site {id} is in {to}, and the same command again removes what was left elsewhere"),
        false => format!("site {id} is not in {to} yet; the same command again goes on"),
    })?;
    match told.rows {
        Some(rows) => print::line(format_args!("site {} is in {to}: {rows} rows, compared", site.id.0)),
        None => print::line(format_args!("site {} is in {to}", site.id.0)),
    }
    Ok(())
}

struct Told {
    bar: ProgressBar,
    bus: Arc<dyn Bus>,
    site: i64,
    rows: Option<u64>,
    is_there: bool,
}

#[async_trait]
impl Witness for Told {
    async fn see(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Noted => {
                self.tell();
                self.bar.set_message("waiting for what is under way");
            }
            Step::Left => self.bar.set_message("the site waits"),
            Step::Copying { table, octets } => {
                self.bar.set_message(format!("copying {table}: {} MiB so far", octets >> 20));
            }
            Step::Compared { rows } => {
                self.rows = Some(rows);
                self.bar.set_message(format!("{rows} rows are the same there"));
            }
            Step::Arrived => self.bar.set_message("it has arrived"),
            Step::Told => {
                self.is_there = true;
                self.tell();
                self.bar.set_message("removing what was left");
                tokio::time::sleep(LEAVE).await;
            }
            Step::Cleared => {}
        }
        Ok(())
    }
}

impl Told {
    /// Has processes read the list of sites anew; those that this does not reach look by themselves within seconds.
    fn tell(&self) {
        self.bus.publish(SITES, bytes::Bytes::from(self.site.to_string()));
    }
}
