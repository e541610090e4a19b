//! Sessions of people who signed in: found by what their browser keeps, and ended.

use tmtp_store::admin::{TOUCH_MS, User, UserSession, UserSessionId};

use super::Door;
use crate::{By, Error, Result, Role, keys};

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// Their role.
    pub role: Role,
    /// By which session.
    pub session: UserSessionId,
}

impl Door {
    /// Whose session this is, if it is neither over nor its user suspended. Its use is noted.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session(&self, token: &str) -> Result<Option<SignedIn>> {
        let now = self.registry.now_ms();
        let found = self.registry.view().await?.find_user_session(&keys::key_hash(token)).await?;
        let Some((session, user)) =
            found.filter(|(session, user)| self.is_live(session, now) && !user.suspended)
        else {
            return Ok(None);
        };
        if now - session.used_ms >= TOUCH_MS {
            self.registry.admin.touch_user_session(session.id, now).await?;
        }
        let role = Role::by_name(&user.role);
        Ok(role.map(|role| SignedIn { user, role, session: session.id }))
    }

    fn is_live(&self, session: &UserSession, now: i64) -> bool {
        now - session.used_ms < self.idle_ms && now - session.created_ms < self.session_ms
    }

    /// Somebody's sessions that are not over, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn sessions(&self, of: &SignedIn) -> Result<Vec<UserSession>> {
        let now = self.registry.now_ms();
        let mut all = self.registry.view().await?.user_sessions(of.user.org, of.user.id).await?;
        all.retain(|session| self.is_live(session, now));
        Ok(all)
    }

    /// Ends one of one's own sessions.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn end_session(&self, by: &By, of: &SignedIn, id: UserSessionId) -> Result<()> {
        let mut change = self.registry.admin.begin().await?;
        if !change.end_user_session(of.user.org, of.user.id, id).await? {
            return Err(Error::Absent("session"));
        }
        let what = (serde_json::json!({"session": id.0}), serde_json::Value::Null);
        self.registry.record_user(&mut change, by, "user.sign-out", &of.user, what).await?;
        change.commit().await?;
        Ok(())
    }

    /// Removes sessions, links and sign-ins under way that are over, so many at most.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget(&self, limit: u32) -> tmtp_store::Result<()> {
        let now = self.registry.now_ms();
        let admin = &self.registry.admin;
        admin.forget_user_sessions(now - self.session_ms, now - self.idle_ms, limit).await?;
        admin.forget_user_links(now, limit).await?;
        admin.forget_user_sign_ins(now, limit).await?;
        admin.forget_passkey_challenges(now, limit).await.map(drop)
    }
}
