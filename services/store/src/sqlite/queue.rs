//! Messages and entries. A message counts its entries (`pending`), and goes with the last one.

use std::collections::HashSet;

use tmtp_wire::MsgId;

use super::conn::SqliteConn;
use crate::{
    NewEntry, NewMessage, NodeAcks, NodeId, QueuePage, QueueRead, Result, SiteId, Swept,
    sql::{Conn, Row, int, values},
    steps::{
        queue::{EntryRow, Gone, blobs, body_columns, count_gone, entry_rows, queue_entry},
        upkeep,
    },
};

const ADD_MESSAGE: &str = "
    INSERT INTO messages (site, id, posted_ms, head, body, blob, octets, urgent, pending)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const ADD_ENTRY: &str = "INSERT INTO entries (site, node, rank, msg, octets) VALUES ($1, $2, $3, $4, $5)";

pub(super) async fn add(conn: &mut SqliteConn, messages: &[NewMessage], entries: &[NewEntry]) -> Result<()> {
    let (rows, pending) = entry_rows(messages, entries)?;
    // A message for nobody is delivered already.
    for (it, pending) in messages.iter().zip(pending).filter(|(_, pending)| *pending > 0) {
        let (body, blob) = body_columns(&it.body);
        let (head, octets) = (it.head.as_ref(), int(it.body.octets()));
        let row = values![it.site, it.id, it.posted.0, head, body, blob, octets, it.urgent, pending];
        conn.run(ADD_MESSAGE, row).await?;
    }
    for row in rows {
        conn.run(ADD_ENTRY, values![row.site, row.node, row.rank, row.msg, row.octets]).await?;
    }
    Ok(())
}

const ACK: &str = "
    DELETE FROM entries WHERE site = $1 AND node = $2 AND rank IN (0, 1) AND msg = $4 AND EXISTS
        (SELECT 1 FROM nodes n WHERE n.site = $1 AND n.node = $2 AND n.epoch = $3 AND NOT n.revoked)
    RETURNING site, msg";

pub(super) async fn ack(conn: &mut SqliteConn, acks: &[NodeAcks]) -> Result<Vec<String>> {
    let mut gone = Vec::new();
    for NodeAcks { session, ids } in acks {
        for id in ids {
            gone.extend(conn.all(ACK, values![session.site, session.node, session.epoch, *id]).await?);
        }
    }
    count_down(conn, &gone).await
}

/// Removes all that waits for a node.
pub(super) async fn drop_queue(conn: &mut SqliteConn, site: SiteId, node: NodeId) -> Result<Vec<String>> {
    let sql = "DELETE FROM entries WHERE site = $1 AND node = $2 RETURNING site, msg";
    let gone = conn.all(sql, values![site, node]).await?;
    count_down(conn, &gone).await
}

const REMOVE: &str = "DELETE FROM entries WHERE site = $1 AND node = $2 AND rank = $3 AND msg = $4";

/// Removes these entries; returns those that were there, and the blobs of messages that went with them.
pub(super) async fn remove(
    conn: &mut SqliteConn,
    entries: &[EntryRow],
) -> Result<(HashSet<(NodeId, MsgId)>, Vec<String>)> {
    let (mut removed, mut gone) = (HashSet::new(), Gone::new());
    for row in entries {
        let id = MsgId(u64::try_from(row.msg).unwrap_or_default());
        if conn.run(REMOVE, values![row.site, row.node, row.rank, row.msg]).await? > 0 {
            removed.insert((NodeId(row.node), id));
            *gone.entry((SiteId(row.site), id)).or_default() += 1;
        }
    }
    Ok((removed, forget(conn, gone).await?))
}

const FORGET: &str = "DELETE FROM messages WHERE site = $1 AND id = $2 AND pending <= $3 RETURNING blob";
const COUNT_DOWN: &str = "UPDATE messages SET pending = pending - $3 WHERE site = $1 AND id = $2";

/// Takes entries that went off their messages' counts, given as rows of site and msg; returns the blobs of those
/// messages that went with their last one.
async fn count_down(conn: &mut SqliteConn, gone: &[Row]) -> Result<Vec<String>> {
    forget(conn, count_gone(gone)?).await
}

