//! An account in use by this process, and by no other.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{Profile, Stored};
use crate::{
    contacts::Contacts,
    disk,
    failure::{Code, Failure},
    history::History,
};

/// A node logs in once at a time: whoever holds this may.
#[derive(Debug)]
pub struct Held {
    pub name: String,
    pub stored: Stored,
    folder: PathBuf,
    lock: File,
}

impl Profile {
    /// Takes an account for this process.
    pub fn hold(&self, name: &str) -> Result<Held, Failure> {
        let folder = self.folder(name);
        let lock = lock(&folder, name)?;
        let stored = self.read(name)?;
        Ok(Held { name: name.to_owned(), stored, folder, lock })
    }

    /// Makes the folder of a new account, and sees that it can be written to: its secret comes only once.
    pub fn prepare(&self, name: &str) -> Result<Prepared, Failure> {
        let folder = self.folder(name);
        let failed = |e: io::Error| Failure::profile(&folder, &e);
        disk::make_dir(&folder).map_err(failed)?;
        let lock = lock(&folder, name)?;
        let probe = folder.join("probe");
        disk::write_whole(&probe, b"").and_then(|()| fs::remove_file(&probe)).map_err(failed)?;
        Ok(Prepared { name: name.to_owned(), folder: folder.clone(), lock })
    }
}

/// A folder ready for a new account.
#[derive(Debug)]
pub struct Prepared {
    name: String,
    folder: PathBuf,
    lock: File,
}

impl Prepared {
    /// Nothing came of it.
    pub fn discard(self) {
        let _ = fs::remove_dir_all(&self.folder);
    }

    pub fn fill(self, stored: Stored) -> Result<Held, Failure> {
        let held = Held { name: self.name, stored, folder: self.folder, lock: self.lock };
        held.save()?;
        let above = held.folder.parent().unwrap_or(Path::new("."));
        disk::sync_dir(above).map_err(|e| Failure::local(above.display(), &e))?;
        Ok(held)
    }
}

fn lock(folder: &Path, name: &str) -> Result<File, Failure> {
    let path = folder.join("lock");
    let failed = |e: io::Error| Failure::profile(&path, &e);
    let mut file = disk::private().write(true).create(true).truncate(false).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let holder = fs::read_to_string(&path).unwrap_or_default();
            let text = format!("account \"{name}\" is in use by another tmtp (process {})", holder.trim());
            return Err(Failure::new(Code::Local, text).hint(
                "a node is connected once at a time: stop that one first, or give this one a node of its own \
                 (tmtp node add LABEL, then tmtp node use TOKEN)",
            ));
        }
        Err(TryLockError::Error(error)) => return Err(failed(error)),
    }
    // For the message above; of no other use.
    let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
    Ok(file)
}

impl Held {
    pub fn save(&self) -> Result<(), Failure> {
        let path = self.folder.join("account.json");
        let json = serde_json::to_vec_pretty(&self.stored)
            .map_err(|e| Failure::local(path.display(), &io::Error::other(e)))?;
        disk::write_whole(&path, &json).map_err(|e| Failure::local(path.display(), &e))
    }

    /// Changes what is stored, if that changes anything.
    pub fn change(&mut self, change: impl FnOnce(&mut Stored) -> bool) -> Result<(), Failure> {
        if change(&mut self.stored) { self.save() } else { Ok(()) }
    }

    pub fn history(&self) -> Result<History, Failure> {
        History::open(&self.folder.join("history.jsonl"))
    }

    pub fn inbox(&self) -> PathBuf {
        self.folder.join("inbox")
    }

    pub fn contacts(&self) -> Result<Contacts, Failure> {
        Contacts::load(self.folder.join("contacts.json"))
    }

    /// The alias to speak under: as told (by this option), or the first one known.
    pub fn alias(&self, told: Option<&str>, option: &str) -> Result<String, Failure> {
        let known = || self.stored.account.aliases.first().cloned();
        told.map(str::to_owned).or_else(known).ok_or_else(|| {
            Failure::usage("no alias of this account is known here")
                .hint(format!("say which with {option}, or take one: tmtp alias add \"Your Name\""))
        })
    }

    /// Gives up the account and everything in its folder.
    pub fn remove(self) -> Result<(), Failure> {
        let folder = &self.folder;
        let result = fs::remove_dir_all(folder).map_err(|e| Failure::local(folder.display(), &e));
        drop(self.lock);
        result
    }
}

#[cfg(test)]
mod tests {
    use tmtp_client::Account;

    use super::*;

    fn stored() -> Stored {
        let secret = "1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%1BC2DF3G";
        let token = format!("tmtp-node:=127.0.0.1:1/1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%/{secret}");
        Account::from_token(&token).unwrap().into()
    }

    #[test]
    fn an_account_is_held_once_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile { dir: dir.path().to_owned() };
        let held = profile.prepare("a").unwrap().fill(stored()).unwrap();
        let failure = profile.hold("a").unwrap_err();
        assert_eq!(failure.code, Code::Local);
        assert!(failure.text.contains(&std::process::id().to_string()), "{}", failure.text);
        drop(held);
        let mut held = profile.hold("a").unwrap();
        held.change(|stored| {
            stored.account.aliases.is_empty() && {
                stored.account.aliases.push("A".into());
                true
            }
        })
        .unwrap();
        assert_eq!(profile.read("a").unwrap().account.aliases, ["A"]);
        held.remove().unwrap();
        assert!(profile.names().unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn the_secret_is_in_a_file_of_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile { dir: dir.path().to_owned() };
        profile.prepare("a").unwrap().fill(stored()).unwrap();
        let mode = fs::metadata(profile.folder("a").join("account.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
