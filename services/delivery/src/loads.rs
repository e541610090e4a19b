//! How much waits for nodes: counted where it matters, remembered where there is plenty of room.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tmtp_store::{Look, NewEntry, NewMessage, Node, NodeId, SiteId, SiteSettings};
use tokio::time::Instant;

use crate::fault::Fault;

/// A count is good for this long.
const GOOD_FOR: Duration = Duration::from_secs(5);
/// And only while what this process added since is below this part of the room that there was. So several processes
/// together pass a limit by a small part of it at most, and a queue that is nearly full is always counted.
const PART: u64 = 8;
/// Nodes remembered; beyond it all are forgotten, and counted anew.
const NODES_MAX: usize = 200_000;

/// Entries of a queue, and their octets.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    pub entries: u64,
    pub octets: u64,
}

/// What waits for each node, as far as is known.
pub(crate) type Loads = HashMap<NodeId, Load>;

/// Remembers counts.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<HashMap<NodeId, Count>>);

#[derive(Debug, Clone, Copy)]
struct Count {
    at: Instant,
    load: Load,
    added: Load,
}

/// Entries at which a queue takes no more notices: they have room of their own behind that of messages.
pub(crate) fn notices_max(limits: &SiteSettings) -> u32 {
    limits.queued_messages_max.saturating_mul(2).max(100)
}

impl Counts {
    /// What waits for these nodes, all of sites with these settings or wider ones.
    pub async fn of(
        &self,
        look: &mut dyn Look,
        nodes: impl IntoIterator<Item = &Node>,
        limits: &SiteSettings,
    ) -> Result<Loads, Fault> {
        let (mut loads, unknown) = self.known(nodes, limits);
        if !unknown.is_empty() {
            loads.extend(self.count(look, unknown, limits).await?);
        }
        Ok(loads)
    }

    /// What is remembered, and the nodes for which it is not enough.
    pub fn known<'n>(
        &self,
        nodes: impl IntoIterator<Item = &'n Node>,
        limits: &SiteSettings,
    ) -> (Loads, Vec<(SiteId, NodeId)>) {
        let mut loads = Loads::new();
        let mut unknown: Vec<(SiteId, NodeId)> = Vec::new();
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for node in nodes {
            match counts.get(&node.node).filter(|count| count.is_good(limits)) {
                Some(count) => drop(loads.insert(node.node, count.load.with(count.added))),
                None => unknown.push((node.site, node.node)),
            }
        }
        (loads, unknown)
    }

    /// Counts what waits for nodes.
    pub async fn count(
        &self,
        look: &mut dyn Look,
        mut nodes: Vec<(SiteId, NodeId)>,
        limits: &SiteSettings,
    ) -> Result<Loads, Fault> {
        nodes.sort_unstable();
        nodes.dedup();
        let counted = look.queued(&nodes, notices_max(limits)).await?;
        let at = Instant::now();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() + counted.len() > NODES_MAX {
            counts.clear();
        }
        let mut loads = Loads::new();
        for queued in counted {
            let load = Load { entries: queued.entries.into(), octets: queued.octets };
            counts.insert(queued.node, Count { at, load, added: Load::default() });
            loads.insert(queued.node, load);
        }
        Ok(loads)
    }

    /// These were committed.
    pub fn add(&self, messages: &[NewMessage], entries: &[NewEntry]) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in entries {
            if let (Some(count), Some(message)) = (counts.get_mut(&entry.node), messages.get(entry.message)) {
                count.added = count.added.with(Load { entries: 1, octets: message.body.octets() });
            }
        }
    }
}

impl Load {
    pub fn with(self, other: Self) -> Self {
        Self {
            entries: self.entries.saturating_add(other.entries),
            octets: self.octets.saturating_add(other.octets),
        }
    }

    pub fn without(self, other: Self) -> Self {
        Self {
            entries: self.entries.saturating_sub(other.entries),
            octets: self.octets.saturating_sub(other.octets),
        }
    }
}

impl Count {
    fn is_good(&self, limits: &SiteSettings) -> bool {
        let most = Load { entries: limits.queued_messages_max.into(), octets: limits.queued_octets_max };
        let room = most.without(self.load);
        self.at.elapsed() < GOOD_FOR
            && self.added.entries < room.entries / PART
            && self.added.octets < room.octets / PART
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(entries: u64, added: u64) -> Count {
        let load = |entries| Load { entries, octets: 0 };
        Count { at: Instant::now(), load: load(entries), added: load(added) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_count_is_good_for_a_while_and_for_a_part_of_the_room_that_there_was() {
        let limits = SiteSettings { queued_messages_max: 800, ..SiteSettings::default() };
        let empty = count(0, 99);
        assert!(empty.is_good(&limits));
        assert!(!count(0, 100).is_good(&limits), "an eighth of the room is gone");
        assert!(count(400, 49).is_good(&limits) && !count(400, 50).is_good(&limits));
        assert!(!count(795, 0).is_good(&limits), "nearly full: always counted");
        assert!(!count(900, 0).is_good(&limits));
        tokio::time::advance(GOOD_FOR).await;
        assert!(!empty.is_good(&limits));
    }

    #[tokio::test(start_paused = true)]
    async fn octets_count_as_well() {
        let limits = SiteSettings { queued_octets_max: 800, ..SiteSettings::default() };
        let added = |octets| Count { added: Load { entries: 1, octets }, ..count(0, 0) };
        assert!(added(99).is_good(&limits) && !added(100).is_good(&limits));
    }
}
