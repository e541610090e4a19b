//! Links that sign somebody in once.

use super::{Change, OrgId, UserId, View};
use crate::{
    Result,
    sql::{Conn, Row, values},
};

/// A link, found by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserLink {
    /// SHA-256 of what the link carries.
    pub hash: Vec<u8>,
    /// Whose.
    pub org: OrgId,
    /// Who follows it; `None`: somebody who is no user yet.
    pub user: Option<UserId>,
    /// What it is for; for those above to interpret.
    pub purpose: String,
    /// When it was made.
    pub created_ms: i64,
    /// When it ends.
    pub expires_ms: i64,
}

impl View {
    /// The link with this hash, whatever its age.
    pub async fn find_user_link(&mut self, hash: &[u8]) -> Result<Option<UserLink>> {
        let sql =
            "SELECT hash, org, user_id, purpose, created_ms, expires_ms FROM user_links WHERE hash = $1";
        self.conn().first(sql, values![hash]).await?.as_ref().map(link).transpose()
    }
}

impl Change {
    /// Adds a link, in place of those for the same purpose of the same user.
    pub async fn add_user_link(&mut self, new: &UserLink) -> Result<()> {
        let user = new.user.map_or(0, |user| user.0);
        let sql = "DELETE FROM user_links WHERE org = $1 AND user_id = $2 AND purpose = $3";
        self.conn().run(sql, values![new.org.0, user, &new.purpose]).await?;
        let sql = "INSERT INTO user_links (hash, org, user_id, purpose, created_ms, expires_ms)
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let hash = new.hash.as_slice();
        let values = values![hash, new.org.0, user, &new.purpose, new.created_ms, new.expires_ms];
        self.conn().run(sql, values).await.map(drop)
    }

    /// Takes a link for good; `None` when somebody else has done so, or there is none.
    pub async fn take_user_link(&mut self, hash: &[u8]) -> Result<Option<UserLink>> {
        let sql = "DELETE FROM user_links WHERE hash = $1
                   RETURNING hash, org, user_id, purpose, created_ms, expires_ms";
        self.conn().first(sql, values![hash]).await?.as_ref().map(link).transpose()
    }

    /// Removes all links of a user.
    pub async fn drop_user_links(&mut self, org: OrgId, user: UserId) -> Result<()> {
        let sql = "DELETE FROM user_links WHERE org = $1 AND user_id = $2";
        self.conn().run(sql, values![org.0, user.0]).await.map(drop)
    }
}

/// Removes links that ended before this.
pub(super) async fn forget(conn: &mut dyn Conn, before_ms: i64, limit: u32) -> Result<u64> {
    let sql =
        "DELETE FROM user_links WHERE hash IN (SELECT hash FROM user_links WHERE expires_ms < $1 LIMIT $2)";
    conn.run(sql, values![before_ms, i64::from(limit)]).await
}

/// A row of hash, org, user_id, purpose, created_ms, expires_ms.
fn link(row: &Row) -> Result<UserLink> {
    Ok(UserLink {
        hash: row.bytes(0)?.into(),
        org: OrgId(row.int(1)?),
        user: Some(UserId(row.int(2)?)).filter(|user| user.0 != 0),
        purpose: row.text(3)?,
        created_ms: row.int(4)?,
        expires_ms: row.int(5)?,
    })
}
