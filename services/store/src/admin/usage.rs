//! What sites were used for, day by day.
//!
//! Messages are counted in the transactions that take them, and members by their first login of a day: both exactly,
//! whatever process dies. How long messages took is added now and then by those who delivered them. How many members there are, how many links at most, and who stays connected over midnight is
//! looked at now and then. A day that is over is settled: what was counted for it becomes one row.

use std::{collections::BTreeMap, ops::RangeInclusive};

use tmtp_platform::clock::day;

use super::{Admin, Change, OrgId, Scope, Sum, View};
use crate::{
    Latency, Result, SiteId,
    sql::{Row, Value, int, values},
};

/// For how many days it is kept.
pub const USAGE_DAYS: i64 = 400;

/// Sites looked at one after the other.
const SITES_AT_ONCE: i64 = 100;

/// What a site, or all of an organization's, was used for on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UsageDay {
    /// Days since 1970, in UTC.
    pub day: i64,
    /// Members, when they were last counted on that day.
    pub members: u64,
    /// Members who logged in on that day, or were connected when somebody looked.
    pub active: u64,
    /// Messages that members sent and that were taken.
    pub messages: u64,
    /// Octets of their data.
    pub octets: u64,
    /// Most links at one time, of the times at which somebody looked.
    pub links_peak: u64,
    /// How long messages took to devices that were connected when they came.
    pub latency: Latency,
}

impl UsageDay {
    /// Adds what another site was used for on that day.
    fn add(&mut self, other: &Self) {
        self.members += other.members;
        self.active += other.active;
        self.messages += other.messages;
        self.octets += other.octets;
        self.links_peak += other.links_peak;
        self.latency.add(&other.latency);
    }
}

