//! OpenID Connect providers of organizations: who else may vouch for a newcomer.

use serde::{Deserialize, Serialize};

use crate::{
    Error, Result, SiteId,
    sql::{Conn, Row, values},
};

/// A provider's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderId(pub i64);

/// An OpenID Connect provider of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// What members are shown.
    pub label: String,
    /// Who it says it is: `iss` of its tokens.
    pub issuer: String,
    /// The rest.
    pub settings: ProviderSettings,
    /// Grows with every change.
    pub version: i64,
    /// When it was added.
    pub created_ms: i64,
}

/// Where a provider's parts are, and whom it may vouch for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderSettings {
    /// What we are called there.
    pub client_id: String,
    /// For whom its tokens may be: `aud`. Empty: for `client_id`.
    pub audiences: Vec<String>,
    /// Where members sign in.
    pub login_url: String,
    /// Where their clients get the token.
    pub token_url: String,
    /// Where its keys are.
    pub keys_url: String,
    /// What is asked for, `openid` among it.
    pub scopes: String,
    /// More parameters of the login address, as `name=value&name=value`.
    pub login_params: String,
    /// More parameters of the token's form.
    pub token_params: String,
    /// Only who has a verified e-mail address at one of these domains. Empty: all.
    pub email_domains: Vec<String>,
    /// Only who is in one of these groups. Empty: all.
    pub groups: Vec<String>,
    /// The claim that lists groups.
    pub groups_claim: String,
}

impl ProviderSettings {
    /// For whom its tokens may be.
    pub fn audiences(&self) -> Vec<&str> {
        if self.audiences.is_empty() {
            return vec![&self.client_id];
        }
        self.audiences.iter().map(String::as_str).collect()
    }
}

/// Every site with the providers of its organization, in ascending order of both.
pub(crate) async fn of_sites(conn: &mut dyn Conn) -> Result<Vec<(SiteId, Provider)>> {
    let sql = "SELECT p.id, p.label, p.issuer, p.settings, p.version, p.created_ms, s.id
               FROM providers p JOIN sites s ON s.org = p.org ORDER BY s.id, p.id";
    conn.all(sql, values![]).await?.iter().map(|row| Ok((row.site(6)?, provider(row)?))).collect()
}

/// A row that starts with id, label, issuer, settings, version, created_ms.
pub(crate) fn provider(row: &Row) -> Result<Provider> {
    let settings = serde_json::from_str(&row.text(3)?)
        .map_err(|error| Error::Defect(format!("settings of a provider: {error}")))?;
    Ok(Provider {
        id: ProviderId(row.int(0)?),
        label: row.text(1)?,
        issuer: row.text(2)?,
        settings,
        version: row.int(4)?,
        created_ms: row.int(5)?,
    })
}
