//! Sites' certificates, as their administrators see them: without the key.

use super::{Change, Scope, View};
use crate::{PrivateKey, Result, sql::values, steps::sites::count};

/// A certificate to serve a site with.
#[derive(Debug, Clone)]
pub struct NewCertificate {
    /// The site's own, then those of its issuers (PEM).
    pub chain: String,
    /// Its key.
    pub key: PrivateKey,
    /// When the first of the chain ends.
    pub expires_ms: i64,
    /// Who brought it.
    pub made_by: String,
    /// Now.
    pub now_ms: i64,
}

/// A site's certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteCertificate {
    /// The site's own, then those of its issuers (PEM).
    pub chain: String,
    /// When the first of the chain ends.
    pub expires_ms: i64,
    /// Who brought it.
    pub made_by: String,
    /// When it came.
    pub created_ms: i64,
}

impl View {
    /// A site's own certificate, if it has one.
    pub async fn certificate(&mut self, scope: &Scope) -> Result<Option<SiteCertificate>> {
        let sql = "SELECT chain, expires_ms, made_by, created_ms FROM certificates WHERE site = $1";
        let row = self.conn().first(sql, values![scope.site]).await?;
        row.map(|row| {
            Ok(SiteCertificate {
                chain: row.text(0)?,
                expires_ms: row.int(1)?,
                made_by: row.text(2)?,
                created_ms: row.int(3)?,
            })
        })
        .transpose()
    }

    /// When the first of all sites' certificates ends, of sites that are served.
    pub async fn first_certificate_end(&mut self) -> Result<Option<i64>> {
        let sql = "SELECT min(c.expires_ms) FROM certificates c JOIN sites s ON s.id = c.site WHERE NOT s.suspended";
        let row = self.conn().first(sql, values![]).await?;
        row.map_or(Ok(None), |row| row.opt_int(0))
    }
}

impl Change {
    /// Gives a site a certificate, in place of the one it has.
    pub async fn set_certificate(&mut self, scope: &Scope, new: &NewCertificate) -> Result<()> {
        // First of all, so that two who change sites come one after the other.
        let version = count(self.conn(), "sites_version").await?;
        let sql =
            "INSERT INTO certificates (site, version, chain, private_key, expires_ms, made_by, created_ms)
                   VALUES ($1, $2, $3, $4, $5, $6, $7)
                   ON CONFLICT (site) DO UPDATE SET version = excluded.version, chain = excluded.chain,
                       private_key = excluded.private_key, expires_ms = excluded.expires_ms,
                       made_by = excluded.made_by, created_ms = excluded.created_ms";
        let key = new.key.0.as_slice();
        let values = values![scope.site, version, &new.chain, key, new.expires_ms, &new.made_by, new.now_ms];
        self.conn().run(sql, values).await.map(drop)
    }

    /// Takes a site's certificate away; `false` when it has none.
    pub async fn remove_certificate(&mut self, scope: &Scope) -> Result<bool> {
        count(self.conn(), "sites_version").await?;
        Ok(self.conn().run("DELETE FROM certificates WHERE site = $1", values![scope.site]).await? > 0)
    }
}
