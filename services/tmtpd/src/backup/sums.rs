//! Checksums of a folder's files, in the form that `sha256sum -c` reads.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};

const READ_OCTETS: usize = 1 << 20;

/// How much there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    pub files: u64,
    pub octets: u64,
}

/// Writes a line for each file in these places below `root`, in order of name.
pub fn write(root: &Path, places: &[&str], to: &Path) -> anyhow::Result<Total> {
    let mut files = Vec::new();
    for place in places {
        list(&root.join(place), &mut files)?;
    }
    files.sort();
    let mut out = BufWriter::new(File::create(to)?);
    let mut total = Total::default();
    for file in files {
        let (sum, octets) = of_file(&file)?;
        writeln!(out, "{sum}  {}", file.strip_prefix(root)?.display())?;
        total.files += 1;
        total.octets += octets;
    }
    out.into_inner()?.sync_all()?;
    Ok(total)
}

/// Checks every file that is listed.
pub fn check(root: &Path, sums: &Path) -> anyhow::Result<Total> {
    let mut total = Total::default();
    for line in read(sums)? {
        let (wanted, path) = line?;
        let (found, octets) = of_file(&root.join(&path))?;
        ensure!(found == wanted, "{} is not as it was written", path.display());
        total.files += 1;
        total.octets += octets;
    }
    Ok(total)
}

/// The lines of a list: sum and path.
pub fn read(sums: &Path) -> anyhow::Result<impl Iterator<Item = anyhow::Result<(String, PathBuf)>>> {
    let file = File::open(sums).with_context(|| sums.display().to_string())?;
    Ok(BufReader::new(file).lines().map(|line| parse(&line?)))
}

fn parse(line: &str) -> anyhow::Result<(String, PathBuf)> {
    let (sum, path) = line.split_once("  ").context("a line is a sum, two spaces and a path")?;
    let path = PathBuf::from(path);
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        bail!("{} leads out of the backup", path.display());
    }
    Ok((sum.to_owned(), path))
}

/// A file's sum in hex, and its length.
pub fn of_file(path: &Path) -> anyhow::Result<(String, u64)> {
    let mut file = File::open(path).with_context(|| path.display().to_string())?;
    let (mut digest, mut octets) = (Sha256::new(), 0);
    let mut piece = vec![0; READ_OCTETS];
    loop {
        let read = file.read(&mut piece).with_context(|| path.display().to_string())?;
        if read == 0 {
            break;
        }
        digest.update(&piece[..read]);
        octets += read as u64;
    }
    Ok((digest.finalize().iter().map(|octet| format!("{octet:02x}")).collect(), octets))
}

/// All files at or below a place, where there is one.
fn list(place: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    if place.is_file() {
        files.push(place.to_owned());
    } else if place.is_dir() {
        for entry in fs::read_dir(place)? {
            list(&entry?.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("bodies/7")).unwrap();
        fs::write(folder.path().join("bodies/7/a"), "one").unwrap();
        fs::write(folder.path().join("gone"), "").unwrap();
        folder
    }

    #[test]
    fn what_was_written_is_whole_until_an_octet_changes_or_a_file_goes() {
        let folder = folder();
        let (root, sums) = (folder.path(), folder.path().join("SUMS"));
        let total = write(root, &["bodies", "gone", "absent"], &sums).unwrap();
        assert_eq!(total, Total { files: 2, octets: 3 });
        assert_eq!(check(root, &sums).unwrap(), total);
        fs::write(root.join("bodies/7/a"), "onf").unwrap();
        assert!(check(root, &sums).unwrap_err().to_string().contains("bodies/7/a is not as it was"));
        fs::remove_file(root.join("bodies/7/a")).unwrap();
        assert!(check(root, &sums).is_err());
    }

    #[test]
    fn a_path_out_of_the_folder_is_refused() {
        for path in ["../x", "/etc/passwd", "bodies/../../x"] {
            assert!(parse(&format!("00  {path}")).is_err(), "{path}");
        }
    }
}
