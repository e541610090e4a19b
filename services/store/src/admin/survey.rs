//! All sites with their figures, for those who look after an installation.

use std::collections::HashMap;

use super::{Admin, OrgId, SiteFigures, figures::posted_ms, usage::latency};
use crate::{
    MAIN_SHARD, Result, SiteId,
    sql::{Conn, Row, values},
};

/// Rows of each kind that are counted in a database: what comes after so many does not show.
const COUNTED: i64 = 5_000_000;

const SITES: &str = "SELECT s.id, s.org, o.name, s.name, s.suspended, s.closing_ms, s.shard,
        s.held AND s.suspended
    FROM sites s JOIN orgs o ON o.id = s.org ORDER BY s.id";
const MEMBERS: &str = "SELECT site, count(*), CAST(sum(s) AS bigint)
    FROM (SELECT site, CASE WHEN suspended THEN 1 ELSE 0 END AS s FROM members LIMIT $1) m GROUP BY site";
const NODES: &str = "SELECT site, count(*), count(edge)
    FROM (SELECT site, edge FROM nodes WHERE NOT revoked LIMIT $1) n GROUP BY site";
const ENTRIES: &str = "SELECT site, count(*), CAST(sum(octets) AS bigint), min(msg)
    FROM (SELECT site, octets, msg FROM entries LIMIT $1) e GROUP BY site";
const SENT: &str = "SELECT site, CAST(sum(messages) AS bigint) FROM usage_sent WHERE day = $1 GROUP BY site";
const TOOK: &str = "SELECT site, took_100ms, took_500ms, took_1s, took_5s, took_30s, took_longer
    FROM usage_days WHERE day = $1";

/// A site as those see it who look after all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surveyed {
    /// Whose it is.
    pub org: OrgId,
    /// What that is called.
    pub org_name: String,
    /// Its id.
    pub site: SiteId,
    /// What it is called.
    pub name: String,
    /// Nobody may register or log in.
    pub suspended: bool,
    /// The provider suspended it.
    pub held: bool,
    /// When it is erased, where it is closed.
    pub closing_ms: Option<i64>,
    /// What there is, and what waits; `None` where its database does not answer.
    pub figures: Option<SiteFigures>,
}

/// Figures by site, those that have any.
pub(crate) type AllFigures = HashMap<SiteId, SiteFigures>;

impl Admin {
    /// All sites with their figures on this day, in ascending order of id, by a few statements in each database.
    ///
    /// # Errors
    /// When the main database fails. Of sites in another one that does, the figures are missing.
    pub async fn survey(&self, today: i64) -> Result<Vec<Surveyed>> {
        let mut all = HashMap::from([(MAIN_SHARD.to_owned(), self.over.all_figures(today).await?)]);
        for (name, other) in self.others.iter() {
            if let Ok(figures) = other.all_figures(today).await {
                all.insert(name.clone(), figures);
            }
        }
        let rows = self.over.reading().await?.all(SITES, values![]).await?;
        rows.iter().map(|row| surveyed(row, &all)).collect()
    }
}

/// A row of id, org, its name, name, suspended, closing_ms, shard, held. What another database still has of a site that has left
/// it is not looked at.
fn surveyed(row: &Row, all: &HashMap<String, AllFigures>) -> Result<Surveyed> {
    let site = row.site(0)?;
    let there = all.get(&row.text(6)?);
    Ok(Surveyed {
        org: OrgId(row.int(1)?),
        org_name: row.text(2)?,
        site,
        name: row.text(3)?,
        suspended: row.flag(4)?,
        held: row.flag(7)?,
        closing_ms: Some(row.int(5)?).filter(|ms| *ms > 0),
        figures: there.map(|figures| figures.get(&site).copied().unwrap_or_default()),
    })
}

/// Figures of all sites that a database has something of.
pub(crate) async fn all_figures(conn: &mut dyn Conn, today: i64) -> Result<AllFigures> {
    let mut all = AllFigures::new();
    for row in conn.all(MEMBERS, values![COUNTED]).await? {
        let figures = all.entry(row.site(0)?).or_default();
        (figures.members, figures.suspended) = (row.count(1)?, row.count(2)?);
    }
    for row in conn.all(NODES, values![COUNTED]).await? {
        let figures = all.entry(row.site(0)?).or_default();
        (figures.nodes, figures.connected) = (row.count(1)?, row.count(2)?);
    }
    for row in conn.all(ENTRIES, values![COUNTED]).await? {
        let figures = all.entry(row.site(0)?).or_default();
        (figures.queued, figures.queued_octets) = (row.count(1)?, row.count(2)?);
        figures.oldest_ms = Some(posted_ms(row.msg(3)?));
    }
    for row in conn.all(SENT, values![today]).await? {
        all.entry(row.site(0)?).or_default().messages_today = row.count(1)?;
    }
    for row in conn.all(TOOK, values![today]).await? {
        all.entry(row.site(0)?).or_default().latency_today = latency(&row, 1)?;
    }
    Ok(all)
}
