//! A backup's folder: `manifest.json`, which comes last, `SHA256SUMS`, and in `database`, `bodies` and `gone` what is
//! saved.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};
use tmtp_store::{BodyKind, backup::Dump};
use tokio::task::spawn_blocking;

use super::sums;

const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
const SUMS: &str = "SHA256SUMS";
const DATABASE: &str = "database";
const BODIES: &str = "bodies";
const GONE: &str = "gone";

/// A backup's folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

/// What a backup says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub format: u32,
    /// Version and commit of the program.
    pub made_by: String,
    /// What was acked before is in it.
    pub moment: jiff::Timestamp,
    pub database: Dump,
    /// Where large bodies were.
    pub bodies: BodyKind,
    pub files: u64,
    pub octets: u64,
    /// The checksum of the list of checksums.
    pub sums_sha256: String,
}

/// What a manifest is made of, beside the files.
pub struct Draft {
    pub moment: jiff::Timestamp,
    pub database: Dump,
    pub bodies: BodyKind,
    /// Bodies that went while they were copied.
    pub gone: Vec<String>,
}

impl Folder {
    /// A new one, or one that is empty. What is secret in it is closed to others.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        let shown = || path.display().to_string();
        let mut closed = DirBuilder::new();
        closed.mode(0o700).recursive(true).create(path).with_context(shown)?;
        let is_empty = fs::read_dir(path).with_context(shown)?.next().is_none();
        ensure!(is_empty, "{} is not empty", path.display());
        for part in [DATABASE, BODIES] {
            closed.create(path.join(part)).with_context(shown)?;
        }
        Ok(Self(path.to_owned()))
    }

    /// One that is there.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        ensure!(
            path.join(MANIFEST).exists(),
            "{} holds no whole backup: it has no {MANIFEST}",
            path.display()
        );
        Ok(Self(path.to_owned()))
    }

    /// Where the database's files are.
    pub fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    /// Where a large body is.
    pub fn body(&self, key: &str) -> PathBuf {
        self.0.join(BODIES).join(key)
    }

    /// The keys of the bodies that are here.
    pub fn body_keys(&self) -> anyhow::Result<Vec<String>> {
        let mut keys = Vec::new();
        for line in sums::read(&self.0.join(SUMS))? {
            let (_, path) = line?;
            if let Ok(key) = path.strip_prefix(BODIES) {
                keys.push(key.to_str().context("a key is text")?.to_owned());
            }
        }
        Ok(keys)
    }

    /// The keys of the bodies that went while they were copied.
    pub fn gone(&self) -> anyhow::Result<Vec<String>> {
        let text = fs::read_to_string(self.0.join(GONE)).context(GONE)?;
        Ok(text.lines().map(ToOwned::to_owned).collect())
    }

    /// Makes it a backup: checksums, and the manifest.
    pub async fn seal(self, draft: Draft) -> anyhow::Result<Manifest> {
        spawn_blocking(move || self.seal_now(draft)).await?
    }

    fn seal_now(&self, draft: Draft) -> anyhow::Result<Manifest> {
        let gone: String = draft.gone.iter().map(|key| format!("{key}\n")).collect();
        self.write(GONE, &gone)?;
        let total = sums::write(&self.0, &[DATABASE, BODIES, GONE], &self.0.join(SUMS))?;
        let manifest = Manifest {
            format: FORMAT,
            made_by: tmtp_platform::build::version().to_owned(),
            moment: draft.moment,
            database: draft.database,
            bodies: draft.bodies,
            files: total.files,
            octets: total.octets,
            sums_sha256: sums::of_file(&self.0.join(SUMS))?.0,
        };
        // What is named below is on disk before the manifest says so, and before older backups may go.
        for folder in folders(&self.0)? {
            sync(&folder)?;
        }
        let partial = format!("{MANIFEST}.partial");
        self.write(&partial, &serde_json::to_string_pretty(&manifest)?)?;
        fs::rename(self.0.join(partial), self.0.join(MANIFEST))?;
        sync(&self.0)?;
        self.0.parent().filter(|parent| parent.is_dir()).map_or(Ok(()), sync)?;
        Ok(manifest)
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let path = self.0.join(name);
        fs::write(&path, text)
            .and_then(|()| File::open(&path)?.sync_all())
            .with_context(|| path.display().to_string())
    }

    /// Its manifest, when everything in it is as it was written.
    pub async fn verified(&self) -> anyhow::Result<Manifest> {
        let folder = self.clone();
        spawn_blocking(move || folder.verify_now()).await?
    }

    fn verify_now(&self) -> anyhow::Result<Manifest> {
        let text = fs::read_to_string(self.0.join(MANIFEST)).context(MANIFEST)?;
        let manifest: Manifest = serde_json::from_str(&text).context(MANIFEST)?;
        ensure!(
            manifest.format == FORMAT,
            "this release reads backups of format {FORMAT}, not {}",
            manifest.format
        );
        let list = self.0.join(SUMS);
        ensure!(sums::of_file(&list)?.0 == manifest.sums_sha256, "{SUMS} is not as it was written");
        let total = sums::check(&self.0, &list)?;
        ensure!(
            (total.files, total.octets) == (manifest.files, manifest.octets),
            "{MANIFEST} counts other files"
        );
        Ok(manifest)
    }
}

/// Makes durable what a folder is said to hold.
fn sync(folder: &Path) -> anyhow::Result<()> {
    File::open(folder).and_then(|open| open.sync_all()).with_context(|| folder.display().to_string())
}

/// All folders below this one.
fn folders(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).with_context(|| root.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(folders(&entry.path())?);
            found.push(entry.path());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_of_a_backup_is_found_to_be_made_durable() {
        let root = tempfile::tempdir().unwrap();
        for part in ["database", "bodies/7", "bodies/19"] {
            fs::create_dir_all(root.path().join(part)).unwrap();
        }
        fs::write(root.path().join("bodies/7/a"), "x").unwrap();
        let mut found = folders(root.path()).unwrap();
        found.sort();
        let wanted = ["bodies", "bodies/19", "bodies/7", "database"].map(|part| root.path().join(part));
        assert_eq!(found, wanted);
        found.iter().for_each(|folder| sync(folder).unwrap());
    }
}
