//! Connections to Postgres: how they are made, tested and thrown away.

use std::{str::FromStr as _, time::Duration};

use deadpool::{
    Runtime,
    managed::{self, Metrics, QueueMode, RecycleError, RecycleResult},
};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, postgres::PgConnectOptions};

use crate::{Error, Result, StoreOptions};

/// Longest wait for a new connection.
const CONNECT: Duration = Duration::from_secs(3);
/// Longest wait for a connection that lay idle to say that it still works.
const PING: Duration = Duration::from_secs(1);
/// A connection idle for less is taken to work.
const FRESH: Duration = Duration::from_secs(1);
/// Older ones are replaced, so that load finds its way to servers behind a balancer and memory back to the system.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

pub(super) type Pool = managed::Pool<Connector>;
pub(super) type Pooled = managed::Object<Connector>;

/// Makes connections.
pub(super) struct Connector {
    options: PgConnectOptions,
}

impl managed::Manager for Connector {
    type Type = PgConnection;
    type Error = sqlx::Error;

    async fn create(&self) -> std::result::Result<PgConnection, sqlx::Error> {
        // On the heap: connecting is rare, and its future large.
        Box::pin(self.options.connect()).await
    }

    async fn recycle(&self, conn: &mut PgConnection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        if metrics.age() > MAX_AGE {
            return Err(RecycleError::message("old"));
        }
        if metrics.last_used() > FRESH {
            conn.ping().await?;
        }
        Ok(())
    }
}

/// A pool. Nothing is reached for yet.
pub(super) fn pool(options: &StoreOptions) -> Result<Pool> {
    let connector = Connector { options: connect_options(options)? };
    managed::Pool::builder(connector)
        .max_size(options.connections as usize)
        .queue_mode(QueueMode::Lifo)
        .runtime(Runtime::Tokio1)
        .create_timeout(Some(CONNECT))
        .recycle_timeout(Some(PING))
        .build()
        .map_err(|error| Error::Option(error.to_string()))
}

/// One connection without limits: for migrations and backups, which may take their time.
pub(crate) async fn migrating(options: &StoreOptions) -> Result<PgConnection> {
    let options = base_options(options)?;
    let connected = tokio::time::timeout(CONNECT, options.connect()).await;
    Ok(connected.map_err(|_| Error::Unavailable("no connection in time".to_owned()))??)
}

fn base_options(options: &StoreOptions) -> Result<PgConnectOptions> {
    // The parser's own words may quote the password.
    let parsed = PgConnectOptions::from_str(&options.url)
        .map_err(|_| Error::Option("url: not a Postgres URL".to_owned()))?;
    Ok(parsed.application_name("tmtpd").disable_statement_logging())
}

fn connect_options(options: &StoreOptions) -> Result<PgConnectOptions> {
    let statement = options.statement_timeout_ms.to_string();
    let idle = (options.statement_timeout_ms * 2).to_string();
    let limits = [
        ("statement_timeout", statement.as_str()),
        // Should this process or the network die inside a transaction, its locks do not outlive it by much.
        ("idle_in_transaction_session_timeout", &idle),
        ("client_connection_check_interval", "1000"),
        ("tcp_keepalives_idle", "5"),
        ("tcp_keepalives_interval", "2"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "10000"),
    ];
    // Every statement on the path of a message looks rows up by key. The queue's tables go from empty to full and
    // back between two runs of ANALYZE, so what the planner believes of their size is mostly wrong: a plan that
    // reads whole tables, made while they were empty, would be kept until long after they are not.
    // And the order of a join must not follow from it either: statements look each key up in a LATERAL subquery that
    // OFFSET 0 keeps apart, so that a plan that is right for one set of keys is right for all, and none is made anew.
    let plans = [
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("jit", "off"),
        ("plan_cache_mode", "force_generic_plan"),
    ];
    Ok(base_options(options)?.options(limits).options(plans))
}
