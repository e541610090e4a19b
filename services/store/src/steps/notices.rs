//! What administrators did that devices of members are to be told of, and were not yet.

use crate::{
    Notice, Result, SiteId,
    sql::{Conn, values},
};

/// Sites where there is something to be told, at most so many. What a suspended member was given waits.
pub(crate) async fn sites(conn: &mut dyn Conn, limit: u32) -> Result<Vec<SiteId>> {
    let sql = "SELECT g.site FROM given_aliases g WHERE NOT EXISTS
                   (SELECT 1 FROM members m WHERE m.site = g.site AND m.uid = g.uid AND m.suspended)
               UNION SELECT site FROM group_drops ORDER BY 1 LIMIT $1";
    conn.all(sql, values![i64::from(limit)]).await?.iter().map(|row| row.site(0)).collect()
}

/// Strikes the next off the record that still is so.
pub(crate) async fn take(conn: &mut dyn Conn, site: SiteId) -> Result<Option<Notice>> {
    match take_alias(conn, site).await? {
        Some(notice) => Ok(Some(notice)),
        None => take_drop(conn, site).await,
    }
}

/// An alias that is still its member's.
async fn take_alias(conn: &mut dyn Conn, site: SiteId) -> Result<Option<Notice>> {
    let sql = "DELETE FROM given_aliases WHERE site = $1 AND alias =
                   (SELECT g.alias FROM given_aliases g WHERE g.site = $1 AND NOT EXISTS
                       (SELECT 1 FROM members m WHERE m.site = g.site AND m.uid = g.uid AND m.suspended)
                    ORDER BY g.alias LIMIT 1)
               RETURNING uid, alias, EXISTS (SELECT 1 FROM names n WHERE n.site = given_aliases.site
                   AND n.name = given_aliases.alias AND n.uid = given_aliases.uid)";
    while let Some(row) = conn.first(sql, values![site]).await? {
        if row.flag(2)? {
            return Ok(Some(Notice::Alias { uid: row.text(0)?, alias: row.text(1)? }));
        }
    }
    Ok(None)
}

/// Somebody who was taken out of a group and was not asked in again since.
async fn take_drop(conn: &mut dyn Conn, site: SiteId) -> Result<Option<Notice>> {
    let sql = "DELETE FROM group_drops WHERE site = $1 AND (gid, uid) IN
                   (SELECT gid, uid FROM group_drops WHERE site = $1 ORDER BY gid, uid LIMIT 1)
               RETURNING gid, uid, alias, NOT EXISTS (SELECT 1 FROM group_members m
                   WHERE m.site = group_drops.site AND m.gid = group_drops.gid AND m.uid = group_drops.uid
                   AND m.status <> 2)";
    while let Some(row) = conn.first(sql, values![site]).await? {
        if row.flag(3)? {
            return Ok(Some(Notice::Drop { gid: row.text(0)?, uid: row.text(1)?, alias: row.text(2)? }));
        }
    }
    Ok(None)
}
