//! The uids behind aliases, as learned from pings and invitations.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use tmtp_client::account::is_uid;

use crate::{disk, failure::Failure};

/// The contacts file of one account.
#[derive(Debug)]
pub struct Contacts {
    path: PathBuf,
    uids: BTreeMap<String, String>,
}

impl Contacts {
    pub fn load(path: PathBuf) -> Result<Self, Failure> {
        let uids = match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json)
                .map_err(|e| Failure::local(path.display(), &io::Error::other(e)))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
            Err(error) => return Err(Failure::local(path.display(), &error)),
        };
        Ok(Self { path, uids })
    }

    /// Takes a uid, or the alias of a contact.
    pub fn resolve(&self, name: &str) -> Result<String, Failure> {
        if let Some(uid) = self.uids.get(name) {
            return Ok(uid.clone());
        }
        if is_uid(name) {
            return Ok(name.to_owned());
        }
        let failure = Failure::usage(format!("no contact is called \"{name}\""));
        let similar = self.uids.keys().find(|alias| alias.to_lowercase() == name.to_lowercase());
        Err(match similar {
            Some(alias) => failure.hint(format!("did you mean \"{alias}\"?")),
            None => failure.hint(
                "posts go to members whose uid is known: ping them (tmtp ping --to ALIAS), and when they ping \
                 back, tmtp listen learns their uid",
            ),
        })
    }

    pub fn resolve_all(&self, names: &[String]) -> Result<Vec<String>, Failure> {
        names.iter().map(|name| self.resolve(name)).collect()
    }

    /// An alias of a member, where one is known.
    pub fn alias_of(&self, uid: &str) -> Option<&str> {
        self.uids.iter().find(|(_, known)| *known == uid).map(|(alias, _)| alias.as_str())
    }

    /// Learns an alias; one that is known stays whose it was. Says whether it is now this member's.
    pub fn learn(&mut self, alias: &str, uid: &str) -> Result<bool, Failure> {
        match self.uids.get(alias) {
            Some(known) => Ok(known == uid),
            None => {
                self.uids.insert(alias.to_owned(), uid.to_owned());
                self.save().map(|()| true)
            }
        }
    }

    pub fn remove(&mut self, alias: &str) -> Result<bool, Failure> {
        let known = self.uids.remove(alias).is_some();
        if known {
            self.save()?;
        }
        Ok(known)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.uids.iter().map(|(alias, uid)| (alias.as_str(), uid.as_str()))
    }

    fn save(&self) -> Result<(), Failure> {
        let json = serde_json::to_vec_pretty(&self.uids)
            .map_err(|e| Failure::local(self.path.display(), &io::Error::other(e)))?;
        disk::write_whole(&self.path, &json).map_err(|e| Failure::local(self.path.display(), &e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%";
    const MALLORY: &str = "2BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%";

    #[test]
    fn an_alias_once_learned_stays_whose_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("contacts.json");
        let mut contacts = Contacts::load(path.clone()).unwrap();
        assert!(contacts.learn("Alice Ames", ALICE).unwrap());
        assert!(!contacts.learn("Alice Ames", MALLORY).unwrap());
        let again = Contacts::load(path).unwrap();
        assert_eq!(again.resolve("Alice Ames").unwrap(), ALICE);
        assert_eq!(again.alias_of(ALICE), Some("Alice Ames"));
        assert_eq!(again.resolve(MALLORY).unwrap(), MALLORY);
    }

    #[test]
    fn an_unknown_alias_is_explained() {
        let dir = tempfile::tempdir().unwrap();
        let mut contacts = Contacts::load(dir.path().join("c")).unwrap();
        assert!(contacts.resolve("Bob Bower").unwrap_err().hint.unwrap().contains("ping"));
        contacts.learn("Bob Bower", ALICE).unwrap();
        assert!(contacts.resolve("bob bower").unwrap_err().hint.unwrap().contains("did you mean"));
    }
}
