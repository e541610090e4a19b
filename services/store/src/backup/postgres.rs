//! Postgres: a file a table, as COPY gives it, all from one snapshot. It needs no program beside this one, and no password
//! on a command line.

use std::{collections::HashSet, path::Path};

use futures::TryStreamExt as _;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufWriter},
};

use super::{BODIES, Dump, HIGHEST_ID, NamedBody, Table, file_failure};
use crate::{
    Error, Result, StoreOptions,
    options::Kind,
    postgres::{connect, migrate},
};

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Octets of a table sent at a time.
const PIECE: usize = 1 << 20;

/// Our tables, without that of migrations, and their columns.
const TABLES: &str = "
    SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relnamespace = current_schema()::text::regnamespace AND c.relkind = 'r'
        AND c.relname <> '_sqlx_migrations'
    GROUP BY c.relname ORDER BY c.relname";
const REFERENCES: &str = "
    SELECT r.relname::text, t.relname::text FROM pg_constraint k
    JOIN pg_class r ON r.oid = k.conrelid JOIN pg_class t ON t.oid = k.confrelid
    WHERE k.contype = 'f' AND k.conrelid <> k.confrelid
        AND r.relnamespace = current_schema()::text::regnamespace";
/// Sequences stand outside of transactions: what is read here is at or after the snapshot, and never too low.
const SEQUENCES: &str = "
    SELECT sequencename::text, last_value FROM pg_sequences
    WHERE schemaname = current_schema() AND last_value IS NOT NULL";
const ANYTHING: &str = "
    SELECT relname::text FROM pg_class
    WHERE relnamespace = current_schema()::text::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') LIMIT 1";
const SCHEMA: &str = "SELECT max(version) FROM _sqlx_migrations WHERE success";

pub(super) async fn dump(options: &StoreOptions, folder: &Path) -> Result<(Dump, Vec<NamedBody>)> {
    let mut conn = connect::migrating(options).await?;
    let mut snapshot = conn.begin_with(SNAPSHOT).await?;
    let schema: Option<i64> = sqlx::query_scalar(SCHEMA).fetch_one(&mut *snapshot).await?;
    let schema = schema.ok_or_else(|| Error::Backup("the database has no schema yet".to_owned()))?;
    let highest: i64 = sqlx::query_scalar(HIGHEST_ID).fetch_one(&mut *snapshot).await?;
    let bodies: Vec<(String, i64)> = sqlx::query_as(BODIES).fetch_all(&mut *snapshot).await?;
    let tables = tables(&mut snapshot).await?;
    for table in &tables {
        copy_out(&mut snapshot, table, folder).await?;
    }
    let sequences: Vec<(String, i64)> = sqlx::query_as(SEQUENCES).fetch_all(&mut *snapshot).await?;
    snapshot.commit().await?;
    let named = |(key, octets)| NamedBody { key, octets: u64::try_from(octets).unwrap_or_default() };
    let dump = Dump {
        kind: Kind::Postgres.name().to_owned(),
        schema,
        highest_id: u64::try_from(highest).unwrap_or_default(),
        tables,
        sequences: sequences.into_iter().collect(),
    };
    Ok((dump, bodies.into_iter().map(named).collect()))
}

/// In an order in which they can be filled.
async fn tables(conn: &mut PgConnection) -> Result<Vec<Table>> {
    let found: Vec<(String, Vec<String>)> = sqlx::query_as(TABLES).fetch_all(&mut *conn).await?;
    let references: Vec<(String, String)> = sqlx::query_as(REFERENCES).fetch_all(conn).await?;
    let mut waiting: Vec<Table> = found.into_iter().map(|(name, columns)| Table { name, columns }).collect();
    let (mut ordered, mut done) = (Vec::new(), HashSet::new());
    while !waiting.is_empty() {
        let fits =
            |table: &Table| references.iter().all(|(from, to)| *from != table.name || done.contains(to));
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(fits);
        if ready.is_empty() {
            return Err(Error::Defect("tables refer to one another in a ring".to_owned()));
        }
        done.extend(ready.iter().map(|table| table.name.clone()));
        ordered.extend(ready);
        waiting = rest;
    }
    Ok(ordered)
}

