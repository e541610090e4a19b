//! Administration in SQLite.

use async_trait::async_trait;

use super::{SqliteStore, tx::SqliteTx};
use crate::{
    Result, SiteId,
    admin::{self, AdminTx, Administer, AllFigures, Bounds},
    sql::{Conn, Connect as _},
};

#[async_trait]
impl Administer for SqliteStore {
    /// SQLite cannot tell whose rows are whose.
    async fn begin_admin(&self, _within: Option<Bounds>) -> Result<Box<dyn AdminTx>> {
        Ok(Box::new(self.tx().await?))
    }

    async fn reading_within(&self, _within: Option<Bounds>) -> Result<Box<dyn Conn>> {
        self.reading().await
    }

    async fn all_figures(&self, today: i64) -> Result<AllFigures> {
        admin::all_figures(&mut *self.reading().await?, today).await
    }
}

#[async_trait]
impl AdminTx for SqliteTx {
    fn conn(&mut self) -> &mut dyn Conn {
        &mut self.conn
    }

    /// Every site stays.
    async fn enter(&mut self, _site: SiteId) -> Result<()> {
        Ok(())
    }
}
