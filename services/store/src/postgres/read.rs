//! What is read outside of transactions, many at once.

use super::{conn::PgConn, sessions::Columns};
use crate::{
    QueuePage, QueueRead, Result, Session, Standing,
    sql::{Conn, Row, int, values},
    steps::queue::queue_entry,
};

/// One look at each queue: a row per entry wanted, and one without an entry where there is none to give. A page ends
/// before the entry whose body would take it past its octets; the first one is always in.
const QUEUES: &str = "
    SELECT r.place, a.node IS NOT NULL, coalesce(q.found, 0),
           q.id, q.urgent, q.head, q.body, q.blob, q.octets
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
        WITH ORDINALITY r(site, node, epoch, max_entries, max_octets, skip_from, skip_to, place)
    LEFT JOIN LATERAL (
        SELECT a.site, a.node FROM admitted_nodes a
        WHERE a.site = r.site AND a.node = r.node AND a.epoch = r.epoch OFFSET 0
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT w.* FROM (
            SELECT m.id, m.urgent, m.head, m.body, m.blob, m.octets, e.rank,
                   count(*) OVER () AS found, row_number() OVER queue AS nth,
                   sum(CASE WHEN m.blob IS NULL THEN m.octets ELSE 0 END) OVER queue AS inline
            FROM (
                SELECT e.site, e.rank, e.msg FROM entries e
                WHERE e.site = a.site AND e.node = a.node
                  AND e.msg <> ALL (($8::bigint[])[r.skip_from::int:r.skip_to::int])
                ORDER BY e.rank, e.msg LIMIT r.max_entries + 1
            ) e
            CROSS JOIN LATERAL (
                SELECT m.id, m.urgent, m.head, m.body, m.blob, m.octets FROM messages m
                WHERE m.site = e.site AND m.id = e.msg OFFSET 0
            ) m
            WINDOW queue AS (ORDER BY e.rank, e.msg ROWS UNBOUNDED PRECEDING)
        ) w
        WHERE w.nth <= r.max_entries AND (w.nth = 1 OR w.inline <= r.max_octets)
    ) q ON true
    ORDER BY r.place, q.rank, q.id";

pub(super) async fn queues(conn: &mut PgConn, reads: &[QueueRead]) -> Result<Vec<QueuePage>> {
    if reads.is_empty() {
        return Ok(Vec::new());
    }
    let columns = Columns::of(reads.iter().map(|read| &read.session));
    let max_entries: Vec<i64> = reads.iter().map(|read| read.max_entries.into()).collect();
    let max_octets: Vec<i64> = reads.iter().map(|read| int(read.max_octets)).collect();
    let (mut skip, mut skip_from, mut skip_to) = (Vec::new(), Vec::new(), Vec::new());
    for read in reads {
        skip_from.push(skip.len() as i64 + 1);
        skip.extend(read.skip.iter().map(|id| int(id.0)));
        skip_to.push(skip.len() as i64);
    }
    let Columns { sites, nodes, epochs } = &columns;
    let values = values![sites, nodes, epochs, &max_entries, &max_octets, &skip_from, &skip_to, &skip];
    pages(reads.len(), &conn.all(QUEUES, values).await?)
}

fn pages(reads: usize, rows: &[Row]) -> Result<Vec<QueuePage>> {
    let mut pages = vec![QueuePage::default(); reads];
    for row in rows {
        let page = row.count(0)?.checked_sub(1).and_then(|place| pages.get_mut(usize::try_from(place).ok()?));
        let Some(page) = page else { continue };
        page.fenced = !row.flag(1)?;
        if row.count(2)? > 0 {
            page.entries.push(queue_entry(row, 3)?);
            page.more = row.count(2)? > page.entries.len() as u64;
        }
    }
    Ok(pages)
}

/// Whether anything waits is asked queue by queue, as LIMIT makes sure: an EXISTS may become one pass over all entries.
const STANDINGS: &str = "
    SELECT a.node IS NOT NULL, a.node IS NOT NULL AND a.edge IS NULL, w.waits IS NOT NULL, l.later IS NOT NULL
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY r(site, node, epoch, place)
    LEFT JOIN LATERAL (
        SELECT a.site, a.node, a.edge FROM admitted_nodes a
        WHERE a.site = r.site AND a.node = r.node AND a.epoch = r.epoch OFFSET 0
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT true AS waits FROM entries e WHERE e.site = a.site AND e.node = a.node LIMIT 1
    ) w ON true
    LEFT JOIN LATERAL (
        SELECT true AS later FROM nodes n
        WHERE a.node IS NULL AND n.site = r.site AND n.node = r.node AND n.epoch > r.epoch OFFSET 0
    ) l ON true
    ORDER BY r.place";

const GIVE_BACK: &str = "
    WITH locked AS (
        SELECT n.site, n.node, n.epoch
        FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) k(site, node, epoch)
        JOIN nodes n ON n.site = k.site AND n.node = k.node AND n.epoch = k.epoch
        WHERE n.edge IS NULL AND NOT n.revoked ORDER BY n.site, n.node FOR UPDATE OF n)
    UPDATE nodes n SET edge = $1 FROM locked k
    WHERE n.site = k.site AND n.node = k.node AND n.epoch = k.epoch AND n.edge IS NULL AND NOT n.revoked";

pub(super) async fn standings(conn: &mut PgConn, edge: &str, sessions: &[Session]) -> Result<Vec<Standing>> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let Columns { sites, nodes, epochs } = &Columns::of(sessions);
    let rows = conn.all(STANDINGS, values![sites, nodes, epochs]).await?;
    let mut lost = Vec::new();
    let mut standings = Vec::with_capacity(sessions.len());
    for (session, row) in sessions.iter().zip(&rows) {
        if row.flag(1)? {
            lost.push(session);
        }
        standings.push(Standing::of(row.flag(0)?, row.flag(3)?, row.flag(2)?));
    }
    if !lost.is_empty() {
        let Columns { sites, nodes, epochs } = &Columns::of(lost);
        conn.run(GIVE_BACK, values![edge, sites, nodes, epochs]).await?;
    }
    Ok(standings)
}

pub(super) async fn unnamed_blobs(conn: &mut PgConn, blobs: &[String]) -> Result<Vec<String>> {
    let blobs: Vec<&str> = blobs.iter().map(String::as_str).collect();
    // Of a site that is somewhere else nobody here knows. One that is nowhere was erased, as main can tell.
    let sql = "SELECT b FROM unnest($1::text[]) b WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.blob = b)
                 AND coalesce((SELECT NOT s.away FROM sites s WHERE s.id = substring(b FROM '^([0-9]{1,18})/')::bigint),
                              NOT EXISTS (SELECT 1 FROM this_shard))";
    conn.all(sql, values![&blobs]).await?.iter().map(|row| row.text(0)).collect()
}
