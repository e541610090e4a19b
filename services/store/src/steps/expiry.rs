//! Messages that waited for too long: what they are, and who has not got them.

use std::collections::{BTreeMap, HashMap, HashSet};

use bytes::Bytes;
use tmtp_wire::{MsgId, Posted};

use crate::{
    NodeId, Result, SiteId, Undelivered,
    sql::{Conn, values},
    steps::{members::first_alias, queue::EntryKey},
};

/// Messages looked at in one step.
const MESSAGES: i64 = 200;

/// Messages of one step, which are next to one another at their site, and their entries.
#[derive(Default)]
pub(crate) struct Old {
    messages: BTreeMap<MsgId, (Posted, Bytes)>,
    pub(crate) entries: Vec<EntryKey>,
    /// Whose node an entry is of.
    owners: HashMap<i64, String>,
}

/// Somebody to whom messages were to come.
struct Receiver {
    /// Live devices, and when each was made.
    devices: Vec<(NodeId, i64)>,
    alias: Option<String>,
}

/// The oldest messages with ids below `before`, with about `entries_max` entries or those of one message.
pub(crate) async fn find(conn: &mut dyn Conn, site: SiteId, before: MsgId, entries_max: u32) -> Result<Old> {
    let mut old = Old::default();
    let sql = "SELECT id, posted_ms, head, pending FROM messages
               WHERE site = $1 AND id < $2 AND id > coalesce((SELECT value FROM counters WHERE name = $3), 0)
               ORDER BY id LIMIT $4";
    let spared = spared(site);
    let mut pending = 0;
    for row in conn.all(sql, values![site, before, &spared, MESSAGES]).await? {
        pending += row.int(3)?;
        if pending > i64::from(entries_max) && !old.messages.is_empty() {
            break;
        }
        old.messages.insert(row.msg(0)?, (Posted(row.int(1)?), row.bytes(2)?));
    }
    let (Some((first, _)), Some((last, _))) = (old.messages.first_key_value(), old.messages.last_key_value())
    else {
        return Ok(old);
    };
    // By each node's queue: there is no way to entries by their message.
    let sql = "SELECT e.node, e.rank, e.msg, n.uid FROM nodes n
               JOIN entries e ON e.site = n.site AND e.node = n.node AND e.rank IN (0, 1) AND e.msg BETWEEN $2 AND $3
               WHERE n.site = $1 ORDER BY e.node, e.rank, e.msg";
    for row in conn.all(sql, values![site, *first, *last]).await? {
        let [node, rank, msg] = [row.int(0)?, row.int(1)?, row.int(2)?];
        old.owners.entry(node).or_insert(row.text(3)?);
        old.entries.push(EntryKey { site: site.0, node, rank, msg });
    }
    Ok(old)
}

/// The name under which it is kept up to which id a site's messages are not too old yet: they were imported of late.
pub(crate) fn spared(site: SiteId) -> String {
    format!("spared {}", site.0)
}

/// To whom a message came by none of the devices that it was for, where these entries were removed.
pub(crate) async fn undelivered(
    conn: &mut dyn Conn,
    site: SiteId,
    old: &Old,
    removed: &HashSet<(NodeId, MsgId)>,
) -> Result<Vec<Undelivered>> {
    let mut without: BTreeMap<(MsgId, &str), HashSet<NodeId>> = BTreeMap::new();
    for (node, msg) in removed {
        if let Some(uid) = old.owners.get(&node.0) {
            without.entry((*msg, uid)).or_default().insert(*node);
        }
    }
    let mut members: HashMap<&str, Receiver> = HashMap::new();
    let mut found = Vec::new();
    for ((id, uid), missed) in &without {
        let Some((posted, head)) = old.messages.get(id) else { continue };
        if !members.contains_key(uid) {
            let (devices, alias) = (devices(conn, site, uid).await?, first_alias(conn, site, uid).await?);
            members.insert(uid, Receiver { devices, alias });
        }
        let Some(Receiver { devices, alias }) = members.get(uid) else { continue };
        // A device that was there when the message was posted, and does not miss it, has got it.
        let has_it = |(node, created_ms): &(NodeId, i64)| *created_ms <= posted.0 && !missed.contains(node);
        if !devices.iter().any(has_it) {
            let (uid, alias) = ((*uid).to_owned(), alias.clone());
            found.push(Undelivered { id: *id, posted: *posted, head: head.clone(), uid, alias });
        }
    }
    Ok(found)
}

/// A member's live nodes, and when each was made.
async fn devices(conn: &mut dyn Conn, site: SiteId, uid: &str) -> Result<Vec<(NodeId, i64)>> {
    let sql = "SELECT node, created_ms FROM nodes WHERE site = $1 AND uid = $2 AND NOT revoked";
    conn.all(sql, values![site, uid]).await?.iter().map(|row| Ok((row.node(0)?, row.int(1)?))).collect()
}
