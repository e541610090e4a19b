//! Users' passkeys, and what their authenticators were asked.

use super::{Change, OrgId, UserId, View};
use crate::{
    Result,
    sql::{Conn, Row, values},
};

/// Most passkeys of a user.
pub const PASSKEYS_MAX: i64 = 20;

/// A passkey's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PasskeyId(pub i64);

/// A passkey to add.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    /// Whose.
    pub org: OrgId,
    /// Whose.
    pub user: UserId,
    /// Its id, as the authenticator has it.
    pub credential: Vec<u8>,
    /// What its owner calls it.
    pub label: String,
    /// What signatures are checked with, as JSON.
    pub kept: String,
    /// Now.
    pub now_ms: i64,
}

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPasskey {
    /// Its id.
    pub id: PasskeyId,
    /// Whose.
    pub org: OrgId,
    /// Whose.
    pub user: UserId,
    /// What its owner calls it.
    pub label: String,
    /// What signatures are checked with, as JSON.
    pub kept: String,
    /// When it was added.
    pub created_ms: i64,
    /// When somebody signed in with it last; 0 for never.
    pub used_ms: i64,
}

/// What an authenticator was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyChallenge {
    /// SHA-256 of what the browser keeps.
    pub hash: Vec<u8>,
    /// Who adds a passkey; nobody where somebody signs in, whom the answer will tell.
    pub of: Option<(OrgId, UserId)>,
    /// What the answer is checked with, as JSON.
    pub state: String,
    /// When it ends.
    pub expires_ms: i64,
}

impl View {
    /// A user's passkeys, the oldest first.
    pub async fn passkeys(&mut self, org: OrgId, user: UserId) -> Result<Vec<StoredPasskey>> {
        let sql = "SELECT id, org, user_id, label, kept, created_ms, used_ms FROM passkeys
                   WHERE org = $1 AND user_id = $2 ORDER BY id LIMIT $3";
        let rows = self.conn().all(sql, values![org.0, user.0, PASSKEYS_MAX]).await?;
        rows.iter().map(passkey).collect()
    }

    /// The passkey that the authenticator knows by this, whoever's it is.
    pub async fn find_passkey(&mut self, credential: &[u8]) -> Result<Option<StoredPasskey>> {
        let sql = "SELECT id, org, user_id, label, kept, created_ms, used_ms FROM passkeys
                   WHERE credential = $1";
        self.conn().first(sql, values![credential]).await?.as_ref().map(passkey).transpose()
    }
}

impl Change {
    /// Adds a passkey; `None` when somebody has it already.
    pub async fn add_passkey(&mut self, new: &NewPasskey) -> Result<Option<StoredPasskey>> {
        let sql = "INSERT INTO passkeys (org, user_id, credential, label, kept, created_ms)
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
                   RETURNING id, org, user_id, label, kept, created_ms, used_ms";
        let NewPasskey { org, user, credential, label, kept, now_ms } = new;
        let values = values![org.0, user.0, credential.as_slice(), label, kept, *now_ms];
        self.conn().first(sql, values).await?.as_ref().map(passkey).transpose()
    }

    /// Notes that somebody signed in with a passkey, and what its signatures are checked with from now on.
    pub async fn use_passkey(&mut self, used: &StoredPasskey, now_ms: i64) -> Result<()> {
        let sql = "UPDATE passkeys SET kept = $3, used_ms = $4 WHERE org = $1 AND id = $2";
        self.conn().run(sql, values![used.org.0, used.id.0, &used.kept, now_ms]).await.map(drop)
    }

    /// Removes a passkey of a user's; what it was, when there was one.
    pub async fn remove_passkey(
        &mut self,
        org: OrgId,
        user: UserId,
        id: PasskeyId,
    ) -> Result<Option<StoredPasskey>> {
        let sql = "DELETE FROM passkeys WHERE org = $1 AND user_id = $2 AND id = $3
                   RETURNING id, org, user_id, label, kept, created_ms, used_ms";
        self.conn().first(sql, values![org.0, user.0, id.0]).await?.as_ref().map(passkey).transpose()
    }

    /// Keeps what an authenticator was asked.
    pub async fn add_passkey_challenge(&mut self, asked: &PasskeyChallenge) -> Result<()> {
        let sql = "INSERT INTO passkey_challenges (hash, org, user_id, state, expires_ms)
                   VALUES ($1, $2, $3, $4, $5)";
        let (org, user) = asked.of.map_or((0, 0), |(org, user)| (org.0, user.0));
        let values = values![asked.hash.as_slice(), org, user, &asked.state, asked.expires_ms];
        self.conn().run(sql, values).await.map(drop)
    }

    /// Takes what an authenticator was asked: it is answered once.
    pub async fn take_passkey_challenge(&mut self, hash: &[u8]) -> Result<Option<PasskeyChallenge>> {
        let sql = "DELETE FROM passkey_challenges WHERE hash = $1
                   RETURNING hash, org, user_id, state, expires_ms";
        self.conn().first(sql, values![hash]).await?.as_ref().map(challenge).transpose()
    }
}

/// Removes challenges that ended before this.
pub(super) async fn forget(conn: &mut dyn Conn, before_ms: i64, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM passkey_challenges WHERE hash IN
               (SELECT hash FROM passkey_challenges WHERE expires_ms < $1 LIMIT $2)";
    conn.run(sql, values![before_ms, i64::from(limit)]).await
}

/// A row of id, org, user_id, label, kept, created_ms, used_ms.
fn passkey(row: &Row) -> Result<StoredPasskey> {
    Ok(StoredPasskey {
        id: PasskeyId(row.int(0)?),
        org: OrgId(row.int(1)?),
        user: UserId(row.int(2)?),
        label: row.text(3)?,
        kept: row.text(4)?,
        created_ms: row.int(5)?,
        used_ms: row.int(6)?,
    })
}

/// A row of hash, org, user_id, state, expires_ms.
fn challenge(row: &Row) -> Result<PasskeyChallenge> {
    let of = (OrgId(row.int(1)?), UserId(row.int(2)?));
    Ok(PasskeyChallenge {
        hash: row.bytes(0)?.to_vec(),
        of: Some(of).filter(|(_, user)| user.0 > 0),
        state: row.text(3)?,
        expires_ms: row.int(4)?,
    })
}
