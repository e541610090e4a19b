//! SQLite: the file, copied by SQLite itself, which sees one moment whoever writes meanwhile.

use std::path::{Path, PathBuf};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{BODIES, Dump, HIGHEST_ID, NamedBody, file_failure};
use crate::{Error, Result, StoreOptions, options::Kind, sqlite};

const FILE: &str = "tmtp.sqlite";

pub(super) async fn dump(options: &StoreOptions, folder: &Path) -> Result<(Dump, Vec<NamedBody>)> {
    let copy = folder.join(FILE);
    // Whoever mistypes the path must not get a backup of nothing.
    let mut source = sqlite::connect_options(options)?.create_if_missing(false).connect().await?;
    let target = copy.display().to_string();
    sqlx::query("VACUUM INTO $1").bind(target).execute(&mut source).await?;
    source.close().await?;
    sync(&copy).await?;
    look_into(&copy).await
}

async fn look_into(copy: &Path) -> Result<(Dump, Vec<NamedBody>)> {
    let reading = SqliteConnectOptions::new().filename(copy).immutable(true).read_only(true);
    let mut conn = reading.connect().await?;
    let found: String = sqlx::query_scalar("PRAGMA quick_check").fetch_one(&mut conn).await?;
    if found != "ok" {
        return Err(Error::Backup(format!("the copy of the database is damaged: {found}")));
    }
    let schema = number(&mut conn, "SELECT max(version) FROM _sqlx_migrations WHERE success").await?;
    let highest_id = u64::try_from(number(&mut conn, HIGHEST_ID).await?).unwrap_or_default();
    let bodies: Vec<(String, i64)> = sqlx::query_as(BODIES).fetch_all(&mut conn).await?;
    conn.close().await?;
    let named = |(key, octets)| NamedBody { key, octets: u64::try_from(octets).unwrap_or_default() };
    let (tables, sequences) = Default::default();
    let dump = Dump { kind: Kind::Sqlite.name().to_owned(), schema, highest_id, tables, sequences };
    Ok((dump, bodies.into_iter().map(named).collect()))
}

async fn number(conn: &mut SqliteConnection, sql: &'static str) -> Result<i64> {
    Ok(sqlx::query_scalar(sql).fetch_one(conn).await?)
}

pub(super) async fn check_empty(options: &StoreOptions) -> Result<()> {
    let target = target(options)?;
    // What a database that was killed left beside it would be read into the one that is brought back.
    for beside in ["", "-wal", "-shm", "-journal"] {
        let mut path = target.clone().into_os_string();
        path.push(beside);
        let path = PathBuf::from(path);
        match tokio::fs::try_exists(&path).await {
            Ok(false) => {}
            Ok(true) => {
                return Err(Error::Backup(format!("{} is there already: move it away", path.display())));
            }
            Err(error) => return Err(file_failure(&path, &error)),
        }
    }
    Ok(())
}

pub(super) async fn load(options: &StoreOptions, folder: &Path) -> Result<()> {
    let (source, target) = (folder.join(FILE), target(options)?);
    if let Some(parent) = target.parent() {
        tokio::fs::create_dir_all(parent).await.map_err(|error| file_failure(parent, &error))?;
    }
    // Under its name only when it is whole: what was interrupted is not taken for a database.
    let partial = target.with_extension("restoring");
    tokio::fs::copy(&source, &partial).await.map_err(|error| file_failure(&source, &error))?;
    sync(&partial).await?;
    tokio::fs::rename(&partial, &target).await.map_err(|error| file_failure(&target, &error))?;
    sqlite::migrate(options).await.map(drop)
}

fn target(options: &StoreOptions) -> Result<PathBuf> {
    Ok(sqlite::connect_options(options)?.get_filename().to_owned())
}

async fn sync(path: &Path) -> Result<()> {
    let synced = async { tokio::fs::File::open(path).await?.sync_all().await };
    synced.await.map_err(|error| file_failure(path, &error))
}
