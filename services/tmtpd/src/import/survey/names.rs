//! `alias/`: a symbolic link for each alias, which leads to a uid.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use tmtp_store::{NameFault, SiteSettings};

use super::{Survey, listing};
use crate::import::record;

/// Where aliases lead to that nobody may have again.
const DEFUNCT: &str = "*defunct";

impl Survey {
    pub(super) fn read_aliases(&mut self, folder: &Path, settings: &SiteSettings) -> anyhow::Result<()> {
        for name in listing(folder)? {
            let file = folder.join(&name);
            match self.alias(&file, &name.to_string_lossy(), settings) {
                Ok((alias, uid)) => {
                    let counts = &mut self.report.counts;
                    *if uid.is_some() { &mut counts.aliases } else { &mut counts.aliases_retired } += 1;
                    self.aliases.push((alias, uid));
                }
                Err(what) => self.report.fault(&file, what),
            }
        }
        self.compare_aliases(folder);
        Ok(())
    }

    fn alias(
        &self,
        file: &Path,
        name: &str,
        settings: &SiteSettings,
    ) -> Result<(String, Option<String>), String> {
        let alias = record::unescape(name).ok_or("has a name that is none")?;
        if let Some(fault) = settings.name_fault(&alias) {
            return Err(refused("alias", &alias, fault));
        }
        let target = fs::read_link(file).map_err(|error| format!("is no symbolic link: {error}"))?;
        let target = target.to_string_lossy().into_owned();
        if target == DEFUNCT {
            return Ok((alias, None));
        }
        if !self.has(&target) {
            return Err(format!("leads to `{target}`, and there is no such user"));
        }
        Ok((alias, Some(target)))
    }

    /// What users' files say of their aliases must be so.
    fn compare_aliases(&mut self, folder: &Path) {
        let owners: HashMap<&str, Option<&str>> =
            self.aliases.iter().map(|(alias, uid)| (alias.as_str(), uid.as_deref())).collect();
        let mut odd: Vec<(PathBuf, String)> = Vec::new();
        for user in &self.users {
            for alias in &user.aliases {
                if owners.get(alias.as_str()) != Some(&Some(user.uid.as_str())) {
                    let what =
                        format!("`{alias}` is an alias of {} by its file, but does not lead there", user.uid);
                    odd.push((folder.to_owned(), what));
                }
            }
        }
        odd.iter().for_each(|(file, what)| self.report.fault(file, what));
    }
}

/// Why a site does not take a name, and what to do.
pub(super) fn refused(kind: &str, name: &str, fault: NameFault) -> String {
    let remedy = match fault {
        NameFault::Short(_) => "; `tmtpd site set HOST name_octets_min=N` allows shorter ones",
        NameFault::Invalid => "",
    };
    format!("the {kind} `{name}` {fault}{remedy}")
}
