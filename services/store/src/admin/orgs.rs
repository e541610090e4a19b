//! Organizations.

use super::{Change, Org, OrgId, OrgLimits, Page, View, pattern};
use crate::{
    Error, Result,
    sql::{Row, values},
};

impl View {
    /// Organizations in ascending order of id.
    pub async fn orgs(&mut self, page: &Page<OrgId>) -> Result<Vec<Org>> {
        let sql = "SELECT id, name, limits, version, created_ms FROM orgs
                   WHERE id > $1 AND lower(name) LIKE $2 ESCAPE '\\' ORDER BY id LIMIT $3";
        let search = pattern(&page.search);
        let rows = self.conn().all(sql, values![page.after.0, &search, i64::from(page.limit)]).await?;
        rows.iter().map(org).collect()
    }

    /// One organization.
    pub async fn org(&mut self, id: OrgId) -> Result<Option<Org>> {
        let sql = "SELECT id, name, limits, version, created_ms FROM orgs WHERE id = $1";
        self.conn().first(sql, values![id.0]).await?.as_ref().map(org).transpose()
    }

    /// How many sites an organization has.
    pub async fn count_sites(&mut self, org: OrgId) -> Result<u64> {
        let row = self.conn().first("SELECT count(*) FROM sites WHERE org = $1", values![org.0]).await?;
        row.ok_or_else(|| Error::Defect("no count".to_owned()))?.count(0)
    }
}

impl Change {
    /// Locks an organization until the end, and finds it: its number of sites and its limits hold meanwhile.
    pub async fn lock_org(&mut self, id: OrgId) -> Result<Option<Org>> {
        let sql = "UPDATE orgs SET version = version WHERE id = $1
                   RETURNING id, name, limits, version, created_ms";
        self.conn().first(sql, values![id.0]).await?.as_ref().map(org).transpose()
    }

    /// Adds an organization.
    pub async fn add_org(&mut self, name: &str, limits: &OrgLimits, now_ms: i64) -> Result<Org> {
        let sql = "INSERT INTO orgs (name, limits, created_ms) VALUES ($1, $2, $3)
                   RETURNING id, name, limits, version, created_ms";
        let limits = write_limits(limits)?;
        let row = self.conn().first(sql, values![name, &limits, now_ms]).await?;
        org(&row.ok_or_else(|| Error::Defect("no id for an organization".to_owned()))?)
    }

    /// Replaces name and limits, where the version is still the one given; `None` otherwise.
    pub async fn change_org(&mut self, changed: &Org) -> Result<Option<Org>> {
        let sql =
            "UPDATE orgs SET name = $2, limits = $3, version = version + 1 WHERE id = $1 AND version = $4
                   RETURNING id, name, limits, version, created_ms";
        let limits = write_limits(&changed.limits)?;
        let values = values![changed.id.0, &changed.name, &limits, changed.version];
        self.conn().first(sql, values).await?.as_ref().map(org).transpose()
    }
}

/// A row of id, name, limits, version, created_ms.
fn org(row: &Row) -> Result<Org> {
    let limits = serde_json::from_str(&row.text(2)?)
        .map_err(|error| Error::Defect(format!("limits of an organization: {error}")))?;
    let (version, created_ms) = (row.int(3)?, row.int(4)?);
    Ok(Org { id: OrgId(row.int(0)?), name: row.text(1)?, limits, version, created_ms })
}

fn write_limits(limits: &OrgLimits) -> Result<String> {
    serde_json::to_string(limits).map_err(|error| Error::Defect(error.to_string()))
}
