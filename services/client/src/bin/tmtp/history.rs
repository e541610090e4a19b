//! Every message that was taken, one JSON object a line. What stands here was shown, and may be acked.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use serde_json::Value;
use tmtp_client::MsgId;

use crate::{disk, failure::Failure};

/// How much of an old history is read back to recognize what comes again: far more than a queue's window.
const TAIL: u64 = 16 << 20;

#[derive(Debug)]
pub struct History {
    path: PathBuf,
    file: File,
    seen: HashSet<MsgId>,
}

impl History {
    pub fn open(path: &Path) -> Result<Self, Failure> {
        Self::try_open(path).map_err(|e| Failure::local(path.display(), &e))
    }

    fn try_open(path: &Path) -> io::Result<Self> {
        let mut file = disk::private().read(true).append(true).create(true).open(path)?;
        let len = file.metadata()?.len();
        file.seek(SeekFrom::Start(len.saturating_sub(TAIL)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        // A line that a crash cut short must not swallow the next one.
        if tail.last().is_some_and(|last| *last != b'\n') {
            file.write_all(b"\n")?;
        }
        disk::sync_dir(path.parent().unwrap_or(Path::new(".")))?;
        let seen = tail.split(|octet| *octet == b'\n').filter_map(id_of).collect();
        Ok(Self { path: path.to_owned(), file, seen })
    }

    /// Whether this message was taken before.
    pub fn has(&self, id: MsgId) -> bool {
        self.seen.contains(&id)
    }

    /// Adds a message; it is on disk when this comes back.
    pub fn add(&mut self, id: MsgId, message: &Value) -> Result<(), Failure> {
        let line = format!("{message}\n");
        self.file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(|e| Failure::local(self.path.display(), &e))?;
        self.seen.insert(id);
        Ok(())
    }
}

fn id_of(line: &[u8]) -> Option<MsgId> {
    let line: Value = serde_json::from_slice(line).ok()?;
    line.get("id")?.as_str()?.parse().ok()
}

/// The last lines of a history, for showing.
pub fn last(path: &Path, count: usize) -> Result<Vec<Value>, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::local(path.display(), &error)),
    };
    let lines: Vec<Value> =
        text.lines().rev().filter_map(|l| serde_json::from_str(l).ok()).take(count).collect();
    Ok(lines.into_iter().rev().collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_taken_is_known_after_a_restart_even_behind_a_line_cut_short() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history.jsonl");
        let entry = |n: u64| json!({"id": MsgId(n).to_string(), "text": "line\nbreak"});
        History::open(&path).unwrap().add(MsgId(1), &entry(1)).unwrap();
        fs::OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"id\":\"00").unwrap();
        History::open(&path).unwrap().add(MsgId(2), &entry(2)).unwrap();
        let history = History::open(&path).unwrap();
        assert!(history.has(MsgId(1)) && history.has(MsgId(2)) && !history.has(MsgId(3)));
        assert_eq!(last(&path, 1).unwrap(), [entry(2)]);
    }
}
