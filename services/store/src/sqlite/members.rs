//! Members, nodes, names and groups.

use std::collections::HashSet;

use async_trait::async_trait;

use super::{conn::SqliteConn, rows::json};
use crate::{
    Found, GroupMember, Look, MemberKey, Name, NewNode, NodeId, Queued, Result, SiteId,
    sql::{Conn, values},
    steps::{groups, members},
    text::{member_columns, name_columns},
};

/// The counter was raised by the statement before.
const ADD_NODE: &str = "
    INSERT INTO nodes (site, node, uid, label, secret_hash, created_ms, seen_ms)
    SELECT $1, value, $2, $3, $4, $5, $5 FROM counters WHERE name = 'node'
    RETURNING node";

pub(super) async fn add_node(conn: &mut SqliteConn, node: &NewNode) -> Result<NodeId> {
    conn.run("UPDATE counters SET value = value + 1 WHERE name = 'node'", values![]).await?;
    members::add_node(conn, ADD_NODE, node).await
}

pub(super) async fn active(conn: &mut SqliteConn, members: &[MemberKey]) -> Result<HashSet<MemberKey>> {
    let sql = "SELECT site, uid FROM members WHERE site = $1 AND uid = $2 AND NOT suspended";
    let mut active = HashSet::new();
    let (sites, uids) = member_columns(members);
    for (site, uid) in sites.into_iter().zip(uids) {
        if let Some(row) = conn.first(sql, values![site, uid]).await? {
            active.insert(members::key(&row)?);
        }
    }
    Ok(active)
}

#[async_trait]
impl Look for SqliteConn {
    async fn names(&mut self, names: &[(SiteId, String)]) -> Result<Vec<Name>> {
        let sql = "SELECT site, name, kind, uid FROM names WHERE site = $1 AND name = $2";
        let (sites, names) = name_columns(names);
        let mut taken = Vec::new();
        for (site, name) in sites.into_iter().zip(names) {
            if let Some(row) = self.first(sql, values![site, name]).await? {
                taken.push(members::name(&row)?);
            }
        }
        Ok(taken)
    }

    async fn group_members(&mut self, groups: &[(SiteId, String)]) -> Result<Vec<GroupMember>> {
        let sql = "SELECT site, gid, uid, alias, status FROM group_members
                   WHERE site = $1 AND gid = $2 ORDER BY uid";
        let (sites, gids) = name_columns(groups);
        let mut found = Vec::new();
        for (site, gid) in sites.into_iter().zip(gids) {
            for row in self.all(sql, values![site, gid]).await? {
                found.push(groups::member(&row)?);
            }
        }
        Ok(found)
    }

    async fn nodes(&mut self, members: &[MemberKey]) -> Result<Found> {
        let (sites, uids) = member_columns(members);
        if uids.is_empty() {
            return Ok(Found::default());
        }
        // Left to itself, the planner reads all nodes of the site.
        let sql = "SELECT m.site, m.uid, n.node, n.edge FROM json_each($1) k
                   CROSS JOIN members m ON m.site = k.value ->> 0 AND m.uid = k.value ->> 1 AND NOT m.suspended
                   LEFT JOIN nodes n INDEXED BY nodes_member ON n.site = m.site AND n.uid = m.uid AND NOT n.revoked";
        let rows = self.all(sql, values![&json(sites.into_iter().zip(uids))?]).await?;
        let mut found = members::found(&rows)?;
        found.nodes.sort_by_key(|node| node.node);
        Ok(found)
    }

    async fn queued(&mut self, nodes: &[(SiteId, NodeId)], count_max: u32) -> Result<Vec<Queued>> {
        let sql = "SELECT $2, count(*), coalesce(sum(octets), 0) FROM
                   (SELECT octets FROM entries WHERE site = $1 AND node = $2 LIMIT $3)";
        let mut counted = Vec::with_capacity(nodes.len());
        for (site, node) in nodes {
            let row = self.first(sql, values![*site, *node, i64::from(count_max)]).await?;
            counted.extend(row.as_ref().map(members::queued).transpose()?);
        }
        Ok(counted)
    }

    async fn sent_on(&mut self, sites: &[SiteId], day: i64) -> Result<Vec<(SiteId, u64)>> {
        let sql = "SELECT coalesce(sum(messages), 0) FROM usage_sent WHERE site = $1 AND day = $2";
        let mut counted = Vec::with_capacity(sites.len());
        for site in sites {
            let row = self.first(sql, values![*site, day]).await?;
            counted.push((*site, row.map_or(Ok(0), |row| row.count(0))?));
        }
        Ok(counted)
    }
}
