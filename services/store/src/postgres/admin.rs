//! Administration in Postgres.

use async_trait::async_trait;

use super::{PgStore, tx::PgTx};
use crate::{
    Result, SiteId,
    admin::{AdminTx, Administer},
    sql::{Conn, values},
};

#[async_trait]
impl Administer for PgStore {
    async fn begin_admin(&self) -> Result<Box<dyn AdminTx>> {
        Ok(Box::new(self.tx().await?))
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
