//! Messages and the entries that wait for nodes.

use std::collections::{BTreeMap, BTreeSet};

use tmtp_wire::MsgId;

use crate::{
    Backlog, Body, Error, NewEntry, NewMessage, QueueEntry, Result, Session, SiteId,
    sql::{Conn, Row, int, values},
};

/// How many entries of each message went.
pub(crate) type Gone = BTreeMap<(SiteId, MsgId), i64>;

/// What names an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EntryKey {
    pub(crate) site: i64,
    pub(crate) node: i64,
    pub(crate) rank: i64,
    pub(crate) msg: i64,
}

/// A new entry's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EntryRow {
    pub(crate) site: i64,
    pub(crate) node: i64,
    pub(crate) rank: i64,
    pub(crate) msg: i64,
    pub(crate) octets: i64,
    /// Index of its message.
    pub(crate) message: usize,
}

/// All ranks, the most frequent first.
pub(crate) const RANKS: [i64; 2] = [1, 0];

/// The order in which messages go to a node: urgent ones first.
pub(crate) fn rank(urgent: bool) -> i64 {
    i64::from(!urgent)
}

/// The rows of new entries in ascending order of key, each once, and how many there are of each message.
pub(crate) fn entry_rows(messages: &[NewMessage], entries: &[NewEntry]) -> Result<(Vec<EntryRow>, Vec<i64>)> {
    let mut rows = BTreeSet::new();
    let mut pending = vec![0; messages.len()];
    for entry in entries {
        let Some(message) = messages.get(entry.message) else {
            return Err(Error::Defect("an entry of no message".to_owned()));
        };
        let row = EntryRow {
            site: message.site.0,
            node: entry.node.0,
            rank: rank(message.urgent),
            msg: int(message.id.0),
            octets: int(message.body.octets()),
            message: entry.message,
        };
        if rows.insert(row) {
            pending[entry.message] += 1;
        }
    }
    Ok((rows.into_iter().collect(), pending))
}

/// A message's data as the columns body and blob.
pub(crate) fn body_columns(body: &Body) -> (Option<&[u8]>, Option<&str>) {
    match body {
        Body::Inline(data) => (Some(data), None),
        Body::Blob { key, .. } => (None, Some(key)),
    }
}

/// The columns body, blob and octets, from `at` on, as a message's data.
fn body(row: &Row, at: usize) -> Result<Body> {
    match (row.opt_bytes(at)?, row.opt_text(at + 1)?) {
        (Some(data), None) => Ok(Body::Inline(data)),
        (None, Some(key)) => Ok(Body::Blob { key, octets: row.count(at + 2)? }),
        _ => Err(Error::Defect("a message with no body, or two".to_owned())),
    }
}

/// The columns id, urgent, head, body, blob, octets, from `at` on, as an entry.
pub(crate) fn queue_entry(row: &Row, at: usize) -> Result<QueueEntry> {
    Ok(QueueEntry {
        id: row.msg(at)?,
        urgent: row.flag(at + 1)?,
        head: row.bytes(at + 2)?,
        body: body(row, at + 3)?,
    })
}

pub(crate) async fn body_of(conn: &mut dyn Conn, session: &Session, id: MsgId) -> Result<Option<Body>> {
    let sql = "SELECT m.body, m.blob, m.octets FROM admitted_nodes a
               JOIN entries e ON e.site = a.site AND e.node = a.node AND e.rank = $4 AND e.msg = $5
               JOIN messages m ON m.site = e.site AND m.id = e.msg
               WHERE a.site = $1 AND a.node = $2 AND a.epoch = $3";
    for rank in RANKS {
        let values = values![session.site, session.node, session.epoch, rank, id];
        if let Some(row) = conn.first(sql, values).await? {
            return body(&row, 0).map(Some);
        }
    }
    Ok(None)
}

/// Counts rows of site and msg by message.
pub(crate) fn count_gone(rows: &[Row]) -> Result<Gone> {
    let mut gone = Gone::new();
    for row in rows {
        *gone.entry((row.site(0)?, row.msg(1)?)).or_default() += 1;
    }
    Ok(gone)
}

/// The blobs among rows of one column.
pub(crate) fn blobs(rows: &[Row]) -> Result<Vec<String>> {
    rows.iter().filter_map(|row| row.opt_text(0).transpose()).collect()
}

/// What waits, as far as the first entries tell.
pub(crate) async fn backlog(conn: &mut dyn Conn, entries_max: u32) -> Result<Backlog> {
    let sql = "SELECT count(*), CAST(coalesce(sum(octets), 0) AS bigint), coalesce(min(msg), 0)
               FROM (SELECT octets, msg FROM entries LIMIT $1) looked_at";
    let Some(row) = conn.first(sql, values![i64::from(entries_max)]).await? else {
        return Err(Error::Defect("a count without a row".to_owned()));
    };
    let entries = row.count(0)?;
    let oldest = (entries > 0).then(|| row.msg(2)).transpose()?;
    Ok(Backlog { entries, octets: row.count(1)?, oldest })
}
