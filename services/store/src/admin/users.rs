//! People who administer, and their passwords.

use super::{CallerId, Change, OrgId, Page, View, pattern};
use crate::{
    Error, Result,
    sql::{Row, values},
};

/// A user's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserId(pub i64);

/// Somebody to add.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Whose.
    pub org: OrgId,
    /// The address that they sign in with, in lower case.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// What they may do; for those above to interpret.
    pub role: String,
    /// Now.
    pub now_ms: i64,
}

/// Somebody who administers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Whose.
    pub org: OrgId,
    /// The address that they sign in with.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: String,
    /// They may not sign in.
    pub suspended: bool,
    /// Grows with every change of the above.
    pub version: i64,
    /// When they were added.
    pub created_ms: i64,
    /// When they signed in last, if they ever did.
    pub signed_in_ms: Option<i64>,
    /// They can sign in with a password.
    pub has_password: bool,
    /// They need a second factor to.
    pub has_totp: bool,
}

/// A user with what they sign in with.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Who.
    pub user: User,
    /// The password's hash; empty for none.
    pub password: String,
    /// The secret of the second factor, if there is one.
    pub totp: Option<Vec<u8>>,
    /// One that is not confirmed yet.
    pub totp_new: Option<Vec<u8>>,
}

impl View {
    /// The account of whoever holds this address: the one who has a password with it. A finder without an organization: it
    /// tells which it is.
    pub async fn find_account(&mut self, email: &str) -> Result<Option<Account>> {
        let sql =
            "SELECT id, org, email, name, role, suspended, version, created_ms, signed_in_ms, password, totp,
                   totp_new FROM users WHERE email = $1 AND password <> ''";
        self.conn().first(sql, values![email]).await?.as_ref().map(account).transpose()
    }

    /// Those who have an address that nobody holds, whichever organizations they are of: the newest ones, so many at most.
    pub async fn find_invited(&mut self, email: &str, limit: u32) -> Result<Vec<User>> {
        let sql =
            "SELECT id, org, email, name, role, suspended, version, created_ms, signed_in_ms, password, totp,
                   totp_new FROM users WHERE email = $1
                   AND NOT EXISTS (SELECT 1 FROM users h WHERE h.email = users.email AND h.password <> '')
                   ORDER BY id DESC LIMIT $2";
        let rows = self.conn().all(sql, values![email, i64::from(limit)]).await?;
        rows.iter().map(|row| Ok(account(row)?.user)).collect()
    }

    /// Whoever has this address in an organization, whether they hold it or were only invited.
    pub async fn find_user(&mut self, org: OrgId, email: &str) -> Result<Option<User>> {
        let sql =
            "SELECT id, org, email, name, role, suspended, version, created_ms, signed_in_ms, password, totp,
                   totp_new FROM users WHERE org = $1 AND email = $2";
        let row = self.conn().first(sql, values![org.0, email]).await?;
        row.map(|row| Ok(account(&row)?.user)).transpose()
    }

    /// An organization's users in ascending order of id; the search text is looked for in names and addresses.
    pub async fn users(&mut self, org: OrgId, page: &Page<UserId>) -> Result<Vec<User>> {
        let sql =
            "SELECT id, org, email, name, role, suspended, version, created_ms, signed_in_ms, password, totp,
                   totp_new FROM users WHERE org = $1 AND id > $2
                   AND (email LIKE $3 ESCAPE '\\' OR lower(name) LIKE $3 ESCAPE '\\') ORDER BY id LIMIT $4";
        let search = pattern(&page.search);
        let values = values![org.0, page.after.0, &search, i64::from(page.limit)];
        self.conn().all(sql, values).await?.iter().map(|row| Ok(account(row)?.user)).collect()
    }

    /// One of an organization's users.
    pub async fn user(&mut self, org: OrgId, id: UserId) -> Result<Option<User>> {
        Ok(self.account(org, id).await?.map(|account| account.user))
    }

    /// The account of one of an organization's users.
    pub async fn account(&mut self, org: OrgId, id: UserId) -> Result<Option<Account>> {
        let sql =
            "SELECT id, org, email, name, role, suspended, version, created_ms, signed_in_ms, password, totp,
                   totp_new FROM users WHERE org = $1 AND id = $2";
        self.conn().first(sql, values![org.0, id.0]).await?.as_ref().map(account).transpose()
    }

    /// How many of an organization's users in this role can sign in.
    pub async fn count_live_users(&mut self, org: OrgId, role: &str) -> Result<u64> {
        let sql =
            "SELECT count(*) FROM users WHERE org = $1 AND role = $2 AND NOT suspended AND password <> ''";
        let row = self.conn().first(sql, values![org.0, role]).await?;
        row.ok_or_else(|| Error::Defect("no count".to_owned()))?.count(0)
    }
}

