//! Administration: organizations, their sites, members and keys, and what was done. Not on the path of a message.
//!
//! A [`View`] reads; a [`Change`] is a transaction that reads and writes. Nothing of a site is found without a
//! [`Scope`], and a scope is found only through its organization.

mod audit;
mod certificates;
mod closing;
mod erasing;
mod figures;
mod grants;
mod imports;
mod invitations;
mod issuing;
mod keys;
mod members;
mod model;
mod names;
mod nodes;
mod orgs;
mod providers;
mod replies;
mod sites;
mod usage;
mod user_factors;
mod user_identities;
mod user_links;
mod user_providers;
mod user_sessions;
mod users;

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use async_trait::async_trait;

pub use audit::{Link, Verdict, link_hash};
pub use certificates::{NewCertificate, SiteCertificate};
pub use erasing::{Erased, Waiting};
pub use figures::{FIGURES_COUNTED, SiteFigures};
pub use grants::{Grant, SigningKey};
pub(crate) use imports::spare_no_more;
pub use invitations::{Invitation, InvitationState, NewInvitation};
pub use issuing::{Claim, Issuing, PastOrder, Tried};
pub use model::*;
pub use names::Assigned;
pub use usage::{USAGE_DAYS, UsageDay};
pub use user_identities::UserSignIn;
pub use user_links::UserLink;
pub use user_providers::{UserProvider, UserProviderId, UserProviderSettings};
pub use user_sessions::{NewUserSession, TOUCH_MS, USER_SESSIONS_MAX, UserSession, UserSessionId};
pub use users::{Account, NewUser, User, UserId};

use crate::{
    Error, Result, Tx,
    sql::{Conn, Connect},
    steps::admissions,
};

/// A database that can be administered.
#[async_trait]
pub(crate) trait Administer: Connect {
    /// Begins a transaction.
    async fn begin_admin(&self) -> Result<Box<dyn AdminTx>>;
}

/// A transaction, and the connection that it is on.
pub(crate) trait AdminTx: Tx {
    fn conn(&mut self) -> &mut dyn Conn;
}

/// Administration of a store.
#[derive(Clone)]
pub struct Admin {
    over: Arc<dyn Administer>,
}

impl Admin {
    pub(crate) fn new(over: impl Administer) -> Self {
        Self { over: Arc::new(over) }
    }

    /// A look at what is committed.
    pub async fn view(&self) -> Result<View> {
        Ok(View { over: Over::Connection(self.over.reading().await?) })
    }

    /// Begins a transaction. What it wrote is gone when it is dropped before [`Change::commit`]. Do not drop a future
    /// of it half-way: run changes in tasks of their own.
    pub async fn begin(&self) -> Result<Change> {
        Ok(Change { view: View { over: Over::Transaction(self.over.begin_admin().await?) } })
    }

    /// Notes that a key was used, outside of any transaction.
    pub async fn touch_key(&self, key: KeyId, now_ms: i64) -> Result<()> {
        keys::touch(&mut *self.over.writing().await?, key, now_ms).await
    }

    /// Notes that a user's session was used, outside of any transaction.
    pub async fn touch_user_session(&self, session: UserSessionId, now_ms: i64) -> Result<()> {
        user_sessions::touch(&mut *self.over.writing().await?, session, now_ms).await
    }

    /// Removes users' sessions that began before one time or were used last before another, at most `limit`; returns how
    /// many there were.
    pub async fn forget_user_sessions(&self, began_ms: i64, used_ms: i64, limit: u32) -> Result<u64> {
        user_sessions::forget(&mut *self.over.writing().await?, began_ms, used_ms, limit).await
    }

    /// Removes users' links that ended before this, at most `limit`; returns how many there were.
    pub async fn forget_user_links(&self, before_ms: i64, limit: u32) -> Result<u64> {
        user_links::forget(&mut *self.over.writing().await?, before_ms, limit).await
    }

    /// Removes people's sign-ins under way that ended before this, at most `limit`; returns how many there were.
    pub async fn forget_user_sign_ins(&self, before_ms: i64, limit: u32) -> Result<u64> {
        user_identities::forget(&mut *self.over.writing().await?, before_ms, limit).await
    }

    /// Forgets answers older than this, at most `limit`; returns how many there were.
    pub async fn forget_replies(&self, before_ms: i64, limit: u32) -> Result<u64> {
        replies::forget(&mut *self.over.writing().await?, before_ms, limit).await
    }

    /// Lets go of the names that invitations kept which have ended by now, at most `limit`; returns how many there were.
    pub async fn end_invitations(&self, now_ms: i64, limit: u32) -> Result<u64> {
        let mut change = self.begin().await?;
        let ended = change.end_invitations(now_ms, limit).await?;
        change.commit().await?;
        Ok(ended)
    }

    /// Forgets authorization codes and tokens that ended before this, at most `limit` of each; returns how many there
    /// were.
    pub async fn forget_grants(&self, before_ms: i64, limit: u32) -> Result<u64> {
        admissions::forget(&mut *self.over.writing().await?, before_ms, limit).await
    }
}

/// Finds things.
pub struct View {
    over: Over,
}

enum Over {
    Connection(Box<dyn Conn>),
    Transaction(Box<dyn AdminTx>),
}

impl View {
    fn conn(&mut self) -> &mut dyn Conn {
        match &mut self.over {
            Over::Connection(conn) => &mut **conn,
            Over::Transaction(tx) => tx.conn(),
        }
    }
}

/// A transaction: finds things and changes them.
pub struct Change {
    view: View,
}

impl Change {
    /// Makes it all durable.
    pub async fn commit(self) -> Result<()> {
        match self.view.over {
            Over::Transaction(tx) => tx.commit().await,
            Over::Connection(_) => Err(not_a_transaction()),
        }
    }

    /// The steps that delivery has, in the same transaction.
    pub fn tx(&mut self) -> Result<&mut dyn Tx> {
        match &mut self.view.over {
            Over::Transaction(tx) => Ok(&mut **tx),
            Over::Connection(_) => Err(not_a_transaction()),
        }
    }
}

fn not_a_transaction() -> Error {
    Error::Defect("a change without a transaction".to_owned())
}

impl Deref for Change {
    type Target = View;

    fn deref(&self) -> &View {
        &self.view
    }
}

impl DerefMut for Change {
    fn deref_mut(&mut self) -> &mut View {
        &mut self.view
    }
}

/// A search text as a pattern for LIKE: anywhere in the text, letters A to Z in either case. Empty matches all.
fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for letter in search.to_ascii_lowercase().chars().filter(|letter| *letter != '\0') {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_patterns_is_taken_for_itself() {
        assert_eq!(pattern("50%_A\\"), "%50\\%\\_a\\\\%");
        assert_eq!(pattern(""), "%%");
        assert_eq!(pattern("a\0b"), "%ab%");
    }
}
