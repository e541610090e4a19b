//! Whether files changed: certificates and keys are renewed while we run.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What tells whether any of some files changed: their names, their lengths, and when they were written. A file that is not
/// there has nothing. Compare it with an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

/// Octets, and when they were written.
type Stamp = (u64, Option<SystemTime>);

impl Stamps {
    /// Of these files, as they are now. Links are followed: a mounted secret is a link to its latest version.
    pub fn of<'p>(files: impl IntoIterator<Item = &'p Path>) -> Self {
        let stamp = |file: &Path| {
            let about = fs::metadata(file).ok();
            (file.to_owned(), about.map(|about| (about.len(), about.modified().ok())))
        };
        Self(files.into_iter().map(stamp).collect())
    }

    /// Of all that is in a folder; of nothing, where it cannot be read.
    pub fn of_folder(folder: &Path) -> Self {
        let files = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: Vec<_> = files.map(|file| file.path()).collect();
        files.sort();
        Self::of(files.iter().map(PathBuf::as_path))
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

    #[test]
    fn a_file_that_gets_another_name_in_a_folder_shows() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one.pem"), folder.path().join("other.pem"));
        fs::write(&one, "one").unwrap();
        let former = Stamps::of_folder(folder.path());
        assert_eq!(Stamps::of_folder(folder.path()), former);
        fs::rename(one, other).unwrap();
        assert_ne!(Stamps::of_folder(folder.path()), former);
    }
}
