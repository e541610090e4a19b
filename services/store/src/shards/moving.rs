//! A site's own rows on their way from one database to another. Every step can be done again, so a run that was killed is
//! completed by the next.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use tokio::time::sleep;

use super::{Databases, Step, Witness, rows};
use crate::{Error, MAIN_SHARD, Result, SiteId};

/// Keeps a second mover out, as long as the connection to main lasts.
const ONE_MOVER: &str = "SELECT pg_try_advisory_lock(1953330288, 2)";
/// Keeps one out that was taken for dead, whose connection to main is lost and which wakes up: nobody copies into a database
/// or removes rows from it but by a connection that has this.
const ONE_WRITER: &str = "SELECT pg_try_advisory_lock(1953330288, 3)";
/// How often it is tried to leave, a second each: what is under way at the site may keep it.
const PATIENCE: usize = 30;
/// What Postgres says when a lock was not to be had in time.
const TOO_LONG: &str = "55P03";
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

pub(super) async fn run(all: &Databases, site: SiteId, to: &str, witness: &mut dyn Witness) -> Result<()> {
    let mut main = all.connect(MAIN_SHARD).await?;
    be_the_only(&mut main, ONE_MOVER).await?;
    let mut target = all.connect(to).await?;
    be_the_only(&mut target, ONE_WRITER).await?;
    sqlx::query("SET tmtp.moves = 'on'").execute(&mut target).await?;
    let from = note(&mut main, site, to).await?;
    if from != to {
        witness.see(Step::Noted).await?;
        if !is_in_charge(&mut target, site).await? {
            let mut source = all.connect(&from).await?;
            be_the_only(&mut source, ONE_WRITER).await?;
            carry(&mut source, &mut target, site, witness).await?;
        }
        witness.see(Step::Arrived).await?;
        tell(&mut main, site, to).await?;
        witness.see(Step::Told).await?;
    }
    // A run that was killed before its end may have left rows in any of them.
    let is_former = |name: &&str| if from == to { *name != to } else { *name == from };
    let mut left = None;
    for name in all.names().filter(is_former) {
        if let Err(error) = clear_in(all, name, site).await {
            left = left.or(Some(format!("{name} may have rows of it still: {error}")));
        }
    }
    left.map_or(Ok(()), |left| Err(Error::Unavailable(left)))?;
    witness.see(Step::Cleared).await
}

async fn clear_in(all: &Databases, name: &str, site: SiteId) -> Result<()> {
    let mut former = all.connect(name).await?;
    be_the_only(&mut former, ONE_WRITER).await?;
    clear(&mut former, site).await
}

/// Waits some seconds for it: the locks of a mover that was killed last until its database has noticed.
async fn be_the_only(conn: &mut PgConnection, lock: &'static str) -> Result<()> {
    for _ in 0..250 {
        if sqlx::query_scalar(lock).fetch_one(&mut *conn).await? {
            return Ok(());
        }
        sleep(Duration::from_millis(20)).await;
    }
    Err(Error::Unavailable("another move is under way: wait for its end".to_owned()))
}

/// Notes in the directory where it goes; returns where it is.
async fn note(main: &mut PgConnection, site: SiteId, to: &str) -> Result<String> {
    let mut tx = main.begin().await?;
    new_version(&mut tx).await?;
    let sql = "SELECT shard, moving_to FROM sites WHERE id = $1 FOR UPDATE";
    let found: Option<(String, Option<String>)> =
        sqlx::query_as(sql).bind(site.0).fetch_optional(&mut *tx).await?;
    let (from, moving_to) = found.ok_or(Error::Absent("site"))?;
    if let Some(other) = moving_to.as_ref().filter(|other| *other != to) {
        return Err(Error::Option(format!(
            "--to {to}: the site is on its way to {other}; complete that first"
        )));
    }
    if moving_to.is_none() && from != to {
        let sql = "UPDATE sites SET moving_to = $2 WHERE id = $1";
        sqlx::query(sql).bind(site.0).bind(to).execute(&mut *tx).await?;
    }
    // In any case: its locks must not outlive it.
    tx.commit().await?;
    Ok(from)
}

/// First of all, as everybody does who changes sites.
async fn new_version(main: &mut PgConnection) -> sqlx::Result<()> {
    let sql = "UPDATE counters SET value = value + 1 WHERE name = 'sites_version'";
    sqlx::query(sql).execute(main).await.map(drop)
}

async fn is_in_charge(conn: &mut PgConnection, site: SiteId) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sites WHERE id = $1 AND NOT away)";
    Ok(sqlx::query_scalar(sql).bind(site.0).fetch_one(conn).await?)
}

