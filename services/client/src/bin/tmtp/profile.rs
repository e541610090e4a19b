//! Accounts on disk: one folder each, in one profile directory.
//!
//! ```text
//! PROFILE/default                     the account used when none is named
//! PROFILE/accounts/NAME/account.json  site, uid, secret, aliases, groups, presence
//! PROFILE/accounts/NAME/contacts.json alias -> uid
//! PROFILE/accounts/NAME/history.jsonl every message taken
//! PROFILE/accounts/NAME/inbox/        bodies and attachments
//! PROFILE/accounts/NAME/lock          held by the process that uses the node
//! ```

mod held;

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use serde::{Deserialize, Serialize};
use tmtp_client::Account;

use crate::{args::Common, contacts::Contacts, disk, failure::Failure};

pub use held::Held;

/// The profile directory.
#[derive(Debug, Clone)]
pub struct Profile {
    dir: PathBuf,
}

/// What is kept of an account.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Stored {
    #[serde(flatten)]
    pub account: Account,
    /// Members told when this one comes and goes.
    #[serde(default)]
    pub presence: Vec<String>,
    /// Own aliases in groups, by group.
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
    /// Nodes added for other devices.
    #[serde(default)]
    pub nodes: Vec<AddedNode>,
}

/// A node that was added, until its device has taken it over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddedNode {
    /// The message that brought it.
    pub id: String,
    pub label: String,
    pub secret: String,
}

impl From<Account> for Stored {
    fn from(account: Account) -> Self {
        Self { account, presence: Vec::new(), groups: BTreeMap::new(), nodes: Vec::new() }
    }
}

impl Stored {
    /// The account of another device of the same member.
    pub fn token_of(&self, node: &AddedNode) -> String {
        let mut other = self.account.clone();
        other.node.clone_from(&node.secret);
        other.to_token()
    }
}

impl Profile {
    /// `--profile`, else the user's data folder.
    pub fn find(common: &Common) -> Result<Self, Failure> {
        let folder = |name: &str| std::env::var_os(name).filter(|dir| !dir.is_empty()).map(PathBuf::from);
        let dir = common
            .profile
            .clone()
            .or_else(|| folder("XDG_DATA_HOME").map(|data| data.join("tmtp")))
            .or_else(|| folder("HOME").map(|home| home.join(".local/share/tmtp")));
        let dir = dir.ok_or_else(|| Failure::usage("there is no home folder: say --profile DIR"))?;
        // Paths that are shown stay right in another folder.
        std::path::absolute(&dir).map(|dir| Self { dir }).map_err(|e| Failure::local(dir.display(), &e))
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        self.dir.join("accounts").join(name)
    }

    /// The names of all accounts, in order.
    pub fn names(&self) -> Result<Vec<String>, Failure> {
        let accounts = self.dir.join("accounts");
        let entries = match fs::read_dir(&accounts) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Failure::local(accounts.display(), &error)),
        };
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| self.folder(name).join("account.json").is_file())
            .collect();
        names.sort();
        Ok(names)
    }

    pub fn default_name(&self) -> Option<String> {
        let text = fs::read_to_string(self.dir.join("default")).ok()?;
        Some(text.trim().to_owned()).filter(|name| is_name(name))
    }

    pub fn set_default(&self, name: &str) -> Result<(), Failure> {
        let path = self.dir.join("default");
        disk::write_whole(&path, name.as_bytes()).map_err(|e| Failure::local(path.display(), &e))
    }

    /// The account that is meant: named, the default one, or the only one.
    pub fn choose(&self, named: Option<&str>) -> Result<String, Failure> {
        let names = self.names()?;
        let wanted = named.map(str::to_owned).or_else(|| self.default_name());
        match wanted {
            Some(name) if names.contains(&name) => Ok(name),
            Some(name) if named.is_some() => {
                Err(Failure::usage(format!("there is no account \"{name}\" in {}", self.dir.display()))
                    .hint(format!("there are: {}", names.join(", "))))
            }
            _ => match names.as_slice() {
                [only] => Ok(only.clone()),
                [] => Err(Failure::usage(format!("there is no account in {}", self.dir.display()))
                    .hint("make one: tmtp register --site +HOST:PORT --alias \"Your Name\"")),
                _ => Err(Failure::usage("there are several accounts").hint(format!(
                    "say which with --account, or choose one: tmtp account use NAME ({})",
                    names.join(", ")
                ))),
            },
        }
    }

    /// A name for a new account: as told, or made of an alias and not in use.
    pub fn new_name(&self, named: Option<&str>, alias: &str) -> Result<String, Failure> {
        if let Some(name) = named {
            return match is_name(name) {
                true if self.folder(name).join("account.json").exists() => {
                    Err(Failure::usage(format!("there is an account \"{name}\" already"))
                        .hint("choose another name with --account"))
                }
                true => Ok(name.to_owned()),
                false => Err(Failure::usage("an account's name has letters, digits, - and _ only")),
            };
        }
        let base = slug(alias);
        let names = (1..).map(|n| if n == 1 { base.clone() } else { format!("{base}-{n}") });
        let free = names.take(1000).find(|name| !self.folder(name).exists());
        free.ok_or_else(|| Failure::usage("choose a name for the account with --account"))
    }

    /// What is stored of an account, to look at.
    pub fn read(&self, name: &str) -> Result<Stored, Failure> {
        let path = self.folder(name).join("account.json");
        let json = fs::read(&path).map_err(|e| Failure::local(path.display(), &e))?;
        serde_json::from_slice(&json).map_err(|e| Failure::local(path.display(), &io::Error::other(e)))
    }

    pub fn contacts(&self, name: &str) -> Result<Contacts, Failure> {
        Contacts::load(self.folder(name).join("contacts.json"))
    }
}

/// Also keeps names from leaving the folder of accounts.
fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// `Alice Ames` -> `alice-ames`
fn slug(alias: &str) -> String {
    let lower = alias.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut name = words.collect::<Vec<_>>().join("-");
    name.truncate(40);
    if name.is_empty() { "member".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_accounts_are_made_of_aliases_and_stay_in_their_folder() {
        assert_eq!(slug("Alice Ames"), "alice-ames");
        assert_eq!(slug("../Zoë!"), "zo");
        assert_eq!(slug("日本"), "member");
        for wrong in ["", ".", "..", "a/b", "a b", "é"] {
            assert!(!is_name(wrong));
        }
    }

    #[test]
    fn the_only_account_needs_no_name_and_several_do() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile { dir: dir.path().to_owned() };
        assert!(profile.choose(None).is_err());
        let add = |name: &str| {
            disk::make_dir(&profile.folder(name)).unwrap();
            disk::create_new(&profile.folder(name).join("account.json")).unwrap();
        };
        add("a");
        assert_eq!(profile.choose(None).unwrap(), "a");
        add("b");
        assert!(profile.choose(None).is_err());
        profile.set_default("b").unwrap();
        assert_eq!(profile.choose(None).unwrap(), "b");
        assert_eq!(profile.choose(Some("a")).unwrap(), "a");
        assert!(profile.choose(Some("c")).is_err());
        assert_eq!(profile.new_name(None, "A").unwrap(), "a-2");
    }
}
