//! Messages and entries: many rows a statement.
//!
//! A message counts its entries (`pending`), and goes with the last one. Whoever removes entries locks the messages
//! afterwards, in ascending order, and only then counts down; whoever adds entries to a message that exists locks it
//! before. So two last acks at one moment, or an ack and a copy, see one another's work.

use std::collections::{BTreeSet, HashSet};

use tmtp_wire::MsgId;

use super::conn::PgConn;
use crate::{
    NewEntry, NewMessage, NodeAcks, NodeId, Result, SiteId, Swept,
    sql::{Conn, Row, int, values},
    steps::{
        queue::{EntryRow, Gone, RANKS, blobs, body_columns, count_gone, entry_rows},
        upkeep,
    },
};

/// One statement for both tables: each way to the server and back costs as much as several rows.
const ADD: &str = "
    WITH added AS (
        INSERT INTO messages (site, id, posted_ms, head, body, blob, octets, urgent, pending)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[],
                             $7::bigint[], $8::boolean[], $9::bigint[])
    )
    INSERT INTO entries (site, node, rank, msg, octets)
    SELECT * FROM unnest($10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[])";

pub(super) async fn add(conn: &mut PgConn, messages: &[NewMessage], entries: &[NewEntry]) -> Result<()> {
    let (rows, pending) = entry_rows(messages, entries)?;
    // A message for nobody is delivered already.
    let (messages, pending): (Vec<&NewMessage>, Vec<i64>) =
        messages.iter().zip(pending).filter(|(_, pending)| *pending > 0).unzip();
    if messages.is_empty() {
        return Ok(());
    }
    let column = |value: fn(&NewMessage) -> i64| messages.iter().map(|it| value(it)).collect::<Vec<_>>();
    let sites = column(|message| message.site.0);
    let ids = column(|message| int(message.id.0));
    let posted = column(|message| message.posted.0);
    let octets = column(|message| int(message.body.octets()));
    let heads: Vec<&[u8]> = messages.iter().map(|message| message.head.as_ref()).collect();
    let (bodies, blobs): (Vec<Option<&[u8]>>, Vec<Option<&str>>) =
        messages.iter().map(|message| body_columns(&message.body)).unzip();
    let urgent: Vec<bool> = messages.iter().map(|message| message.urgent).collect();
    let [entry_sites, nodes, ranks, msgs, entry_octets] = entry_columns(&rows);
    let values = values![
        &sites,
        &ids,
        &posted,
        &heads,
        &bodies,
        &blobs,
        &octets,
        &urgent,
        &pending,
        &entry_sites,
        &nodes,
        &ranks,
        &msgs,
        &entry_octets,
    ];
    conn.run(ADD, values).await.map(drop)
}

fn entry_columns(rows: &[EntryRow]) -> [Vec<i64>; 5] {
    let column = |value: fn(&EntryRow) -> i64| rows.iter().map(value).collect();
    [
        column(|row| row.site),
        column(|row| row.node),
        column(|row| row.rank),
        column(|row| row.msg),
        column(|row| row.octets),
    ]
}

/// Removes entries, and the messages that waited for that one node alone: of those nobody else can remove an entry, so no
/// lock is needed; and should one be copied at this moment, `pending` is looked at again.
const ACK: &str = "
    WITH acked AS (
        DELETE FROM entries WHERE ctid = ANY (ARRAY(
            SELECT e.ctid
            FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) a(site, node, epoch, msg)
            CROSS JOIN LATERAL (
                SELECT 1 FROM nodes n
                WHERE n.site = a.site AND n.node = a.node AND n.epoch = a.epoch AND NOT n.revoked OFFSET 0
            ) n
            CROSS JOIN LATERAL (
                SELECT e.ctid FROM entries e
                WHERE e.site = a.site AND e.node = a.node AND e.rank = $5 AND e.msg = a.msg OFFSET 0
            ) e
        ))
        RETURNING site, msg, node
    ), forgotten AS (
        DELETE FROM messages WHERE pending = 1 AND ctid = ANY (ARRAY(
            SELECT m.ctid FROM (SELECT site, msg FROM acked ORDER BY site, msg) a
            CROSS JOIN LATERAL (
                SELECT m.ctid FROM messages m
                WHERE m.site = a.site AND m.id = a.msg AND m.pending = 1 OFFSET 0
            ) m
        ))
        RETURNING site, id, blob
    )
    SELECT site, msg, node, NULL AS blob FROM acked
    UNION ALL
    SELECT site, id, NULL, blob FROM forgotten";

