//! Answers to creations that carried an Idempotency-Key.

use super::{CallerId, Change, Reply};
use crate::{
    Result,
    sql::{Conn, values},
};

impl Change {
    /// What a creation of this caller under this name was answered with.
    pub async fn recall(&mut self, caller: CallerId, name: &str) -> Result<Option<Reply>> {
        let sql = "SELECT digest, reply FROM replies WHERE caller = $1 AND name = $2";
        let row = self.conn().first(sql, values![caller.number(), name]).await?;
        row.map(|row| Ok(Reply { digest: row.bytes(0)?.to_vec(), reply: row.text(1)? })).transpose()
    }

    /// Remembers an answer; `false` when somebody else did so under this name at this moment.
    pub async fn remember(
        &mut self,
        caller: CallerId,
        name: &str,
        reply: &Reply,
        now_ms: i64,
    ) -> Result<bool> {
        let sql = "INSERT INTO replies (caller, name, digest, reply, created_ms) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (caller, name) DO NOTHING";
        let digest = reply.digest.as_slice();
        let values = values![caller.number(), name, digest, &reply.reply, now_ms];
        Ok(self.conn().run(sql, values).await? > 0)
    }
}

pub(super) async fn forget(conn: &mut dyn Conn, before_ms: i64, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM replies WHERE created_ms < $1 AND (caller, name) IN
               (SELECT caller, name FROM replies WHERE created_ms < $1 ORDER BY created_ms LIMIT $2)";
    conn.run(sql, values![before_ms, i64::from(limit)]).await
}
