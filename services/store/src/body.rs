//! Large bodies: written and read in chunks, in a directory, an S3 bucket or the database.

use bytes::Bytes;

use crate::{Result, SiteId};

/// The most octets of a piece that is read.
pub const CHUNK_OCTETS: usize = 256 << 10;

/// Where bodies go that are too large for a message's row.
#[async_trait::async_trait]
pub trait Bodies: Send + Sync + 'static {
    /// Begins a new body. It is durable once [`BodyWriter::finish`] has returned; dropped before that it is removed,
    /// now or by a later sweep.
    async fn create(&self, site: SiteId) -> Result<Box<dyn BodyWriter>>;
    /// The same under a key that the body had before, to bring it back. Nothing may be there any more.
    async fn create_again(&self, key: &str) -> Result<Box<dyn BodyWriter>>;
    /// Reads a piece of a body from an offset on: up to [`CHUNK_OCTETS`], and nothing only at its end.
    /// [`crate::Error::Absent`] when the body is not there.
    async fn read(&self, key: &str, from: u64) -> Result<Bytes>;
    /// Removes a body; one that is not there is no error.
    async fn delete(&self, key: &str) -> Result<()>;
    /// Keys of bodies created before this (milliseconds since 1970), up to `limit`, after `after` in order of key.
    async fn older_than(&self, before_ms: i64, after: Option<&str>, limit: usize) -> Result<Vec<String>>;
}

/// Takes a body in chunks.
#[async_trait::async_trait]
pub trait BodyWriter: Send {
    /// Appends a chunk; waits where the store is slower than the writer.
    async fn write(&mut self, chunk: Bytes) -> Result<()>;
    /// Makes it durable; returns its key.
    async fn finish(self: Box<Self>) -> Result<String>;
}
