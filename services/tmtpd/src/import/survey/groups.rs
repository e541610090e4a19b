//! `group/`: a file for each group.

use std::{collections::HashSet, path::Path};

use tmtp_store::{GroupStatus, SiteSettings};

use super::{Group, InGroup, Survey, listing, names::refused, text_of};
use crate::import::record::{self, GroupFile, MemberFile};

/// Most octets of a group's file.
const OCTETS_MAX: u64 = 64 << 20;

impl Survey {
    pub(super) fn read_groups(&mut self, folder: &Path, settings: &SiteSettings) -> anyhow::Result<()> {
        let aliases: HashSet<String> = self.aliases.iter().map(|(alias, _)| alias.clone()).collect();
        for name in listing(folder)? {
            let file = folder.join(&name);
            match self.group(&file, &name.to_string_lossy(), settings, &aliases) {
                Ok(group) => {
                    self.report.counts.groups += 1;
                    self.groups.push(group);
                }
                Err(what) => self.report.fault(&file, what),
            }
        }
        Ok(())
    }

    fn group(
        &self,
        file: &Path,
        name: &str,
        settings: &SiteSettings,
        aliases: &HashSet<String>,
    ) -> Result<Group, String> {
        let gid = record::unescape(name).ok_or("has a name that is none")?;
        if let Some(fault) = settings.name_fault(&gid) {
            return Err(refused("group", &gid, fault));
        }
        if aliases.contains(&gid) {
            return Err(format!("the group `{gid}` has the name of an alias"));
        }
        let found: GroupFile = record::read(&text_of(file, OCTETS_MAX)?)?;
        let members =
            found.uid.unwrap_or_default().into_iter().map(|(uid, member)| self.in_group(uid, member));
        Ok(Group { gid, members: members.collect::<Result<_, _>>()? })
    }

    fn in_group(&self, uid: String, MemberFile { alias, status }: MemberFile) -> Result<InGroup, String> {
        if !self.has(&uid) {
            return Err(format!("lists `{uid}`, and there is no such user"));
        }
        let status = match status {
            1 => GroupStatus::Invited,
            2 => GroupStatus::Joined,
            3 => GroupStatus::Barred,
            other => return Err(format!("says that {uid} stands at {other}, which is nothing")),
        };
        Ok(InGroup { uid, alias, status })
    }
}