/// The days of those sites that a condition lets through.
macro_rules! days_where {
    ($condition:literal) => {
        concat!(
            "SELECT day, CAST(sum(members) AS bigint), CAST(sum(active) AS bigint), CAST(sum(messages) AS bigint),
                    CAST(sum(octets) AS bigint), CAST(sum(links_peak) AS bigint),
                    CAST(sum(took_100ms) AS bigint), CAST(sum(took_500ms) AS bigint), CAST(sum(took_1s) AS bigint),
                    CAST(sum(took_5s) AS bigint), CAST(sum(took_30s) AS bigint), CAST(sum(took_longer) AS bigint)
             FROM (SELECT day, members, active, messages, octets, links_peak,
                          took_100ms, took_500ms, took_1s, took_5s, took_30s, took_longer FROM usage_days
                    WHERE day BETWEEN $2 AND $3 AND ",
            $condition,
            " UNION ALL
                   SELECT day, 0, 0, messages, octets, 0, 0, 0, 0, 0, 0, 0 FROM usage_sent
                    WHERE day BETWEEN $2 AND $3 AND ",
            $condition,
            " UNION ALL
                   SELECT day, 0, count(*), 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM usage_active
                    WHERE day BETWEEN $2 AND $3 AND ",
            $condition,
            " GROUP BY day) u
             GROUP BY day ORDER BY day"
        )
    };
}

impl View {
    /// What a site was used for on these days, those on which it was, in ascending order.
    pub async fn usage(&mut self, scope: &Scope, days: &RangeInclusive<i64>) -> Result<Vec<UsageDay>> {
        let values = values![scope.site, *days.start(), *days.end()];
        let rows = self.at(scope.site).await?.all(days_where!("site = $1"), values).await?;
        rows.iter().map(usage_day).collect()
    }

    /// The same of all of an organization's sites together. Of the most links it is the sum of each site's most, which
    /// may not have been at one time.
    pub async fn org_usage(&mut self, org: OrgId, days: &RangeInclusive<i64>) -> Result<Vec<UsageDay>> {
        let sql = days_where!("site IN (SELECT id FROM sites WHERE org = $1 AND shard = 'main')");
        let rows = self.conn().all(sql, values![org.0, *days.start(), *days.end()]).await?;
        let mut all: BTreeMap<i64, UsageDay> = BTreeMap::new();
        for row in &rows {
            let day = usage_day(row)?;
            all.insert(day.day, day);
        }
        for scope in self.scopes_elsewhere(org).await? {
            for day in self.usage(&scope, days).await? {
                all.entry(day.day).and_modify(|sum| sum.add(&day)).or_insert(day);
            }
        }
        Ok(all.into_values().collect())
    }

    /// An organization's sites in other databases.
    async fn scopes_elsewhere(&mut self, org: OrgId) -> Result<Vec<Scope>> {
        let sql = "SELECT id FROM sites WHERE org = $1 AND shard <> 'main' ORDER BY id";
        let rows = self.conn().all(sql, values![org.0]).await?;
        rows.iter().map(|row| Ok(Scope { org, site: row.site(0)? })).collect()
    }
}

impl Admin {
    /// Looks at how many links each site has: the most of a day is kept.
    pub async fn look_at_links(&self, now_ms: i64) -> Result<()> {
        let sql = "INSERT INTO usage_days (site, day, links_peak)
                   SELECT site, CAST($1 AS bigint), count(*) FROM nodes WHERE edge IS NOT NULL
                     AND site NOT IN (SELECT id FROM sites WHERE away)
                   GROUP BY site ORDER BY site
                   ON CONFLICT (site, day) DO UPDATE SET links_peak = excluded.links_peak
                   WHERE usage_days.links_peak < excluded.links_peak";
        self.run_in_each(sql, values![day(now_ms)]).await.map(drop)
    }

    /// Counts the members of each site.
    pub async fn look_at_members(&self, now_ms: i64) -> Result<()> {
        let mut sum = Sum::default();
        for one in self.each() {
            sum.add(one.look_at_members_here(now_ms).await.map(|()| 0));
        }
        sum.end().map(drop)
    }

    async fn look_at_members_here(&self, now_ms: i64) -> Result<()> {
        let sql = "SELECT id FROM sites WHERE id > $1 AND NOT away ORDER BY id LIMIT $2";
        let count = "INSERT INTO usage_days (site, day, members)
                     SELECT CAST($1 AS bigint), CAST($2 AS bigint), count(*) FROM members WHERE site = $1
                     HAVING EXISTS (SELECT 1 FROM sites WHERE id = $1 AND NOT away)
                     ON CONFLICT (site, day) DO UPDATE SET members = excluded.members";
        let mut after = SiteId(0);
        loop {
            let mut conn = self.over.writing().await?;
            let sites = conn.all(sql, values![after, SITES_AT_ONCE]).await?;
            let Some(last) = sites.last() else { return Ok(()) };
            after = last.site(0)?;
            for site in &sites {
                conn.run(count, values![site.site(0)?, day(now_ms)]).await?;
            }
        }
    }

    /// Notes that those are there who are connected, at most `limit` of those not noted yet; returns how many there were.
    pub async fn look_at_connected(&self, now_ms: i64, limit: u32) -> Result<u64> {
        let sql = "INSERT INTO usage_active (site, day, uid)
                   SELECT DISTINCT n.site, CAST($1 AS bigint), n.uid FROM nodes n
                   WHERE n.edge IS NOT NULL AND n.site NOT IN (SELECT id FROM sites WHERE away) AND NOT EXISTS
                       (SELECT 1 FROM usage_active a WHERE a.site = n.site AND a.day = $1 AND a.uid = n.uid)
                   LIMIT $2 ON CONFLICT DO NOTHING";
        self.run_in_each(sql, values![day(now_ms), i64::from(limit)]).await
    }

    /// Settles what was counted for a day before yesterday at one site, at most `limit` of its active members; returns how
    /// many rows it looked at, 0 when nothing is left. What comes for such a day even later is settled by a later call.
    pub async fn settle_usage(&self, now_ms: i64, limit: u32) -> Result<u64> {
        let mut sum = Sum::default();
        for one in self.each() {
            sum.add(one.settle_usage_here(now_ms, limit).await);
        }
        sum.end()
    }

    async fn settle_usage_here(&self, now_ms: i64, limit: u32) -> Result<u64> {
        let mut change = self.begin().await?;
        let settled = change.settle_usage(day(now_ms) - 1, limit).await?;
        change.commit().await?;
        Ok(settled)
    }

    /// Forgets days that are older than [`USAGE_DAYS`], at most `limit` rows; returns how many there were.
    pub async fn forget_usage(&self, now_ms: i64, limit: u32) -> Result<u64> {
        let sql = "DELETE FROM usage_days WHERE (site, day) IN
                   (SELECT site, day FROM usage_days WHERE day <= $1
                    AND site NOT IN (SELECT id FROM sites WHERE away) LIMIT $2)";
        self.run_in_each(sql, values![day(now_ms) - USAGE_DAYS, i64::from(limit)]).await
    }

    async fn run_in_each(&self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        let mut sum = Sum::default();
        for one in self.each() {
            sum.add(one.run_here(sql, values).await);
        }
        sum.end()
    }

    async fn run_here(&self, sql: &'static str, values: &[Value<'_>]) -> Result<u64> {
        self.over.writing().await?.run(sql, values).await
    }
}

