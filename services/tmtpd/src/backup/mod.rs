//! `tmtpd backup`: everything that must not be lost, in a folder, and back.
//!
//! The database is read first, at one moment, and bodies are copied after it. A body is durable before its message is, so
//! every body that the dump names was there at that moment; one that has gone since was acked by the last device that
//! it waited for, and its message is forgotten when the backup is brought back (`gone` lists them).

pub mod args;
mod bodies;
mod create;
mod folder;
mod former;
mod restore;
mod sums;

use args::Backup;

use crate::settings::{Role, Settings};
use crate::{check, print};
use folder::{Folder, Manifest};

/// Carries out one command.
pub async fn run(settings: &Settings, command: &Backup) -> anyhow::Result<()> {
    if let Backup::Verify { from } = command {
        return say("whole", &Folder::open(from)?.verified().await?);
    }
    check::for_role(settings, Role::Control)?;
    settings.log.install()?;
    match command {
        Backup::Create(to) => say("written", &create::run(settings, to).await?),
        Backup::Restore { from } => say("brought back", &restore::run(settings, from).await?),
        Backup::Settle { forget_bodiless } => restore::settle(settings, *forget_bodiless).await,
        Backup::Verify { .. } => Ok(()),
    }
}

fn say(what: &str, manifest: &Manifest) -> anyhow::Result<()> {
    let Manifest { moment, files, octets, .. } = manifest;
    print::line(format_args!(
        "{what}: {files} files, {octets} octets; acked before {moment}: all of it is there"
    ));
    Ok(())
}
