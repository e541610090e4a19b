//! Takes a backup.

use anyhow::{Context, bail};
use tmtp_platform::{Clock, SystemClock};
use tmtp_store::{BodyKind, backup};

use super::args::Create;
use super::folder::{Draft, Folder, Manifest};
use super::{bodies, former};
use crate::settings::Settings;

/// Writes everything to a folder. One without a manifest, which comes last, is no backup.
pub async fn run(settings: &Settings, to: &Create) -> anyhow::Result<Manifest> {
    if !settings.shards.is_empty() {
        // A backup of one database would look whole and lack every site that is in another.
        bail!(
            "with [shards], take the databases' backups by Postgres' own means, all of them: see deploy/README.md"
        );
    }
    let moment = jiff::Timestamp::from_millisecond(SystemClock.unix_ms())?;
    let out = match (&to.out, &to.into) {
        (Some(out), _) => out.clone(),
        (None, Some(into)) => into.join(former::name(moment)),
        (None, None) => bail!("say where: --out or --into"),
    };
    let folder = Folder::create(&out)?;
    let (database, named) = backup::dump(&settings.store, &folder.database())
        .await
        .with_context(|| settings.store.shown_url())?;
    let gone = match settings.bodies.kind {
        BodyKind::Database => Vec::new(),
        BodyKind::Directory | BodyKind::S3 => bodies::copy_out(settings, &named, &folder).await?,
    };
    let manifest = folder.seal(Draft { moment, database, bodies: settings.bodies.kind, gone }).await?;
    if let Err(error) = backup::note(&settings.store, moment.as_millisecond()).await {
        tracing::warn!(%error, "the backup is whole, but tmtp_backup_timestamp_seconds will not tell of it");
    }
    if let (Some(into), Some(keep)) = (&to.into, to.keep) {
        former::keep(into, keep.get())?;
    }
    Ok(manifest)
}
