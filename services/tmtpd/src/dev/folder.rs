//! The folder that a demo is kept in: one process at a time.

use std::fs::{DirBuilder, File, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// A folder that no other process uses while this exists.
pub struct Folder {
    path: PathBuf,
    /// Held open for its lock, which ends with the process however that ends.
    _lock: File,
}

impl Folder {
    /// Takes a folder, making it where it is not there; without one, the one in the user's data folder.
    pub fn take(path: Option<&Path>) -> anyhow::Result<Self> {
        let path = path.map_or_else(default_path, |path| Ok(path.to_owned()))?;
        let advice = || format!("cannot keep data in {}; choose a folder with --data DIR", path.display());
        // What members write is nobody else's business on this machine.
        DirBuilder::new().recursive(true).mode(0o700).create(&path).with_context(advice)?;
        let path = path.canonicalize().with_context(advice)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .with_context(advice)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!(
                "{} is in use by another tmtpd; stop that one, or choose another folder with --data DIR",
                path.display()
            ),
            Err(TryLockError::Error(error)) => Err(error).with_context(advice),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where its certificates are.
    pub fn certificates(&self) -> PathBuf {
        self.path.join("certificates")
    }

    /// Where large bodies are.
    pub fn bodies(&self) -> PathBuf {
        self.path.join("bodies")
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.path.join("tmtp.sqlite")
    }
}

fn default_path() -> anyhow::Result<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = folder("XDG_DATA_HOME").or_else(|| Some(folder("HOME")?.join(".local").join("share")));
    Ok(data
        .context("neither HOME nor XDG_DATA_HOME is set; choose a folder with --data DIR")?
        .join("tmtp-dev"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_use_is_refused_with_what_to_do() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a").join("b");
        let first = Folder::take(Some(&path)).unwrap();
        let error = Folder::take(Some(&path)).err().unwrap().to_string();
        assert!(error.contains("in use") && error.contains("--data"), "{error}");
        drop(first);
        assert!(Folder::take(Some(&path)).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named_with_what_to_do() {
        let error = Folder::take(Some(Path::new("/proc/nowhere"))).err().unwrap().to_string();
        assert!(error.contains("/proc/nowhere") && error.contains("--data"), "{error}");
    }
}