impl Change {
    /// Adds somebody without a password; `None` when somebody of the organization has this address. Who is invited holds no
    /// address: no organization learns here what others have.
    pub async fn add_user(&mut self, new: &NewUser) -> Result<Option<User>> {
        let sql = "INSERT INTO users (org, email, name, role, created_ms) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (org, email) DO NOTHING
                   RETURNING id, org, email, name, role, suspended, version, created_ms, signed_in_ms, password, totp,
                   totp_new";
        let values = values![new.org.0, &new.email, &new.name, &new.role, new.now_ms];
        let row = self.conn().first(sql, values).await?;
        row.map(|row| Ok(account(&row)?.user)).transpose()
    }

    /// Locks an account until the end, and finds it.
    pub async fn lock_account(&mut self, org: OrgId, id: UserId) -> Result<Option<Account>> {
        let sql = "UPDATE users SET version = version WHERE org = $1 AND id = $2
                   RETURNING id, org, email, name, role, suspended, version, created_ms, signed_in_ms, password, totp,
                   totp_new";
        self.conn().first(sql, values![org.0, id.0]).await?.as_ref().map(account).transpose()
    }

    /// Replaces name, role and suspension, where the version is still the one given; `None` otherwise.
    pub async fn change_user(&mut self, changed: &User) -> Result<Option<User>> {
        let sql = "UPDATE users SET name = $4, role = $5, suspended = $6, version = version + 1
                   WHERE org = $1 AND id = $2 AND version = $3
                   RETURNING id, org, email, name, role, suspended, version, created_ms, signed_in_ms, password, totp,
                   totp_new";
        let User { id, org, version, name, role, suspended, .. } = changed;
        let values = values![org.0, id.0, *version, name, role, *suspended];
        self.conn().first(sql, values).await?.map(|row| Ok(account(&row)?.user)).transpose()
    }

    /// Removes somebody with all that they sign in with.
    pub async fn remove_user(&mut self, org: OrgId, id: UserId) -> Result<()> {
        for sql in [
            "DELETE FROM user_sessions WHERE org = $1 AND user_id = $2",
            "DELETE FROM user_links WHERE org = $1 AND user_id = $2",
            "DELETE FROM user_recovery_codes WHERE org = $1 AND user_id = $2",
            "DELETE FROM user_identities WHERE org = $1 AND user_id = $2",
            "DELETE FROM user_sign_ins WHERE org = $1 AND user_id = $2",
            "DELETE FROM passkeys WHERE org = $1 AND user_id = $2",
            "DELETE FROM passkey_challenges WHERE org = $1 AND user_id = $2",
            "DELETE FROM mails WHERE org = $1 AND site = 0 AND id = $2",
            "DELETE FROM users WHERE org = $1 AND id = $2",
        ] {
            self.conn().run(sql, values![org.0, id.0]).await?;
        }
        Ok(())
    }

    /// Locks all who have an address until the end, whichever organizations they are of. It comes before the lock of any one
    /// account: of two who want to hold the address one waits, and then finds that the other does.
    pub async fn lock_address(&mut self, email: &str) -> Result<()> {
        let sql = "UPDATE users SET version = version WHERE email = $1";
        self.conn().run(sql, values![email]).await.map(drop)
    }

    /// Sets the hash of a password, with which somebody holds their address; `false` when somebody else holds it.
    pub async fn set_password(&mut self, org: OrgId, id: UserId, hash: &str) -> Result<bool> {
        let sql = "UPDATE users SET password = $3 WHERE org = $1 AND id = $2 AND NOT EXISTS
                   (SELECT 1 FROM users h WHERE h.email = users.email AND h.password <> '' AND h.id <> users.id)";
        Ok(self.conn().run(sql, values![org.0, id.0, hash]).await? > 0)
    }

    /// Notes that somebody signed in.
    pub async fn note_sign_in(&mut self, user: &User, now_ms: i64) -> Result<()> {
        let sql = "UPDATE users SET signed_in_ms = $3 WHERE org = $1 AND id = $2";
        self.conn().run(sql, values![user.org.0, user.id.0, now_ms]).await.map(drop)
    }
}

impl From<UserId> for CallerId {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

/// A row of id, org, email, name, role, suspended, version, created_ms, signed_in_ms, password, totp, totp_new from the
/// first column on.
pub(super) fn account(row: &Row) -> Result<Account> {
    let (password, totp) = (row.text(9)?, row.opt_bytes(10)?);
    let user = User {
        id: UserId(row.int(0)?),
        org: OrgId(row.int(1)?),
        email: row.text(2)?,
        name: row.text(3)?,
        role: row.text(4)?,
        suspended: row.flag(5)?,
        version: row.int(6)?,
        created_ms: row.int(7)?,
        signed_in_ms: Some(row.int(8)?).filter(|ms| *ms > 0),
        has_password: !password.is_empty(),
        has_totp: totp.is_some(),
    };
    let totp_new = row.opt_bytes(11)?.map(Into::into);
    Ok(Account { user, password, totp: totp.map(Into::into), totp_new })
}
