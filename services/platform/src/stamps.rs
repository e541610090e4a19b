//! Whether files changed: certificates and keys are renewed while we run.

use std::{fs, path::Path, time::SystemTime};

/// What tells whether any of some files changed: their lengths, and when they were written. A file that is not there has
/// nothing. Compare it with an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamps(Vec<Option<(u64, Option<SystemTime>)>>);

impl Stamps {
    /// Of these files, as they are now. Links are followed: a mounted secret is a link to its latest version.
    pub fn of<'p>(files: impl IntoIterator<Item = &'p Path>) -> Self {
        let stamp = |file| fs::metadata(file).ok().map(|about| (about.len(), about.modified().ok()));
        Self(files.into_iter().map(stamp).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_comes_changes_or_goes_shows() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cert.pem");
        let stamps = || Stamps::of([file.as_path()]);
        let mut former = stamps();
        assert_eq!(stamps(), former);
        for text in ["one", "other"] {
            fs::write(&file, text).unwrap();
            assert_ne!(stamps(), former);
            former = stamps();
        }
        fs::remove_file(&file).unwrap();
        assert_ne!(stamps(), former);
    }
}
