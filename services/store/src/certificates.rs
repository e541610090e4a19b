//! Certificates that sites' administrators brought: what those read who serve with them.

use std::fmt;

use crate::{
    Result, SiteId,
    sql::{Conn, values},
};

/// A private key (PEM). What it is does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(pub Vec<u8>);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What a site is served with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Which site.
    pub site: SiteId,
    /// Never that of another certificate.
    pub version: i64,
    /// The site's own certificate, then those of its issuers (PEM).
    pub chain: String,
    /// Its key.
    pub key: PrivateKey,
}

/// The version of each site's certificate, of the sites that have one.
pub(crate) async fn versions(conn: &mut dyn Conn) -> Result<Vec<(SiteId, i64)>> {
    let rows = conn.all("SELECT site, version FROM certificates ORDER BY site", values![]).await?;
    rows.iter().map(|row| Ok((row.site(0)?, row.int(1)?))).collect()
}

/// The certificates of these sites, of those that have one.
pub(crate) async fn of_sites(conn: &mut dyn Conn, sites: &[SiteId]) -> Result<Vec<Certificate>> {
    let sql = "SELECT version, chain, private_key FROM certificates WHERE site = $1";
    let mut found = Vec::new();
    for site in sites {
        if let Some(row) = conn.first(sql, values![*site]).await? {
            let key = PrivateKey(row.bytes(2)?.to_vec());
            found.push(Certificate { site: *site, version: row.int(0)?, chain: row.text(1)?, key });
        }
    }
    Ok(found)
}
