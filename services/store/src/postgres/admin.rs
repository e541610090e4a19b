//! Administration in Postgres.

use async_trait::async_trait;

use super::{PgStore, tx::PgTx};
use crate::{
    Result,
    admin::{AdminTx, Administer},
    sql::Conn,
};

#[async_trait]
impl Administer for PgStore {
    async fn begin_admin(&self) -> Result<Box<dyn AdminTx>> {
        Ok(Box::new(self.tx().await?))
    }
}

impl AdminTx for PgTx {
    fn conn(&mut self) -> &mut dyn Conn {
        &mut self.conn
    }
}