/// Has the source give up the site, copies it, and has the target take charge.
async fn carry(
    source: &mut PgConnection,
    target: &mut PgConnection,
    site: SiteId,
    witness: &mut dyn Witness,
) -> Result<()> {
    same_schema(source, target).await?;
    leave(source, site).await?;
    witness.see(Step::Left).await?;
    prepare(source, target, site).await?;
    let mut snapshot = source.begin_with(SNAPSHOT).await?;
    rows::copy(&mut snapshot, target, site, witness).await?;
    let rows = rows::compare(&mut snapshot, target, site).await?;
    snapshot.commit().await?;
    witness.see(Step::Compared { rows }).await?;
    // This commit is the move.
    sqlx::query("UPDATE sites SET away = false WHERE id = $1").bind(site.0).execute(target).await?;
    Ok(())
}

async fn same_schema(source: &mut PgConnection, target: &mut PgConnection) -> Result<()> {
    let sql = "SELECT max(version) FROM _sqlx_migrations WHERE success";
    let there: Option<i64> = sqlx::query_scalar(sql).fetch_one(source).await?;
    let here: Option<i64> = sqlx::query_scalar(sql).fetch_one(target).await?;
    match there == here {
        true => Ok(()),
        false => Err(Error::Outdated("the databases' schemas differ".to_owned())),
    }
}

/// Takes nothing for the site any more, once what is under way there is committed; all its sessions are over, as those of a
/// dead edge are: what was acked by them and is not stored yet counts where the site is by then.
async fn leave(source: &mut PgConnection, site: SiteId) -> Result<()> {
    for _ in 0..PATIENCE {
        match try_to_leave(source, site).await {
            // Who waits for the lock has everybody wait who comes after: it lets them pass now and then.
            Err(error)
                if error
                    .as_database_error()
                    .is_some_and(|error| error.code().as_deref() == Some(TOO_LONG)) =>
            {
                sleep(Duration::from_millis(500)).await;
            }
            done => return Ok(done?),
        }
    }
    Err(Error::Unavailable("something at the site has been under way for too long".to_owned()))
}

async fn try_to_leave(source: &mut PgConnection, site: SiteId) -> sqlx::Result<()> {
    let mut tx = source.begin().await?;
    sqlx::query("SET LOCAL lock_timeout = '500ms'").execute(&mut *tx).await?;
    // In the order of whoever erases sites.
    sqlx::query("SELECT 1 FROM sites WHERE id = $1 FOR UPDATE").bind(site.0).execute(&mut *tx).await?;
    // What `enter_1` holds shared.
    sqlx::query("SELECT pg_advisory_xact_lock(-$1)").bind(site.0).execute(&mut *tx).await?;
    for sql in [
        "UPDATE sites SET away = true WHERE id = $1",
        "UPDATE nodes SET edge = NULL, ohi = false WHERE site = $1 AND edge IS NOT NULL",
        "DELETE FROM ohi WHERE site = $1",
    ] {
        sqlx::query(sql).bind(site.0).execute(&mut *tx).await?;
    }
    tx.commit().await
}

/// The target knows the site without being in charge of it, and has nothing of what an earlier run copied.
async fn prepare(source: &mut PgConnection, target: &mut PgConnection, site: SiteId) -> Result<()> {
    let sql = "SELECT name, settings, created_ms FROM sites WHERE id = $1";
    let (name, settings, created_ms): (String, String, i64) =
        sqlx::query_as(sql).bind(site.0).fetch_one(source).await?;
    let sql = "INSERT INTO sites (id, name, settings, created_ms, away) OVERRIDING SYSTEM VALUE
               VALUES ($1, $2, $3, $4, true) ON CONFLICT (id) DO NOTHING";
    let new = sqlx::query(sql).bind(site.0).bind(name).bind(settings).bind(created_ms);
    new.execute(&mut *target).await?;
    rows::remove(target, site).await
}

/// The directory says where the site is.
async fn tell(main: &mut PgConnection, site: SiteId, to: &str) -> Result<()> {
    let mut tx = main.begin().await?;
    new_version(&mut tx).await?;
    let sql = "UPDATE sites SET shard = $2, moving_to = NULL WHERE id = $1";
    sqlx::query(sql).bind(site.0).bind(to).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Removes what a database has of a site that it is not in charge of.
async fn clear(conn: &mut PgConnection, site: SiteId) -> Result<()> {
    if is_in_charge(conn, site).await? {
        return Err(Error::Defect("two databases are in charge of the site".to_owned()));
    }
    rows::remove(conn, site).await
}
