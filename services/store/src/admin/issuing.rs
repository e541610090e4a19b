//! Sites whose certificates an authority issues, and how that goes.

use super::{Change, OrgId, Scope, View};
use crate::{Pair, Result, SiteId, sql::values, steps::sites::count};

/// That an authority issues a site's certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuing {
    /// Who wanted it.
    pub made_by: String,
    /// Since when.
    pub created_ms: i64,
    /// When it is looked at next.
    pub next_ms: i64,
    /// Tries in a row that failed.
    pub failures: u32,
    /// Why the last one did.
    pub problem: Option<String>,
}

/// That a site is somebody's who orders for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose site it is.
    pub org: OrgId,
    /// Which.
    pub site: SiteId,
    /// When another may take it.
    pub until_ms: i64,
    /// When it was to be looked at.
    pub next_ms: i64,
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// There is a certificate.
    Well,
    /// There is none, and why.
    InVain(String),
    /// It was not tried: there were too many orders.
    NotYet,
}

/// An order of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastOrder {
    /// When.
    pub at_ms: i64,
    /// For whose site.
    pub org: OrgId,
    /// For which.
    pub site: SiteId,
}

impl View {
    /// Whether an authority issues a site's certificates, and how that goes.
    pub async fn issuing(&mut self, scope: &Scope) -> Result<Option<Issuing>> {
        let sql = "SELECT made_by, created_ms, next_ms, failures, problem FROM issuing WHERE site = $1";
        let row = self.conn().first(sql, values![scope.site]).await?;
        row.map(|row| {
            Ok(Issuing {
                made_by: row.text(0)?,
                created_ms: row.int(1)?,
                next_ms: row.int(2)?,
                failures: row.int(3)?.try_into().unwrap_or(u32::MAX),
                problem: row.opt_text(4)?,
            })
        })
        .transpose()
    }

    /// How many sites' certificates an authority issues, and for how many of them the last try failed.
    pub async fn issuing_counts(&mut self) -> Result<(i64, i64)> {
        let sql = "SELECT count(*), coalesce(sum(CASE WHEN failures > 0 THEN 1 ELSE 0 END), 0) FROM issuing";
        let row = self.conn().first(sql, values![]).await?;
        row.map_or(Ok((0, 0)), |row| Ok((row.int(0)?, row.int(1)?)))
    }

    /// What was ordered after this, the newest first, a thousand at most.
    pub async fn orders_since(&mut self, since_ms: i64) -> Result<Vec<PastOrder>> {
        let sql = "SELECT at_ms, org, site FROM orders WHERE at_ms > $1 ORDER BY at_ms DESC LIMIT 1000";
        let rows = self.conn().all(sql, values![since_ms]).await?;
        rows.iter()
            .map(|row| Ok(PastOrder { at_ms: row.int(0)?, org: OrgId(row.int(1)?), site: row.site(2)? }))
            .collect()
    }
}

impl Change {
    /// Has an authority issue a site's certificates from now on; `false` when it does already.
    pub async fn issue(&mut self, scope: &Scope, made_by: &str, now_ms: i64) -> Result<bool> {
        let sql = "INSERT INTO issuing (site, made_by, created_ms, next_ms) VALUES ($1, $2, $3, $3)
                   ON CONFLICT (site) DO NOTHING";
        Ok(self.conn().run(sql, values![scope.site, made_by, now_ms]).await? > 0)
    }

    /// No longer; `false` when it did not. An order that is under way writes before this or not at all.
    pub async fn stop_issuing(&mut self, scope: &Scope) -> Result<bool> {
        let sql = "DELETE FROM issuing WHERE site = $1";
        let was = self.conn().run(sql, values![scope.site]).await? > 0;
        self.set_proofs(scope, &[]).await?;
        Ok(was)
    }

    /// Looks at a site now rather than when it was to be, as its host names are others.
    pub async fn issue_soon(&mut self, scope: &Scope, now_ms: i64) -> Result<()> {
        let sql = "UPDATE issuing SET next_ms = $2, failures = 0 WHERE site = $1";
        self.conn().run(sql, values![scope.site, now_ms]).await.map(drop)
    }

