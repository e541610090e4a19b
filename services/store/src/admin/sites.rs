//! An organization's sites.

use std::collections::HashMap;

use super::{Change, OrgId, OrgSite, Page, Scope, View, pattern};
use crate::{
    Error, NewSite, Result, SiteId,
    sql::{Row, values},
    steps::sites::{self, add_hosts, count, write_settings},
};

impl View {
    /// The way to what is in a site; `None` when the organization has no such site.
    pub async fn scope(&mut self, org: OrgId, site: SiteId) -> Result<Option<Scope>> {
        let sql = "SELECT 1 FROM sites WHERE org = $1 AND id = $2";
        let row = self.conn().first(sql, values![org.0, site]).await?;
        Ok(row.map(|_| Scope { org, site }))
    }

    /// An organization's sites in ascending order of id; the search is for their names.
    pub async fn org_sites(&mut self, org: OrgId, page: &Page<SiteId>) -> Result<Vec<OrgSite>> {
        let sql = "SELECT id, name, suspended, created_ms, settings, org, version, closing_ms,
                       held AND suspended, shard FROM sites
                   WHERE org = $1 AND id > $2 AND lower(name) LIKE $3 ESCAPE '\\' ORDER BY id LIMIT $4";
        let search = pattern(&page.search);
        let values = values![org.0, page.after, &search, i64::from(page.limit)];
        let rows = self.conn().all(sql, values).await?;
        let Some(last) = rows.last() else { return Ok(Vec::new()) };
        let last = last.site(0)?;
        let sql = "SELECT h.site, h.host FROM site_hosts h JOIN sites s ON s.id = h.site
                   WHERE s.org = $1 AND h.site > $2 AND h.site <= $3 ORDER BY h.host";
        let mut hosts: HashMap<SiteId, Vec<String>> = HashMap::new();
        for row in self.conn().all(sql, values![org.0, page.after, last]).await? {
            hosts.entry(row.site(0)?).or_default().push(row.text(1)?);
        }
        rows.iter().map(|row| site(row, &mut hosts)).collect()
    }

    /// One of an organization's sites.
    pub async fn org_site(&mut self, org: OrgId, id: SiteId) -> Result<Option<OrgSite>> {
        let page = Page { after: SiteId(id.0.saturating_sub(1)), limit: 1, search: String::new() };
        Ok(self.org_sites(org, &page).await?.pop().filter(|found| found.site.id == id))
    }

    /// Whose site this is: for those who work on the database itself, and are bound to no organization.
    pub async fn org_of_site(&mut self, site: SiteId) -> Result<Option<OrgId>> {
        let row = self.conn().first("SELECT org FROM sites WHERE id = $1", values![site]).await?;
        row.map(|row| Ok(OrgId(row.int(0)?))).transpose()
    }
}

impl Change {
    /// Adds a site to an organization. [`Error::Taken`] when one of its hosts leads elsewhere.
    pub async fn add_org_site(&mut self, org: OrgId, new: &NewSite, now_ms: i64) -> Result<OrgSite> {
        let conn = self.conn();
        // First of all, so that two who change sites come one after the other.
        count(conn, "sites_version").await?;
        let sql = "INSERT INTO sites (org, name, settings, created_ms) VALUES ($1, $2, $3, $4) RETURNING id";
        let settings = write_settings(&new.settings)?;
        let row = conn.first(sql, values![org.0, &new.name, &settings, now_ms]).await?;
        let id = row.ok_or_else(|| Error::Defect("no id for a site".to_owned()))?.site(0)?;
        add_hosts(conn, id, &new.hosts).await?;
        self.org_site(org, id).await?.ok_or(Error::Absent("site"))
    }

    /// Replaces what can be changed of a site, where its version is still the one given; `None` otherwise.
    /// [`Error::Taken`] as for adding.
    pub async fn change_org_site(&mut self, changed: &OrgSite) -> Result<Option<OrgSite>> {
        let conn = self.conn();
        count(conn, "sites_version").await?;
        let sql =
            "UPDATE sites SET name = $4, suspended = $5, settings = $6, held = $7, version = version + 1
                   WHERE org = $1 AND id = $2 AND version = $3";
        let site = &changed.site;
        let settings = write_settings(&site.settings)?;
        let OrgSite { org, version, held, .. } = *changed;
        let values = values![org.0, site.id, version, &site.name, site.suspended, &settings, held];
        if conn.run(sql, values).await? == 0 {
            return Ok(None);
        }
        conn.run("DELETE FROM site_hosts WHERE site = $1", values![site.id]).await?;
        add_hosts(conn, site.id, &site.hosts).await?;
        self.org_site(changed.org, site.id).await
    }
}

/// A row of id, name, suspended, created_ms, settings, org, version, closing_ms, whether it is held, shard.
fn site(row: &Row, hosts: &mut HashMap<SiteId, Vec<String>>) -> Result<OrgSite> {
    let site = sites::site(row, hosts)?;
    let closing_ms = Some(row.int(7)?).filter(|ms| *ms > 0);
    let (org, version, held, shard) = (OrgId(row.int(5)?), row.int(6)?, row.flag(8)?, row.text(9)?);
    Ok(OrgSite { org, version, closing_ms, held, shard, site })
}
