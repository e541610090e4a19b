//! Messages and entries: many rows a statement.
//!
//! A message counts its entries (`pending`), and goes with the last one. Whoever removes entries locks the messages
//! afterwards, in ascending order, and only then counts down; whoever adds entries to a message that exists locks it
//! before. So two last acks at one moment, or an ack and a copy, see one another's work. The migration `create_batches` holds
//! what does so.

use std::collections::HashSet;

use tmtp_wire::MsgId;

use super::conn::PgConn;
use crate::{
    Error, NewEntry, NewMessage, NodeAcks, NodeId, Removed, Result, SiteId, Swept,
    sql::{Conn, Row, int, values},
    steps::{
        queue::{EntryKey, EntryRow, Gone, body_columns, count_gone, entry_rows},
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
    let MessageColumns { sites, ids, posted, heads, bodies, blobs, octets, urgent } =
        &MessageColumns::of(messages);
    let column = |value: fn(&EntryRow) -> i64| rows.iter().map(value).collect::<Vec<_>>();
    let (entry_sites, nodes) = (column(|row| row.site), column(|row| row.node));
    let (ranks, msgs, entry_octets) =
        (column(|row| row.rank), column(|row| row.msg), column(|row| row.octets));
    let values = values![
        sites,
        ids,
        posted,
        heads,
        bodies,
        blobs,
        octets,
        urgent,
        &pending,
        &entry_sites,
        &nodes,
        &ranks,
        &msgs,
        &entry_octets,
    ];
    conn.run(ADD, values).await.map(drop)
}

/// Messages as columns.
#[derive(Default)]
pub(super) struct MessageColumns<'a> {
    pub(super) sites: Vec<i64>,
    pub(super) ids: Vec<i64>,
    pub(super) posted: Vec<i64>,
    pub(super) heads: Vec<&'a [u8]>,
    pub(super) bodies: Vec<Option<&'a [u8]>>,
    pub(super) blobs: Vec<Option<&'a str>>,
    pub(super) octets: Vec<i64>,
    pub(super) urgent: Vec<bool>,
}

impl<'a> MessageColumns<'a> {
    pub(super) fn of(messages: impl IntoIterator<Item = &'a NewMessage>) -> Self {
        let mut columns = Self::default();
        for message in messages {
            let (body, blob) = body_columns(&message.body);
            columns.sites.push(message.site.0);
            columns.ids.push(int(message.id.0));
            columns.posted.push(message.posted.0);
            columns.heads.push(&message.head);
            columns.bodies.push(body);
            columns.blobs.push(blob);
            columns.octets.push(int(message.body.octets()));
            columns.urgent.push(message.urgent);
        }
        columns
    }
}

/// One call, in a transaction or as one.
pub(super) async fn ack(conn: &mut PgConn, acks: &[NodeAcks]) -> Result<Removed> {
    let acked = |NodeAcks { session, ids }: &NodeAcks| {
        let row = |id: &MsgId| [session.site.0, session.node.0, session.epoch, int(id.0)];
        ids.iter().map(row).collect::<Vec<_>>()
    };
    let mut rows: Vec<[i64; 4]> = acks.iter().flat_map(acked).collect();
    if rows.is_empty() {
        return Ok(Removed::default());
    }
    rows.sort_unstable();
    rows.dedup();
    let [sites, nodes, epochs, ids]: [Vec<i64>; 4] =
        std::array::from_fn(|at| rows.iter().map(|row| row[at]).collect());
    let sql = "SELECT removed, freed FROM ack_3($1, $2, $3, $4)";
    let told = conn.first(sql, values![&sites, &nodes, &epochs, &ids]).await?;
    let told = told.ok_or_else(|| Error::Defect("acks without an outcome".to_owned()))?;
    Ok(Removed { entries: told.count(0)?, blobs: told.texts(1)? })
}

/// Removes all that waits for a node.
pub(super) async fn drop_queue(conn: &mut PgConn, site: SiteId, node: NodeId) -> Result<Removed> {
    let sql = "DELETE FROM entries WHERE site = $1 AND node = $2 RETURNING site, msg";
    let gone = conn.all(sql, values![site, node]).await?;
    Ok(Removed { entries: gone.len() as u64, blobs: count_down(conn, count_gone(&gone)?).await? })
}

const REMOVE: &str = "
    DELETE FROM entries WHERE ctid = ANY (ARRAY(
        SELECT e.ctid FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) k(site, node, rank, msg)
        CROSS JOIN LATERAL (
            SELECT e.ctid FROM entries e
            WHERE e.site = k.site AND e.node = k.node AND e.rank = k.rank AND e.msg = k.msg OFFSET 0
        ) e))
    RETURNING site, msg, node";

/// Removes these entries; returns those that were there, and the blobs of messages that went with them.
pub(super) async fn remove(
    conn: &mut PgConn,
    entries: &[EntryKey],
) -> Result<(HashSet<(NodeId, MsgId)>, Vec<String>)> {
    let column = |value: fn(&EntryKey) -> i64| entries.iter().map(value).collect::<Vec<_>>();
    let (sites, nodes) = (column(|row| row.site), column(|row| row.node));
    let (ranks, msgs) = (column(|row| row.rank), column(|row| row.msg));
    let gone = conn.all(REMOVE, values![&sites, &nodes, &ranks, &msgs]).await?;
    let removed = gone.iter().map(|row| Ok((row.node(2)?, row.msg(1)?))).collect::<Result<_>>()?;
    Ok((removed, count_down(conn, count_gone(&gone)?).await?))
}

/// Takes entries that went off their messages' counts; returns the blobs of those messages that went with their last one.
async fn count_down(conn: &mut PgConn, gone: Gone) -> Result<Vec<String>> {
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let (sites, ids): (Vec<i64>, Vec<i64>) = gone.keys().map(|(site, id)| (site.0, int(id.0))).unzip();
    let counts: Vec<i64> = gone.into_values().collect();
    let told = conn.first("SELECT count_down_1($1, $2, $3)", values![&sites, &ids, &counts]).await?;
    told.map_or_else(|| Ok(Vec::new()), |row| row.texts(0))
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

pub(super) async fn copy(conn: &mut PgConn, site: SiteId, from: NodeId, to: NodeId) -> Result<u64> {
    let ints = |rows: &[Row], at| rows.iter().map(|row| row.int(at)).collect::<Result<Vec<i64>>>();
    let locked = conn.all(LOCK_QUEUE, values![site, from]).await?;
    let (ranks, ids) = (ints(&locked, 0)?, ints(&locked, 1)?);
    let copied = conn.all(COPY_QUEUE, values![site, from, to, &ranks, &ids]).await?;
    conn.run(COUNT_UP, values![site, &ints(&copied, 0)?]).await?;
    Ok(copied.len() as u64)
}

pub(super) async fn sweep(conn: &mut PgConn, before_ms: i64, limit: u32) -> Result<Swept> {
    let lost = upkeep::entries_without_message(conn, limit).await?;
    let dead = upkeep::entries_without_node(conn, before_ms, limit).await?;
    let mut blobs = count_down(conn, count_gone(&dead)?).await?;
    let (messages, more) = upkeep::messages_without_entry(conn, before_ms, limit).await?;
    blobs.extend(more);
    Ok(Swept { messages, entries: lost + dead.len() as u64, blobs })
}
