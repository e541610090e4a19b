//! Large bodies in the database, as rows of at most 256 KiB.

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tmtp_platform::{Clock as _, SystemClock};
use tokio::runtime::Handle;

use std::sync::Arc;

use super::{fresh_key, is_key};
use crate::{
    Bodies, BodyWriter, CHUNK_OCTETS, Error, Result, SiteId,
    sql::{Connect, values},
};

/// Chunks removed by one statement.
const REMOVED_AT_ONCE: i64 = 128;

/// Bodies in the table `chunks`.
pub(crate) struct Chunks {
    database: Arc<dyn Connect>,
}

impl Chunks {
    pub(crate) fn new(database: impl Connect) -> Self {
        Self { database: Arc::new(database) }
    }

    fn writer(&self, key: String) -> Writer {
        Writer {
            database: self.database.clone(),
            key,
            written: 0,
            rest: BytesMut::new(),
            created_ms: SystemClock.unix_ms(),
            finished: false,
        }
    }
}

#[async_trait]
impl Bodies for Chunks {
    async fn create(&self, site: SiteId) -> Result<Box<dyn BodyWriter>> {
        Ok(Box::new(self.writer(fresh_key(site))))
    }

    async fn create_again(&self, key: &str) -> Result<Box<dyn BodyWriter>> {
        if is_key(key) { Ok(Box::new(self.writer(key.to_owned()))) } else { Err(Error::Absent("body")) }
    }

    async fn read(&self, key: &str, from: u64) -> Result<Bytes> {
        if !is_key(key) {
            return Err(Error::Absent("body"));
        }
        // All chunks but the last are of one size: the offset tells which one is asked for.
        let no = i64::try_from(from / CHUNK_OCTETS as u64).unwrap_or(i64::MAX);
        let skip = usize::try_from(from % CHUNK_OCTETS as u64).unwrap_or(usize::MAX);
        let sql = "SELECT data FROM chunks WHERE blob = $1 AND no = $2";
        let mut conn = self.database.reading().await?;
        if let Some(row) = conn.first(sql, values![key, no]).await? {
            let mut data = row.bytes(0)?;
            return Ok(data.split_off(skip.min(data.len())));
        }
        let first = conn.first("SELECT no FROM chunks WHERE blob = $1 AND no = 0", values![key]).await?;
        first.map(|_| Bytes::new()).ok_or(Error::Absent("body"))
    }

    async fn delete(&self, key: &str) -> Result<()> {
        delete(&*self.database, key).await
    }

    async fn older_than(&self, before_ms: i64, after: Option<&str>, limit: usize) -> Result<Vec<String>> {
        let sql = "SELECT blob FROM chunks WHERE no = 0 AND created_ms < $1 AND blob > $2
                   ORDER BY blob LIMIT $3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut conn = self.database.reading().await?;
        let rows = conn.all(sql, values![before_ms, after.unwrap_or_default(), limit]).await?;
        rows.iter().map(|row| row.text(0)).collect()
    }
}

/// From the last chunk to the first, by which an interrupted removal is found again.
async fn delete(database: &dyn Connect, key: &str) -> Result<()> {
    if !is_key(key) {
        return Ok(());
    }
    let mut conn = database.writing().await?;
    let count = "SELECT coalesce(max(no), -1) + 1 FROM chunks WHERE blob = $1";
    let mut left = conn.first(count, values![key]).await?.map_or(Ok(0), |row| row.int(0))?;
    while left > 0 {
        left = (left - REMOVED_AT_ONCE).max(0);
        conn.run("DELETE FROM chunks WHERE blob = $1 AND no >= $2", values![key, left]).await?;
    }
    Ok(())
}

struct Writer {
    database: Arc<dyn Connect>,
    key: String,
    written: i64,
    rest: BytesMut,
    created_ms: i64,
    finished: bool,
}

impl Writer {
    async fn put(&mut self, data: &[u8], last: bool) -> Result<()> {
        let sql = "INSERT INTO chunks (blob, no, data, is_last, created_ms) VALUES ($1, $2, $3, $4, $5)";
        let row = values![&self.key, self.written, data, last, self.created_ms];
        self.database.writing().await?.run(sql, row).await?;
        self.written += 1;
        Ok(())
    }
}

#[async_trait]
impl BodyWriter for Writer {
    async fn write(&mut self, mut chunk: Bytes) -> Result<()> {
        while self.rest.len() + chunk.len() > CHUNK_OCTETS {
            self.rest.extend_from_slice(&chunk.split_to(CHUNK_OCTETS - self.rest.len()));
            let full = self.rest.split();
            self.put(&full, false).await?;
        }
        self.rest.extend_from_slice(&chunk);
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<String> {
        let rest = self.rest.split();
        self.put(&rest, true).await?;
        self.finished = true;
        Ok(self.key.clone())
    }
}

impl Drop for Writer {
    /// What was given up is removed now; should that fail, the sweep of unnamed bodies finds it.
    fn drop(&mut self) {
        if self.finished || self.written == 0 {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            let (database, key) = (self.database.clone(), std::mem::take(&mut self.key));
            runtime.spawn(async move { delete(&*database, &key).await });
        }
    }
}