async fn forget(conn: &mut SqliteConn, gone: Gone) -> Result<Vec<String>> {
    let mut freed = Vec::new();
    for ((site, id), count) in gone {
        let forgotten = conn.all(FORGET, values![site, id, count]).await?;
        if forgotten.is_empty() {
            conn.run(COUNT_DOWN, values![site, id, count]).await?;
        }
        freed.extend(blobs(&forgotten)?);
    }
    Ok(freed)
}

pub(super) async fn copy(conn: &mut SqliteConn, site: SiteId, from: NodeId, to: NodeId) -> Result<()> {
    let sql = "UPDATE messages SET pending = pending + 1
               WHERE site = $1 AND id IN (SELECT msg FROM entries WHERE site = $1 AND node = $2)";
    conn.run(sql, values![site, from]).await?;
    let sql = "INSERT INTO entries (site, node, rank, msg, octets)
               SELECT site, $3, rank, msg, octets FROM entries WHERE site = $1 AND node = $2";
    conn.run(sql, values![site, from, to]).await.map(drop)
}

pub(super) async fn sweep(conn: &mut SqliteConn, before_ms: i64, limit: u32) -> Result<Swept> {
    let lost = upkeep::entries_without_message(conn, limit).await?;
    let dead = upkeep::entries_without_node(conn, before_ms, limit).await?;
    let mut blobs = count_down(conn, &dead).await?;
    let (messages, more) = upkeep::messages_without_entry(conn, before_ms, limit).await?;
    blobs.extend(more);
    Ok(Swept { messages, entries: lost + dead.len() as u64, blobs })
}

const ADMITTED: &str = "SELECT 1 FROM admitted_nodes WHERE site = $1 AND node = $2 AND epoch = $3";

/// A page ends before the entry whose body would take it past its octets; the first one is always in.
const PAGE: &str = "
    SELECT w.found, w.id, w.urgent, w.head, w.body, w.blob, w.octets FROM (
        SELECT m.id, m.urgent, m.head, m.body, m.blob, m.octets,
               count(*) OVER () AS found, row_number() OVER queue AS nth,
               sum(CASE WHEN m.blob IS NULL THEN m.octets ELSE 0 END) OVER queue AS inline
        FROM (
            SELECT site, rank, msg FROM entries
            WHERE site = $1 AND node = $2 AND msg NOT IN (SELECT value FROM json_each($3))
            ORDER BY rank, msg LIMIT $4 + 1
        ) e
        JOIN messages m ON m.site = e.site AND m.id = e.msg
        WINDOW queue AS (ORDER BY e.rank, e.msg ROWS UNBOUNDED PRECEDING)
    ) w
    WHERE w.nth <= $4 AND (w.nth = 1 OR w.inline <= $5)
    ORDER BY w.nth";

pub(super) async fn page(conn: &mut SqliteConn, read: &QueueRead) -> Result<QueuePage> {
    let session = &read.session;
    let admitted = conn.first(ADMITTED, values![session.site, session.node, session.epoch]).await?;
    if admitted.is_none() {
        return Ok(QueuePage { fenced: true, ..QueuePage::default() });
    }
    let skip: Vec<String> = read.skip.iter().map(|id| int(id.0).to_string()).collect();
    let skip = format!("[{}]", skip.join(","));
    let (most, octets) = (i64::from(read.max_entries), int(read.max_octets));
    let rows = conn.all(PAGE, values![session.site, session.node, &skip, most, octets]).await?;
    let found = rows.first().map_or(Ok(0), |row| row.count(0))?;
    let entries = rows.iter().map(|row| queue_entry(row, 1)).collect::<Result<Vec<_>>>()?;
    Ok(QueuePage { fenced: false, more: found > entries.len() as u64, entries })
}

pub(super) async fn unnamed_blobs(conn: &mut SqliteConn, blobs: &[String]) -> Result<Vec<String>> {
    let mut unnamed = Vec::new();
    for blob in blobs {
        if conn.first("SELECT 1 FROM messages WHERE blob = $1", values![blob]).await?.is_none() {
            unnamed.push(blob.clone());
        }
    }
    Ok(unnamed)
}
