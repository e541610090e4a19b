//! Finds what only a defect can have left behind. Sites that the database is not in charge of are left alone: their rows come
//! or go, some at a time.

use crate::{
    Result,
    sql::{Conn, Row, values},
    steps::queue::blobs,
};

/// Removes entries whose message is gone; returns how many.
pub(crate) async fn entries_without_message(conn: &mut dyn Conn, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM entries WHERE (site, node, rank, msg) IN
               (SELECT e.site, e.node, e.rank, e.msg FROM entries e
                WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.site = e.site AND m.id = e.msg)
                  AND e.site NOT IN (SELECT id FROM sites WHERE away) LIMIT $1)";
    conn.run(sql, values![i64::from(limit)]).await
}

/// Removes entries of old messages whose node is gone or revoked; returns their site and msg.
pub(crate) async fn entries_without_node(
    conn: &mut dyn Conn,
    before_ms: i64,
    limit: u32,
) -> Result<Vec<Row>> {
    let sql = "DELETE FROM entries WHERE (site, node, rank, msg) IN
               (SELECT e.site, e.node, e.rank, e.msg FROM entries e
                JOIN messages m ON m.site = e.site AND m.id = e.msg AND m.posted_ms < $1
                WHERE NOT EXISTS
                    (SELECT 1 FROM nodes n WHERE n.site = e.site AND n.node = e.node AND NOT n.revoked)
                  AND e.site NOT IN (SELECT id FROM sites WHERE away) LIMIT $2)
               RETURNING site, msg";
    conn.all(sql, values![before_ms, i64::from(limit)]).await
}

/// Removes old messages that no entry names; returns how many, and their blobs.
pub(crate) async fn messages_without_entry(
    conn: &mut dyn Conn,
    before_ms: i64,
    limit: u32,
) -> Result<(u64, Vec<String>)> {
    let sql = "DELETE FROM messages WHERE (site, id) IN
               (SELECT site, id FROM messages WHERE posted_ms < $1 AND site NOT IN (SELECT id FROM sites WHERE away)
                EXCEPT SELECT site, msg FROM entries LIMIT $2)
               RETURNING blob";
    let rows = conn.all(sql, values![before_ms, i64::from(limit)]).await?;
    Ok((rows.len() as u64, blobs(&rows)?))
}
