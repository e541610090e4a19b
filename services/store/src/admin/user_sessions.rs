//! Where users are signed in.

use super::{Change, OrgId, User, UserId, View, users::account};
use crate::{
    Error, Result,
    sql::{Conn, Row, values},
};

/// Most sessions of a user; one more ends the one that was used the longest ago.
pub const USER_SESSIONS_MAX: i64 = 50;
/// A session's last use is noted no more often than this.
pub const TOUCH_MS: i64 = 60_000;

/// A session's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserSessionId(pub i64);

/// A session to add.
#[derive(Debug, Clone)]
pub struct NewUserSession {
    /// Whose.
    pub org: OrgId,
    /// Whose.
    pub user: UserId,
    /// SHA-256 of what the browser keeps.
    pub hash: Vec<u8>,
    /// From where.
    pub address: String,
    /// What the browser says that it is.
    pub agent: String,
    /// Now.
    pub now_ms: i64,
}

/// Where a user is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserSession {
    /// Its id.
    pub id: UserSessionId,
    /// From where.
    pub address: String,
    /// What the browser says that it is.
    pub agent: String,
    /// When it began.
    pub created_ms: i64,
    /// When it was used last, to the minute or so.
    pub used_ms: i64,
}

impl View {
    /// The session with this hash, whatever its age, and its user as they are now.
    pub async fn find_user_session(&mut self, hash: &[u8]) -> Result<Option<(UserSession, User)>> {
        let sql = "SELECT u.id, u.org, u.email, u.name, u.role, u.suspended, u.version, u.created_ms, u.signed_in_ms,
                   u.password, u.totp, u.totp_new, s.id, s.address, s.agent, s.created_ms, s.used_ms
                   FROM user_sessions s JOIN users u ON u.org = s.org AND u.id = s.user_id WHERE s.hash = $1";
        let row = self.conn().first(sql, values![hash]).await?;
        row.map(|row| Ok((session(&row, 12)?, account(&row)?.user))).transpose()
    }

    /// A user's sessions, the newest first.
    pub async fn user_sessions(&mut self, org: OrgId, user: UserId) -> Result<Vec<UserSession>> {
        let sql = "SELECT id, address, agent, created_ms, used_ms FROM user_sessions
                   WHERE org = $1 AND user_id = $2 ORDER BY id DESC LIMIT $3";
        let rows = self.conn().all(sql, values![org.0, user.0, USER_SESSIONS_MAX]).await?;
        rows.iter().map(|row| session(row, 0)).collect()
    }
}

impl Change {
    /// Adds a session, in place of the one that was used the longest ago where there are too many.
    pub async fn add_user_session(&mut self, new: &NewUserSession) -> Result<UserSession> {
        let sql = "DELETE FROM user_sessions WHERE id IN (SELECT id FROM user_sessions
                   WHERE org = $1 AND user_id = $2 ORDER BY used_ms DESC, id DESC LIMIT $4 OFFSET $3)";
        let values = values![new.org.0, new.user.0, USER_SESSIONS_MAX - 1, USER_SESSIONS_MAX];
        self.conn().run(sql, values).await?;
        let sql = "INSERT INTO user_sessions (org, user_id, hash, address, agent, created_ms, used_ms)
                   VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id, address, agent, created_ms, used_ms";
        let hash = new.hash.as_slice();
        let values = values![new.org.0, new.user.0, hash, &new.address, &new.agent, new.now_ms];
        let row = self.conn().first(sql, values).await?;
        session(&row.ok_or_else(|| Error::Defect("no id for a session".to_owned()))?, 0)
    }

    /// Ends one of a user's sessions; `false` when there is none.
    pub async fn end_user_session(&mut self, org: OrgId, user: UserId, id: UserSessionId) -> Result<bool> {
        let sql = "DELETE FROM user_sessions WHERE org = $1 AND user_id = $2 AND id = $3";
        Ok(self.conn().run(sql, values![org.0, user.0, id.0]).await? > 0)
    }

    /// Ends a user's sessions, all but `kept`.
    pub async fn end_user_sessions(
        &mut self,
        org: OrgId,
        user: UserId,
        kept: Option<UserSessionId>,
    ) -> Result<()> {
        let sql = "DELETE FROM user_sessions WHERE org = $1 AND user_id = $2 AND id <> $3";
        self.conn().run(sql, values![org.0, user.0, kept.map_or(0, |id| id.0)]).await.map(drop)
    }
}

pub(super) async fn touch(conn: &mut dyn Conn, id: UserSessionId, now_ms: i64) -> Result<()> {
    let sql = "UPDATE user_sessions SET used_ms = $2 WHERE id = $1 AND used_ms <= $3";
    conn.run(sql, values![id.0, now_ms, now_ms - TOUCH_MS]).await.map(drop)
}

/// Removes sessions that began before one time, or were used last before another.
pub(super) async fn forget(conn: &mut dyn Conn, began_ms: i64, used_ms: i64, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM user_sessions WHERE id IN
               (SELECT id FROM user_sessions WHERE created_ms < $1 OR used_ms < $2 LIMIT $3)";
    conn.run(sql, values![began_ms, used_ms, i64::from(limit)]).await
}

/// A row of id, address, agent, created_ms, used_ms from this column on.
fn session(row: &Row, at: usize) -> Result<UserSession> {
    Ok(UserSession {
        id: UserSessionId(row.int(at)?),
        address: row.text(at + 1)?,
        agent: row.text(at + 2)?,
        created_ms: row.int(at + 3)?,
        used_ms: row.int(at + 4)?,
    })
}
