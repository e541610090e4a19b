//! The store in SQLite: one file, one writer at a time, many readers beside it.
//!
//! What is asked for many keys is one statement (`rows`). Writes are serialized, so the locks that Postgres needs are nothing here. WAL with `synchronous = FULL`: what was
//! committed survives kill -9 and a power cut.

mod admin;
mod batch;
mod claim;
mod conn;
mod members;
mod presence;
mod queue;
mod rows;
mod sessions;
mod tx;
mod usage;

use std::{
    str::FromStr as _,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use sqlx::{
    ConnectOptions as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tmtp_wire::MsgId;

use crate::{
    Backlog, Batch, Bodies, Body, Certificate, Committed, Connected, Deliveries, Error, Look, MemberKey,
    MigrationReport, NewSite, NodeAcks, NodeId, Placement, Provider, QueuePage, QueueRead, Removed, Result,
    Session, Site, SiteId, Standing, Store, StoreOptions, Swept, Tx,
    admin::Admin,
    bodies::Chunks,
    certificates, migration,
    options::Kind,
    providers,
    sql::{Conn, Connect, values},
    steps,
};
use conn::SqliteConn;
use tx::SqliteTx;

/// How long to wait for another process that writes to the same file.
const BUSY: Duration = Duration::from_secs(4);
/// Pages of cache a connection, in KiB below zero as SQLite wants it; and of the one that writes.
const CACHE: &str = "-8000";
const WRITER_CACHE: &str = "-32000";
/// Pages in the log at which they are brought to where they belong: 32 MiB. A page that changes with each commit is brought
/// there once.
const CHECKPOINT: &str = "8000";

/// The store in SQLite.
#[derive(Clone)]
pub(crate) struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Creates the file when there is none, and brings its schema up to date.
    pub(crate) async fn open(options: &StoreOptions) -> Result<Self> {
        let store = Self::connect(options).await?;
        store.migrate().await?;
        Ok(store)
    }

    async fn connect(options: &StoreOptions) -> Result<Self> {
        let connect = connect_options(options)?;
        if let Some(folder) = connect.get_filename().parent() {
            let failed = |error: std::io::Error| {
                Error::Option(format!("url: {} cannot be created: {error}", folder.display()))
            };
            tokio::fs::create_dir_all(folder).await.map_err(failed)?;
        }
        let acquire = Duration::from_millis(options.acquire_timeout_ms);
        let pool = || {
            SqlitePoolOptions::new()
                .acquire_timeout(acquire)
                // To wait for the writer is how it is shared: the histogram tells of it, not a warning.
                .acquire_slow_threshold(acquire)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false)
        };
        // The writer comes first: it creates the file.
        let write =
            connect.clone().pragma("cache_size", WRITER_CACHE).pragma("wal_autocheckpoint", CHECKPOINT);
        let writer = pool().min_connections(1).max_connections(1).connect_with(write).await?;
        let readers = pool().max_connections(options.connections).connect_lazy_with(connect);
        Ok(Self { writer, readers })
    }

    async fn migrate(&self) -> Result<MigrationReport> {
        let missing = migration::missing(&mut self.write().await?, Kind::Sqlite).await?;
        migration::migrator(Kind::Sqlite).run(&self.writer).await.map_err(migration::failure)?;
        Ok(migration::report(Kind::Sqlite, missing, false))
    }

    async fn read(&self) -> Result<SqliteConn> {
        Ok(timed(self.readers.acquire()).await?.into())
    }

    async fn write(&self) -> Result<SqliteConn> {
        Ok(timed(self.writer.acquire()).await?.into())
    }

    async fn tx(&self) -> Result<SqliteTx> {
        let transaction = timed(self.writer.begin_with("BEGIN IMMEDIATE")).await?;
        Ok(SqliteTx { conn: transaction.into() })
    }
}

/// Waits for a connection, and notes how long that took.
async fn timed<T>(taken: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    let started = Instant::now();
    let taken = taken.await?;
    metrics::histogram!("tmtp_store_acquire_seconds").record(started.elapsed());
    Ok(taken)
}

/// Brings the schema up to date.
pub(crate) async fn migrate(options: &StoreOptions) -> Result<MigrationReport> {
    SqliteStore::connect(options).await?.migrate().await
}

