//! A connection in use.

use async_trait::async_trait;
use sqlx::{
    Sqlite, SqliteConnection, Transaction, pool::PoolConnection, query::Query, sqlite::SqliteArguments,
};

use crate::{
    Error, Result,
    sql::{Conn, Row, Value},
};

/// A connection, alone or in a transaction.
pub(super) struct SqliteConn {
    over: Over,
    /// A statement failed.
    failed: bool,
}

enum Over {
    Connection(PoolConnection<Sqlite>),
    Transaction(Transaction<'static, Sqlite>),
}

impl From<PoolConnection<Sqlite>> for SqliteConn {
    fn from(connection: PoolConnection<Sqlite>) -> Self {
        Self { over: Over::Connection(connection), failed: false }
    }
}

impl From<Transaction<'static, Sqlite>> for SqliteConn {
    fn from(transaction: Transaction<'static, Sqlite>) -> Self {
        Self { over: Over::Transaction(transaction), failed: false }
    }
}

impl SqliteConn {
    /// Makes all of a transaction durable.
    pub(super) async fn commit(self) -> Result<()> {
        match self.over {
            Over::Transaction(transaction) if !self.failed => Ok(transaction.commit().await?),
            _ => Err(Error::Defect("a commit after an error".to_owned())),
        }
    }

    fn connection(&mut self) -> &mut SqliteConnection {
        match &mut self.over {
            Over::Connection(connection) => connection,
            Over::Transaction(transaction) => transaction,
        }
    }

    fn note<T>(&mut self, result: sqlx::Result<T>) -> Result<T> {
        result.map_err(|error| {
            self.failed = true;
            let error = Error::from(error);
            metrics::counter!("tmtp_store_failures_total", "kind" => error.kind()).increment(1);
            error
        })
    }
}

#[async_trait]
impl Conn for SqliteConn {
    async fn all(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        let rows = query(sql, values)?.fetch_all(self.connection()).await;
        let rows = self.note(rows)?;
        Ok(rows.into_iter().map(Row::Sqlite).collect())
    }

    async fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        let done = query(sql, values)?.execute(self.connection()).await;
        Ok(self.note(done)?.rows_affected())
    }
}

fn query<'q>(sql: &'static str, values: &[Value<'q>]) -> Result<Query<'q, Sqlite, SqliteArguments>> {
    let mut query = sqlx::query(sql);
    for value in values {
        query = match *value {
            Value::Int(value) => query.bind(value),
            Value::Flag(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::OptText(value) => query.bind(value),
            Value::Blob(value) => query.bind(value),
            Value::OptBlob(value) => query.bind(value),
            _ => return Err(Error::Defect("SQLite takes no lists".to_owned())),
        };
    }
    Ok(query)
}
