//! A look at the tables, past the store.

use std::collections::BTreeMap;

use anyhow::Result;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use tmtp_store::SiteId;

/// Tables whose rows another site can have as well, ids and all.
const COPIED: [&str; 8] =
    ["members", "nodes", "names", "group_members", "ohi", "requests", "messages", "entries"];

/// A time, and a day, that does not come.
const NEVER: i64 = 9_000_000_000_000_000;

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

    async fn all_columns(&self, table: &str) -> Result<Vec<String>> {
        self.texts(&match self {
            Self::Postgres(_) => format!(
                "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}'
                 AND table_schema = 'public' ORDER BY ordinal_position"
            ),
            Self::Sqlite(_) => format!("SELECT name FROM pragma_table_info('{table}')"),
        })
        .await
    }

    /// But for the site, and for what upkeep notes, of all sites at once.
    async fn columns(&self, table: &str) -> Result<Vec<String>> {
        let columns = self.all_columns(table).await?;
        Ok(columns.into_iter().filter(|column| !["site", "looked"].contains(&column.as_str())).collect())
    }

    /// Gives `to` the same rows as `from`, ids and all.
    pub async fn copy_site(&self, from: SiteId, to: SiteId) -> Result<()> {
        for table in COPIED {
            let columns = self.columns(table).await?.join(", ");
            self.run(&format!(
                "INSERT INTO {table} (site, {columns}) SELECT {}, {columns} FROM {table} WHERE site = {}",
                to.0, from.0
            ))
            .await?;
        }
        Ok(())
    }

    /// Something in those of the other tables with rows of sites that no sweep of a test looks for: it ends in a time that
    /// does not come, or is of a day that does not.
    pub async fn fill(&self, site: SiteId) -> Result<()> {
        let octets = match self {
            Self::Postgres(_) => "CAST('twin' AS bytea)",
            Self::Sqlite(_) => "CAST('twin' AS blob)",
        };
        for row in [
            format!("looks (site, look, name) VALUES ({0}, 'a look', 'Alice Ames')", site.0),
            format!(
                "invitations (site, code_hash, uses_max, uses_left, made_by, created_ms)
                 VALUES ({0}, {octets}, 3, 2, 'me', 1)",
                site.0
            ),
            format!("spent_tokens (site, digest, expires_ms) VALUES ({0}, {octets}, {NEVER})", site.0),
            format!(
                "grants (site, code_hash, invitation, challenge, redirect_uri, expires_ms)
                 VALUES ({0}, {octets}, 7, 'c', 'http://127.0.0.1/', {NEVER})",
                site.0
            ),
            format!(
                "signing_keys (site, kid, private_key, public_key, created_ms) VALUES ({0}, 'a', {octets}, 'twin', 1)",
                site.0
            ),
            format!("usage_days (site, day, messages) VALUES ({0}, {NEVER}, 5)", site.0),
            format!("usage_sent (site, day, lane, messages, octets) VALUES ({0}, {NEVER}, 1, 2, 3)", site.0),
            format!("usage_active (site, day, uid) VALUES ({0}, {NEVER}, 'alice')", site.0),
        ] {
            self.run(&format!("INSERT INTO {row}")).await?;
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

    /// All rows of a site, as text, of every table of the schema that has such: by table. The audit log is its organization's.
    pub async fn dump(&self, site: SiteId) -> Result<BTreeMap<String, Vec<String>>> {
        let mut dump = BTreeMap::new();
        for table in self.tables().await? {
            let of_site = if table == "sites" { "id" } else { "site" };
            if table == "audit" || !self.all_columns(&table).await?.iter().any(|column| column == of_site) {
                continue;
            }
            let columns = self.columns(&table).await?;
            let shown: Vec<String> = columns.iter().map(|column| self.shown(column)).collect();
            let row = shown.join(" || '|' || ");
            let sql = format!("SELECT {row} FROM {table} WHERE {of_site} = {} ORDER BY 1", site.0);
            dump.insert(table, self.texts(&sql).await?);
        }
        Ok(dump)
    }

    /// Of these those that another site can have as well: they are a site's own wherever it is.
    pub async fn copied(&self, site: SiteId) -> Result<BTreeMap<String, Vec<String>>> {
        let mut dump = self.dump(site).await?;
        dump.retain(|table, _| COPIED.contains(&table.as_str()));
        Ok(dump)
    }

    fn shown(&self, column: &str) -> String {
        match self {
            Self::Postgres(_) => format!("coalesce(\"{column}\"::text, '-')"),
            Self::Sqlite(_) => format!("coalesce(hex(\"{column}\"), '-')"),
        }
    }

    /// How many rows of a site's tables have this in a column that names a member.
    pub async fn named(&self, site: SiteId, uid: &str) -> Result<BTreeMap<String, i64>> {
        let mut named = BTreeMap::new();
        for table in self.tables().await? {
            let columns = self.all_columns(&table).await?;
            let names = |column: &&String| ["uid", "target"].contains(&column.as_str());
            let mentions: Vec<_> =
                columns.iter().filter(names).map(|name| format!("{name} = '{uid}'")).collect();
            if table == "audit" || mentions.is_empty() || !columns.iter().any(|column| column == "site") {
                continue;
            }
            let sql = format!(
                "SELECT count(*) FROM {table} WHERE site = {} AND ({})",
                site.0,
                mentions.join(" OR ")
            );
            named.insert(table, self.count(&sql).await?);
        }
        Ok(named)
    }

    /// All rows of every table, as text.
    pub async fn everything(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let mut everything = BTreeMap::new();
        for table in self.tables().await? {
            let shown: Vec<String> =
                self.all_columns(&table).await?.iter().map(|column| self.shown(column)).collect();
            let mut rows = self.texts(&format!("SELECT {} FROM {table}", shown.join(" || '|' || "))).await?;
            rows.sort();
            everything.insert(table, rows);
        }
        Ok(everything)
    }

    /// But for that in which migrations say when they ran.
    async fn tables(&self) -> Result<Vec<String>> {
        self.texts(match self {
            Self::Postgres(_) => {
                "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'
                 AND table_type = 'BASE TABLE' AND table_name NOT LIKE '\\_%'"
            }
            Self::Sqlite(_) => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
                 AND name NOT LIKE '\\_%' ESCAPE '\\'"
            }
        })
        .await
    }

    /// Closes its own connections.
    pub async fn close(&self) {
        match self {
            Self::Postgres(pool) => pool.close().await,
            Self::Sqlite(pool) => pool.close().await,
        }
    }
}