async fn copy_out(conn: &mut PgConnection, table: &Table, folder: &Path) -> Result<()> {
    let path = file(folder, table);
    let failed = |error: std::io::Error| file_failure(&path, &error);
    let mut file = BufWriter::new(File::create(&path).await.map_err(failed)?);
    let statement = format!("COPY {} TO STDOUT (FORMAT binary)", target(table)?);
    let mut rows = conn.copy_out_raw(&statement).await?;
    while let Some(piece) = rows.try_next().await? {
        file.write_all(&piece).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    file.into_inner().sync_all().await.map_err(failed)
}

pub(super) async fn check_empty(options: &StoreOptions) -> Result<()> {
    let mut conn = connect::migrating(options).await?;
    let found: Option<String> = sqlx::query_scalar(ANYTHING).fetch_optional(&mut conn).await?;
    match found {
        None => Ok(()),
        Some(name) => {
            Err(Error::Backup(format!("the database is not empty (it has {name}): take a new one")))
        }
    }
}

pub(super) async fn load(options: &StoreOptions, folder: &Path, dump: &Dump) -> Result<()> {
    migrate(options, Some(dump.schema)).await?;
    let mut conn = connect::migrating(options).await?;
    let mut tx = conn.begin().await?;
    for table in dump.tables.iter().rev() {
        clear(&mut tx, table).await?;
    }
    for table in &dump.tables {
        copy_in(&mut tx, table, folder).await?;
    }
    for (name, value) in &dump.sequences {
        let sql = "SELECT setval($1::text::regclass, $2)";
        sqlx::query(sql).bind(quoted(name)?).bind(value).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    migrate(options, None).await.map(drop)
}

/// Takes out what migrations put in. Tables without rows are left alone: some allow no DELETE at all.
async fn clear(conn: &mut PgConnection, table: &Table) -> Result<()> {
    let name = quoted(&table.name)?;
    let asked = format!("SELECT EXISTS (SELECT 1 FROM {name})");
    let has_rows: bool = sqlx::query_scalar(AssertSqlSafe(asked)).fetch_one(&mut *conn).await?;
    if has_rows {
        sqlx::query(AssertSqlSafe(format!("DELETE FROM {name}"))).execute(conn).await?;
    }
    Ok(())
}

async fn copy_in(conn: &mut PgConnection, table: &Table, folder: &Path) -> Result<()> {
    let path = file(folder, table);
    let failed = |error: std::io::Error| file_failure(&path, &error);
    let mut file = File::open(&path).await.map_err(failed)?;
    let mut rows = conn.copy_in_raw(&format!("COPY {} FROM STDIN (FORMAT binary)", target(table)?)).await?;
    let mut piece = Vec::with_capacity(PIECE);
    // Left half-way, by an error, the transaction and the connection are dropped with it.
    while (&mut file).take(PIECE as u64).read_to_end(&mut piece).await.map_err(failed)? > 0 {
        rows.send(piece.as_slice()).await?;
        piece.clear();
    }
    rows.finish().await?;
    Ok(())
}

fn file(folder: &Path, table: &Table) -> std::path::PathBuf {
    folder.join(format!("{}.copy", table.name))
}

/// A table with its columns, as COPY wants them.
fn target(table: &Table) -> Result<String> {
    let columns = table.columns.iter().map(|column| quoted(column)).collect::<Result<Vec<_>>>()?;
    Ok(format!("{} ({})", quoted(&table.name)?, columns.join(", ")))
}

/// A name of ours; others, in a manifest that somebody changed, must not become SQL or paths.
fn quoted(name: &str) -> Result<String> {
    let is_ours = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    match !name.is_empty() && name.bytes().all(is_ours) {
        true => Ok(format!("\"{name}\"")),
        false => Err(Error::Backup(format!("{name:?} is no name of a table or column of ours"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_ours_becomes_no_sql() {
        assert_eq!(quoted("site_hosts").unwrap(), "\"site_hosts\"");
        for name in ["", "a b", "a\"; DROP TABLE sites; --", "../../etc/passwd", "Sites"] {
            assert!(quoted(name).is_err(), "{name}");
        }
    }
}
