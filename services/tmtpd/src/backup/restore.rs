//! Brings a backup back, and makes a database fit to serve that came back by other means.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use tmtp_platform::{Clock, SystemClock};
use tmtp_store::{BodyKind, backup};

use super::bodies;
use super::folder::{Folder, Manifest};
use crate::print;
use crate::settings::Settings;

/// Complaints listed.
const LISTED: usize = 20;

/// Checks everything first, so that a backup that is no good changes nothing.
pub async fn run(settings: &Settings, from: &Path) -> anyhow::Result<Manifest> {
    let folder = Folder::open(from)?;
    let manifest = folder.verified().await?;
    refuse_clock_behind(manifest.database.highest_id)?;
    settings.bodies.check().context("bodies")?;
    if manifest.bodies == BodyKind::Database && settings.bodies.kind != BodyKind::Database {
        bail!("the backup's large bodies are in the database: set bodies.kind to \"database\"");
    }
    let shown = || settings.store.shown_url();
    backup::load(&settings.store, &folder.database(), &manifest.database).await.with_context(shown)?;
    bodies::copy_in(settings, &folder).await?;
    backup::begin_life(&settings.store, SystemClock.unix_ms(), &folder.gone()?).await.with_context(shown)?;
    Ok(manifest)
}

/// Ends what the database remembers of the former life.
pub async fn settle(settings: &Settings, forget_bodiless: bool) -> anyhow::Result<()> {
    let shown = || settings.store.shown_url();
    let survey = backup::survey(&settings.store).await.with_context(shown)?;
    refuse_clock_behind(survey.highest_id)?;
    let gone = bodies::missing(settings, &survey.bodies).await?;
    if !gone.is_empty() && !forget_bodiless {
        let listed = gone.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join("\n  ");
        bail!(
            "{} large bodies are not there; nothing was changed. The first of them:\n  {listed}",
            gone.len()
        );
    }
    backup::begin_life(&settings.store, SystemClock.unix_ms(), &gone).await.with_context(shown)?;
    print::line(format_args!(
        "ready to be served; {} messages without their bodies were removed",
        gone.len()
    ));
    Ok(())
}

/// Ids come from the clock and must not be given out a second time.
fn refuse_clock_behind(highest_id: u64) -> anyhow::Result<()> {
    ensure!(
        SystemClock.unix_nanos() > highest_id,
        "this machine's clock is behind the newest message of the backup: set it first"
    );
    Ok(())
}