pub(crate) fn connect_options(options: &StoreOptions) -> Result<SqliteConnectOptions> {
    let parsed = SqliteConnectOptions::from_str(&options.url)
        .map_err(|error| Error::Option(format!("url: {error}")))?;
    Ok(parsed
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY)
        .pragma("cache_size", CACHE)
        .pragma("temp_store", "memory")
        .disable_statement_logging())
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self, _sites: &[SiteId]) -> Result<Box<dyn Tx>> {
        Ok(Box::new(self.tx().await?))
    }

    fn writers(&self) -> usize {
        1
    }

    async fn ping(&self) -> Result<()> {
        self.read().await?.run("SELECT 1", values![]).await.map(drop)
    }

    async fn next_instance(&self) -> Result<u64> {
        steps::sites::next_instance(&mut self.write().await?).await
    }

    async fn secret(&self, name: &str, fresh: &[u8]) -> Result<Bytes> {
        steps::sites::secret(&mut self.write().await?, name, fresh).await
    }

    async fn sites_version(&self) -> Result<i64> {
        steps::sites::version(&mut self.read().await?).await
    }

    async fn sites(&self) -> Result<(i64, Vec<Site>)> {
        steps::sites::all(&mut self.read().await?).await
    }

    async fn providers(&self) -> Result<Vec<(SiteId, Provider)>> {
        providers::of_sites(&mut self.read().await?).await
    }

    async fn certificate_versions(&self) -> Result<Vec<(SiteId, i64)>> {
        certificates::versions(&mut self.read().await?).await
    }

    async fn certificates(&self, sites: &[SiteId]) -> Result<Vec<Certificate>> {
        certificates::of_sites(&mut self.read().await?, sites).await
    }

    async fn placements(&self) -> Result<Vec<(SiteId, Placement)>> {
        steps::sites::placements(&mut self.read().await?).await
    }

    async fn public_keys(&self, site: SiteId) -> Result<Vec<String>> {
        steps::admissions::public_keys(&mut self.read().await?, site).await
    }

    async fn add_site(&self, site: &NewSite) -> Result<SiteId> {
        let mut tx = self.tx().await?;
        let id = steps::sites::add(&mut tx.conn, site).await?;
        tx.finish().await?;
        Ok(id)
    }

    async fn change_site(&self, site: &Site) -> Result<()> {
        let mut tx = self.tx().await?;
        steps::sites::change(&mut tx.conn, site).await?;
        tx.finish().await
    }

    async fn beat_edge(&self, edge: &str) -> Result<bool> {
        steps::sites::beat_edge(&mut self.write().await?, edge).await
    }

    async fn edges(&self) -> Result<Vec<(String, i64)>> {
        steps::sites::edges(&mut self.read().await?).await
    }

    async fn look(&self) -> Result<Box<dyn Look>> {
        Ok(Box::new(self.read().await?))
    }

    async fn post(&self, batch: &Batch<'_>) -> Result<Committed> {
        batch::post(self, batch).await
    }

    async fn ack(&self, acks: &[NodeAcks]) -> Result<Removed> {
        let mut tx = self.tx().await?;
        let freed = queue::ack(&mut tx.conn, acks).await?;
        tx.finish().await?;
        Ok(freed)
    }

    async fn connected(&self, nodes: &[(SiteId, NodeId)]) -> Result<Vec<Connected>> {
        sessions::connected(&mut self.read().await?, nodes).await
    }

    async fn note_lost_hints(&self, shows_for: Duration) -> Result<()> {
        let seconds = i64::try_from(shows_for.as_secs()).unwrap_or(i64::MAX);
        self.write().await?.run(sessions::NOTE_LOST_HINTS, values![seconds]).await.map(drop)
    }

    async fn queues(&self, reads: &[QueueRead]) -> Result<Vec<QueuePage>> {
        let mut conn = self.read().await?;
        let mut pages = Vec::with_capacity(reads.len());
        for read in reads {
            pages.push(queue::page(&mut conn, read).await?);
        }
        Ok(pages)
    }

    async fn standings(&self, edge: &str, sessions: &[Session]) -> Result<Vec<Standing>> {
        let (standings, lost) = sessions::standings(&mut self.read().await?, sessions).await?;
        if !lost.is_empty() {
            sessions::give_back(&mut self.write().await?, edge, &lost).await?;
        }
        Ok(standings)
    }

    async fn online_for(&self, members: &[MemberKey], at_most: u32) -> Result<Vec<Vec<String>>> {
        steps::presence::from_each(&mut self.read().await?, members, at_most).await
    }

    async fn body_of(&self, session: &Session, id: MsgId) -> Result<Option<Body>> {
        steps::queue::body_of(&mut self.read().await?, session, id).await
    }

    async fn forget_requests(&self, before_ms: i64, limit: u32) -> Result<u64> {
        steps::requests::forget(&mut self.write().await?, before_ms, limit).await
    }

    async fn sweep_orphans(&self, before_ms: i64, limit: u32) -> Result<Swept> {
        let mut tx = self.tx().await?;
        let swept = queue::sweep(&mut tx.conn, before_ms, limit).await?;
        tx.finish().await?;
        Ok(swept)
    }

    async fn look_at_names(&self, limit: u32) -> Result<u64> {
        let mut tx = self.tx().await?;
        let looked = steps::members::look_at_names(&mut tx.conn, limit).await?;
        tx.finish().await?;
        Ok(looked)
    }

    async fn sites_with_notices(&self, limit: u32) -> Result<Vec<SiteId>> {
        steps::notices::sites(&mut self.read().await?, limit).await
    }

    async fn unnamed_blobs(&self, blobs: &[String]) -> Result<Vec<String>> {
        queue::unnamed_blobs(&mut self.read().await?, blobs).await
    }

    async fn count_deliveries(&self, deliveries: &[Deliveries]) -> Result<()> {
        let mut tx = self.tx().await?;
        usage::count_deliveries(&mut tx.conn, deliveries).await?;
        tx.finish().await
    }

    async fn backlog(&self, entries_max: u32) -> Result<Backlog> {
        steps::queue::backlog(&mut self.read().await?, entries_max).await
    }

    fn admin(&self) -> Admin {
        Admin::new(self.clone())
    }

    fn bodies(&self) -> Option<Arc<dyn Bodies>> {
        Some(Arc::new(Chunks::new(self.clone())))
    }
}

#[async_trait]
impl Connect for SqliteStore {
    async fn reading(&self) -> Result<Box<dyn Conn>> {
        Ok(Box::new(self.read().await?))
    }

    async fn writing(&self) -> Result<Box<dyn Conn>> {
        Ok(Box::new(self.write().await?))
    }
}
