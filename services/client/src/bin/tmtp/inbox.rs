//! Bodies and attachments on disk: one folder a message, complete or absent.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tmtp_client::{
    Body, MsgId,
    letter::{LetterHead, Opened},
    safe_name,
};
use tokio::io::AsyncWriteExt;

use crate::{disk, failure::Failure};

/// How much of a text is shown; the file has all of it.
const SHOWN: usize = 64 * 1024;

/// Where messages are kept.
#[derive(Debug)]
pub struct Inbox {
    dir: PathBuf,
    /// Tells apart the accounts that save into one folder.
    owner: String,
}

impl Inbox {
    pub fn open(dir: &Path, owner: &str) -> Result<Self, Failure> {
        let dir = std::path::absolute(dir).map_err(|e| Failure::local(dir.display(), &e))?;
        disk::make_dir(&dir).map_err(|e| {
            Failure::local(format!("cannot save messages in {}", dir.display()), &e)
                .hint("choose another folder with --save DIR")
        })?;
        Ok(Self { dir, owner: owner.to_owned() })
    }

    fn folder(&self, id: MsgId) -> PathBuf {
        self.dir.join(format!("{id}.{}", self.owner))
    }

    /// What was saved of a message earlier, when its ack did not make it.
    pub fn saved(&self, id: MsgId) -> Option<Value> {
        let json = fs::read(self.folder(id).join("message.json")).ok()?;
        serde_json::from_slice(&json).ok()
    }

    /// Saves a body, and the message made of it; all of it is on disk when this comes back.
    ///
    /// `message` gets the fields `subject`, `thread`, `text`, `text_truncated`, `files`, `checksum_ok` and `dir`.
    pub async fn save(
        &self,
        id: MsgId,
        mut message: Value,
        body: &mut Body,
        datahead: Option<u64>,
        datasum: Option<u32>,
    ) -> Result<Value, Failure> {
        let (folder, part) = (self.folder(id), self.dir.join(format!(".{id}.{}.part", self.owner)));
        let failed =
            |e: io::Error| Failure::local(format!("cannot save message {id} in {}", self.dir.display()), &e);
        if part.exists() {
            fs::remove_dir_all(&part).map_err(failed)?;
        }
        disk::make_dir(&part).map_err(failed)?;
        let mut saving =
            Saving { dir: part.clone(), last: folder.clone(), shown: Vec::new(), files: Vec::new() };
        let head = saving.all(body, datahead).await?;
        saving.describe(&mut message, head.as_ref(), datasum.map(|sum| sum == body.checksum()));
        let json = serde_json::to_vec_pretty(&message).map_err(|e| failed(io::Error::other(e)))?;
        disk::write_whole(&part.join("message.json"), &json).map_err(failed)?;
        if folder.exists() {
            return Err(failed(io::Error::other(format!("{} is there already", folder.display()))));
        }
        fs::rename(&part, &folder).and_then(|()| disk::sync_dir(&self.dir)).map_err(failed)?;
        Ok(message)
    }
}

struct Saving {
    dir: PathBuf,
    /// Where the folder will be.
    last: PathBuf,
    shown: Vec<u8>,
    files: Vec<Value>,
}

impl Saving {
    async fn all(&mut self, body: &mut Body, datahead: Option<u64>) -> Result<Option<LetterHead>, Failure> {
        match Opened::read(body, datahead).await? {
            Opened::Letter(head) => {
                if head.text > 0 {
                    self.file(body, "text.txt", head.text, true).await?;
                }
                for attachment in &head.attach {
                    let name = self.free_name(&safe_name(&attachment.name));
                    self.file(body, &name, attachment.size, false).await?;
                    let path = self.last.join(&name);
                    self.files.push(json!({"name": attachment.name, "size": attachment.size, "path": path}));
                }
                Ok(Some(head))
            }
            Opened::Other(head) => {
                if !head.is_empty() {
                    disk::write_whole(&self.dir.join("head.bin"), &head)
                        .map_err(|e| Failure::local(self.dir.display(), &e))?;
                }
                self.plain(body).await?;
                Ok(None)
            }
        }
    }

    /// Data without a head is text, when it looks like text.
    async fn plain(&mut self, body: &mut Body) -> Result<(), Failure> {
        let size = body.unread();
        if size == 0 {
            return Ok(());
        }
        self.file(body, "data.bin", size, true).await?;
        let looks_like_text = match std::str::from_utf8(&self.shown) {
            Ok(_) => true,
            // Cut in the middle of a character.
            Err(error) => error.error_len().is_none() && size > SHOWN as u64,
        };
        if !looks_like_text || self.shown.contains(&0) {
            self.shown.clear();
            let path = self.last.join("data.bin");
            self.files.push(json!({"name": "data.bin", "size": size, "path": path}));
            return Ok(());
        }
        let failed = |e: io::Error| Failure::local(self.dir.display(), &e);
        fs::rename(self.dir.join("data.bin"), self.dir.join("text.txt")).map_err(failed)
    }

    async fn file(&mut self, body: &mut Body, name: &str, size: u64, shown: bool) -> Result<(), Failure> {
        let path = self.dir.join(name);
        let failed = |e: io::Error| Failure::local(path.display(), &e);
        let mut file = tokio::fs::File::from_std(disk::create_new(&path).map_err(failed)?);
        let mut left = size;
        while left > 0 {
            let piece = body.piece_of(left).await?;
            left -= piece.len() as u64;
            if shown {
                let room = SHOWN - self.shown.len();
                self.shown.extend_from_slice(&piece[..piece.len().min(room)]);
            }
            file.write_all(&piece).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)?;
        file.sync_all().await.map_err(failed)
    }

    /// Never one that is taken, on file systems that ignore case too.
    fn free_name(&self, wanted: &str) -> String {
        let (stem, extension) = match wanted.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, format!(".{extension}")),
            _ => (wanted, String::new()),
        };
        let taken = |name: &str| {
            let lower = name.to_lowercase();
            matches!(lower.as_str(), "message.json" | "text.txt" | "head.bin") || self.dir.join(name).exists()
        };
        let others = (2..).map(|n: u32| format!("{stem} ({n}){extension}"));
        let mut names = std::iter::once(wanted.to_owned()).chain(others);
        names.find(|name| !taken(name)).unwrap_or_else(|| wanted.to_owned())
    }

    fn describe(&self, message: &mut Value, head: Option<&LetterHead>, checksum_ok: Option<bool>) {
        let size = head.map_or_else(
            || fs::metadata(self.dir.join("text.txt")).map_or(0, |meta| meta.len()),
            |head| head.text,
        );
        message["subject"] = json!(head.and_then(|head| head.subject.clone()));
        message["thread"] = match head.and_then(|head| head.thread.clone()) {
            Some(thread) => json!(thread),
            // The first message of a thread gives it its name.
            None => message["id"].clone(),
        };
        message["text"] = json!(String::from_utf8_lossy(&self.shown));
        message["text_truncated"] = json!(size > self.shown.len() as u64);
        message["files"] = json!(self.files);
        message["checksum_ok"] = json!(checksum_ok);
        message["dir"] = json!(self.last);
    }
}

/// Where a saved message's text is, when it is too long to show.
pub fn text_path(message: &Value) -> PathBuf {
    Path::new(message["dir"].as_str().unwrap_or_default()).join("text.txt")
}
