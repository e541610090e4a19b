//! Sessions: a node's lease, its epoch and the edge that holds it.

use tmtp_platform::clock::day;

use crate::{
    Begun, Connected, Error, NodeId, Result, Session, SiteId, Standing,
    sql::{Conn, Row, values},
    steps::usage,
};

/// `lock` finds epoch, edge, ohi, seen_ms and uid of a live node by site and node, and locks its row where that has a meaning.
pub(crate) async fn begin(
    conn: &mut dyn Conn,
    lock: &'static str,
    (site, node): (SiteId, NodeId),
    edge: &str,
    now_ms: i64,
) -> Result<Begun> {
    let Some(former) = conn.first(lock, values![site, node]).await? else {
        return Err(Error::Absent("node"));
    };
    let epoch = former.int(0)? + 1;
    let sql =
        "UPDATE nodes SET epoch = $3, edge = $4, ohi = false, seen_ms = $5 WHERE site = $1 AND node = $2";
    conn.run(sql, values![site, node, epoch, edge, now_ms]).await?;
    // Its first login of the day: the others of that day change nothing.
    if former.int(0)? == 0 || day(former.int(3)?) != day(now_ms) {
        usage::note_active(conn, site, &former.text(4)?, now_ms).await?;
    }
    Ok(Begun { epoch, former_edge: former.opt_text(1)?, former_ohi: former.flag(2)? })
}

pub(crate) async fn of_edge(conn: &mut dyn Conn, edge: &str, limit: u32) -> Result<Vec<Session>> {
    let sql = "SELECT site, node, epoch, uid FROM nodes WHERE edge = $1 ORDER BY edge, site, node LIMIT $2";
    let rows = conn.all(sql, values![edge, i64::from(limit)]).await?;
    rows.iter().map(session).collect()
}

/// A row of site, node, edge, epoch, and whether hints were lost.
pub(crate) fn connected(row: &Row) -> Result<Connected> {
    Ok(Connected {
        site: row.site(0)?,
        node: row.node(1)?,
        edge: row.text(2)?,
        epoch: row.int(3)?,
        hints_lost: row.flag(4)?,
    })
}

/// A row of site, node, epoch, uid.
pub(crate) fn session(row: &Row) -> Result<Session> {
    Ok(Session { site: row.site(0)?, node: row.node(1)?, epoch: row.int(2)?, uid: row.text(3)? })
}

impl Standing {
    pub(crate) fn of(admitted: bool, logged_in_anew: bool, waiting: bool) -> Self {
        match (admitted, logged_in_anew, waiting) {
            (false, true, _) => Self::Fenced,
            (false, false, _) => Self::ShutOut,
            (true, _, false) => Self::Idle,
            (true, _, true) => Self::Waiting,
        }
    }
}
