//! The store in Postgres.

mod admin;
mod batch;
mod claim;
mod conn;
pub(crate) mod connect;
mod examine;
mod members;
mod presence;
mod queue;
mod read;
mod sessions;
mod tx;
mod usage;
mod wall;

use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
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
use conn::PgConn;
use connect::Pool;
pub(crate) use examine::examine;
use tx::PgTx;

/// How many commits are worth having under way at once in a process: enough for one's wait for the disk to overlap the
/// next; more would only make each of them smaller.
const WRITERS: usize = 2;
/// The server's limit for a statement of upkeep, which may read whole tables.
const UPKEEP: Duration = Duration::from_secs(60);

/// Longest wait for another migration, and how often to look.
const OTHER_MIGRATION: Duration = Duration::from_secs(600);
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The store in Postgres.
#[derive(Clone)]
pub(crate) struct PgStore {
    pool: Pool,
    acquire: Duration,
    statement: Duration,
    /// Where some sites are, for those who administer them.
    others: Arc<BTreeMap<String, PgStore>>,
    /// Postgres keeps organizations apart, as was seen once.
    is_walled: Arc<AtomicBool>,
}

impl PgStore {
    pub(crate) async fn open(options: &StoreOptions) -> Result<Self> {
        let store = Self::open_later(options)?;
        migration::require(&mut store.conn().await?, Kind::Postgres).await?;
        store.warm_up().await;
        Ok(store)
    }

    /// Without looking for it now.
    pub(crate) fn open_later(options: &StoreOptions) -> Result<Self> {
        Ok(Self {
            pool: connect::pool(options)?,
            acquire: Duration::from_millis(options.acquire_timeout_ms),
            statement: Duration::from_millis(options.statement_timeout_ms),
            others: Arc::default(),
            is_walled: Arc::default(),
        })
    }

    /// These have some of the sites.
    pub(crate) fn know(&mut self, others: BTreeMap<String, Self>) {
        self.others = Arc::new(others);
    }

    async fn conn(&self) -> Result<PgConn> {
        PgConn::take(&self.pool, self.acquire, self.statement).await
    }

    /// Makes the connections now rather than under the first load. Should that fail, they are made when wanted.
    async fn warm_up(&self) {
        let every = (0..self.pool.status().max_size).map(|_| self.conn());
        drop(futures::future::join_all(every).await);
    }

    /// A transaction that is not bound to sites.
    async fn tx(&self) -> Result<PgTx> {
        self.tx_at(&[]).await
    }

    async fn tx_at(&self, sites: &[SiteId]) -> Result<PgTx> {
        Ok(PgTx::begin(self.conn().await?, sites))
    }

    async fn backlog_here(&self, entries_max: u32) -> Result<Backlog> {
        let mut tx = self.upkeep().await?;
        // The table is read from its beginning: by key, each row would be looked up by itself.
        tx.conn.run("SET LOCAL enable_seqscan = on", values![]).await?;
        let backlog = steps::queue::backlog(&mut tx.conn, entries_max).await?;
        tx.finish().await?;
        Ok(backlog)
    }

    /// A transaction whose statements may take as long as upkeep takes.
    async fn upkeep(&self) -> Result<PgTx> {
        let mut tx = self.tx().await?;
        tx.conn.wait_longer(UPKEEP);
        let sql = "SELECT set_config('statement_timeout', $1, true)";
        tx.conn.run(sql, values![&UPKEEP.as_millis().to_string()]).await?;
        Ok(tx)
    }
}

