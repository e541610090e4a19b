//! Presence: who notifies whom while online.

use crate::{
    MemberKey, Result, Session,
    sql::{Conn, values},
    text::storable,
};

pub(crate) async fn mark(conn: &mut dyn Conn, session: &Session) -> Result<bool> {
    let sql = "UPDATE nodes SET ohi = true WHERE site = $1 AND node = $2 AND epoch = $3 AND NOT revoked";
    Ok(conn.run(sql, values![session.site, session.node, session.epoch]).await? > 0)
}

pub(crate) async fn from(conn: &mut dyn Conn, member: &MemberKey) -> Result<Vec<String>> {
    some_from(conn, member, i64::from(u32::MAX)).await
}

async fn some_from(conn: &mut dyn Conn, member: &MemberKey, at_most: i64) -> Result<Vec<String>> {
    if !storable(&member.uid) {
        return Ok(Vec::new());
    }
    let sql = "SELECT uid FROM ohi WHERE site = $1 AND target = $2 ORDER BY uid LIMIT $3";
    let rows = conn.all(sql, values![member.site, &member.uid, at_most]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

pub(crate) async fn from_each(
    conn: &mut dyn Conn,
    members: &[MemberKey],
    at_most: u32,
) -> Result<Vec<Vec<String>>> {
    let mut all = Vec::with_capacity(members.len());
    for member in members {
        all.push(some_from(conn, member, at_most.into()).await?);
    }
    Ok(all)
}
