//! Sessions: many rows a statement.

use super::conn::PgConn;
use crate::{
    Connected, NodeId, Result, Session, SiteId,
    sql::{Conn, values},
    steps::sessions::{self, session},
};

pub(super) const LOCK_NODE: &str =
    "SELECT epoch, edge, ohi FROM nodes WHERE site = $1 AND node = $2 AND NOT revoked FOR UPDATE";

/// For so many seconds from now on.
pub(super) const NOTE_LOST_HINTS: &str = "INSERT INTO hint_losses (one, until_s)
    VALUES (1, ceil(extract(epoch FROM now()))::bigint + $1)
    ON CONFLICT (one) DO UPDATE SET until_s = greatest(hint_losses.until_s, excluded.until_s)";

/// Sessions as columns, in ascending order of node.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) sites: Vec<i64>,
    pub(super) nodes: Vec<i64>,
    pub(super) epochs: Vec<i64>,
}

impl Columns {
    /// In the order given.
    pub(super) fn of<'a>(sessions: impl IntoIterator<Item = &'a Session>) -> Self {
        let mut columns = Self::default();
        for session in sessions {
            columns.sites.push(session.site.0);
            columns.nodes.push(session.node.0);
            columns.epochs.push(session.epoch);
        }
        columns
    }
}

pub(super) async fn end(conn: &mut PgConn, sessions: &[Session]) -> Result<Vec<Session>> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let columns = Columns::of(sessions);
    let sql = "WITH locked AS (
                   SELECT n.site, n.node, n.epoch
                   FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) k(site, node, epoch)
                   JOIN nodes n ON n.site = k.site AND n.node = k.node AND n.epoch = k.epoch
                   WHERE n.edge IS NOT NULL ORDER BY n.site, n.node FOR UPDATE OF n)
               UPDATE nodes n SET edge = NULL, ohi = false FROM locked k
               WHERE n.site = k.site AND n.node = k.node AND n.epoch = k.epoch AND n.edge IS NOT NULL
               RETURNING n.site, n.node, n.epoch, n.uid";
    let rows = conn.all(sql, values![&columns.sites, &columns.nodes, &columns.epochs]).await?;
    rows.iter().map(session).collect()
}

/// Nodes as two columns.
pub(super) fn node_columns(nodes: &[(SiteId, NodeId)]) -> (Vec<i64>, Vec<i64>) {
    nodes.iter().map(|(site, node)| (site.0, node.0)).unzip()
}

pub(super) async fn connected(conn: &mut PgConn, nodes: &[(SiteId, NodeId)]) -> Result<Vec<Connected>> {
    if nodes.is_empty() {
        return Ok(Vec::new());
    }
    let (sites, nodes) = node_columns(nodes);
    let sql = "SELECT n.*, EXISTS (SELECT 1 FROM hint_losses WHERE until_s > extract(epoch FROM now()))
               FROM unnest($1::bigint[], $2::bigint[]) k(site, node)
               CROSS JOIN LATERAL (
                   SELECT n.site, n.node, n.edge, n.epoch FROM nodes n
                   WHERE n.site = k.site AND n.node = k.node AND n.edge IS NOT NULL AND NOT n.revoked OFFSET 0
               ) n";
    conn.all(sql, values![&sites, &nodes]).await?.iter().map(sessions::connected).collect()
}
