//! A folder of backups, each named by its time.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::folder::Folder;

const NAME: &str = "%Y-%m-%dT%H-%M-%SZ";

/// The name of a backup of this time. In order of name they are in order of time.
pub fn name(moment: jiff::Timestamp) -> String {
    moment.strftime(NAME).to_string()
}

/// Removes backups that are whole and named by their times, all but so many of the newest. What else is there stays.
pub fn keep(into: &Path, count: usize) -> anyhow::Result<()> {
    let mut whole: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(into).with_context(|| into.display().to_string())? {
        let path = entry?.path();
        if is_named_by_time(&path) && Folder::open(&path).is_ok() {
            whole.push(path);
        }
    }
    whole.sort();
    for old in whole.iter().rev().skip(count) {
        fs::remove_dir_all(old).with_context(|| old.display().to_string())?;
    }
    Ok(())
}

fn is_named_by_time(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    jiff::civil::DateTime::strptime(NAME, name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_and_what_is_no_whole_backup_of_ours_is_left_alone() {
        let into = tempfile::tempdir().unwrap();
        let made = |name: &str| into.path().join(name);
        let times = [1_000_000_000, 1_500_000_000, 1_800_000_000].map(|second| {
            let name = name(jiff::Timestamp::from_second(second).unwrap());
            fs::create_dir(made(&name)).unwrap();
            fs::write(made(&name).join("manifest.json"), "{}").unwrap();
            name
        });
        assert_eq!(times[0], "2001-09-09T01-46-40Z");
        fs::create_dir(made("2001-01-01T00-00-00Z")).unwrap();
        fs::create_dir(made("before-the-move")).unwrap();
        fs::write(made("before-the-move").join("manifest.json"), "{}").unwrap();
        keep(into.path(), 2).unwrap();
        let left: Vec<bool> = times.iter().map(|name| made(name).exists()).collect();
        assert_eq!(left, [false, true, true]);
        assert!(made("2001-01-01T00-00-00Z").exists() && made("before-the-move").exists());
    }
}
