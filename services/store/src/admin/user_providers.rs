//! OpenID Connect providers that an organization's people sign in with.

use serde::{Deserialize, Serialize};

use super::{Change, OrgId, Page, View};
use crate::{
    Error, Result,
    sql::{Row, values},
};

/// The id of a provider of people's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserProviderId(pub i64);

/// An OpenID Connect provider that an organization's people sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserProvider {
    /// Its id.
    pub id: UserProviderId,
    /// Whose.
    pub org: OrgId,
    /// What people are shown.
    pub label: String,
    /// Who it says it is: `iss` of its tokens.
    pub issuer: String,
    /// The rest.
    pub settings: UserProviderSettings,
    /// We prove ourselves with a secret there.
    pub has_secret: bool,
    /// Grows with every change.
    pub version: i64,
    /// When it was added.
    pub created_ms: i64,
}

/// Where a provider's parts are, and whom it lets in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UserProviderSettings {
    /// What we are called there.
    pub client_id: String,
    /// Where people sign in.
    pub login_url: String,
    /// Where we get their token.
    pub token_url: String,
    /// Where its keys are.
    pub keys_url: String,
    /// The secret goes into the form, since the provider takes it in no other way; otherwise into a header.
    pub secret_in_form: bool,
    /// Only people with an address at one of these domains, in lower case.
    pub email_domains: Vec<String>,
    /// What people may do who are made at their first sign-in; `None`: nobody is made.
    pub new_people: Option<String>,
    /// The organization's people have no other way in, but for its owners.
    pub only_way: bool,
    /// The provider asks for a second factor: ours is not asked for.
    pub second_factor_there: bool,
}

impl UserProviderSettings {
    /// Whether an address is at one of its domains.
    pub fn takes(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase());
        domain.is_some_and(|domain| self.email_domains.contains(&domain))
    }
}

impl View {
    /// An organization's providers in ascending order of id.
    pub async fn user_providers(
        &mut self,
        org: OrgId,
        page: &Page<UserProviderId>,
    ) -> Result<Vec<UserProvider>> {
        let sql = "SELECT id, org, label, issuer, settings, secret, version, created_ms FROM user_providers
                   WHERE org = $1 AND id > $2 ORDER BY id LIMIT $3";
        let rows = self.conn().all(sql, values![org.0, page.after.0, i64::from(page.limit)]).await?;
        rows.iter().map(provider).collect()
    }

    /// One of an organization's providers.
    pub async fn user_provider(&mut self, org: OrgId, id: UserProviderId) -> Result<Option<UserProvider>> {
        let sql = "SELECT id, org, label, issuer, settings, secret, version, created_ms FROM user_providers
                   WHERE org = $1 AND id = $2";
        self.conn().first(sql, values![org.0, id.0]).await?.as_ref().map(provider).transpose()
    }

    /// What we prove ourselves with at a provider; empty for nothing.
    pub async fn user_provider_secret(&mut self, org: OrgId, id: UserProviderId) -> Result<String> {
        let sql = "SELECT secret FROM user_providers WHERE org = $1 AND id = $2";
        let row = self.conn().first(sql, values![org.0, id.0]).await?;
        row.map_or(Ok(String::new()), |row| row.text(0))
    }

    /// The providers for an e-mail domain, of the organization that named it first. The one finder without an organization:
    /// it is for people of whom none is known.
    pub async fn user_providers_at(&mut self, domain: &str) -> Result<Vec<UserProvider>> {
        let sql = "SELECT p.id, p.org, p.label, p.issuer, p.settings, p.secret, p.version, p.created_ms
                   FROM user_provider_domains d JOIN user_providers p ON p.org = d.org AND p.id = d.provider
                   WHERE d.domain = $1 AND d.org =
                   (SELECT org FROM user_provider_domains WHERE domain = $1 ORDER BY provider LIMIT 1)
                   ORDER BY p.id";
        self.conn().all(sql, values![domain]).await?.iter().map(provider).collect()
    }
}

impl Change {
    /// Adds a provider; its id and version are made here.
    pub async fn add_user_provider(&mut self, new: &UserProvider, secret: &str) -> Result<UserProvider> {
        let sql = "INSERT INTO user_providers (org, label, issuer, settings, secret, created_ms)
                   VALUES ($1, $2, $3, $4, $5, $6)
                   RETURNING id, org, label, issuer, settings, secret, version, created_ms";
        let settings = write(new)?;
        let values = values![new.org.0, &new.label, &new.issuer, &settings, secret, new.created_ms];
        let row = self.conn().first(sql, values).await?;
        let made = provider(&row.ok_or_else(|| Error::Defect("no id for a provider".to_owned()))?)?;
        self.put_domains(&made).await?;
        Ok(made)
    }

    /// Replaces what can be changed of a provider, where its version is still the one given; `None` otherwise. Without a
    /// secret, the one that there is stays.
    pub async fn change_user_provider(
        &mut self,
        changed: &UserProvider,
        secret: Option<&str>,
    ) -> Result<Option<UserProvider>> {
        let sql = "UPDATE user_providers SET label = $4, issuer = $5, settings = $6,
                   secret = COALESCE($7, secret), version = version + 1 WHERE org = $1 AND id = $2 AND version = $3
                   RETURNING id, org, label, issuer, settings, secret, version, created_ms";
        let settings = write(changed)?;
        let UserProvider { id, org, version, label, issuer, .. } = changed;
        let values = values![org.0, id.0, *version, label, issuer, &settings, secret];
        let row = self.conn().first(sql, values).await?;
        let changed = row.as_ref().map(provider).transpose()?;
        if let Some(changed) = &changed {
            self.put_domains(changed).await?;
        }
        Ok(changed)
    }

    /// Removes a provider, and the sign-ins that are under way at it.
    pub async fn remove_user_provider(&mut self, org: OrgId, id: UserProviderId) -> Result<()> {
        for sql in [
            "DELETE FROM user_provider_domains WHERE org = $1 AND provider = $2",
            "DELETE FROM user_sign_ins WHERE org = $1 AND provider = $2",
            "DELETE FROM user_providers WHERE org = $1 AND id = $2",
        ] {
            self.conn().run(sql, values![org.0, id.0]).await?;
        }
        Ok(())
    }

    async fn put_domains(&mut self, provider: &UserProvider) -> Result<()> {
        let UserProvider { id, org, settings, .. } = provider;
        let sql = "DELETE FROM user_provider_domains WHERE org = $1 AND provider = $2";
        self.conn().run(sql, values![org.0, id.0]).await?;
        for domain in &settings.email_domains {
            let sql = "INSERT INTO user_provider_domains (domain, provider, org) VALUES ($1, $2, $3)
                       ON CONFLICT DO NOTHING";
            self.conn().run(sql, values![domain, id.0, org.0]).await?;
        }
        Ok(())
    }
}

fn write(provider: &UserProvider) -> Result<String> {
    serde_json::to_string(&provider.settings).map_err(|error| Error::Defect(error.to_string()))
}

/// A row of id, org, label, issuer, settings, secret, version, created_ms.
fn provider(row: &Row) -> Result<UserProvider> {
    let settings = serde_json::from_str(&row.text(4)?)
        .map_err(|error| Error::Defect(format!("settings of a provider: {error}")))?;
    Ok(UserProvider {
        id: UserProviderId(row.int(0)?),
        org: OrgId(row.int(1)?),
        label: row.text(2)?,
        issuer: row.text(3)?,
        settings,
        has_secret: !row.text(5)?.is_empty(),
        version: row.int(6)?,
        created_ms: row.int(7)?,
    })
}