/// An ack names the message alone: it is looked for in the rank where most are, then in the other.
pub(super) async fn ack(conn: &mut PgConn, acks: &[NodeAcks]) -> Result<Vec<String>> {
    let acked = |NodeAcks { session, ids }: &NodeAcks| {
        let row = |id: &MsgId| [session.site.0, session.node.0, session.epoch, int(id.0)];
        ids.iter().map(row).collect::<Vec<_>>()
    };
    let mut rows: Vec<[i64; 4]> = acks.iter().flat_map(acked).collect();
    rows.sort_unstable();
    rows.dedup();
    let (mut left, mut freed) = (Gone::new(), Vec::new());
    for rank in RANKS {
        if rows.is_empty() {
            break;
        }
        let [sites, nodes, epochs, ids]: [Vec<i64>; 4] =
            std::array::from_fn(|at| rows.iter().map(|row| row[at]).collect());
        let done = conn.all(ACK, values![&sites, &nodes, &epochs, &ids, rank]).await?;
        let mut found = HashSet::new();
        for row in &done {
            let message = (row.site(0)?, row.msg(1)?);
            if let Some(node) = row.opt_int(2)? {
                found.insert((row.int(0)?, node, row.int(1)?));
                *left.entry(message).or_default() += 1;
            } else {
                left.remove(&message);
                freed.extend(row.opt_text(3)?);
            }
        }
        rows.retain(|[site, node, _, id]| !found.contains(&(*site, *node, *id)));
    }
    freed.extend(count_down(conn, left).await?);
    Ok(freed)
}

/// Removes all that waits for a node.
pub(super) async fn drop_queue(conn: &mut PgConn, site: SiteId, node: NodeId) -> Result<Vec<String>> {
    let sql = "DELETE FROM entries WHERE site = $1 AND node = $2 RETURNING site, msg";
    let gone = conn.all(sql, values![site, node]).await?;
    count_down(conn, count_gone(&gone)?).await
}

const REMOVE: &str = "
    DELETE FROM entries e USING unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) k(site, node, rank, msg)
    WHERE e.site = k.site AND e.node = k.node AND e.rank = k.rank AND e.msg = k.msg
    RETURNING e.site, e.msg, e.node";

/// Removes these entries; returns those that were there, and the blobs of messages that went with them.
pub(super) async fn remove(
    conn: &mut PgConn,
    entries: &[EntryRow],
) -> Result<(HashSet<(NodeId, MsgId)>, Vec<String>)> {
    let [sites, nodes, ranks, msgs, _] = entry_columns(entries);
    let gone = conn.all(REMOVE, values![&sites, &nodes, &ranks, &msgs]).await?;
    let removed = gone.iter().map(|row| Ok((row.node(2)?, row.msg(1)?))).collect::<Result<_>>()?;
    Ok((removed, count_down(conn, count_gone(&gone)?).await?))
}

const LOCK_MESSAGES: &str = "
    SELECT 1 FROM unnest($1::bigint[], $2::bigint[]) k(site, id)
    CROSS JOIN LATERAL (
        SELECT 1 FROM messages m WHERE m.site = k.site AND m.id = k.id FOR UPDATE
    ) m";

