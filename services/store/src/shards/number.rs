//! Each shard has a number that main gave it once, and by it ranges of ids of its own.

use sqlx::{Connection as _, PgConnection};

use crate::{Error, MAIN_SHARD, Result, StoreOptions, migrate, postgres::connect};

/// Ids of a shard have its number above so many bits. They all stay below 2^53, which JSON can tell apart.
const ID_BITS: u32 = 40;
/// Most shards that there ever can be.
const NUMBER_MAX: i64 = (1 << 12) - 1;
/// What all databases of an installation have in common.
const INSTALLATION: &str = "installation";

/// Brings a shard's schema up to date, and makes it the shard of this name of main's installation, unless it is that
/// already. Refuses a database that is anything else.
pub async fn number_shard(main: &StoreOptions, name: &str, shard: &StoreOptions) -> Result<()> {
    migrate(shard).await?;
    let mut conn = connect::migrating(main).await?;
    let (number, installation) = given(&mut conn, name).await?;
    let mut conn = connect::migrating(shard).await?;
    settle(&mut conn, name, number, &installation).await
}

/// The number that main gives it, or gave it before, and what names the installation.
async fn given(main: &mut PgConnection, name: &str) -> Result<(i64, Vec<u8>)> {
    let mut tx = main.begin().await?;
    sqlx::query("LOCK TABLE shards").execute(&mut *tx).await?;
    let sql = "INSERT INTO shards (name, number) SELECT $1, coalesce(max(number), 0) + 1 FROM shards
               ON CONFLICT (name) DO NOTHING";
    sqlx::query(sql).bind(name).execute(&mut *tx).await?;
    let sql = "SELECT number FROM shards WHERE name = $1";
    let number: i64 = sqlx::query_scalar(sql).bind(name).fetch_one(&mut *tx).await?;
    let sql = "INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    sqlx::query(sql).bind(INSTALLATION).bind(&rand::random::<[u8; 16]>()[..]).execute(&mut *tx).await?;
    let sql = "SELECT value FROM secrets WHERE name = $1";
    let installation = sqlx::query_scalar(sql).bind(INSTALLATION).fetch_one(&mut *tx).await?;
    tx.commit().await?;
    match number {
        1..=NUMBER_MAX => Ok((number, installation)),
        _ => Err(Error::Option(format!("shards.{name}: no number is left for it"))),
    }
}

async fn settle(shard: &mut PgConnection, name: &str, number: i64, installation: &[u8]) -> Result<()> {
    let mut tx = shard.begin().await?;
    let sql = "INSERT INTO this_shard (one, name, number, installation)
               SELECT 1, $1, $2, $3 WHERE NOT EXISTS (SELECT 1 FROM sites) AND NOT EXISTS (SELECT 1 FROM shards)
               ON CONFLICT (one) DO NOTHING";
    sqlx::query(sql).bind(name).bind(number).bind(installation).execute(&mut *tx).await?;
    let sql = "SELECT name, number, installation FROM this_shard";
    let found: Option<(String, i64, Vec<u8>)> = sqlx::query_as(sql).fetch_optional(&mut *tx).await?;
    match found {
        Some((found, of, whose)) if found == name && of == number && whose == installation => {}
        Some((found, ..)) => {
            let what =
                format!("shards.{name}.url: that is the shard {found}, of this installation or another");
            return Err(Error::Option(what));
        }
        None => return Err(Error::Option(format!("shards.{name}.url: that database has sites of its own"))),
    }
    let sql = "SELECT setval(s, greatest(pg_sequence_last_value(s::regclass), $1))
               FROM unnest(ARRAY[pg_get_serial_sequence('nodes', 'node'),
                                 pg_get_serial_sequence('invitations', 'id')]) s";
    sqlx::query(sql).bind(number << ID_BITS).execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Fails unless the database is the one of this name.
pub(super) async fn require(conn: &mut PgConnection, name: &str) -> Result<()> {
    let known: bool =
        sqlx::query_scalar("SELECT to_regclass('this_shard') IS NOT NULL").fetch_one(&mut *conn).await?;
    let found: Option<String> = match known {
        true => sqlx::query_scalar("SELECT name FROM this_shard").fetch_optional(conn).await?,
        false => None,
    };
    match (found.as_deref(), name) {
        (None, MAIN_SHARD) => Ok(()),
        (Some(found), _) if found == name => Ok(()),
        (Some(found), _) => Err(Error::Option(format!("{name}: the database is the shard {found}"))),
        (None, _) => Err(Error::Option(format!("shards.{name}: run `tmtpd migrate` to make it ready"))),
    }
}
