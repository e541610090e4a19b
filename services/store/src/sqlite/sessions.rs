//! Sessions.

use super::{conn::SqliteConn, rows::json};
use crate::{
    Connected, NodeId, Result, Session, SiteId, Standing,
    sql::{Conn, values},
    steps::sessions::{self, session},
};

pub(super) const NODE: &str =
    "SELECT epoch, edge, ohi, seen_ms, uid FROM nodes WHERE site = $1 AND node = $2 AND NOT revoked";

pub(super) async fn end(conn: &mut SqliteConn, sessions: &[Session]) -> Result<Vec<Session>> {
    let sql = "UPDATE nodes SET edge = NULL, ohi = false
               WHERE site = $1 AND node = $2 AND epoch = $3 AND edge IS NOT NULL
               RETURNING site, node, epoch, uid";
    let mut ended = Vec::new();
    for it in sessions {
        if let Some(row) = conn.first(sql, values![it.site, it.node, it.epoch]).await? {
            ended.push(session(&row)?);
        }
    }
    Ok(ended)
}

/// For so many seconds from now on.
pub(super) const NOTE_LOST_HINTS: &str =
    "INSERT INTO hint_losses (one, until_s) VALUES (1, unixepoch() + 1 + $1)
    ON CONFLICT (one) DO UPDATE SET until_s = max(until_s, excluded.until_s)";

pub(super) async fn connected(conn: &mut SqliteConn, nodes: &[(SiteId, NodeId)]) -> Result<Vec<Connected>> {
    if nodes.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT n.site, n.node, n.edge, n.epoch, EXISTS (SELECT 1 FROM hint_losses WHERE until_s > unixepoch())
               FROM json_each($1) k CROSS JOIN nodes n ON n.site = k.value ->> 0 AND n.node = k.value ->> 1
               WHERE n.edge IS NOT NULL AND NOT n.revoked";
    let nodes = json(nodes.iter().map(|(site, node)| (site.0, node.0)))?;
    conn.all(sql, values![&nodes]).await?.iter().map(sessions::connected).collect()
}

/// How each session stands, and those whose node names no edge.
pub(super) async fn standings<'a>(
    conn: &mut SqliteConn,
    sessions: &'a [Session],
) -> Result<(Vec<Standing>, Vec<&'a Session>)> {
    let sql = "SELECT edge IS NULL,
                      EXISTS (SELECT 1 FROM entries e WHERE e.site = a.site AND e.node = a.node)
               FROM admitted_nodes a WHERE site = $1 AND node = $2 AND epoch = $3";
    let later = "SELECT 1 FROM nodes WHERE site = $1 AND node = $2 AND epoch > $3";
    let (mut standings, mut lost) = (Vec::with_capacity(sessions.len()), Vec::new());
    for session in sessions {
        let row = conn.first(sql, values![session.site, session.node, session.epoch]).await?;
        let Some(row) = row else {
            let later = conn.first(later, values![session.site, session.node, session.epoch]).await?;
            standings.push(Standing::of(false, later.is_some(), false));
            continue;
        };
        if row.flag(0)? {
            lost.push(session);
        }
        standings.push(Standing::of(true, false, row.flag(1)?));
    }
    Ok((standings, lost))
}

pub(super) async fn give_back(conn: &mut SqliteConn, edge: &str, sessions: &[&Session]) -> Result<()> {
    let sql = "UPDATE nodes SET edge = $1
               WHERE site = $2 AND node = $3 AND epoch = $4 AND edge IS NULL AND NOT revoked";
    for session in sessions {
        conn.run(sql, values![edge, session.site, session.node, session.epoch]).await?;
    }
    Ok(())
}
