//! Members, their nodes, and names.

use crate::{
    Error, Found, MemberKey, Name, NewNode, Node, NodeId, Owner, Queued, Result, SiteId,
    looks::looks,
    sql::{Conn, Row, values},
    text::{label, storable},
};

/// For steps that write a name or uid that somebody has checked before.
fn must_be_storable(text: &str) -> Result<()> {
    if storable(text) { Ok(()) } else { Err(Error::Defect("a name or uid that cannot be stored".to_owned())) }
}

pub(crate) async fn count(conn: &mut dyn Conn, site: SiteId, count_max: u32) -> Result<u32> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM members WHERE site = $1 LIMIT $2) c";
    counted(conn.first(sql, values![site, i64::from(count_max)]).await?, count_max)
}

/// A row of a count that goes no further than `count_max`.
fn counted(row: Option<Row>, count_max: u32) -> Result<u32> {
    let count = row.map_or(Ok(0), |row| row.count(0))?;
    Ok(u32::try_from(count).unwrap_or(count_max))
}

/// Up to `count_max` entries of an index that has these alone.
pub(crate) async fn count_strangers(
    conn: &mut dyn Conn,
    site: SiteId,
    since_ms: i64,
    count_max: u32,
) -> Result<u32> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM members
               WHERE site = $1 AND stranger AND created_ms > $2 LIMIT $3) c";
    counted(conn.first(sql, values![site, since_ms, i64::from(count_max)]).await?, count_max)
}

/// `stranger`: nobody vouches for it.
pub(crate) async fn add(conn: &mut dyn Conn, member: &MemberKey, stranger: bool, now_ms: i64) -> Result<()> {
    must_be_storable(&member.uid)?;
    let sql = "INSERT INTO members (site, uid, created_ms, stranger) VALUES ($1, $2, $3, $4)";
    conn.run(sql, values![member.site, &member.uid, now_ms, stranger]).await.map(drop)
}

pub(crate) async fn suspend(conn: &mut dyn Conn, member: &MemberKey, suspended: bool) -> Result<bool> {
    if !storable(&member.uid) {
        return Ok(false);
    }
    let sql = "UPDATE members SET suspended = $3 WHERE site = $1 AND uid = $2";
    Ok(conn.run(sql, values![member.site, &member.uid, suspended]).await? > 0)
}

/// A row of the members' columns site and uid.
pub(crate) fn key(row: &Row) -> Result<MemberKey> {
    Ok(MemberKey { site: row.site(0)?, uid: row.text(1)? })
}

/// A row of site, uid, and a node's id and edge; the last two are NULL for a member without nodes.
pub(crate) fn found(rows: &[Row]) -> Result<Found> {
    let mut found = Found::default();
    for row in rows {
        let member = key(row)?;
        if let Some(node) = row.opt_int(2)? {
            let (site, uid, node) = (member.site, member.uid.clone(), NodeId(node));
            found.nodes.push(Node { site, uid, node, edge: row.opt_text(3)? });
        }
        found.active.insert(member);
    }
    Ok(found)
}

/// A row of node, entries, octets.
pub(crate) fn queued(row: &Row) -> Result<Queued> {
    let entries = u32::try_from(row.int(1)?).unwrap_or(u32::MAX);
    Ok(Queued { node: row.node(0)?, entries, octets: row.count(2)? })
}

/// `sql` inserts site, uid, label, secret's hash and time of a node, and returns its id.
pub(crate) async fn add_node(conn: &mut dyn Conn, sql: &'static str, node: &NewNode) -> Result<NodeId> {
    must_be_storable(&node.member.uid)?;
    let label = label(&node.label);
    let hash = node.secret_hash.as_slice();
    let values = values![node.member.site, &node.member.uid, &label, hash, node.now_ms];
    conn.first(sql, values).await?.ok_or_else(|| Error::Defect("no id for a node".to_owned()))?.node(0)
}

pub(crate) async fn find_node(
    conn: &mut dyn Conn,
    member: &MemberKey,
    secret_hash: &[u8],
) -> Result<Option<NodeId>> {
    if !storable(&member.uid) {
        return Ok(None);
    }
    let sql = "SELECT node FROM admitted_nodes WHERE site = $1 AND uid = $2 AND secret_hash = $3";
    let row = conn.first(sql, values![member.site, &member.uid, secret_hash]).await?;
    row.map(|row| row.node(0)).transpose()
}

/// How a secret's hash was made: by the server that a node came from, until its next login.
const FORMER_HASH: i64 = 1;

pub(crate) async fn mark_former_hash(conn: &mut dyn Conn, site: SiteId, node: NodeId) -> Result<()> {
    let sql = "UPDATE nodes SET hash_kind = $3 WHERE site = $1 AND node = $2";
    conn.run(sql, values![site, node, FORMER_HASH]).await.map(drop)
}

pub(crate) async fn has_former_hash(conn: &mut dyn Conn, member: &MemberKey) -> Result<bool> {
    if !storable(&member.uid) {
        return Ok(false);
    }
    let sql = "SELECT 1 FROM nodes WHERE site = $1 AND uid = $2 AND hash_kind = $3 AND NOT revoked LIMIT 1";
    Ok(conn.first(sql, values![member.site, &member.uid, FORMER_HASH]).await?.is_some())
}

pub(crate) async fn renew_hash(
    conn: &mut dyn Conn,
    (site, node): (SiteId, NodeId),
    secret_hash: &[u8],
) -> Result<bool> {
    let sql =
        "UPDATE nodes SET secret_hash = $3, hash_kind = 0 WHERE site = $1 AND node = $2 AND hash_kind = $4";
    Ok(conn.run(sql, values![site, node, secret_hash, FORMER_HASH]).await? > 0)
}

