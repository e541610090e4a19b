//! Presence: many rows a statement.

use super::conn::PgConn;
use crate::{
    MemberKey, Result,
    sql::{Conn, Row, values},
    steps::members,
    text::{member_columns, sorted, storable},
};

fn texts(rows: &[Row]) -> Result<Vec<String>> {
    rows.iter().map(|row| row.text(0)).collect()
}

pub(super) async fn add(conn: &mut PgConn, member: &MemberKey, to: &[String]) -> Result<Vec<String>> {
    if !storable(&member.uid) {
        return Ok(Vec::new());
    }
    let sql = "INSERT INTO ohi (site, uid, target) SELECT $1, $2, t FROM unnest($3::text[]) t
               ON CONFLICT DO NOTHING RETURNING target";
    texts(&conn.all(sql, values![member.site, &member.uid, &sorted(to)]).await?)
}

pub(super) async fn take_out(conn: &mut PgConn, member: &MemberKey, to: &[String]) -> Result<Vec<String>> {
    if !storable(&member.uid) {
        return Ok(Vec::new());
    }
    let sql = "DELETE FROM ohi WHERE site = $1 AND uid = $2 AND target = ANY($3) RETURNING target";
    texts(&conn.all(sql, values![member.site, &member.uid, &sorted(to)]).await?)
}

pub(super) async fn clear(conn: &mut PgConn, members: &[MemberKey]) -> Result<Vec<(MemberKey, String)>> {
    let (sites, uids) = member_columns(members);
    let sql = "DELETE FROM ohi o USING unnest($1::bigint[], $2::text[]) k(site, uid)
               WHERE o.site = k.site AND o.uid = k.uid AND NOT EXISTS
                   (SELECT 1 FROM nodes n WHERE n.site = k.site AND n.uid = k.uid AND n.ohi)
               RETURNING o.site, o.uid, o.target";
    let rows = conn.all(sql, values![&sites, &uids]).await?;
    rows.iter().map(|row| Ok((members::key(row)?, row.text(2)?))).collect()
}
