//! What is kept about a member besides its row, its live nodes, its places in groups and what waits.

use bytes::Bytes;
use tmtp_wire::MsgId;

use super::{Scope, View};
use crate::{
    NodeId, Result,
    sql::{Row, values},
    text::storable,
};

/// What else is kept about a member.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// A hash of who it is at its provider.
    pub signs_in_as: Option<Bytes>,
    /// Its nodes that were revoked.
    pub revoked: Vec<RevokedNode>,
    /// Whom it notifies.
    pub notifies: Vec<String>,
    /// Who notifies it.
    pub notified_by: Vec<String>,
    /// Days on which it was active, since 1970.
    pub days: Vec<i64>,
    /// What it asked for in the last minutes.
    pub requests: Vec<Remembered>,
    /// Aliases that it was given, and was not told of yet.
    pub given_aliases: Vec<String>,
    /// Groups that it was taken out of, and its alias there, of which devices were not told yet.
    pub group_drops: Vec<(String, String)>,
}

/// A node that was revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedNode {
    /// Its id.
    pub node: NodeId,
    /// What its member called it.
    pub label: String,
    /// When it was added.
    pub created_ms: i64,
    /// When it logged in last.
    pub seen_ms: i64,
}

/// A request that is remembered, so that it is not done twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Which node made it.
    pub node: NodeId,
    /// A hash of it.
    pub digest: Bytes,
    /// The id that its message has.
    pub id: MsgId,
    /// When.
    pub posted_ms: i64,
}

impl Kept {
    /// Whether there is nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl View {
    /// What else is kept about a member, also about one that was removed; at most `limit` of each.
    pub async fn kept_of(&mut self, scope: &Scope, uid: &str, limit: u32) -> Result<Kept> {
        if !storable(uid) {
            return Ok(Kept::default());
        }
        let conn = self.at(scope.site).await?;
        let values = values![scope.site, uid, i64::from(limit)];
        let who = "SELECT signs_in_as FROM members WHERE site = $1 AND uid = $2 LIMIT $3";
        let revoked = "SELECT node, label, created_ms, seen_ms FROM nodes
                       WHERE site = $1 AND uid = $2 AND revoked ORDER BY node LIMIT $3";
        let notifies = "SELECT target FROM ohi WHERE site = $1 AND uid = $2 ORDER BY target LIMIT $3";
        let notified_by = "SELECT uid FROM ohi WHERE site = $1 AND target = $2 ORDER BY uid LIMIT $3";
        let days = "SELECT day FROM usage_active WHERE site = $1 AND uid = $2 ORDER BY day LIMIT $3";
        let requests = "SELECT node, digest, msg, posted_ms FROM requests WHERE site = $1
                        AND node IN (SELECT node FROM nodes WHERE site = $1 AND uid = $2)
                        ORDER BY node, posted_ms, digest LIMIT $3";
        let given = "SELECT alias FROM given_aliases WHERE site = $1 AND uid = $2 ORDER BY alias LIMIT $3";
        let drops = "SELECT gid, alias FROM group_drops WHERE site = $1 AND uid = $2 ORDER BY gid LIMIT $3";
        let text = |row: &Row| row.text(0);
        Ok(Kept {
            signs_in_as: match conn.first(who, values).await? {
                Some(row) => row.opt_bytes(0)?,
                None => None,
            },
            revoked: each(&conn.all(revoked, values).await?, revoked_node)?,
            notifies: each(&conn.all(notifies, values).await?, text)?,
            notified_by: each(&conn.all(notified_by, values).await?, text)?,
            days: each(&conn.all(days, values).await?, |row| row.int(0))?,
            requests: each(&conn.all(requests, values).await?, remembered)?,
            given_aliases: each(&conn.all(given, values).await?, text)?,
            group_drops: each(&conn.all(drops, values).await?, |row| Ok((row.text(0)?, row.text(1)?)))?,
        })
    }
}

fn each<T>(rows: &[Row], read: impl Fn(&Row) -> Result<T>) -> Result<Vec<T>> {
    rows.iter().map(read).collect()
}

fn revoked_node(row: &Row) -> Result<RevokedNode> {
    Ok(RevokedNode { node: row.node(0)?, label: row.text(1)?, created_ms: row.int(2)?, seen_ms: row.int(3)? })
}

fn remembered(row: &Row) -> Result<Remembered> {
    Ok(Remembered { node: row.node(0)?, digest: row.bytes(1)?, id: row.msg(2)?, posted_ms: row.int(3)? })
}
