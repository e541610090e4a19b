//! The queues: a folder for each node, with a file for each message that waits for it.

use std::{collections::HashMap, path::Path};

use anyhow::ensure;
use tmtp_wire::MsgId;

use super::{ENTRIES_MAX, Survey, Waiting, listing};
use crate::import::letter;

/// By the names of their folders.
type Queues = HashMap<String, (u32, u8)>;

impl Survey {
    pub(super) fn read_queues(&mut self, qstore: &Path, now_nanos: u64) -> anyhow::Result<()> {
        let queues = self.queues();
        for group in listing(qstore)? {
            let folder = qstore.join(&group);
            // What is being received, and where ids stand.
            if group == "temp" || !folder.is_dir() {
                continue;
            }
            for name in listing(&folder)? {
                self.read_queue(
                    &folder.join(&name),
                    queues.get(&*name.to_string_lossy()).copied(),
                    now_nanos,
                )?;
            }
        }
        Ok(())
    }

    fn queues(&self) -> Queues {
        let of_user = |(place, user): (u32, &super::User)| {
            let uid = user.uid.to_ascii_lowercase();
            user.nodes
                .iter()
                .map(move |node| (format!("{uid}.{:02x}", node.num), (place, node.num)))
                .collect::<Vec<_>>()
        };
        (0..).zip(&self.users).flat_map(of_user).collect()
    }

    fn read_queue(&mut self, folder: &Path, whose: Option<(u32, u8)>, now_nanos: u64) -> anyhow::Result<()> {
        let names = listing(folder)?;
        let Some(place) = whose else {
            if !names.is_empty() {
                self.report.fault(
                    folder,
                    format!("{} messages wait for a node that is in use nowhere", names.len()),
                );
            }
            return Ok(());
        };
        for name in names {
            let file = folder.join(&name);
            match self.entry(&file, &name.to_string_lossy(), place, now_nanos) {
                Ok(()) => self.report.counts.entries += 1,
                Err(what) => self.report.fault(&file, what),
            }
            ensure!(
                self.report.counts.entries <= ENTRIES_MAX,
                "more than {ENTRIES_MAX} messages wait in queues"
            );
        }
        Ok(())
    }

    fn entry(&mut self, file: &Path, name: &str, place: (u32, u8), now_nanos: u64) -> Result<(), String> {
        let id = letter::id_of(name).ok_or("is not named by a letter and a message's id")?;
        if let Some(waiting) = self.waiting.get_mut(&id) {
            waiting.places.push(place);
            return Ok(());
        }
        if id > MsgId(now_nanos) {
            return Err("has an id of a time that is yet to come: is this machine's clock right?".to_owned());
        }
        let letter = letter::read(file, id)?;
        let rank = name.chars().next().unwrap_or_default();
        self.waiting.insert(id, Waiting { rank, places: vec![place] });
        self.report.counts.messages += 1;
        self.report.counts.octets += letter.octets;
        Ok(())
    }
}
