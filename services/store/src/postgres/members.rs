//! Members, nodes, names and groups: many rows a statement.

use std::collections::HashSet;

use async_trait::async_trait;

use super::{conn::PgConn, sessions::node_columns};
use crate::{
    Found, GroupMember, Look, MemberKey, Name, NodeId, Queued, Result, SiteId,
    sql::{Conn, values},
    steps::{groups, members},
    text::{member_columns, name_columns},
};

pub(super) const ADD_NODE: &str =
    "INSERT INTO nodes (site, uid, label, secret_hash, created_ms, seen_ms) VALUES ($1, $2, $3, $4, $5, $5)
     RETURNING node";

pub(super) async fn hold_nodes(conn: &mut PgConn, sites: &[SiteId]) -> Result<()> {
    let mut sites: Vec<i64> = sites.iter().map(|site| site.0).collect();
    sites.sort_unstable();
    sites.dedup();
    let locks = sites.iter().map(|site| format!("pg_advisory_xact_lock_shared({site})"));
    conn.run_text(format!("SELECT {}", locks.collect::<Vec<_>>().join(", "))).await
}

pub(super) async fn lock(conn: &mut PgConn, members: &[MemberKey]) -> Result<()> {
    let (sites, uids) = member_columns(members);
    let sql = "SELECT 1 FROM unnest($1::bigint[], $2::text[]) k(site, uid)
               JOIN members m ON m.site = k.site AND m.uid = k.uid
               ORDER BY m.site, m.uid FOR UPDATE OF m";
    conn.run(sql, values![&sites, &uids]).await.map(drop)
}

pub(super) async fn active(conn: &mut PgConn, members: &[MemberKey]) -> Result<HashSet<MemberKey>> {
    let (sites, uids) = member_columns(members);
    if uids.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = "SELECT m.site, m.uid FROM unnest($1::bigint[], $2::text[]) k(site, uid)
               CROSS JOIN LATERAL (
                   SELECT m.site, m.uid FROM members m
                   WHERE m.site = k.site AND m.uid = k.uid AND NOT m.suspended OFFSET 0
               ) m";
    conn.all(sql, values![&sites, &uids]).await?.iter().map(members::key).collect()
}

#[async_trait]
impl Look for PgConn {
    async fn names(&mut self, names: &[(SiteId, String)]) -> Result<Vec<Name>> {
        let (sites, names) = name_columns(names);
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT n.* FROM unnest($1::bigint[], $2::text[]) k(site, name)
                   CROSS JOIN LATERAL (
                       SELECT n.site, n.name, n.kind, n.uid FROM names n
                       WHERE n.site = k.site AND n.name = k.name OFFSET 0
                   ) n";
        self.all(sql, values![&sites, &names]).await?.iter().map(members::name).collect()
    }

    async fn group_members(&mut self, groups: &[(SiteId, String)]) -> Result<Vec<GroupMember>> {
        let (sites, gids) = name_columns(groups);
        if gids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT g.* FROM unnest($1::bigint[], $2::text[]) k(site, gid)
                   CROSS JOIN LATERAL (
                       SELECT g.site, g.gid, g.uid, g.alias, g.status FROM group_members g
                       WHERE g.site = k.site AND g.gid = k.gid OFFSET 0
                   ) g
                   ORDER BY g.site, g.gid, g.uid";
        self.all(sql, values![&sites, &gids]).await?.iter().map(groups::member).collect()
    }

    async fn nodes(&mut self, members: &[MemberKey]) -> Result<Found> {
        let (sites, uids) = member_columns(members);
        if uids.is_empty() {
            return Ok(Found::default());
        }
        let sql = "SELECT m.site, m.uid, n.node, n.edge
                   FROM unnest($1::bigint[], $2::text[]) k(site, uid)
                   CROSS JOIN LATERAL (
                       SELECT m.site, m.uid FROM members m
                       WHERE m.site = k.site AND m.uid = k.uid AND NOT m.suspended OFFSET 0
                   ) m
                   LEFT JOIN LATERAL (
                       SELECT n.node, n.edge FROM nodes n
                       WHERE n.site = k.site AND n.uid = k.uid AND NOT n.revoked OFFSET 0
                   ) n ON true
                   ORDER BY n.node";
        members::found(&self.all(sql, values![&sites, &uids]).await?)
    }

    async fn queued(&mut self, nodes: &[(SiteId, NodeId)], count_max: u32) -> Result<Vec<Queued>> {
        if nodes.is_empty() {
            return Ok(Vec::new());
        }
        let (sites, nodes) = node_columns(nodes);
        let sql = "SELECT k.node, count(c.octets), coalesce(sum(c.octets), 0)::bigint
                   FROM unnest($1::bigint[], $2::bigint[]) k(site, node)
                   LEFT JOIN LATERAL
                       (SELECT e.octets FROM entries e WHERE e.site = k.site AND e.node = k.node LIMIT $3) c ON true
                   GROUP BY k.node";
        let rows = self.all(sql, values![&sites, &nodes, i64::from(count_max)]).await?;
        rows.iter().map(members::queued).collect()
    }

    async fn sent_on(&mut self, sites: &[SiteId], day: i64) -> Result<Vec<(SiteId, u64)>> {
        let sites: Vec<i64> = sites.iter().map(|site| site.0).collect();
        let sql = "SELECT k.site, (SELECT coalesce(sum(u.messages), 0)::bigint FROM usage_sent u
                       WHERE u.site = k.site AND u.day = $2)
                   FROM unnest($1::bigint[]) k(site)";
        let rows = self.all(sql, values![&sites, day]).await?;
        rows.iter().map(|row| Ok((row.site(0)?, row.count(1)?))).collect()
    }
}
