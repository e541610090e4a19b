//! Administration in SQLite.

use async_trait::async_trait;

use super::{SqliteStore, tx::SqliteTx};
use crate::{
    Result, SiteId,
    admin::{AdminTx, Administer},
    sql::Conn,
};

#[async_trait]
impl Administer for SqliteStore {
    async fn begin_admin(&self) -> Result<Box<dyn AdminTx>> {
        Ok(Box::new(self.tx().await?))
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
