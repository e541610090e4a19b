//! Certificates that sites' administrators brought, or an authority issued: what those read who serve with them.

use std::fmt;

use crate::{
    Result, SiteId,
    sql::{Conn, Row, values},
};

/// A private key (PEM). What it is does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct PrivateKey(pub Vec<u8>);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A certificate and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The certificate, then those of its issuers (PEM).
    pub chain: String,
    /// Its key.
    pub key: PrivateKey,
}

/// What a site is served with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Which site.
    pub site: SiteId,
    /// Never that of another certificate.
    pub version: i64,
    /// The site's own; it may have none yet, while an authority looks.
    pub own: Option<Pair>,
    /// What an authority is shown, by host name, when it looks whether that leads here (RFC 8737).
    pub proofs: Vec<(String, Pair)>,
}

/// The version of what each site is served with, of the sites that have something of their own.
pub(crate) async fn versions(conn: &mut dyn Conn) -> Result<Vec<(SiteId, i64)>> {
    let sql = "SELECT site, max(version) FROM
                   (SELECT site, version FROM certificates UNION ALL SELECT site, version FROM proofs) AS both_kinds
               GROUP BY site ORDER BY site";
    let rows = conn.all(sql, values![]).await?;
    rows.iter().map(|row| Ok((row.site(0)?, row.int(1)?))).collect()
}

/// The certificates of these sites, of those that have one.
pub(crate) async fn of_sites(conn: &mut dyn Conn, sites: &[SiteId]) -> Result<Vec<Certificate>> {
    let mut found = Vec::new();
    for site in sites {
        let certificate = of_site(conn, *site).await?;
        found.extend(Some(certificate).filter(|one| one.own.is_some() || !one.proofs.is_empty()));
    }
    Ok(found)
}

async fn of_site(conn: &mut dyn Conn, site: SiteId) -> Result<Certificate> {
    // Proofs are read last: a version that is too low is asked for again.
    let sql = "SELECT version, chain, private_key FROM certificates WHERE site = $1";
    let own = conn.first(sql, values![site]).await?;
    let sql = "SELECT version, chain, private_key, host FROM proofs WHERE site = $1 ORDER BY host";
    let proofs = conn.all(sql, values![site]).await?;
    let versions = own.iter().chain(&proofs).map(|row| row.int(0)).collect::<Result<Vec<_>>>()?;
    Ok(Certificate {
        site,
        version: versions.into_iter().max().unwrap_or_default(),
        own: own.as_ref().map(pair).transpose()?,
        proofs: proofs.iter().map(|row| Ok((row.text(3)?, pair(row)?))).collect::<Result<_>>()?,
    })
}

fn pair(row: &Row) -> Result<Pair> {
    Ok(Pair { chain: row.text(1)?, key: PrivateKey(row.bytes(2)?.to_vec()) })
}
