//! Messages and entries. A message counts its entries (`pending`), and goes with the last one.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use tmtp_wire::MsgId;

use super::{
    conn::SqliteConn,
    rows::{Octets, json},
};
use crate::{
    NewEntry, NewMessage, NodeAcks, NodeId, QueuePage, QueueRead, Removed, Result, SiteId, Swept,
    sql::{Conn, Row, int, values},
    steps::{
        queue::{EntryKey, blobs, body_columns, count_gone, entry_rows, queue_entry},
        upkeep,
    },
};

/// A row: [site, id, posted_ms, blob, octets, urgent, pending], [where the head begins, its octets, the same of the body].
const ADD_MESSAGES: &str = "
    INSERT INTO messages (site, id, posted_ms, blob, octets, urgent, pending, head, body)
    SELECT value ->> '$[0][0]', value ->> '$[0][1]', value ->> '$[0][2]', value ->> '$[0][3]', value ->> '$[0][4]',
           value ->> '$[0][5]', value ->> '$[0][6]', substr($2, value ->> '$[1][0]', value ->> '$[1][1]'),
           substr($2, value ->> '$[1][2]', value ->> '$[1][3]')
    FROM json_each($1)";

/// A row: site, node, rank, msg, octets.
const ADD_ENTRIES: &str = "
    INSERT INTO entries (site, node, rank, msg, octets)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each($1)";

pub(super) async fn add(conn: &mut SqliteConn, messages: &[NewMessage], entries: &[NewEntry]) -> Result<()> {
    let (rows, pending) = entry_rows(messages, entries)?;
    if rows.is_empty() {
        return Ok(());
    }
    let mut octets = Octets::default();
    let mut messages_for_somebody = Vec::with_capacity(messages.len());
    for (it, pending) in messages.iter().zip(pending) {
        // A message for nobody is delivered already.
        if pending > 0 {
            let (body, blob) = body_columns(&it.body);
            let (head, head_octets) = octets.add(&it.head);
            let (body, body_octets) = body.map(|body| octets.add(body)).unzip();
            let (length, urgent) = (int(it.body.octets()), i64::from(it.urgent));
            let row = (it.site.0, int(it.id.0), it.posted.0, blob, length, urgent, pending);
            messages_for_somebody.push((row, (head, head_octets, body, body_octets)));
        }
    }
    let messages = json(messages_for_somebody)?;
    conn.run(ADD_MESSAGES, values![&messages, octets.0.as_slice()]).await?;
    let entries = json(rows.iter().map(|row| (row.site, row.node, row.rank, row.msg, row.octets)))?;
    conn.run(ADD_ENTRIES, values![&entries]).await.map(drop)
}

/// A row: site, node, epoch, msg.
const ACK: &str = "
    DELETE FROM entries WHERE (site, node, rank, msg) IN (
        SELECT n.site, n.node, ranks.column1, a.value ->> 3 FROM json_each($1) a
        CROSS JOIN nodes n ON n.site = a.value ->> 0 AND n.node = a.value ->> 1 AND n.epoch = a.value ->> 2
            AND NOT n.revoked
        CROSS JOIN (VALUES (0), (1)) ranks)
    RETURNING site, msg";

pub(super) async fn ack(conn: &mut SqliteConn, acks: &[NodeAcks]) -> Result<Removed> {
    let of_node = |NodeAcks { session, ids }: &NodeAcks| {
        let row = |id: &MsgId| (session.site.0, session.node.0, session.epoch, int(id.0));
        ids.iter().map(row).collect::<Vec<_>>()
    };
    let rows = json(acks.iter().flat_map(of_node))?;
    let gone = conn.all(ACK, values![&rows]).await?;
    Ok(Removed { entries: gone.len() as u64, blobs: count_down(conn, &gone).await? })
}

/// Removes all that waits for a node.
pub(super) async fn drop_queue(conn: &mut SqliteConn, site: SiteId, node: NodeId) -> Result<Removed> {
    let sql = "DELETE FROM entries WHERE site = $1 AND node = $2 RETURNING site, msg";
    let gone = conn.all(sql, values![site, node]).await?;
    Ok(Removed { entries: gone.len() as u64, blobs: count_down(conn, &gone).await? })
}

/// A row: site, node, rank, msg.
const REMOVE: &str = "
    DELETE FROM entries
    WHERE (site, node, rank, msg) IN (
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1))
    RETURNING site, msg, node";

/// Removes these entries; returns those that were there, and the blobs of messages that went with them.
pub(super) async fn remove(
    conn: &mut SqliteConn,
    entries: &[EntryKey],
) -> Result<(HashSet<(NodeId, MsgId)>, Vec<String>)> {
    let rows = json(entries.iter().map(|row| (row.site, row.node, row.rank, row.msg)))?;
    let gone = conn.all(REMOVE, values![&rows]).await?;
    let removed = gone.iter().map(|row| Ok((row.node(2)?, row.msg(1)?))).collect::<Result<_>>()?;
    Ok((removed, count_down(conn, &gone).await?))
}

/// A row: site, id.
const FORGET: &str = "
    DELETE FROM messages WHERE pending <= $2 AND (site, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each($1))
    RETURNING blob, site, id";
const COUNT_DOWN: &str = "
    UPDATE messages SET pending = pending - $2
    WHERE (site, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each($1))";

/// Takes entries that went off their messages' counts, given as rows of site and msg; returns the blobs of those
/// messages that went with their last one.
async fn count_down(conn: &mut SqliteConn, gone: &[Row]) -> Result<Vec<String>> {
    let mut by_count: BTreeMap<i64, BTreeSet<(SiteId, MsgId)>> = BTreeMap::new();
    for (message, count) in count_gone(gone)? {
        by_count.entry(count).or_default().insert(message);
    }
    let json_of =
        |messages: &BTreeSet<(SiteId, MsgId)>| json(messages.iter().map(|(site, id)| (site.0, int(id.0))));
    let mut freed = Vec::new();
    for (count, mut messages) in by_count {
        let forgotten = conn.all(FORGET, values![&json_of(&messages)?, count]).await?;
        for row in &forgotten {
            messages.remove(&(row.site(1)?, row.msg(2)?));
        }
        if !messages.is_empty() {
            conn.run(COUNT_DOWN, values![&json_of(&messages)?, count]).await?;
        }
        freed.extend(blobs(&forgotten)?);
    }
    Ok(freed)
}

pub(super) async fn copy(conn: &mut SqliteConn, site: SiteId, from: NodeId, to: NodeId) -> Result<u64> {
    let sql = "UPDATE messages SET pending = pending + 1
               WHERE site = $1 AND id IN (SELECT msg FROM entries WHERE site = $1 AND node = $2)";
    conn.run(sql, values![site, from]).await?;
    let sql = "INSERT INTO entries (site, node, rank, msg, octets)
               SELECT site, $3, rank, msg, octets FROM entries WHERE site = $1 AND node = $2";
    conn.run(sql, values![site, from, to]).await
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
