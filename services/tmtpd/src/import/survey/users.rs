//! `user/`: a file for each user, named by its uid.

use std::path::Path;

use super::{Node, Survey, User, first_twice, listing, text_of};
use crate::import::record::{self, AliasFile, UserFile};

/// Most octets of a user's file.
const OCTETS_MAX: u64 = 4 << 20;

impl Survey {
    pub(super) fn read_users(&mut self, folder: &Path) -> anyhow::Result<()> {
        for name in listing(folder)? {
            let file = folder.join(&name);
            match read(&file, &name.to_string_lossy()) {
                Ok((user, defunct)) => self.add_user(user, defunct),
                Err(what) => self.report.fault(&file, what),
            }
        }
        Ok(())
    }

    fn add_user(&mut self, user: User, defunct: u64) {
        let Ok(place) = u32::try_from(self.users.len()) else { return };
        let counts = &mut self.report.counts;
        counts.members += 1;
        counts.nodes += user.nodes.len() as u64;
        counts.nodes_defunct += defunct;
        self.by_uid.insert(user.uid.clone(), place);
        self.users.push(user);
    }
}

/// A user, and how many defunct nodes it has.
fn read(file: &Path, name: &str) -> Result<(User, u64), String> {
    // A uid has the characters that escapes have, but always the same length.
    let unescaped = || record::unescape(name).filter(|uid| record::is_uid(uid));
    let uid = Some(name.to_owned()).filter(|uid| record::is_uid(uid)).or_else(unescaped);
    let uid = uid.ok_or("is not named by a uid")?;
    let UserFile { nodes, aliases } = record::read(&text_of(file, OCTETS_MAX)?)?;
    let mut live = Vec::new();
    let mut defunct = 0;
    for (hash, node) in nodes.unwrap_or_default() {
        let hash =
            record::node_hash(&hash).ok_or_else(|| format!("has a node `{hash}`, which is no hash"))?;
        if node.defunct {
            defunct += 1;
        } else {
            live.push(Node { num: node.num, hash });
        }
    }
    if let Some(num) = first_twice(live.iter().map(|node| node.num)) {
        return Err(format!("has two nodes numbered {num}"));
    }
    live.sort_by_key(|node| node.num);
    let aliases = aliases.unwrap_or_default().into_iter().flat_map(AliasFile::live).collect();
    Ok((User { uid, nodes: live, aliases }, defunct))
}
