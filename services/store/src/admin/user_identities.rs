//! Who people are at their providers, and sign-ins that are under way there.

use super::{Change, OrgId, UserId, UserProviderId, View};
use crate::{
    Result,
    sql::{Conn, Row, values},
};

/// A sign-in that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSignIn {
    /// SHA-256 of what the browser keeps.
    pub hash: Vec<u8>,
    /// Of whose provider.
    pub org: OrgId,
    /// Which.
    pub provider: UserProviderId,
    /// Whose, once the provider has said so and a second factor is still to come.
    pub user: Option<UserId>,
    /// When it ends.
    pub expires_ms: i64,
}

impl View {
    /// Who of an organization's people this is.
    pub async fn find_identity(&mut self, org: OrgId, issuer: &str, subject: &str) -> Result<Option<UserId>> {
        let sql = "SELECT user_id FROM user_identities WHERE org = $1 AND issuer = $2 AND subject = $3";
        let row = self.conn().first(sql, values![org.0, issuer, subject]).await?;
        row.map(|row| Ok(UserId(row.int(0)?))).transpose()
    }

    /// A sign-in that is under way, whatever its age.
    pub async fn user_sign_in(&mut self, hash: &[u8]) -> Result<Option<UserSignIn>> {
        let sql = "SELECT hash, org, provider, user_id, expires_ms FROM user_sign_ins WHERE hash = $1";
        self.conn().first(sql, values![hash]).await?.as_ref().map(sign_in).transpose()
    }
}

impl Change {
    /// Links somebody with who they are at a provider; `false` when that is somebody else's, or they are somebody else there.
    pub async fn add_identity(
        &mut self,
        (org, user): (OrgId, UserId),
        issuer: &str,
        subject: &str,
        now_ms: i64,
    ) -> Result<bool> {
        let sql = "INSERT INTO user_identities (org, issuer, subject, user_id, created_ms)
                   VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
        Ok(self.conn().run(sql, values![org.0, issuer, subject, user.0, now_ms]).await? > 0)
    }

    /// Forgets who somebody is at any provider; how many there were.
    pub async fn drop_identities(&mut self, org: OrgId, user: UserId) -> Result<u64> {
        let sql = "DELETE FROM user_identities WHERE org = $1 AND user_id = $2";
        self.conn().run(sql, values![org.0, user.0]).await
    }

    /// Keeps a sign-in that is under way.
    pub async fn add_user_sign_in(&mut self, begun: &UserSignIn) -> Result<()> {
        let sql = "INSERT INTO user_sign_ins (hash, org, provider, user_id, expires_ms)
                   VALUES ($1, $2, $3, $4, $5)";
        let UserSignIn { hash, org, provider, user, expires_ms } = begun;
        let user = user.map_or(0, |user| user.0);
        self.conn().run(sql, values![hash.as_slice(), org.0, provider.0, user, *expires_ms]).await.map(drop)
    }

    /// Takes a sign-in that is under way: whoever shows it first has it.
    pub async fn take_user_sign_in(&mut self, hash: &[u8]) -> Result<Option<UserSignIn>> {
        let sql =
            "DELETE FROM user_sign_ins WHERE hash = $1 RETURNING hash, org, provider, user_id, expires_ms";
        self.conn().first(sql, values![hash]).await?.as_ref().map(sign_in).transpose()
    }
}

/// Removes sign-ins that ended before this.
pub(super) async fn forget(conn: &mut dyn Conn, before_ms: i64, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM user_sign_ins WHERE hash IN
               (SELECT hash FROM user_sign_ins WHERE expires_ms < $1 LIMIT $2)";
    conn.run(sql, values![before_ms, i64::from(limit)]).await
}

/// A row of hash, org, provider, user_id, expires_ms.
fn sign_in(row: &Row) -> Result<UserSignIn> {
    Ok(UserSignIn {
        hash: row.bytes(0)?.to_vec(),
        org: OrgId(row.int(1)?),
        provider: UserProviderId(row.int(2)?),
        user: Some(UserId(row.int(3)?)).filter(|user| user.0 > 0),
        expires_ms: row.int(4)?,
    })
}
