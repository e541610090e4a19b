//! The database: how many messages a second a plain client inserts and deletes, as rows like ours.

use std::{
    str::FromStr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use futures::future::try_join_all;
use sqlx::{
    Connection, Executor, PgConnection, Row,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
};

use super::{BATCHED, SINGLE};
use crate::outcome::{Better, Figure};

/// Connections for one message a commit: enough for commits to share the disk's syncs.
const CONNECTIONS: usize = 16;
/// Connections for batches: more do not make it faster.
const CONNECTIONS_BATCHED: usize = 4;
const BATCH: usize = 100;
/// Octets of data in a message.
const OCTETS: usize = 200;

const DROP: &str = "DROP SCHEMA IF EXISTS tmtp_yardstick CASCADE";
/// The tables that a message and its entry live in, as in our migrations.
const CREATE: &str = "
CREATE SCHEMA tmtp_yardstick;
CREATE TABLE tmtp_yardstick.messages (
    site bigint NOT NULL, id bigint NOT NULL, posted_ms bigint NOT NULL, head bytea NOT NULL, body bytea,
    octets bigint NOT NULL, urgent boolean NOT NULL, pending bigint NOT NULL, PRIMARY KEY (site, id)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE TABLE tmtp_yardstick.entries (
    site bigint NOT NULL, node bigint NOT NULL, rank smallint NOT NULL, msg bigint NOT NULL, octets bigint NOT NULL,
    PRIMARY KEY (site, node, rank, msg)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)";
const INSERT: &str = "
WITH message AS (
    INSERT INTO messages (site, id, posted_ms, head, body, octets, urgent, pending)
    SELECT 1, id, 0, $3, $4, length($4), false, 1 FROM unnest($1) AS id
)
INSERT INTO entries (site, node, rank, msg, octets) SELECT 1, $2, 1, id, length($4) FROM unnest($1) AS id";
const DELETE: &str = "
WITH entry AS (DELETE FROM entries WHERE site = 1 AND node = $2 AND rank = 1 AND msg = ANY ($1))
DELETE FROM messages WHERE site = 1 AND id = ANY ($1)";

/// Measures single messages, then batches.
pub async fn measure(url: &str, span: Duration) -> Result<Vec<Figure>> {
    let options = PgConnectOptions::from_str(url).context("the database's URL")?;
    let mut admin = PgConnection::connect_with(&options).await.context("connecting to the database")?;
    admin.execute(DROP).await?;
    admin.execute(CREATE).await?;
    let measured = both(&options, span).await;
    admin.execute(DROP).await?;
    let durable = is_durable(&mut admin).await?;
    let (single, batched) = measured?;
    let note = |connections: usize| format!("insert, commit, delete, commit; {connections} connections; {durable}");
    Ok(vec![
        Figure::new(SINGLE, single, "messages/s", Better::Neither).noted(&note(CONNECTIONS)),
        Figure::new(BATCHED, batched, "messages/s", Better::Neither).noted(&note(CONNECTIONS_BATCHED)),
    ])
}

async fn both(options: &PgConnectOptions, span: Duration) -> Result<(f64, f64)> {
    let options = options.clone().options([("search_path", "tmtp_yardstick")]);
    let pool = PgPoolOptions::new().max_connections(CONNECTIONS as u32).connect_with(options).await?;
    let single = rate(&pool, CONNECTIONS, 1, span).await;
    let batched = rate(&pool, CONNECTIONS_BATCHED, BATCH, span).await;
    pool.close().await;
    Ok((single?, batched?))
}

async fn is_durable(admin: &mut PgConnection) -> Result<String> {
    let sql = "SELECT 'fsync ' || current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit')";
    Ok(admin.fetch_one(sql).await?.try_get(0)?)
}

/// Messages a second that so many connections insert and then delete, in batches.
async fn rate(pool: &PgPool, connections: usize, batch: usize, span: Duration) -> Result<f64> {
    let begun = Instant::now();
    let each = (0..connections).map(|node| live_and_die(pool, node as i64, batch, begun + span));
    let messages: u64 = try_join_all(each).await?.into_iter().sum();
    Ok(messages as f64 / begun.elapsed().as_secs_f64())
}

/// One client: inserts a batch, commits, deletes it, commits, until the time is over.
async fn live_and_die(pool: &PgPool, node: i64, batch: usize, until: Instant) -> Result<u64> {
    let mut connection = pool.acquire().await?;
    let (head, body) = ([b'h'; 120], [b'x'; OCTETS]);
    let (mut first, mut done) = (node << 40, 0);
    while Instant::now() < until {
        let ids: Vec<i64> = (first..first + batch as i64).collect();
        let insert = sqlx::query(INSERT).bind(&ids).bind(node).bind(&head[..]).bind(&body[..]);
        insert.execute(&mut *connection).await?;
        sqlx::query(DELETE).bind(&ids).bind(node).execute(&mut *connection).await?;
        first += batch as i64;
        done += batch as u64;
    }
    Ok(done)
}
