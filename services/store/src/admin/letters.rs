//! Letters that organizations had sent to whom they invite, counted by days: nobody is to use the provider's mail server to
//! write to strangers. The database counts, so that all control processes and restarts go by the same.

use super::{Change, OrgId};
use crate::{
    Result,
    sql::{Conn, values},
};

/// What one organization may have sent on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LettersMax {
    /// In all.
    pub per_day: u32,
    /// To one address.
    pub to_one: u32,
}

/// That there are as many letters of a day as may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LettersFull {
    /// Of the organization.
    InAll,
    /// To that address.
    ToOne,
}

impl Change {
    /// Counts a letter of an organization to an address, told by its hash, on a day since 1970; or says why there is to be
    /// none. What was counted goes with the change when that is dropped.
    pub async fn count_letter(
        &mut self,
        (org, day): (OrgId, i64),
        whom: &[u8],
        most: LettersMax,
    ) -> Result<Option<LettersFull>> {
        let sql = "INSERT INTO letters (org, day, whom, sent) VALUES ($1, $2, $3, 1)
                   ON CONFLICT (org, day, whom) DO UPDATE SET sent = letters.sent + 1 WHERE letters.sent < $4
                   RETURNING sent";
        let in_all: &[u8] = &[];
        for (whom, most, full) in
            [(whom, most.to_one, LettersFull::ToOne), (in_all, most.per_day, LettersFull::InAll)]
        {
            let values = values![org.0, day, whom, i64::from(most)];
            if self.conn().first(sql, values).await?.is_none() {
                return Ok(Some(full));
            }
        }
        Ok(None)
    }
}

pub(super) async fn forget(conn: &mut dyn Conn, before_day: i64, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM letters WHERE (org, day, whom) IN
               (SELECT org, day, whom FROM letters WHERE day < $1 ORDER BY org, day, whom LIMIT $2)";
    conn.run(sql, values![before_day, i64::from(limit)]).await
}