/// Statements of their own after the lock, so that they see what others counted down before.
const FORGET: &str = "
    DELETE FROM messages WHERE ctid = ANY (ARRAY(
        SELECT m.ctid FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) k(site, id, gone)
        CROSS JOIN LATERAL (
            SELECT m.ctid FROM messages m
            WHERE m.site = k.site AND m.id = k.id AND m.pending <= k.gone OFFSET 0
        ) m
    ))
    RETURNING blob, site, id";

/// For messages of which the same number of entries went.
const COUNT_DOWN: &str = "
    UPDATE messages SET pending = pending - $3 WHERE ctid = ANY (ARRAY(
        SELECT m.ctid FROM unnest($1::bigint[], $2::bigint[]) k(site, id)
        CROSS JOIN LATERAL (SELECT m.ctid FROM messages m WHERE m.site = k.site AND m.id = k.id OFFSET 0) m
    ))";

/// Takes entries that went off their messages' counts; returns the blobs of those messages that went with their last one.
async fn count_down(conn: &mut PgConn, mut gone: Gone) -> Result<Vec<String>> {
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let (sites, ids) = keys(gone.keys());
    let counts: Vec<i64> = gone.values().copied().collect();
    conn.run(LOCK_MESSAGES, values![&sites, &ids]).await?;
    let forgotten = conn.all(FORGET, values![&sites, &ids, &counts]).await?;
    for row in &forgotten {
        gone.remove(&(row.site(1)?, row.msg(2)?));
    }
    let counts: BTreeSet<i64> = gone.values().copied().collect();
    for count in counts {
        let (sites, ids) = keys(gone.iter().filter(|(_, gone)| **gone == count).map(|(key, _)| key));
        conn.run(COUNT_DOWN, values![&sites, &ids, count]).await?;
    }
    blobs(&forgotten)
}

fn keys<'a>(messages: impl Iterator<Item = &'a (SiteId, MsgId)>) -> (Vec<i64>, Vec<i64>) {
    messages.map(|(site, id)| (site.0, int(id.0))).unzip()
}

const LOCK_QUEUE: &str = "
    SELECT e.rank, m.id FROM entries e JOIN messages m ON m.site = e.site AND m.id = e.msg
    WHERE e.site = $1 AND e.node = $2 ORDER BY m.site, m.id FOR UPDATE OF m";

/// What was acked while we waited for the locks is not copied.
const COPY_QUEUE: &str = "
    INSERT INTO entries (site, node, rank, msg, octets)
    SELECT e.site, $3, e.rank, e.msg, e.octets FROM unnest($4::bigint[], $5::bigint[]) k(rank, msg)
    JOIN entries e ON e.site = $1 AND e.node = $2 AND e.rank = k.rank AND e.msg = k.msg
    RETURNING msg";

const COUNT_UP: &str = "
    UPDATE messages m SET pending = pending + 1 FROM unnest($2::bigint[]) k(id)
    WHERE m.site = $1 AND m.id = k.id";

pub(super) async fn copy(conn: &mut PgConn, site: SiteId, from: NodeId, to: NodeId) -> Result<()> {
    let ints = |rows: &[Row], at| rows.iter().map(|row| row.int(at)).collect::<Result<Vec<i64>>>();
    let locked = conn.all(LOCK_QUEUE, values![site, from]).await?;
    let (ranks, ids) = (ints(&locked, 0)?, ints(&locked, 1)?);
    let copied = conn.all(COPY_QUEUE, values![site, from, to, &ranks, &ids]).await?;
    conn.run(COUNT_UP, values![site, &ints(&copied, 0)?]).await.map(drop)
}

pub(super) async fn sweep(conn: &mut PgConn, before_ms: i64, limit: u32) -> Result<Swept> {
    let lost = upkeep::entries_without_message(conn, limit).await?;
    let dead = upkeep::entries_without_node(conn, before_ms, limit).await?;
    let mut blobs = count_down(conn, count_gone(&dead)?).await?;
    let (messages, more) = upkeep::messages_without_entry(conn, before_ms, limit).await?;
    blobs.extend(more);
    Ok(Swept { messages, entries: lost + dead.len() as u64, blobs })
}
