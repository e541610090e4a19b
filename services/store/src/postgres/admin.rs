//! Administration in Postgres.

use std::sync::atomic::Ordering::Relaxed;

use async_trait::async_trait;

use super::{PgStore, tx::PgTx, wall};
use crate::{
    Result, SiteId,
    admin::{self, AdminTx, Administer, AllFigures, Bounds},
    sql::{Conn, Connect as _, Row, Value, values},
};

#[async_trait]
impl Administer for PgStore {
    async fn begin_admin(&self, within: Option<Bounds>) -> Result<Box<dyn AdminTx>> {
        Ok(Box::new(match within {
            None => self.tx().await?,
            Some(bounds) => self.tx_within(bounds).await?,
        }))
    }

    async fn reading_within(&self, within: Option<Bounds>) -> Result<Box<dyn Conn>> {
        match within {
            None => self.reading().await,
            Some(bounds) => Ok(Box::new(Bound(self.tx_within(bounds).await?))),
        }
    }

    async fn all_figures(&self, today: i64) -> Result<AllFigures> {
        let mut tx = self.upkeep().await?;
        // Tables are read from their beginning: by key, each row would be looked up by itself.
        tx.conn.run("SET LOCAL enable_seqscan = on", values![]).await?;
        let all = admin::all_figures(&mut tx.conn, today).await?;
        tx.finish().await?;
        Ok(all)
    }
}

impl PgStore {
    async fn tx_within(&self, bounds: Bounds) -> Result<PgTx> {
        let mut conn = self.conn().await?;
        // It may still be raised: only that it stands is remembered.
        let is_walled = self.is_walled.load(Relaxed) || wall::stands(&mut conn).await?;
        self.is_walled.store(is_walled, Relaxed);
        Ok(PgTx::begin_with(conn, &wall::step_behind(bounds, is_walled)))
    }
}

/// A transaction that only reads: a role is taken on for as long as one lasts.
struct Bound(PgTx);

#[async_trait]
impl Conn for Bound {
    async fn all(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<Vec<Row>> {
        self.0.conn.all(sql, values).await
    }

    async fn run(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.0.conn.run(sql, values).await
    }
}

#[async_trait]
impl AdminTx for PgTx {
    fn conn(&mut self) -> &mut dyn Conn {
        &mut self.conn
    }

    async fn enter(&mut self, site: SiteId) -> Result<()> {
        self.conn.run("SELECT enter_1(ARRAY[$1::bigint])", values![site]).await.map(drop)
    }
}
