//! Presence: who is told that a member came or went.

use std::collections::{BTreeMap, BTreeSet};

use tmtp_store::{MemberKey, Tx};

use crate::{fanout::Fanout, fault::Fault};

/// `from` came or went, for member `to`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    pub from: MemberKey,
    pub to: String,
    pub online: bool,
}

impl Change {
    /// The same change for many.
    pub fn for_all(from: &MemberKey, to: Vec<String>, online: bool) -> Vec<Self> {
        to.into_iter().map(|to| Self { from: from.clone(), to, online }).collect()
    }
}

/// Empties the sets of those of these members who are no longer online, and tells who was in them.
/// The members' rows must be locked.
pub(crate) async fn leave(tx: &mut dyn Tx, members: &[MemberKey], fanout: &mut Fanout) -> Result<(), Fault> {
    let gone = tx.clear_ohi(members).await?;
    let changes: Vec<_> = gone.into_iter().map(|(from, to)| Change { from, to, online: false }).collect();
    tell(tx, &changes, fanout).await
}

/// Adds a hint for each connected node of each member concerned.
pub(crate) async fn tell(tx: &mut dyn Tx, changes: &[Change], fanout: &mut Fanout) -> Result<(), Fault> {
    let mut by_target: BTreeMap<MemberKey, BTreeSet<&Change>> = BTreeMap::new();
    for change in changes {
        let target = MemberKey { site: change.from.site, uid: change.to.clone() };
        by_target.entry(target).or_default().insert(change);
    }
    let targets: Vec<_> = by_target.keys().cloned().collect();
    if targets.is_empty() {
        return Ok(());
    }
    for node in tx.nodes(&targets).await?.nodes.iter().filter(|node| node.edge.is_some()) {
        let target = MemberKey { site: node.site, uid: node.uid.clone() };
        for change in by_target.get(&target).into_iter().flatten() {
            fanout.ohi(node, &change.from.uid, change.online);
        }
    }
    Ok(())
}
