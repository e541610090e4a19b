//! A thin layer over both databases, so that a statement that suits both is written once.
//!
//! Statements are constant texts with placeholders `$1`, `$2`..; values go in as [`Value`], rows come out as [`Row`].
//! Lists are for Postgres alone, where `unnest` makes one statement of many rows.

use async_trait::async_trait;
use bytes::Bytes;
use sqlx::{Row as _, TypeInfo as _, ValueRef as _, postgres::PgRow, sqlite::SqliteRow};
use tmtp_wire::MsgId;

use crate::{Error, NodeId, Result, SiteId};

/// A connection, in or out of a transaction.
#[async_trait]
pub(crate) trait Conn: Send {
    /// All rows that a statement yields. Statements bound how many those can be.
    async fn all(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>>;

    /// How many rows a statement changed.
    async fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64>;

    /// The first row, if there is one.
    async fn first(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Option<Row>> {
        Ok(self.all(sql, values).await?.into_iter().next())
    }
}

/// Gives connections for statements outside of transactions.
#[async_trait]
pub(crate) trait Connect: Send + Sync + 'static {
    /// One to read with.
    async fn reading(&self) -> Result<Box<dyn Conn>>;
    /// One to write with.
    async fn writing(&self) -> Result<Box<dyn Conn>>;
}

/// Something to put in the place of a `$n`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value<'a> {
    Int(i64),
    Flag(bool),
    Text(&'a str),
    OptText(Option<&'a str>),
    Blob(&'a [u8]),
    OptBlob(Option<&'a [u8]>),
    Ints(&'a [i64]),
    Flags(&'a [bool]),
    Texts(&'a [&'a str]),
    OptTexts(&'a [Option<&'a str>]),
    Blobs(&'a [&'a [u8]]),
    OptBlobs(&'a [Option<&'a [u8]>]),
}

macro_rules! values_from {
    ($($from:ty => $variant:ident),* $(,)?) => {
        $(impl<'a> From<$from> for Value<'a> {
            fn from(value: $from) -> Self {
                Self::$variant(value)
            }
        })*
    };
}

values_from! {
    i64 => Int,
    bool => Flag,
    &'a str => Text,
    &'a String => Text,
    Option<&'a str> => OptText,
    &'a [u8] => Blob,
    Option<&'a [u8]> => OptBlob,
    &'a Vec<i64> => Ints,
    &'a Vec<bool> => Flags,
    &'a Vec<&'a str> => Texts,
    &'a Vec<Option<&'a str>> => OptTexts,
    &'a Vec<&'a [u8]> => Blobs,
    &'a Vec<Option<&'a [u8]>> => OptBlobs,
}

impl From<SiteId> for Value<'_> {
    fn from(site: SiteId) -> Self {
        Self::Int(site.0)
    }
}

impl From<NodeId> for Value<'_> {
    fn from(node: NodeId) -> Self {
        Self::Int(node.0)
    }
}

impl From<MsgId> for Value<'_> {
    fn from(id: MsgId) -> Self {
        Self::Int(int(id.0))
    }
}

/// Values for a statement, each turned into a [`Value`].
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::sql::Value::from($value)),*]
    };
}
pub(crate) use values;

/// A number for the database, whose integers have a sign; what is too large is the largest.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A row of either database.
pub(crate) enum Row {
    Postgres(PgRow),
    Sqlite(SqliteRow),
}

/// What a column holds, by either database's row.
macro_rules! column {
    ($row:expr, $index:expr) => {
        match $row {
            Row::Postgres(row) => row.try_get($index),
            Row::Sqlite(row) => row.try_get($index),
        }
        .map_err(|error| Error::Defect(error.to_string()))
    };
}

impl Row {
    /// A whole number of whatever width.
    pub(crate) fn int(&self, index: usize) -> Result<i64> {
        if let Self::Postgres(row) = self
            && row.try_get_raw(index).is_ok_and(|value| value.type_info().name() == "INT2")
        {
            let short: i16 = column!(self, index)?;
            return Ok(short.into());
        }
        column!(self, index)
    }

    /// A whole number, where there is one.
    pub(crate) fn opt_int(&self, index: usize) -> Result<Option<i64>> {
        column!(self, index)
    }

    /// A number that is never below zero.
    pub(crate) fn count(&self, index: usize) -> Result<u64> {
        Ok(u64::try_from(self.int(index)?).unwrap_or(0))
    }

    pub(crate) fn flag(&self, index: usize) -> Result<bool> {
        match self {
            Self::Postgres(_) => column!(self, index),
            Self::Sqlite(_) => Ok(self.int(index)? != 0),
        }
    }

    pub(crate) fn text(&self, index: usize) -> Result<String> {
        column!(self, index)
    }

    pub(crate) fn opt_text(&self, index: usize) -> Result<Option<String>> {
        column!(self, index)
    }

    pub(crate) fn bytes(&self, index: usize) -> Result<Bytes> {
        let bytes: Vec<u8> = column!(self, index)?;
        Ok(bytes.into())
    }

    pub(crate) fn opt_bytes(&self, index: usize) -> Result<Option<Bytes>> {
        let bytes: Option<Vec<u8>> = column!(self, index)?;
        Ok(bytes.map(Bytes::from))
    }

    /// A list of whole numbers, empty for NULL. Postgres only, as all lists.
    pub(crate) fn ints(&self, index: usize) -> Result<Vec<i64>> {
        self.list(index)
    }

    /// A list of texts, empty for NULL.
    pub(crate) fn texts(&self, index: usize) -> Result<Vec<String>> {
        self.list(index)
    }

    fn list<T>(&self, index: usize) -> Result<Vec<T>>
    where
        Vec<T>: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let Self::Postgres(row) = self else { return Err(Error::Defect("SQLite has no lists".to_owned())) };
        let list: Option<Vec<T>> = row.try_get(index).map_err(|error| Error::Defect(error.to_string()))?;
        Ok(list.unwrap_or_default())
    }

    pub(crate) fn msg(&self, index: usize) -> Result<MsgId> {
        Ok(MsgId(self.count(index)?))
    }

    pub(crate) fn site(&self, index: usize) -> Result<SiteId> {
        Ok(SiteId(self.int(index)?))
    }

    pub(crate) fn node(&self, index: usize) -> Result<NodeId> {
        Ok(NodeId(self.int(index)?))
    }
}
