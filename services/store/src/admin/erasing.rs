//! What is kept about a member besides its nodes and aliases, and how all of it goes.

use bytes::Bytes;
use tmtp_wire::MsgId;

use super::{AuditRow, Change, Scope, View, audit};
use crate::{
    GroupMember, NodeId, Result,
    sql::{Row, values},
    steps::groups,
    text::storable,
};

/// A message that waits for one of a member's nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// For which node.
    pub node: NodeId,
    /// Its id.
    pub id: MsgId,
    /// When it was posted.
    pub posted_ms: i64,
    /// Octets of its data.
    pub octets: u64,
    /// Its framed header.
    pub head: Bytes,
}

/// What went of a member, in rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// The member itself: 0 when it had been removed before.
    pub members: u64,
    /// Its nodes, those that were revoked before among them.
    pub nodes: u64,
    /// Aliases that were its own; retired now.
    pub aliases: u64,
    /// Its places in groups.
    pub groups: u64,
    /// What it had asked for in the last minutes.
    pub requests: u64,
    /// Whom it notified, and who notified it.
    pub presence: u64,
    /// Days on which it was noted as active; they stay in the sums.
    pub days: u64,
}

impl Erased {
    /// Whether there was nothing.
    pub fn is_nothing(&self) -> bool {
        let Self { members, nodes, aliases, groups, requests, presence, days } = self;
        members + nodes + aliases + groups + requests + presence + days == 0
    }
}

impl View {
    /// A member's places in groups, at most `limit`.
    pub async fn groups_of(&mut self, scope: &Scope, uid: &str, limit: u32) -> Result<Vec<GroupMember>> {
        if !storable(uid) {
            return Ok(Vec::new());
        }
        let sql = "SELECT site, gid, uid, alias, status FROM group_members
                   WHERE site = $1 AND uid = $2 ORDER BY gid LIMIT $3";
        let rows = self.at(scope.site).await?.all(sql, values![scope.site, uid, i64::from(limit)]).await?;
        rows.iter().map(groups::member).collect()
    }

    /// A member's aliases in ascending order, at most `limit`.
    pub async fn aliases_of(&mut self, scope: &Scope, uid: &str, limit: u32) -> Result<Vec<String>> {
        if !storable(uid) {
            return Ok(Vec::new());
        }
        let sql = "SELECT name FROM names WHERE site = $1 AND uid = $2 ORDER BY name LIMIT $3";
        let rows = self.at(scope.site).await?.all(sql, values![scope.site, uid, i64::from(limit)]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }

    /// What waits for a node, in the order of delivery, at most `limit`.
    pub async fn waiting_for(&mut self, scope: &Scope, node: NodeId, limit: u32) -> Result<Vec<Waiting>> {
        let sql = "SELECT e.node, m.id, m.posted_ms, m.octets, m.head FROM entries e
                   JOIN messages m ON m.site = e.site AND m.id = e.msg
                   WHERE e.site = $1 AND e.node = $2 ORDER BY e.rank, e.msg LIMIT $3";
        let rows = self.at(scope.site).await?.all(sql, values![scope.site, node, i64::from(limit)]).await?;
        rows.iter().map(waiting).collect()
    }

    /// What was done to a member at its site, or with its uid, the oldest first, at most `limit`.
    pub async fn deeds_about(&mut self, scope: &Scope, uid: &str, limit: u32) -> Result<Vec<AuditRow>> {
        if !storable(uid) {
            return Ok(Vec::new());
        }
        let sql = "SELECT seq, at_ms, actor, address, action, site, target, was, became, hash FROM audit
                   WHERE org = $1 AND site = $2
                     AND (target = $3 OR was LIKE $4 ESCAPE '\\' OR became LIKE $4 ESCAPE '\\')
                   ORDER BY seq LIMIT $5";
        let mention = mention(uid);
        let values = values![scope.org.0, scope.site, uid, &mention, i64::from(limit)];
        self.conn().all(sql, values).await?.iter().map(audit::row).collect()
    }
}

impl Change {
    /// Erases all rows that name a member, and retires its aliases. What waits for its nodes must be dropped before; its
    /// lines in the audit log stay, and so do messages that it sent and that wait for others.
    ///
    /// Notices that it is out of groups stay, too, until delivery turns them into such messages, a second later: without
    /// them, the others would have the member in these groups for ever. They are no more than what each of the others has
    /// already (group, uid, alias), nothing else reads them, and telling them deletes them.
    pub async fn erase_member(&mut self, scope: &Scope, uid: &str) -> Result<Erased> {
        if !storable(uid) {
            return Ok(Erased::default());
        }
        // Each as many rows as one member has: nodes and aliases by the hundred, groups by the thousand.
        let days = self.keep_active_days(scope, uid).await?;
        let conn = self.at(scope.site).await?;
        let key = values![scope.site, uid];
        conn.run("DELETE FROM given_aliases WHERE site = $1 AND uid = $2", key).await?;
        let groups = self.leave_groups(scope, uid).await?;
        let conn = self.at(scope.site).await?;
        Ok(Erased {
            days,
            groups,
            requests: conn
                .run(
                    "DELETE FROM requests WHERE site = $1
                       AND node IN (SELECT node FROM nodes WHERE site = $1 AND uid = $2)",
                    key,
                )
                .await?,
            presence: conn.run("DELETE FROM ohi WHERE site = $1 AND (uid = $2 OR target = $2)", key).await?,
            aliases: conn
                .run("UPDATE names SET kind = 2, uid = NULL WHERE site = $1 AND uid = $2", key)
                .await?,
            nodes: conn.run("DELETE FROM nodes WHERE site = $1 AND uid = $2", key).await?,
            members: conn.run("DELETE FROM members WHERE site = $1 AND uid = $2", key).await?,
        })
    }

    /// The sums of the days on which a member was active stay as they are; its uid goes.
    async fn keep_active_days(&mut self, scope: &Scope, uid: &str) -> Result<u64> {
        let gone = "DELETE FROM usage_active WHERE site = $1 AND uid = $2
                    RETURNING site, day, CAST(1 AS bigint), CAST(0 AS bigint), CAST(0 AS bigint)";
        let rows = self.at(scope.site).await?.all(gone, values![scope.site, uid]).await?;
        self.add_usage(&rows).await?;
        Ok(rows.len() as u64)
    }
}

/// A pattern for JSON that names a uid.
fn mention(uid: &str) -> String {
    let json = serde_json::Value::from(uid).to_string();
    format!("%\"uid\":{}%", json.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

fn waiting(row: &Row) -> Result<Waiting> {
    Ok(Waiting {
        node: row.node(0)?,
        id: row.msg(1)?,
        posted_ms: row.int(2)?,
        octets: row.count(3)?,
        head: row.bytes(4)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_looked_for_as_it_is() {
        assert_eq!(mention("A%_+\\B"), "%\"uid\":\"A\\%\\_+\\\\\\\\B\"%");
    }
}
