//! Presence.

use super::conn::SqliteConn;
use crate::{
    MemberKey, Result,
    sql::{Conn, values},
    steps::members,
    text::{member_columns, sorted, storable},
};

const ADD: &str = "INSERT INTO ohi (site, uid, target) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const TAKE_OUT: &str = "DELETE FROM ohi WHERE site = $1 AND uid = $2 AND target = $3";

pub(super) async fn add(conn: &mut SqliteConn, member: &MemberKey, to: &[String]) -> Result<Vec<String>> {
    change(conn, ADD, member, to).await
}

pub(super) async fn take_out(
    conn: &mut SqliteConn,
    member: &MemberKey,
    to: &[String],
) -> Result<Vec<String>> {
    change(conn, TAKE_OUT, member, to).await
}

/// Returns those for whom there was something to change.
async fn change(
    conn: &mut SqliteConn,
    sql: &'static str,
    member: &MemberKey,
    to: &[String],
) -> Result<Vec<String>> {
    let mut changed = Vec::new();
    if !storable(&member.uid) {
        return Ok(changed);
    }
    for target in sorted(to) {
        if conn.run(sql, values![member.site, &member.uid, target]).await? > 0 {
            changed.push(target.to_owned());
        }
    }
    Ok(changed)
}

pub(super) async fn clear(conn: &mut SqliteConn, members: &[MemberKey]) -> Result<Vec<(MemberKey, String)>> {
    let sql = "DELETE FROM ohi WHERE site = $1 AND uid = $2 AND NOT EXISTS
                   (SELECT 1 FROM nodes n WHERE n.site = $1 AND n.uid = $2 AND n.ohi)
               RETURNING site, uid, target";
    let mut cleared = Vec::new();
    let (sites, uids) = member_columns(members);
    for (site, uid) in sites.into_iter().zip(uids) {
        for row in conn.all(sql, values![site, uid]).await? {
            cleared.push((members::key(&row)?, row.text(2)?));
        }
    }
    Ok(cleared)
}