/// The first of a member's aliases.
pub(crate) async fn first_alias(conn: &mut dyn Conn, site: SiteId, uid: &str) -> Result<Option<String>> {
    if !storable(uid) {
        return Ok(None);
    }
    let sql = "SELECT name FROM names WHERE site = $1 AND uid = $2 ORDER BY name LIMIT 1";
    conn.first(sql, values![site, uid]).await?.map(|row| row.text(0)).transpose()
}

/// Only the node itself; its entries are for the caller.
pub(crate) async fn revoke_node(conn: &mut dyn Conn, site: SiteId, node: NodeId) -> Result<()> {
    let sql = "UPDATE nodes SET revoked = true, edge = NULL, ohi = false WHERE site = $1 AND node = $2";
    conn.run(sql, values![site, node]).await.map(drop)
}

const ALIAS: i64 = 0;
pub(crate) const GROUP: i64 = 1;
const RETIRED: i64 = 2;

/// A row of site, name, kind, uid.
pub(crate) fn name(row: &Row) -> Result<Name> {
    let owner = match (row.int(2)?, row.opt_text(3)?) {
        (ALIAS, Some(uid)) => Owner::Member(uid),
        (GROUP, _) => Owner::Group,
        (RETIRED, _) => Owner::Retired,
        (kind, _) => return Err(Error::Defect(format!("a name of kind {kind}"))),
    };
    Ok(Name { site: row.site(0)?, name: row.text(1)?, owner })
}

pub(crate) async fn take_name(conn: &mut dyn Conn, name: &Name) -> Result<bool> {
    let (kind, uid) = match &name.owner {
        Owner::Member(uid) => (ALIAS, Some(uid.as_str())),
        Owner::Group => (GROUP, None),
        Owner::Retired => (RETIRED, None),
    };
    if !storable(&name.name) || !uid.is_none_or(storable) {
        return Ok(false);
    }
    let sql = "INSERT INTO names (site, name, kind, uid) VALUES ($1, $2, $3, $4)
               ON CONFLICT (site, name) DO NOTHING";
    Ok(conn.run(sql, values![name.site, &name.name, kind, uid]).await? > 0)
}

/// Claims the looks of a name; else the name of somebody else's that has one of them.
pub(crate) async fn claim_looks(conn: &mut dyn Conn, name: &Name) -> Result<Option<String>> {
    if !storable(&name.name) {
        return Ok(None);
    }
    let looks = looks(&name.name);
    if let Some(other) = looks_like(conn, name, &looks).await? {
        return Ok(Some(other));
    }
    let claim =
        "INSERT INTO looks (site, look, name) VALUES ($1, $2, $3) ON CONFLICT (site, look) DO NOTHING";
    for look in &looks {
        conn.run(claim, values![name.site, look, &name.name]).await?;
    }
    // Whoever claimed one at the same moment is seen now.
    let other = looks_like(conn, name, &looks).await?;
    if other.is_some() {
        drop_looks(conn, name.site, &name.name).await?;
    }
    Ok(other)
}

/// Notes what names look like that nobody has looked at: they are older than looks are, or were taken where lookalikes are
/// allowed. A look that somebody has already stays theirs. Returns how many names that were.
pub(crate) async fn look_at_names(conn: &mut dyn Conn, limit: u32) -> Result<u64> {
    // Locked and marked first: a name that goes meanwhile takes the looks along that are noted here.
    let mark = "UPDATE names SET looked = true WHERE NOT looked AND (site, name) IN
                (SELECT site, name FROM names WHERE NOT looked AND site NOT IN (SELECT id FROM sites WHERE away)
                 ORDER BY site, name LIMIT $1)
                RETURNING site, name";
    let rows = conn.all(mark, values![i64::from(limit)]).await?;
    let note = "INSERT INTO looks (site, look, name) VALUES ($1, $2, $3) ON CONFLICT (site, look) DO NOTHING";
    for row in &rows {
        let (site, name) = (row.site(0)?, row.text(1)?);
        for look in looks(&name) {
            conn.run(note, values![site, &look, &name]).await?;
        }
    }
    Ok(rows.len() as u64)
}

/// Lets go of the looks that a name has, unless it is somebody's.
pub(crate) async fn drop_looks(conn: &mut dyn Conn, site: SiteId, name: &str) -> Result<()> {
    let sql = "DELETE FROM looks WHERE site = $1 AND name = $2 AND NOT EXISTS
               (SELECT 1 FROM names n WHERE n.site = looks.site AND n.name = looks.name)";
    conn.run(sql, values![site, name]).await.map(drop)
}

/// A member's own names may look alike; nobody else's may.
async fn looks_like(conn: &mut dyn Conn, name: &Name, looks: &[String]) -> Result<Option<String>> {
    let own = match &name.owner {
        Owner::Member(uid) => uid.as_str(),
        Owner::Group | Owner::Retired => "",
    };
    let sql = "SELECT l.name FROM looks l LEFT JOIN names n ON n.site = l.site AND n.name = l.name
               WHERE l.site = $1 AND l.look = $2 AND l.name <> $3 AND (n.uid IS NULL OR n.uid <> $4)";
    for look in looks {
        if let Some(row) = conn.first(sql, values![name.site, look, &name.name, own]).await? {
            return row.text(0).map(Some);
        }
    }
    Ok(None)
}
