//! Backups of the database: read at one moment while the service runs, and brought back into a place that is empty.
//!
//! The schema is in none: migrations make it again, up to where it was, and onwards when all is loaded. Large bodies
//! outside of the database are the caller's; [`survey`] and [`dump`] name them. Read a dump first and copy bodies
//! after it: a body that went meanwhile was acked by every device that waited for it.

mod life;
mod postgres;
mod sqlite;

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, StoreOptions,
    options::Kind,
    sql::{Connect, values},
};

/// Most milliseconds for one statement that reads or writes a whole table.
const PATIENCE_MS: u64 = 600_000;
/// The highest id of a message or a request.
const HIGHEST_ID: &str =
    "SELECT coalesce(max(id), 0) FROM (SELECT id FROM messages UNION ALL SELECT msg FROM requests) ids";
/// Bodies that messages name, with their lengths.
const BODIES: &str = "SELECT DISTINCT blob, octets FROM messages WHERE blob IS NOT NULL ORDER BY blob";

/// The counter that holds the moment of the last backup.
pub(crate) const LAST: &str = "backed up";

/// What is in a dump beside the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dump {
    /// The database that it came from, and goes back to: `postgres` or `sqlite`.
    pub kind: String,
    /// The newest migration's time: `yyyymmddhhmm`.
    pub schema: i64,
    /// The highest id of a message or a request.
    pub highest_id: u64,
    /// Tables of Postgres, those that others refer to before those that refer to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// Where sequences of Postgres stand.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sequences: BTreeMap<String, i64>,
}

/// A table in a dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order in which they are in the file.
    pub columns: Vec<String>,
}

/// A body that a message names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedBody {
    /// Its key in the body store.
    pub key: String,
    /// Its length.
    pub octets: u64,
}

/// What a backup must know of a database beside its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The highest id of a message or a request.
    pub highest_id: u64,
    /// The bodies that messages name.
    pub bodies: Vec<NamedBody>,
}

/// Writes everything, as it is at one moment after the call, to a folder that is there and empty. Writers are not held up.
pub async fn dump(options: &StoreOptions, folder: &Path) -> Result<(Dump, Vec<NamedBody>)> {
    options.check()?;
    match options.kind()? {
        Kind::Postgres => postgres::dump(options, folder).await,
        Kind::Sqlite => sqlite::dump(options, folder).await,
    }
}

/// Fails unless a dump can be loaded: of the same kind of database, with a schema that this release knows, and into a
/// place where nothing is.
pub async fn check(options: &StoreOptions, dump: &Dump) -> Result<()> {
    options.check()?;
    let kind = options.kind()?;
    if dump.kind != kind.name() {
        return Err(Error::Backup(format!("it is of {}, and store.url is not", dump.kind)));
    }
    if !crate::migration::knows(kind, dump.schema) {
        return Err(Error::Backup(format!("its schema {} is of a newer release", dump.schema)));
    }
    match kind {
        Kind::Postgres => postgres::check_empty(options).await,
        Kind::Sqlite => sqlite::check_empty(options).await,
    }
}

/// Brings everything back, and the schema up to date. What [`check`] refuses, this refuses, too.
pub async fn load(options: &StoreOptions, folder: &Path, dump: &Dump) -> Result<()> {
    check(options, dump).await?;
    match options.kind()? {
        Kind::Postgres => postgres::load(options, folder, dump).await,
        Kind::Sqlite => sqlite::load(options, folder).await,
    }
}

/// Notes that a backup is whole of which everything acked before this is part, for [`View::last_backup`].
///
/// [`View::last_backup`]: crate::admin::View::last_backup
pub async fn note(options: &StoreOptions, moment_ms: i64) -> Result<()> {
    let mut conn = connect(options).await?.writing().await?;
    let sql = "INSERT INTO counters (name, value) VALUES ($1, $2)
               ON CONFLICT (name) DO UPDATE SET value = $2 WHERE counters.value < $2";
    conn.run(sql, values![LAST, moment_ms]).await.map(drop)
}

/// Looks at a database that was brought back by other means.
pub async fn survey(options: &StoreOptions) -> Result<Survey> {
    let mut conn = connect(options).await?.reading().await?;
    let highest = conn.first(HIGHEST_ID, values![]).await?;
    let highest_id = highest.map_or(Ok(0), |row| row.count(0))?;
    let rows = conn.all(BODIES, values![]).await?;
    let named = |row: &crate::sql::Row| Ok(NamedBody { key: row.text(0)?, octets: row.count(1)? });
    Ok(Survey { highest_id, bodies: rows.iter().map(named).collect::<Result<_>>()? })
}

/// Makes a database that was brought back fit to serve: nobody is connected, nothing that the former life's processes
/// hold is good any more, and messages whose bodies are `gone` are gone, too. No process may serve it yet. Doing it
/// twice does no harm.
pub async fn begin_life(options: &StoreOptions, now_ms: i64, gone: &[String]) -> Result<()> {
    let mut conn = connect(options).await?.writing().await?;
    life::begin(&mut *conn, now_ms).await?;
    life::forget(&mut *conn, gone).await
}

async fn connect(options: &StoreOptions) -> Result<Box<dyn Connect>> {
    let patient = StoreOptions { statement_timeout_ms: PATIENCE_MS, connections: 2, ..options.clone() };
    patient.check()?;
    Ok(match patient.kind()? {
        Kind::Postgres => Box::new(crate::postgres::PgStore::open(&patient).await?),
        Kind::Sqlite => Box::new(crate::sqlite::SqliteStore::open(&patient).await?),
    })
}

/// A file that could not be read or written.
fn file_failure(path: &Path, error: &std::io::Error) -> Error {
    Error::Backup(format!("{}: {error}", path.display()))
}