/// Brings the schema up to date, or up to the migration of this time.
pub(crate) async fn migrate(options: &StoreOptions, last: Option<i64>) -> Result<MigrationReport> {
    let mut migrating = connect::migrating(options).await?;
    lock_migrations(&mut migrating).await?;
    drop_unfinished_indexes(&mut migrating).await?;
    let mut one = options.clone();
    one.connections = 1;
    let pool = connect::pool(&one)?;
    let acquire = Duration::from_millis(options.acquire_timeout_ms);
    let mut conn = PgConn::take(&pool, acquire, UPKEEP).await?;
    let before = migration::missing(&mut conn, Kind::Postgres).await?;
    let mut migrator = migration::migrator(Kind::Postgres);
    migrator.set_locking(false);
    let run = match last {
        None => migrator.run(&mut migrating).await,
        Some(last) => migrator.run_to(last, &mut migrating).await,
    };
    run.map_err(migration::failure)?;
    let lacks_wall = last.is_some() || !wall::raise(&mut migrating).await?;
    Ok(migration::report(Kind::Postgres, before, lacks_wall))
}

/// Drops those of our indexes that were being built when a migration was broken off. They would be taken for whole by its next
/// run, and hold up writes for nothing.
async fn drop_unfinished_indexes(conn: &mut sqlx::PgConnection) -> Result<()> {
    let sql = "SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
               WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace";
    let names: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *conn).await?;
    for name in names.iter().filter(|name| migration::names_index(Kind::Postgres, name)) {
        let drop = format!("DROP INDEX CONCURRENTLY IF EXISTS {name}");
        sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Keeps others from migrating for as long as the connection lasts; waits for one that is at work. It asks again and
/// again: whoever waited inside of a statement, as the migrator's own lock does, would be waited for by an index that is
/// built concurrently, and that by it.
async fn lock_migrations(conn: &mut sqlx::PgConnection) -> Result<()> {
    let started = Instant::now();
    loop {
        let sql = "SELECT pg_try_advisory_lock(1953330288, 1)";
        if sqlx::query_scalar::<_, bool>(sql).fetch_one(&mut *conn).await? {
            return Ok(());
        }
        if started.elapsed() > OTHER_MIGRATION {
            return Err(Error::Unavailable("another migration is at work".to_owned()));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

#[async_trait]
impl Store for PgStore {
    async fn begin(&self, sites: &[SiteId]) -> Result<Box<dyn Tx>> {
        Ok(Box::new(self.tx_at(sites).await?))
    }

    fn writers(&self) -> usize {
        // At least one connection is left for reading.
        WRITERS.min(self.pool.status().max_size.saturating_sub(1)).max(1)
    }

    async fn ping(&self) -> Result<()> {
        self.conn().await?.run("SELECT 1", values![]).await.map(drop)
    }

    async fn next_instance(&self) -> Result<u64> {
        steps::sites::next_instance(&mut self.conn().await?).await
    }

    async fn secret(&self, name: &str, fresh: &[u8]) -> Result<Bytes> {
        steps::sites::secret(&mut self.conn().await?, name, fresh).await
    }

    async fn sites_version(&self) -> Result<i64> {
        steps::sites::version(&mut self.conn().await?).await
    }

    async fn sites(&self) -> Result<(i64, Vec<Site>)> {
        steps::sites::all(&mut self.conn().await?).await
    }

    async fn providers(&self) -> Result<Vec<(SiteId, Provider)>> {
        providers::of_sites(&mut self.conn().await?).await
    }

    async fn certificate_versions(&self) -> Result<Vec<(SiteId, i64)>> {
        certificates::versions(&mut self.conn().await?).await
    }

    async fn certificates(&self, sites: &[SiteId]) -> Result<Vec<Certificate>> {
        certificates::of_sites(&mut self.conn().await?, sites).await
    }

    async fn placements(&self) -> Result<Vec<(SiteId, Placement)>> {
        steps::sites::placements(&mut self.conn().await?).await
    }

    async fn public_keys(&self, site: SiteId) -> Result<Vec<String>> {
        steps::admissions::public_keys(&mut self.conn().await?, site).await
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
        steps::sites::beat_edge(&mut self.conn().await?, edge).await
    }

    async fn edges(&self) -> Result<Vec<(String, i64)>> {
        steps::sites::edges(&mut self.conn().await?).await
    }

    async fn look(&self) -> Result<Box<dyn Look>> {
        Ok(Box::new(self.conn().await?))
    }

    async fn post(&self, batch: &Batch<'_>) -> Result<Committed> {
        batch::post(&mut self.conn().await?, batch).await
    }

    async fn ack(&self, acks: &[NodeAcks]) -> Result<Removed> {
        queue::ack(&mut self.conn().await?, acks).await
    }

    async fn connected(&self, nodes: &[(SiteId, NodeId)]) -> Result<Vec<Connected>> {
        sessions::connected(&mut self.conn().await?, nodes).await
    }

    async fn note_lost_hints(&self, shows_for: Duration) -> Result<()> {
        let seconds = i64::try_from(shows_for.as_secs()).unwrap_or(i64::MAX);
        self.conn().await?.run(sessions::NOTE_LOST_HINTS, values![seconds]).await.map(drop)
    }

    async fn queues(&self, reads: &[QueueRead]) -> Result<Vec<QueuePage>> {
        read::queues(&mut self.conn().await?, reads).await
    }

    async fn standings(&self, edge: &str, sessions: &[Session]) -> Result<Vec<Standing>> {
        read::standings(&mut self.conn().await?, edge, sessions).await
    }

    async fn online_for(&self, members: &[MemberKey], at_most: u32) -> Result<Vec<Vec<String>>> {
        steps::presence::from_each(&mut self.conn().await?, members, at_most).await
    }

    async fn body_of(&self, session: &Session, id: MsgId) -> Result<Option<Body>> {
        steps::queue::body_of(&mut self.conn().await?, session, id).await
    }

    async fn forget_requests(&self, before_ms: i64, limit: u32) -> Result<u64> {
        steps::requests::forget(&mut self.conn().await?, before_ms, limit).await
    }

    async fn sweep_orphans(&self, before_ms: i64, limit: u32) -> Result<Swept> {
        let mut tx = self.upkeep().await?;
        let swept = queue::sweep(&mut tx.conn, before_ms, limit).await?;
        tx.finish().await?;
        Ok(swept)
    }

    async fn look_at_names(&self, limit: u32) -> Result<u64> {
        let mut tx = self.upkeep().await?;
        let looked = steps::members::look_at_names(&mut tx.conn, limit).await?;
        tx.finish().await?;
        Ok(looked)
    }

    async fn sites_with_notices(&self, limit: u32) -> Result<Vec<SiteId>> {
        steps::notices::sites(&mut self.conn().await?, limit).await
    }

    async fn unnamed_blobs(&self, blobs: &[String]) -> Result<Vec<String>> {
        read::unnamed_blobs(&mut self.conn().await?, blobs).await
    }

    async fn count_deliveries(&self, deliveries: &[Deliveries]) -> Result<()> {
        usage::count_deliveries(&mut self.conn().await?, deliveries).await
    }

    async fn backlog(&self, entries_max: u32) -> Result<Backlog> {
        let mut all = self.backlog_here(entries_max).await?;
        for other in self.others.values() {
            // What waits in one that is away is not known; what waits in the others is.
            if let Ok(there) = other.backlog_here(entries_max).await {
                all.add(there);
            }
        }
        Ok(all)
    }

    fn admin(&self) -> Admin {
        let others = self.others.iter().map(|(name, store)| (name.clone(), store.clone()));
        Admin::new(self.clone()).with(others)
    }

    fn bodies(&self) -> Option<Arc<dyn Bodies>> {
        Some(Arc::new(Chunks::new(self.clone())))
    }
}

#[async_trait]
impl Connect for PgStore {
    async fn reading(&self) -> Result<Box<dyn Conn>> {
        Ok(Box::new(self.conn().await?))
    }

    async fn writing(&self) -> Result<Box<dyn Conn>> {
        self.reading().await
    }
}

impl From<deadpool::managed::PoolError<sqlx::Error>> for Error {
    fn from(error: deadpool::managed::PoolError<sqlx::Error>) -> Self {
        match error {
            deadpool::managed::PoolError::Backend(error) => error.into(),
            error => Self::Unavailable(error.to_string()),
        }
    }
}
