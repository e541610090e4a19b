//! Users' second factors: secrets that codes are made of, and codes for when those are lost.

use super::{Change, OrgId, UserId};
use crate::{Result, sql::values};

impl Change {
    /// Keeps a secret until it is confirmed, in place of one that was not.
    pub async fn offer_totp(&mut self, org: OrgId, id: UserId, secret: &[u8]) -> Result<()> {
        let sql = "UPDATE users SET totp_new = $3 WHERE org = $1 AND id = $2";
        self.conn().run(sql, values![org.0, id.0, secret]).await.map(drop)
    }

    /// The secret that was offered is the second factor from now on; codes up to this step were taken.
    pub async fn confirm_totp(&mut self, org: OrgId, id: UserId, step: i64) -> Result<()> {
        let sql =
            "UPDATE users SET totp = totp_new, totp_new = NULL, totp_step = $3 WHERE org = $1 AND id = $2";
        self.conn().run(sql, values![org.0, id.0, step]).await.map(drop)
    }

    /// There is no second factor from now on, nor what stands in for it.
    pub async fn clear_totp(&mut self, org: OrgId, id: UserId) -> Result<()> {
        let sql = "UPDATE users SET totp = NULL, totp_new = NULL WHERE org = $1 AND id = $2";
        self.conn().run(sql, values![org.0, id.0]).await?;
        self.put_recovery_codes(org, id, &[]).await
    }

    /// Takes the code of a step; `false` when one of this step or a later one was taken before.
    pub async fn take_totp(&mut self, org: OrgId, id: UserId, step: i64) -> Result<bool> {
        let sql = "UPDATE users SET totp_step = $3 WHERE org = $1 AND id = $2 AND totp_step < $3";
        Ok(self.conn().run(sql, values![org.0, id.0, step]).await? > 0)
    }

    /// Keeps the hashes of recovery codes, in place of those before.
    pub async fn put_recovery_codes(&mut self, org: OrgId, id: UserId, hashes: &[Vec<u8>]) -> Result<()> {
        let sql = "DELETE FROM user_recovery_codes WHERE org = $1 AND user_id = $2";
        self.conn().run(sql, values![org.0, id.0]).await?;
        for hash in hashes {
            let sql = "INSERT INTO user_recovery_codes (org, user_id, hash) VALUES ($1, $2, $3)";
            self.conn().run(sql, values![org.0, id.0, hash.as_slice()]).await?;
        }
        Ok(())
    }

    /// Takes a recovery code for good; `false` when there is none with this hash.
    pub async fn take_recovery_code(&mut self, org: OrgId, id: UserId, hash: &[u8]) -> Result<bool> {
        let sql = "DELETE FROM user_recovery_codes WHERE org = $1 AND user_id = $2 AND hash = $3";
        Ok(self.conn().run(sql, values![org.0, id.0, hash]).await? > 0)
    }
}
