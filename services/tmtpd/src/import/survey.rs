//! A look at all that the reference server keeps: what would come, and what is wrong with it. Nothing is changed.

mod groups;
mod names;
mod queues;
mod users;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ffi::OsString,
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use tmtp_store::{GroupStatus, SiteSettings};
use tmtp_wire::MsgId;

use super::{args::Mnm, report::Report};

/// Most files of a folder, and most entries in all queues: what a survey keeps of them fits in memory.
const FILES_MAX: usize = 2_000_000;
const ENTRIES_MAX: u64 = 10_000_000;

/// Everything that is to come.
#[derive(Debug, Default)]
pub struct Survey {
    pub users: Vec<User>,
    /// Where in `users` a uid is.
    by_uid: HashMap<String, u32>,
    /// Each with its uid; without one it is retired.
    pub aliases: Vec<(String, Option<String>)>,
    pub groups: Vec<Group>,
    /// Messages that wait, in order of id.
    pub waiting: BTreeMap<MsgId, Waiting>,
    pub report: Report,
}

/// A user.
#[derive(Debug)]
pub struct User {
    pub uid: String,
    pub nodes: Vec<Node>,
    /// Those that its file says are in use.
    aliases: Vec<String>,
}

/// One of its nodes that is in use.
#[derive(Debug)]
pub struct Node {
    /// Names its queue.
    pub num: u8,
    pub hash: Vec<u8>,
}

/// A group.
#[derive(Debug)]
pub struct Group {
    pub gid: String,
    pub members: Vec<InGroup>,
}

/// Somebody in it.
#[derive(Debug)]
pub struct InGroup {
    pub uid: String,
    pub alias: String,
    pub status: GroupStatus,
}

/// A message that waits.
#[derive(Debug)]
pub struct Waiting {
    /// The letter that its file's name begins with.
    rank: char,
    /// For whom: places in `users`, and numbers of nodes.
    pub places: Vec<(u32, u8)>,
}

impl Survey {
    /// Looks at everything.
    ///
    /// # Errors
    /// When a folder cannot be read, or there is more than fits. What is wrong with single files is in the report.
    pub fn take(from: &Mnm, settings: &SiteSettings, now_nanos: u64) -> anyhow::Result<Self> {
        let mut survey = Self::default();
        survey.look_for_unfinished(&from.userdb.join("temp"))?;
        survey.read_users(&from.userdb.join("user"))?;
        survey.read_aliases(&from.userdb.join("alias"), settings)?;
        survey.read_groups(&from.userdb.join("group"), settings)?;
        survey.read_queues(&from.qstore, now_nanos)?;
        Ok(survey)
    }

    /// What the server was writing when it ended is finished by its next start.
    fn look_for_unfinished(&mut self, temp: &Path) -> anyhow::Result<()> {
        if !temp.is_dir() {
            return Ok(());
        }
        for name in listing(temp)? {
            if !name.to_string_lossy().ends_with(".tmp") {
                let what = "was being written when the server ended: start it and stop it once more";
                self.report.fault(&temp.join(name), what);
            }
        }
        Ok(())
    }

    fn has(&self, uid: &str) -> bool {
        self.by_uid.contains_key(uid)
    }

    /// A message's file, in the first queue that it waits in.
    pub fn file_of(&self, qstore: &Path, id: MsgId, waiting: &Waiting) -> Option<PathBuf> {
        let (user, num) = waiting.places.first()?;
        let user = self.users.get(usize::try_from(*user).ok()?)?;
        Some(queue_folder(qstore, &user.uid, *num).join(format!("{}{id}", waiting.rank)))
    }
}

/// The folder of a node's queue.
fn queue_folder(qstore: &Path, uid: &str, num: u8) -> PathBuf {
    let name = format!("{uid}.{num:02x}").to_ascii_lowercase();
    qstore.join(name.get(..4).unwrap_or(&name)).join(&name)
}

/// The names in a folder, in ascending order.
fn listing(folder: &Path) -> anyhow::Result<Vec<OsString>> {
    let shown = || folder.display().to_string();
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(shown)? {
        ensure!(names.len() < FILES_MAX, "{} has more than {FILES_MAX} files", folder.display());
        names.push(entry.with_context(shown)?.file_name());
    }
    names.sort_unstable();
    Ok(names)
}

/// A file's text; why not, where it cannot be had or is too large.
fn text_of(file: &Path, octets_max: u64) -> Result<Vec<u8>, String> {
    let failed = |error: std::io::Error| format!("cannot be read: {error}");
    let is_file = fs::symlink_metadata(file).map_err(failed)?.is_file();
    if !is_file {
        return Err("is no plain file".to_owned());
    }
    let mut text = Vec::new();
    let open = File::open(file).map_err(failed)?;
    open.take(octets_max + 1).read_to_end(&mut text).map_err(failed)?;
    if text.len() as u64 > octets_max { Err(format!("has more than {octets_max} octets")) } else { Ok(text) }
}

/// Names that occur twice.
fn first_twice<T: std::hash::Hash + Eq + Copy>(all: impl Iterator<Item = T>) -> Option<T> {
    let mut seen = HashSet::new();
    all.into_iter().find(|one| !seen.insert(*one))
}