impl Change {
    /// Settles a day of a site, and only one: others who count lock their rows in ascending order of site, and so never
    /// wait for one another in a circle.
    async fn settle_usage(&mut self, before: i64, limit: u32) -> Result<u64> {
        let due = "SELECT site, day FROM (SELECT site, day FROM usage_sent WHERE day < $1
                                          UNION SELECT site, day FROM usage_active WHERE day < $1) d
                   WHERE site NOT IN (SELECT id FROM sites WHERE away)
                   ORDER BY day, site LIMIT 1";
        // Its row is a lock: whoever else settles it waits here.
        let lock = "INSERT INTO usage_days (site, day) VALUES ($1, $2)
                    ON CONFLICT (site, day) DO UPDATE SET active = usage_days.active";
        let sent = "DELETE FROM usage_sent WHERE site = $1 AND day = $2
                    RETURNING site, day, CAST(0 AS bigint), messages, octets";
        let active = "DELETE FROM usage_active WHERE site = $1 AND day = $2 AND uid IN
                      (SELECT uid FROM usage_active WHERE site = $1 AND day = $2 LIMIT $3)
                      RETURNING site, day, CAST(1 AS bigint), CAST(0 AS bigint), CAST(0 AS bigint)";
        let Some(found) = self.conn().first(due, values![before]).await? else { return Ok(0) };
        let (site, day) = (found.site(0)?, found.int(1)?);
        self.conn().run(lock, values![site, day]).await?;
        let mut rows = self.conn().all(sent, values![site, day]).await?;
        rows.extend(self.conn().all(active, values![site, day, i64::from(limit)]).await?);
        self.add_usage(&rows).await?;
        // What another has settled meanwhile is work as well: there may be more.
        Ok((rows.len() as u64).max(1))
    }

    /// Adds rows of site, day, active, messages, octets to what is settled.
    pub(super) async fn add_usage(&mut self, rows: &[Row]) -> Result<()> {
        let add = "INSERT INTO usage_days (site, day, active, messages, octets) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (site, day) DO UPDATE SET active = usage_days.active + excluded.active,
                       messages = usage_days.messages + excluded.messages,
                       octets = usage_days.octets + excluded.octets";
        for ((site, day), [active, messages, octets]) in sums(rows)? {
            self.at(site)
                .await?
                .run(add, values![site, day, int(active), int(messages), int(octets)])
                .await?;
        }
        Ok(())
    }
}

/// Rows of site, day, active, messages, octets, added up for each site and day.
fn sums(rows: &[Row]) -> Result<BTreeMap<(SiteId, i64), [u64; 3]>> {
    let mut sums: BTreeMap<_, [u64; 3]> = BTreeMap::new();
    for row in rows {
        let sum = sums.entry((row.site(0)?, row.int(1)?)).or_default();
        for (sum, column) in sum.iter_mut().zip(2..) {
            *sum += row.count(column)?;
        }
    }
    Ok(sums)
}

/// A row of day, members, active, messages, octets, links_peak, and how long messages took.
fn usage_day(row: &Row) -> Result<UsageDay> {
    Ok(UsageDay {
        day: row.int(0)?,
        members: row.count(1)?,
        active: row.count(2)?,
        messages: row.count(3)?,
        octets: row.count(4)?,
        links_peak: row.count(5)?,
        latency: latency(row, 6)?,
    })
}

/// The columns of a row that say how many messages took how long, from one on.
pub(super) fn latency(row: &Row, first: usize) -> Result<Latency> {
    let mut latency = Latency::default();
    for (count, column) in latency.0.iter_mut().zip(first..) {
        *count = row.count(column)?;
    }
    Ok(latency)
}
