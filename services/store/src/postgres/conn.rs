//! A connection in use. No wait on it is longer than the server's own limit for a statement and a little more, so a
//! network that swallows everything looks like a database that is down.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe, Executor as _, PgConnection, Postgres,
    postgres::{PgArguments, PgDatabaseError, PgSeverity},
    query::Query,
};
use tokio::time::timeout;

use super::connect::{Pool, Pooled};
use crate::{
    Error, Result,
    sql::{Conn, Row, Value},
};

/// How much longer than the server we wait for its answer.
const GRACE: Duration = Duration::from_millis(500);

/// A connection taken from the pool; it goes back when dropped, unless it is not known to be in order.
pub(super) struct PgConn {
    pooled: Option<Pooled>,
    limit: Duration,
    /// When the statement began that runs, or ran last.
    since: Instant,
    /// Begins a transaction; due before the next statement.
    begin: Option<String>,
    /// Nothing good can be expected of it: it is closed when dropped. Set while a statement runs, so that one
    /// given up half-way closes it too.
    broken: bool,
    /// A statement failed.
    failed: bool,
}

impl PgConn {
    /// Waits for a free connection. `statement` is the server's limit for a statement.
    pub(super) async fn take(pool: &Pool, acquire: Duration, statement: Duration) -> Result<Self> {
        let started = Instant::now();
        let pooled = match timeout(acquire, pool.get()).await {
            Ok(taken) => taken?,
            Err(_) => return Err(Error::Unavailable("no free connection in time".to_owned())),
        };
        metrics::histogram!("tmtp_store_acquire_seconds").record(started.elapsed());
        let (limit, since) = (statement + GRACE, Instant::now());
        Ok(Self { pooled: Some(pooled), limit, since, begin: None, broken: false, failed: false })
    }

    /// Whether a statement failed, after which a transaction cannot be committed.
    pub(super) fn failed(&self) -> bool {
        self.failed || self.broken
    }

    /// Lets statements of upkeep take longer, on the server and here.
    pub(super) fn wait_longer(&mut self, statement: Duration) {
        self.limit = statement + GRACE;
    }

    /// Leaves the connection to another owner.
    pub(super) fn hand_over(&mut self) -> Self {
        let pooled = self.pooled.take();
        let begin = self.begin.take();
        Self { pooled, begin, limit: self.limit, since: self.since, broken: self.broken, failed: self.failed }
    }

    /// Has this run before the next statement, with it where that saves a way to the server and back. Its text must be ours
    /// from the first to the last letter.
    pub(super) fn begin_before_next(&mut self, begin: String) {
        self.begin = Some(begin);
    }

    /// Whether the transaction has not begun yet; then it never will.
    pub(super) fn forget_begin(&mut self) -> bool {
        self.begin.take().is_some()
    }

    /// Runs a statement without values or rows that matter, and the beginning of the transaction with it. Its text must be
    /// ours from the first to the last letter.
    pub(super) async fn run_text(&mut self, sql: String) -> Result<()> {
        let sql = match self.begin.take() {
            Some(begin) => format!("{begin}; {sql}"),
            None => sql,
        };
        let limit = self.limit;
        let done = timeout(limit, self.begin_statement()?.execute(AssertSqlSafe(sql))).await;
        self.end_statement(done).map(drop)
    }

    /// Begins the transaction, if that is still to be done.
    async fn begin_now(&mut self) -> Result<()> {
        let Some(begin) = self.begin.take() else { return Ok(()) };
        let limit = self.limit;
        let done = timeout(limit, self.begin_statement()?.execute(AssertSqlSafe(begin))).await;
        self.end_statement(done).map(drop)
    }

    /// Whether there is a connection that may be used on.
    pub(super) fn usable(&self) -> bool {
        self.pooled.is_some() && !self.broken
    }

    /// Has it closed when dropped.
    pub(super) fn give_up(&mut self) {
        self.broken = true;
    }

    fn begin_statement(&mut self) -> Result<&mut PgConnection> {
        if self.broken {
            return Err(Error::Unavailable("the connection is broken".to_owned()));
        }
        self.broken = true;
        self.since = Instant::now();
        let pooled = self.pooled.as_deref_mut();
        pooled.ok_or_else(|| Error::Defect("a connection that was handed over".to_owned()))
    }

    fn end_statement<T>(
        &mut self,
        done: std::result::Result<sqlx::Result<T>, tokio::time::error::Elapsed>,
    ) -> Result<T> {
        let error = match done {
            // The server ends the wait of a commit for its standbys at its limit, too, and calls that a success.
            Ok(Ok(_)) if self.since.elapsed() + GRACE >= self.limit => {
                Error::Unavailable("it took as long as it may: perhaps no standby has it".to_owned())
            }
            Ok(Ok(result)) => {
                self.broken = false;
                return Ok(result);
            }
            Ok(Err(error)) => {
                self.broken = breaks(&error);
                error.into()
            }
            Err(_) => Error::Unavailable("no answer from the database".to_owned()),
        };
        self.failed = true;
        metrics::counter!("tmtp_store_failures_total", "kind" => error.kind()).increment(1);
        Err(error)
    }
}

#[async_trait]
impl Conn for PgConn {
    async fn all(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        self.begin_now().await?;
        let limit = self.limit;
        let query = query(sql, values);
        let done = timeout(limit, query.fetch_all(self.begin_statement()?)).await;
        let rows = self.end_statement(done)?;
        Ok(rows.into_iter().map(Row::Postgres).collect())
    }

    async fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.begin_now().await?;
        let limit = self.limit;
        let query = query(sql, values);
        let done = timeout(limit, query.execute(self.begin_statement()?)).await;
        Ok(self.end_statement(done)?.rows_affected())
    }
}

impl Drop for PgConn {
    fn drop(&mut self) {
        if self.broken
            && let Some(pooled) = self.pooled.take()
        {
            // Out of the pool, and closed: the server sees the end of the connection and rolls back.
            drop(Pooled::take(pooled));
        }
    }
}

/// Whether a connection is of no use after this: it is gone, in an unknown state, or leads to a server that only reads.
fn breaks(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else { return true };
    let Some(error) = error.try_downcast_ref::<PgDatabaseError>() else { return true };
    matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic) || error.code() == "25006"
}

fn query<'q>(sql: &'static str, values: &[Value<'q>]) -> Query<'q, Postgres, PgArguments> {
    let query = sqlx::query(sql);
    values.iter().fold(query, |query, value| match *value {
        Value::Int(value) => query.bind(value),
        Value::Flag(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::OptText(value) => query.bind(value),
        Value::Blob(value) => query.bind(value),
        Value::OptBlob(value) => query.bind(value),
        Value::Ints(values) => query.bind(values),
        Value::Flags(values) => query.bind(values),
        Value::Texts(values) => query.bind(values),
        Value::OptTexts(values) => query.bind(values),
        Value::Blobs(values) => query.bind(values),
        Value::OptBlobs(values) => query.bind(values),
    })
}
