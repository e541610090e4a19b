//! What the sign-in of a site's members needs: signing keys, and authorization codes between page and token.

use bytes::Bytes;

use super::{Change, View};
use crate::{
    InvitationId, Result, SiteId,
    sql::{Row, values},
};

/// What signs a site's tokens.
#[derive(Debug, Clone)]
pub struct SigningKey {
    /// Its name.
    pub kid: String,
    /// The private half, PKCS #8.
    pub private_key: Bytes,
    /// The public half, a JWK.
    pub public_key: String,
    /// When it was made.
    pub created_ms: i64,
}

/// An authorization code, and what it was given for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// SHA-256 of the code.
    pub code_hash: Bytes,
    /// The invitation behind it.
    pub invitation: InvitationId,
    /// SHA-256 of the verifier that its client will show, in base64url.
    pub challenge: String,
    /// Where the code was sent.
    pub redirect_uri: String,
    /// What the client wants to find in the token.
    pub nonce: Option<String>,
    /// When it ends.
    pub expires_ms: i64,
}

impl View {
    /// A site's signing keys, newest first.
    pub async fn signing_keys(&mut self, site: SiteId) -> Result<Vec<SigningKey>> {
        let sql = "SELECT kid, private_key, public_key, created_ms FROM signing_keys
                   WHERE site = $1 ORDER BY created_ms DESC, kid LIMIT 16";
        self.conn().all(sql, values![site]).await?.iter().map(signing_key).collect()
    }

    /// A site's name, hosts and whether it is suspended, by id: for pages that everybody may see.
    pub async fn site(&mut self, site: SiteId) -> Result<Option<crate::Site>> {
        match self.org_of_site(site).await? {
            Some(org) => Ok(self.org_site(org, site).await?.map(|found| found.site)),
            None => Ok(None),
        }
    }
}

impl Change {
    /// Waits for whoever makes signing keys of a site at this moment, and keeps others from it until the end.
    pub async fn lock_signing_keys(&mut self, site: SiteId) -> Result<()> {
        // A write that changes nothing: it locks the row on either database.
        let sql = "UPDATE sites SET org = org WHERE id = $1";
        self.conn().run(sql, values![site]).await.map(drop)
    }

    /// Adds a signing key.
    pub async fn add_signing_key(&mut self, site: SiteId, key: &SigningKey) -> Result<()> {
        let sql = "INSERT INTO signing_keys (site, kid, private_key, public_key, created_ms)
                   VALUES ($1, $2, $3, $4, $5)";
        let values = values![site, &key.kid, key.private_key.as_ref(), &key.public_key, key.created_ms];
        self.conn().run(sql, values).await.map(drop)
    }

    /// Removes a site's signing keys older than this, but for the newest of all.
    pub async fn drop_signing_keys(&mut self, site: SiteId, before_ms: i64) -> Result<u64> {
        let sql = "DELETE FROM signing_keys WHERE site = $1 AND created_ms < $2
                   AND created_ms < (SELECT max(created_ms) FROM signing_keys WHERE site = $1)";
        self.conn().run(sql, values![site, before_ms]).await
    }

    /// Keeps an authorization code until it is exchanged.
    pub async fn add_grant(&mut self, site: SiteId, grant: &Grant) -> Result<()> {
        let sql =
            "INSERT INTO grants (site, code_hash, invitation, challenge, redirect_uri, nonce, expires_ms)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let values = values![
            site,
            grant.code_hash.as_ref(),
            grant.invitation.0,
            &grant.challenge,
            &grant.redirect_uri,
            grant.nonce.as_deref(),
            grant.expires_ms,
        ];
        self.conn().run(sql, values).await.map(drop)
    }

    /// Takes an authorization code: whoever shows it first has it.
    pub async fn take_grant(&mut self, site: SiteId, code_hash: &[u8]) -> Result<Option<Grant>> {
        let sql = "DELETE FROM grants WHERE site = $1 AND code_hash = $2
                   RETURNING code_hash, invitation, challenge, redirect_uri, nonce, expires_ms";
        self.conn().first(sql, values![site, code_hash]).await?.as_ref().map(grant).transpose()
    }
}

/// A row of kid, private_key, public_key, created_ms.
fn signing_key(row: &Row) -> Result<SigningKey> {
    Ok(SigningKey {
        kid: row.text(0)?,
        private_key: row.bytes(1)?,
        public_key: row.text(2)?,
        created_ms: row.int(3)?,
    })
}

/// A row of code_hash, invitation, challenge, redirect_uri, nonce, expires_ms.
fn grant(row: &Row) -> Result<Grant> {
    Ok(Grant {
        code_hash: row.bytes(0)?,
        invitation: InvitationId(row.int(1)?),
        challenge: row.text(2)?,
        redirect_uri: row.text(3)?,
        nonce: row.opt_text(4)?,
        expires_ms: row.int(5)?,
    })
}
