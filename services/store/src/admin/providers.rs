//! An organization's providers.

use super::{Change, OrgId, Page, View};
use crate::{Error, Provider, ProviderId, Result, providers::provider, sql::values, steps::sites::count};

impl View {
    /// An organization's providers in ascending order of id.
    pub async fn providers(&mut self, org: OrgId, page: &Page<ProviderId>) -> Result<Vec<Provider>> {
        let sql = "SELECT id, label, issuer, settings, version, created_ms FROM providers
                   WHERE org = $1 AND id > $2 ORDER BY id LIMIT $3";
        let rows = self.conn().all(sql, values![org.0, page.after.0, i64::from(page.limit)]).await?;
        rows.iter().map(provider).collect()
    }

    /// One of an organization's providers.
    pub async fn provider(&mut self, org: OrgId, id: ProviderId) -> Result<Option<Provider>> {
        let sql = "SELECT id, label, issuer, settings, version, created_ms FROM providers
                   WHERE org = $1 AND id = $2";
        self.conn().first(sql, values![org.0, id.0]).await?.as_ref().map(provider).transpose()
    }
}

impl Change {
    /// Adds a provider; its id and version are made here.
    pub async fn add_provider(&mut self, org: OrgId, new: &Provider) -> Result<Provider> {
        count(self.conn(), "sites_version").await?;
        let sql =
            "INSERT INTO providers (org, label, issuer, settings, created_ms) VALUES ($1, $2, $3, $4, $5)
                   RETURNING id, label, issuer, settings, version, created_ms";
        let settings = write(new)?;
        let values = values![org.0, &new.label, &new.issuer, &settings, new.created_ms];
        let row = self.conn().first(sql, values).await?;
        provider(&row.ok_or_else(|| Error::Defect("no id for a provider".to_owned()))?)
    }

    /// Replaces what can be changed of a provider, where its version is still the one given; `None` otherwise.
    pub async fn change_provider(&mut self, org: OrgId, changed: &Provider) -> Result<Option<Provider>> {
        count(self.conn(), "sites_version").await?;
        let sql = "UPDATE providers SET label = $4, issuer = $5, settings = $6, version = version + 1
                   WHERE org = $1 AND id = $2 AND version = $3
                   RETURNING id, label, issuer, settings, version, created_ms";
        let settings = write(changed)?;
        let values =
            values![org.0, changed.id.0, changed.version, &changed.label, &changed.issuer, &settings];
        self.conn().first(sql, values).await?.as_ref().map(provider).transpose()
    }

    /// Removes a provider; `false` when there is none.
    pub async fn remove_provider(&mut self, org: OrgId, id: ProviderId) -> Result<bool> {
        count(self.conn(), "sites_version").await?;
        let sql = "DELETE FROM providers WHERE org = $1 AND id = $2";
        Ok(self.conn().run(sql, values![org.0, id.0]).await? > 0)
    }
}

fn write(provider: &Provider) -> Result<String> {
    serde_json::to_string(&provider.settings).map_err(|error| Error::Defect(error.to_string()))
}
