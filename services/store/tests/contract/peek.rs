//! A look at the tables, past the store.

use anyhow::Result;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use tmtp_store::SiteId;

/// Tables whose rows belong to a site.
const TABLES: [&str; 8] =
    ["members", "nodes", "names", "group_members", "ohi", "requests", "messages", "entries"];

pub enum Peek {
    Postgres(PgPool),
    Sqlite(SqlitePool),
}

impl Peek {
    pub async fn open(url: &str) -> Result<Self> {
        Ok(if url.starts_with("postgres") {
            Self::Postgres(PgPool::connect(url).await?)
        } else {
            Self::Sqlite(SqlitePool::connect(url).await?)
        })
    }

    /// The first column of all rows.
    pub async fn texts(&self, sql: &str) -> Result<Vec<String>> {
        let query = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Postgres(pool) => sqlx::query_scalar(query).fetch_all(pool).await?,
            Self::Sqlite(pool) => sqlx::query_scalar(query).fetch_all(pool).await?,
        })
    }

    pub async fn count(&self, sql: &str) -> Result<i64> {
        let query = AssertSqlSafe(sql.to_owned());
        Ok(match self {
            Self::Postgres(pool) => sqlx::query_scalar(query).fetch_one(pool).await?,
            Self::Sqlite(pool) => sqlx::query_scalar(query).fetch_one(pool).await?,
        })
    }

    pub async fn run(&self, sql: &str) -> Result<()> {
        let query = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Postgres(pool) => sqlx::query(query).execute(pool).await.map(|_| ())?,
            Self::Sqlite(pool) => sqlx::query(query).execute(pool).await.map(|_| ())?,
        }
        Ok(())
    }

    /// But for what upkeep notes, of all sites at once.
    async fn columns(&self, table: &str) -> Result<Vec<String>> {
        let columns = self
            .texts(&match self {
                Self::Postgres(_) => format!(
                    "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}'
                 AND table_schema = 'public' AND column_name <> 'site' ORDER BY ordinal_position"
                ),
                Self::Sqlite(_) => {
                    format!("SELECT name FROM pragma_table_info('{table}') WHERE name <> 'site'")
                }
            })
            .await?;
        Ok(columns.into_iter().filter(|column| column != "looked").collect())
    }

    /// Gives `to` the same rows as `from`, ids and all.
    pub async fn copy_site(&self, from: SiteId, to: SiteId) -> Result<()> {
        for table in TABLES {
            let columns = self.columns(table).await?.join(", ");
            self.run(&format!(
                "INSERT INTO {table} (site, {columns}) SELECT {}, {columns} FROM {table} WHERE site = {}",
                to.0, from.0
            ))
            .await?;
        }
        Ok(())
    }

    /// Takes away what waits and what was answered at a site.
    pub async fn clear_traffic(&self, site: SiteId) -> Result<()> {
        for table in ["ohi", "requests", "messages", "entries"] {
            self.run(&format!("DELETE FROM {table} WHERE site = {}", site.0)).await?;
        }
        self.run(&format!("UPDATE nodes SET edge = NULL, epoch = 0, ohi = false WHERE site = {}", site.0))
            .await
    }

    /// All rows of a site, as text.
    pub async fn dump(&self, site: SiteId) -> Result<Vec<String>> {
        let mut dump = Vec::new();
        for table in TABLES {
            let columns = self.columns(table).await?;
            let shown: Vec<String> = columns.iter().map(|column| self.shown(column)).collect();
            let row = shown.join(" || '|' || ");
            let sql = format!("SELECT '{table}: ' || {row} FROM {table} WHERE site = {} ORDER BY 1", site.0);
            dump.extend(self.texts(&sql).await?);
        }
        Ok(dump)
    }

    fn shown(&self, column: &str) -> String {
        match self {
            Self::Postgres(_) => format!("coalesce({column}::text, '-')"),
            Self::Sqlite(_) => format!("coalesce(hex({column}), '-')"),
        }
    }

    /// Closes its own connections.
    pub async fn close(&self) {
        match self {
            Self::Postgres(pool) => pool.close().await,
            Self::Sqlite(pool) => pool.close().await,
        }
    }
}
