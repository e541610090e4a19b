//! Messages and entries: many rows a statement.
//!
//! A message counts its entries (`pending`), and goes with the last one. Whoever removes entries locks the messages
//! afterwards, in ascending order, and only then counts down; whoever adds entries to a message that exists locks it
//! before. So two last acks at one moment, or an ack and a copy, see one another's work.

use std::collections::HashSet;

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

const ADD_MESSAGES: &str = "
    INSERT INTO messages (site, id, posted_ms, head, body, blob, octets, urgent, pending)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[],
                         $7::bigint[], $8::boolean[], $9::bigint[])";

const ADD_ENTRIES: &str = "
    INSERT INTO entries (site, node, rank, msg, octets)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])";

pub(super) async fn add(conn: &mut PgConn, messages: &[NewMessage], entries: &[NewEntry]) -> Result<()> {
    let (rows, pending) = entry_rows(messages, entries)?;
    // A message for nobody is delivered already.
    let (messages, pending): (Vec<&NewMessage>, Vec<i64>) =
        messages.iter().zip(pending).filter(|(_, pending)| *pending > 0).unzip();
    if messages.is_empty() {
        return Ok(());
    }
    add_messages(conn, &messages, &pending).await?;
    let column = |value: fn(&EntryRow) -> i64| rows.iter().map(value).collect::<Vec<_>>();
    let sites = column(|row| row.site);
    let nodes = column(|row| row.node);
    let ranks = column(|row| row.rank);
    let msgs = column(|row| row.msg);
    let octets = column(|row| row.octets);
    conn.run(ADD_ENTRIES, values![&sites, &nodes, &ranks, &msgs, &octets]).await.map(drop)
}

async fn add_messages(conn: &mut PgConn, messages: &[&NewMessage], pending: &Vec<i64>) -> Result<()> {
    let column = |value: fn(&NewMessage) -> i64| messages.iter().map(|it| value(it)).collect::<Vec<_>>();
    let sites = column(|message| message.site.0);
    let ids = column(|message| int(message.id.0));
    let posted = column(|message| message.posted.0);
    let octets = column(|message| int(message.body.octets()));
    let heads: Vec<&[u8]> = messages.iter().map(|message| message.head.as_ref()).collect();
    let (bodies, blobs): (Vec<Option<&[u8]>>, Vec<Option<&str>>) =
        messages.iter().map(|message| body_columns(&message.body)).unzip();
    let urgent: Vec<bool> = messages.iter().map(|message| message.urgent).collect();
    let values = values![&sites, &ids, &posted, &heads, &bodies, &blobs, &octets, &urgent, pending];
    conn.run(ADD_MESSAGES, values).await.map(drop)
}

/// Every column of the key stands in the rows: were the rank left to the planner, it would read a node's whole queue for
/// each ack as long as it believes it to be short.
const ACK: &str = "
    DELETE FROM entries e
    USING unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) a(site, node, epoch, msg)
    JOIN nodes n ON n.site = a.site AND n.node = a.node AND n.epoch = a.epoch AND NOT n.revoked
    WHERE e.site = a.site AND e.node = a.node AND e.rank = $5 AND e.msg = a.msg
    RETURNING e.site, e.msg, e.node";

/// An ack names the message alone: it is looked for in the rank where most are, then in the other.
pub(super) async fn ack(conn: &mut PgConn, acks: &[NodeAcks]) -> Result<Vec<String>> {
    let acked = |NodeAcks { session, ids }: &NodeAcks| {
        let row = |id: &MsgId| [session.site.0, session.node.0, session.epoch, int(id.0)];
        ids.iter().map(row).collect::<Vec<_>>()
    };
    let mut rows: Vec<[i64; 4]> = acks.iter().flat_map(acked).collect();
    rows.sort_unstable();
    rows.dedup();
    let mut gone = Vec::new();
    for rank in RANKS {
        if rows.is_empty() {
            break;
        }
        let [sites, nodes, epochs, ids]: [Vec<i64>; 4] =
            std::array::from_fn(|at| rows.iter().map(|row| row[at]).collect());
        let found = conn.all(ACK, values![&sites, &nodes, &epochs, &ids, rank]).await?;
        let keys = found.iter().map(|row| Ok((row.int(0)?, row.int(2)?, row.int(1)?)));
        let keys: HashSet<(i64, i64, i64)> = keys.collect::<Result<_>>()?;
        rows.retain(|[site, node, _, id]| !keys.contains(&(*site, *node, *id)));
        gone.extend(found);
    }
    count_down(conn, &gone).await
}

/// Removes all that waits for a node.
pub(super) async fn drop_queue(conn: &mut PgConn, site: SiteId, node: NodeId) -> Result<Vec<String>> {
    let sql = "DELETE FROM entries WHERE site = $1 AND node = $2 RETURNING site, msg";
    let gone = conn.all(sql, values![site, node]).await?;
    count_down(conn, &gone).await
}

/// Of a message whose remaining entries all went here, nobody else can remove any: no lock is needed to say so.
const FORGET: &str = "
    DELETE FROM messages m USING unnest($1::bigint[], $2::bigint[], $3::bigint[]) k(site, id, gone)
    WHERE m.site = k.site AND m.id = k.id AND m.pending <= k.gone
    RETURNING m.blob, m.site, m.id";

const LOCK_MESSAGES: &str = "
    SELECT 1 FROM unnest($1::bigint[], $2::bigint[]) k(site, id)
    JOIN messages m ON m.site = k.site AND m.id = k.id
    ORDER BY m.site, m.id FOR UPDATE OF m";

const COUNT_DOWN: &str = "
    UPDATE messages m SET pending = m.pending - k.gone
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) k(site, id, gone)
    WHERE m.site = k.site AND m.id = k.id";

/// Takes entries that went off their messages' counts, given as rows of site and msg; returns the blobs of those
/// messages that went with their last one.
async fn count_down(conn: &mut PgConn, gone: &[Row]) -> Result<Vec<String>> {
    let mut gone: Gone = count_gone(gone)?;
    let mut freed = forget(conn, &mut gone).await?;
    if !gone.is_empty() {
        let [sites, ids, _] = columns(&gone);
        conn.run(LOCK_MESSAGES, values![&sites, &ids]).await?;
        // Others may have counted down before we had the locks.
        freed.extend(forget(conn, &mut gone).await?);
    }
    if !gone.is_empty() {
        let [sites, ids, counts] = columns(&gone);
        conn.run(COUNT_DOWN, values![&sites, &ids, &counts]).await?;
    }
    Ok(freed)
}

/// Removes messages of which nothing is left, and takes them out of `gone`; returns their blobs.
async fn forget(conn: &mut PgConn, gone: &mut Gone) -> Result<Vec<String>> {
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let [sites, ids, counts] = columns(gone);
    let forgotten = conn.all(FORGET, values![&sites, &ids, &counts]).await?;
    for row in &forgotten {
        gone.remove(&(row.site(1)?, row.msg(2)?));
    }
    blobs(&forgotten)
}

fn columns(gone: &Gone) -> [Vec<i64>; 3] {
    let sites = gone.keys().map(|(site, _)| site.0).collect();
    let ids = gone.keys().map(|(_, id)| int(id.0)).collect();
    [sites, ids, gone.values().copied().collect()]
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
    let mut blobs = count_down(conn, &dead).await?;
    let (messages, more) = upkeep::messages_without_entry(conn, before_ms, limit).await?;
    blobs.extend(more);
    Ok(Swept { messages, entries: lost + dead.len() as u64, blobs })
}