    /// Takes a site that is to be looked at by now; nobody else gets it before `until_ms`.
    pub async fn claim_issuing(&mut self, now_ms: i64, until_ms: i64) -> Result<Option<Claim>> {
        let sql = "UPDATE issuing SET busy_until_ms = $2
                   WHERE site = (SELECT site FROM issuing WHERE next_ms <= $1 AND busy_until_ms <= $1
                                 ORDER BY next_ms, site LIMIT 1)
                       AND next_ms <= $1 AND busy_until_ms <= $1 RETURNING site, next_ms";
        let Some(row) = self.conn().first(sql, values![now_ms, until_ms]).await? else { return Ok(None) };
        let (site, next_ms) = (row.site(0)?, row.int(1)?);
        let org = self.conn().first("SELECT org FROM sites WHERE id = $1", values![site]).await?;
        let org = org.map(|org| org.int(0)).transpose()?;
        Ok(org.map(|org| Claim { org: OrgId(org), site, until_ms, next_ms }))
    }

    /// Whether a claim holds still; until the end of this transaction nobody ends it or takes another. Who locks more than
    /// that does so in this order: the wish, what is shown, the list of sites, the audit log.
    pub async fn holds_issuing(&mut self, claim: &Claim) -> Result<bool> {
        let sql = "UPDATE issuing SET busy_until_ms = busy_until_ms WHERE site = $1 AND busy_until_ms = $2";
        Ok(self.conn().run(sql, values![claim.site, claim.until_ms]).await? > 0)
    }

    /// Gives a claim back: how the try ended, and when the next is; at once where host names have changed meanwhile.
    /// `false` when it did not hold any more.
    pub async fn release_issuing(&mut self, claim: &Claim, next_ms: i64, tried: &Tried) -> Result<bool> {
        let sql =
            "UPDATE issuing SET busy_until_ms = 0, next_ms = CASE WHEN next_ms = $3 THEN $4 ELSE next_ms END
                   WHERE site = $1 AND busy_until_ms = $2";
        let values = values![claim.site, claim.until_ms, claim.next_ms, next_ms];
        if self.conn().run(sql, values).await? == 0 {
            return Ok(false);
        }
        let (sql, problem) = match tried {
            Tried::NotYet => return Ok(true),
            Tried::Well => ("UPDATE issuing SET failures = 0, problem = $2 WHERE site = $1", None),
            Tried::InVain(problem) => (
                "UPDATE issuing SET failures = failures + 1, problem = $2 WHERE site = $1",
                Some(problem.as_str()),
            ),
        };
        self.conn().run(sql, values![claim.site, problem]).await?;
        Ok(true)
    }

    /// Until the end of this transaction nobody else changes sites, what they are served with, or orders for them.
    pub async fn lock_sites(&mut self) -> Result<()> {
        count(self.conn(), "sites_version").await.map(drop)
    }

    /// Notes that a certificate is ordered now, and forgets orders before `since_ms`.
    pub async fn note_order(&mut self, scope: &Scope, now_ms: i64, since_ms: i64) -> Result<()> {
        self.conn().run("DELETE FROM orders WHERE at_ms <= $1", values![since_ms]).await?;
        let sql = "INSERT INTO orders (site, org, at_ms) VALUES ($1, $2, $3)";
        self.conn().run(sql, values![scope.site, scope.org.0, now_ms]).await.map(drop)
    }

    /// Shows these, by host name, to an authority that looks, and none that were there before; whether edges have to look.
    pub async fn set_proofs(&mut self, scope: &Scope, proofs: &[(String, Pair)]) -> Result<bool> {
        let removed = self.conn().run("DELETE FROM proofs WHERE site = $1", values![scope.site]).await?;
        if removed == 0 && proofs.is_empty() {
            return Ok(false);
        }
        let version = count(self.conn(), "sites_version").await?;
        for (host, pair) in proofs {
            let sql =
                "INSERT INTO proofs (site, host, version, chain, private_key) VALUES ($1, $2, $3, $4, $5)";
            let key = pair.key.0.as_slice();
            self.conn().run(sql, values![scope.site, host, version, &pair.chain, key]).await?;
        }
        Ok(true)
    }
}
