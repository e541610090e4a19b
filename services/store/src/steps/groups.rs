//! Groups and who is in them.

use crate::{
    Error, GroupMember, GroupStatus, Result, SiteId,
    sql::{Conn, Row, values},
    steps::members::GROUP,
    text::storable,
};

/// `sql` finds a name by site, name and kind, and locks it where that has a meaning.
pub(crate) async fn lock(conn: &mut dyn Conn, sql: &'static str, site: SiteId, gid: &str) -> Result<bool> {
    Ok(storable(gid) && conn.first(sql, values![site, gid, GROUP]).await?.is_some())
}

pub(crate) async fn put_member(conn: &mut dyn Conn, member: &GroupMember) -> Result<()> {
    if ![&member.gid, &member.uid, &member.alias].into_iter().all(|text| storable(text)) {
        return Err(Error::Defect("a group, uid or alias that cannot be stored".to_owned()));
    }
    let sql = "INSERT INTO group_members (site, gid, uid, alias, status) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (site, gid, uid) DO UPDATE SET alias = excluded.alias, status = excluded.status";
    let status = match member.status {
        GroupStatus::Invited => 0_i64,
        GroupStatus::Joined => 1,
        GroupStatus::Barred => 2,
    };
    conn.run(sql, values![member.site, &member.gid, &member.uid, &member.alias, status]).await.map(drop)
}

/// A row of site, gid, uid, alias, status.
pub(crate) fn member(row: &Row) -> Result<GroupMember> {
    let status = match row.int(4)? {
        0 => GroupStatus::Invited,
        1 => GroupStatus::Joined,
        2 => GroupStatus::Barred,
        other => return Err(Error::Defect(format!("a group member of status {other}"))),
    };
    Ok(GroupMember { site: row.site(0)?, gid: row.text(1)?, uid: row.text(2)?, alias: row.text(3)?, status })
}
