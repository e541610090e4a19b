//! A look at the tables, past the store.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use tmtp_store::SiteId;

/// Tables whose rows another site can have as well, ids and all.
const COPIED: [&str; 8] =
    ["members", "nodes", "names", "group_members", "ohi", "requests", "messages", "entries"];

/// The site, and what upkeep notes, of all sites at once.
const IGNORED: [&str; 2] = ["site", "looked"];

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

    /// The columns of every table, in their order, but for that in which migrations say when they ran. One question for all.
    async fn schema(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let named = self
            .texts(match self {
                Self::Postgres(_) => {
                    "SELECT t.relname || '.' || c.attname FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid
                     WHERE t.relkind = 'r' AND t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_%'
                       AND c.attnum > 0 AND NOT c.attisdropped ORDER BY t.relname, c.attnum"
                }
                Self::Sqlite(_) => {
                    "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c
                     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_%' ESCAPE '\\'
                     ORDER BY t.name, c.cid"
                }
            })
            .await?;
        let mut schema: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (table, column) in named.iter().filter_map(|name| name.split_once('.')) {
            schema.entry(table.to_owned()).or_default().push(column.to_owned());
        }
        Ok(schema)
    }

    /// All rows of these tables as text, by table, in order: of each which columns, and where.
    async fn rows(
        &self,
        wanted: &[(&String, Vec<&String>, String)],
    ) -> Result<BTreeMap<String, Vec<String>>> {
        let mut rows: BTreeMap<String, Vec<String>> =
            wanted.iter().map(|(table, ..)| ((*table).clone(), Vec::new())).collect();
        let select = |(table, columns, which): &(&String, Vec<&String>, String)| {
            let shown: Vec<String> = columns.iter().map(|column| self.shown(column)).collect();
            format!("SELECT '{table}.' || {} FROM {table} {which}", shown.join(" || '|' || "))
        };
        let all: Vec<String> = wanted.iter().map(select).collect();
        for row in self.texts(&all.join(" UNION ALL ")).await? {
            let (table, row) = row.split_once('.').context("a table's name")?;
            rows.entry(table.to_owned()).or_default().push(row.to_owned());
        }
        rows.values_mut().for_each(|rows| rows.sort());
        Ok(rows)
    }

    /// Gives `to` the same rows as `from`, ids and all.
    pub async fn copy_site(&self, from: SiteId, to: SiteId) -> Result<()> {
        let schema = self.schema().await?;
        for table in COPIED {
            let columns = schema.get(table).context("a table that is copied")?;
            let columns: Vec<&str> =
                columns.iter().map(String::as_str).filter(|column| !IGNORED.contains(column)).collect();
            let columns = columns.join(", ");
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
        let schema = self.schema().await?;
        let of_site = |(table, columns)| {
            let (table, columns): (&String, &Vec<String>) = (table, columns);
            let key = if table == "sites" { "id" } else { "site" };
            let has_site = table != "audit" && columns.iter().any(|column| column == key);
            let shown = columns.iter().filter(|column| !IGNORED.contains(&column.as_str())).collect();
            has_site.then(|| (table, shown, format!("WHERE {key} = {}", site.0)))
        };
        self.rows(&schema.iter().filter_map(of_site).collect::<Vec<_>>()).await
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
        for (table, columns) in self.schema().await? {
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
        let schema = self.schema().await?;
        let all = schema.iter().map(|(table, columns)| (table, columns.iter().collect(), String::new()));
        self.rows(&all.collect::<Vec<_>>()).await
    }

    /// Closes its own connections.
    pub async fn close(&self) {
        match self {
            Self::Postgres(pool) => pool.close().await,
            Self::Sqlite(pool) => pool.close().await,
        }
    }
}
