//! An organization's providers.

use std::collections::HashMap;

use super::{Change, OrgId, Page, View};
use crate::{
    Error, Provider, ProviderId, Result,
    providers::provider,
    sql::{Row, values},
    steps::sites::count,
};

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

    /// Which of an organization's providers did not give their keys when they were asked last.
    pub async fn provider_faults(&mut self, org: OrgId) -> Result<HashMap<ProviderId, ProviderFault>> {
        let sql = "SELECT provider, failing_ms, why FROM provider_checks WHERE org = $1 AND failing_ms > 0";
        let rows = self.conn().all(sql, values![org.0]).await?;
        let fault = |row: &Row| {
            Ok((ProviderId(row.int(0)?), ProviderFault { since_ms: row.int(1)?, why: row.text(2)? }))
        };
        rows.iter().map(fault).collect()
    }

    /// How many providers there are, and how many of them did not give their keys when they were asked last.
    pub async fn provider_counts(&mut self) -> Result<(i64, i64)> {
        let sql = "SELECT (SELECT count(*) FROM providers),
                          (SELECT count(*) FROM provider_checks c JOIN providers p ON p.id = c.provider
                           WHERE c.failing_ms > 0)";
        let row = self.conn().first(sql, values![]).await?;
        row.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
    }
}

/// That a provider's keys cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderFault {
    /// Since when it is known.
    pub since_ms: i64,
    /// Why, in words.
    pub why: String,
}

impl Change {
    /// Takes a provider that nobody has looked at since `before_ms`; nobody else gets it until that much later.
    pub async fn claim_provider(&mut self, now_ms: i64, before_ms: i64) -> Result<Option<(OrgId, Provider)>> {
        let sql = "INSERT INTO provider_checks (provider, org, checked_ms)
                   SELECT p.id, p.org, $1 FROM providers p LEFT JOIN provider_checks c ON c.provider = p.id
                   WHERE coalesce(c.checked_ms, 0) <= $2 ORDER BY coalesce(c.checked_ms, 0), p.id LIMIT 1
                   ON CONFLICT (provider) DO UPDATE SET checked_ms = excluded.checked_ms
                   WHERE provider_checks.checked_ms <= $2
                   RETURNING org, provider";
        let Some(row) = self.conn().first(sql, values![now_ms, before_ms]).await? else { return Ok(None) };
        let org = OrgId(row.int(0)?);
        Ok(self.provider(org, ProviderId(row.int(1)?)).await?.map(|provider| (org, provider)))
    }

    /// Notes how a look at a provider went; `why`: its keys cannot be had.
    pub async fn note_provider(
        &mut self,
        (org, id): (OrgId, ProviderId),
        now_ms: i64,
        why: Option<&str>,
    ) -> Result<()> {
        let sql = "INSERT INTO provider_checks (provider, org, checked_ms, failing_ms, why)
                   SELECT id, org, $3, CASE WHEN $4 = '' THEN 0 ELSE $3 END, $4 FROM providers
                   WHERE org = $1 AND id = $2
                   ON CONFLICT (provider) DO UPDATE SET checked_ms = excluded.checked_ms, why = excluded.why,
                       failing_ms = CASE WHEN provider_checks.failing_ms > 0 AND excluded.failing_ms > 0
                           THEN provider_checks.failing_ms ELSE excluded.failing_ms END";
        let values = values![org.0, id.0, now_ms, why.unwrap_or_default()];
        self.conn().run(sql, values).await.map(drop)
    }

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
        let checks = "DELETE FROM provider_checks WHERE org = $1 AND provider = $2";
        self.conn().run(checks, values![org.0, id.0]).await?;
        let sql = "DELETE FROM providers WHERE org = $1 AND id = $2";
        Ok(self.conn().run(sql, values![org.0, id.0]).await? > 0)
    }
}

fn write(provider: &Provider) -> Result<String> {
    serde_json::to_string(&provider.settings).map_err(|error| Error::Defect(error.to_string()))
}
