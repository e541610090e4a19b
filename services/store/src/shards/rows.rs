//! A site's own rows, table by table: counted, copied, compared, removed.

use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use super::{Step, Witness};
use crate::{Error, Result, SiteId};

/// Rows removed in one statement.
const AT_ONCE: u32 = 5000;
/// Octets between two words about a copy.
const TELL_EVERY: u64 = 4 << 20;

/// Tables with rows of sites that are nowhere but in the site's shard. `tests/contract/moves.rs` sees that none is missing.
const TABLES: [&str; 18] = [
    "members",
    "nodes",
    "names",
    "looks",
    "given_aliases",
    "group_members",
    "group_drops",
    "ohi",
    "requests",
    "messages",
    "entries",
    "invitations",
    "spent_tokens",
    "usage_days",
    "usage_sent",
    "usage_active",
    CHUNKS,
    COUNTERS,
];
/// Keyed by the blob, whose name begins with the site.
const CHUNKS: &str = "chunks";
/// Those of a site have its number in their names.
const COUNTERS: &str = "counters";

/// How many rows, and a sum over all that they say, by table.
type Sums = Vec<(&'static str, i64, String)>;

/// Which rows of a table are a site's. Nothing but a number comes into it.
fn of(table: &str, SiteId(site): SiteId) -> String {
    match table {
        // '0' is the letter after '/'.
        CHUNKS => format!("blob >= '{site}/' AND blob < '{site}0'"),
        COUNTERS => format!("name IN ('imported {site}', 'imported at {site}', 'spared {site}')"),
        _ => format!("site = {site}"),
    }
}

/// Columns of a table, the same in both databases: their schemas are.
async fn columns(conn: &mut PgConnection, table: &str) -> Result<String> {
    let sql = "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
               WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''";
    Ok(sqlx::query(sql).bind(table).fetch_one(conn).await?.try_get(0)?)
}

/// Removes all rows of a site, some at a time.
pub(super) async fn remove(conn: &mut PgConnection, site: SiteId) -> Result<()> {
    for table in TABLES {
        let these = of(table, site);
        let sql = format!(
            "DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table} WHERE {these} LIMIT {AT_ONCE}))"
        );
        while sqlx::query(AssertSqlSafe(sql.clone())).execute(&mut *conn).await?.rows_affected() > 0 {}
    }
    Ok(())
}

/// Copies all rows of a site, a table in a transaction, never more than a piece of them in memory.
pub(super) async fn copy(
    from: &mut PgConnection,
    to: &mut PgConnection,
    site: SiteId,
    witness: &mut dyn Witness,
) -> Result<()> {
    let mut octets = 0;
    for table in TABLES {
        witness.see(Step::Copying { table, octets }).await?;
        let (columns, these) = (columns(from, table).await?, of(table, site));
        let out = format!("COPY (SELECT {columns} FROM {table} WHERE {these}) TO STDOUT (FORMAT binary)");
        let mut rows = from.copy_out_raw(&out).await?;
        let mut taken =
            to.copy_in_raw(&format!("COPY {table} ({columns}) FROM STDIN (FORMAT binary)")).await?;
        let mut told = octets;
        while let Some(piece) = rows.try_next().await? {
            octets += piece.len() as u64;
            taken.send(piece).await?;
            if octets - told > TELL_EVERY {
                told = octets;
                witness.see(Step::Copying { table, octets }).await?;
            }
        }
        taken.finish().await?;
    }
    Ok(())
}

/// Fails unless both have the same rows of a site; returns how many those are.
pub(super) async fn compare(from: &mut PgConnection, to: &mut PgConnection, site: SiteId) -> Result<u64> {
    let (there, here) = (sums(from, site).await?, sums(to, site).await?);
    if let Some((theirs, ours)) = there.iter().zip(&here).find(|(theirs, ours)| theirs != ours) {
        let (table, rows, _) = theirs;
        let what = format!("the copy of {table} differs: {rows} rows there, {} here", ours.1);
        return Err(Error::Defect(what));
    }
    Ok(there.iter().map(|(_, rows, _)| u64::try_from(*rows).unwrap_or_default()).sum())
}

async fn sums(conn: &mut PgConnection, site: SiteId) -> Result<Sums> {
    let mut sums = Vec::new();
    for table in TABLES {
        let (columns, these) = (columns(conn, table).await?, of(table, site));
        let sql = format!(
            "SELECT count(*), coalesce(sum(('x' || left(encode(sha256(convert_to(
                 ROW({columns})::text, 'UTF8')), 'hex'), 16))::bit(64)::bigint::numeric), 0)::text
             FROM {table} WHERE {these}"
        );
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut *conn).await?;
        sums.push((table, row.try_get(0)?, row.try_get(1)?));
    }
    Ok(sums)
}
