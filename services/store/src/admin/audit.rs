//! Audit logs: a chain of hashes for each organization.

use sha2::{Digest, Sha256};

use super::{AuditFilter, AuditRow, Change, Deed, OrgId, View};
use crate::{
    Error, Result, SiteId,
    sql::{Row, values},
};

/// Rows read at a time to check a chain.
const CHECKED_AT_ONCE: i64 = 1_000;

/// What a hash covers, besides the hash before it.
#[derive(Debug)]
pub struct Link<'a> {
    /// Whose log.
    pub org: OrgId,
    /// The row; its own hash is not covered.
    pub row: &'a AuditRow,
}

/// How a check of a log ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every row is as it was written, and none is missing.
    Whole {
        /// How many there are.
        rows: i64,
        /// The hash of the last one: whoever noted it down earlier can compare.
        head: Vec<u8>,
    },
    /// The row at this place was changed, or is missing.
    Broken {
        /// Its place.
        seq: i64,
    },
}

/// The hash of a row: SHA-256 over the hash before it and each of its fields, each with its length before it.
pub fn link_hash(before: &[u8], link: &Link<'_>) -> Vec<u8> {
    let mut hasher = Sha256::new();
    let mut add = |field: &[u8]| {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field);
    };
    let row = link.row;
    add(before);
    for number in [link.org.0, row.seq, row.at_ms, row.site.map_or(0, |site| site.0)] {
        add(&number.to_be_bytes());
    }
    for text in [&row.actor, &row.address, &row.action, &row.target] {
        add(text.as_bytes());
    }
    for text in [&row.was, &row.became] {
        // A text that is there is told from one that is not.
        add(&text.as_ref().map_or_else(Vec::new, |text| [b"=", text.as_bytes()].concat()));
    }
    hasher.finalize().to_vec()
}

impl View {
    /// Rows of a log that the filter lets through, the newest first, from before `before` on.
    pub async fn audit(
        &mut self,
        org: OrgId,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRow>> {
        let sql = "SELECT seq, at_ms, actor, address, action, site, target, was, became, hash FROM audit
                   WHERE org = $1 AND seq < $2
                     AND substr(action, 1, CAST($4 AS int)) = $3 AND ($5 = '' OR actor = $5)
                     AND (CAST($6 AS bigint) = 0 OR site = $6) AND at_ms >= $7 AND at_ms < $8
                   ORDER BY seq DESC LIMIT $9";
        let letters = i64::try_from(filter.action.chars().count()).unwrap_or(i64::MAX).min(1_000);
        let values = values![
            org.0,
            before.unwrap_or(i64::MAX),
            &filter.action,
            letters,
            &filter.actor,
            filter.site.map_or(0, |site| site.0),
            filter.since_ms.unwrap_or(0),
            filter.until_ms.unwrap_or(i64::MAX),
            i64::from(limit)
        ];
        self.conn().all(sql, values).await?.iter().map(row).collect()
    }

    /// Whose logs there are, from after this one on, with the names of those who were not removed since.
    pub async fn audit_logs(&mut self, after: OrgId, limit: u32) -> Result<Vec<(OrgId, Option<String>)>> {
        let sql = "SELECT l.org, o.name FROM (SELECT org FROM audit_heads UNION SELECT id FROM orgs
                        UNION SELECT DISTINCT org FROM audit) l
                   LEFT JOIN orgs o ON o.id = l.org WHERE l.org > $1 ORDER BY l.org LIMIT $2";
        let rows = self.conn().all(sql, values![after.0, i64::from(limit)]).await?;
        rows.iter().map(|row| Ok((OrgId(row.int(0)?), row.opt_text(1)?))).collect()
    }

    /// Checks every row of a log against its hash, and the last one against the record of where the log ends.
    pub async fn verify_audit(&mut self, org: OrgId) -> Result<Verdict> {
        let end = self.end_of_log(org).await?;
        let sql = "SELECT seq, at_ms, actor, address, action, site, target, was, became, hash FROM audit
                   WHERE org = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4";
        let (mut seq, mut hash) = (0, Vec::new());
        loop {
            let rows = self.conn().all(sql, values![org.0, seq, end.0, CHECKED_AT_ONCE]).await?;
            if rows.is_empty() {
                break;
            }
            for found in &rows {
                let found = row(found)?;
                seq += 1;
                if found.seq != seq || found.hash != link_hash(&hash, &Link { org, row: &found }) {
                    return Ok(Verdict::Broken { seq });
                }
                hash = found.hash;
            }
        }
        let sql = "SELECT 1 FROM audit WHERE org = $1 AND seq > $2 LIMIT 1";
        let has_more = self.conn().first(sql, values![org.0, end.0]).await?.is_some();
        // What is appended meanwhile moves the end along.
        if has_more && self.end_of_log(org).await?.0 <= end.0 {
            return Ok(Verdict::Broken { seq: seq + 1 });
        }
        match (seq, &hash) == (end.0, &end.1) {
            true => Ok(Verdict::Whole { rows: seq, head: hash }),
            false => Ok(Verdict::Broken { seq: if seq == end.0 { seq } else { seq + 1 } }),
        }
    }
}

impl View {
    /// The place and hash of a log's last row, as they are on record.
    async fn end_of_log(&mut self, org: OrgId) -> Result<(i64, Vec<u8>)> {
        let sql = "SELECT seq, hash FROM audit_heads WHERE org = $1";
        match self.conn().first(sql, values![org.0]).await? {
            Some(row) => Ok((row.int(0)?, row.bytes(1)?.to_vec())),
            None => Ok((0, Vec::new())),
        }
    }
}

impl Change {
    /// Appends to an organization's log. The last step before the commit: the log is locked from here on.
    pub async fn record(&mut self, deed: &Deed) -> Result<AuditRow> {
        let none: &[u8] = &[];
        let sql = "INSERT INTO audit_heads (org, seq, hash) VALUES ($1, 0, $2)
                   ON CONFLICT (org) DO UPDATE SET seq = audit_heads.seq RETURNING seq, hash";
        let end = self.conn().first(sql, values![deed.org.0, none]).await?;
        let end = end.ok_or_else(|| Error::Defect("an audit log without an end".to_owned()))?;
        let mut row = AuditRow {
            seq: end.int(0)? + 1,
            at_ms: deed.at_ms,
            actor: deed.actor.clone(),
            address: deed.address.clone(),
            action: deed.action.to_owned(),
            site: deed.site,
            target: deed.target.replace('\0', "\u{fffd}"),
            was: deed.was.clone(),
            became: deed.became.clone(),
            hash: Vec::new(),
        };
        row.hash = link_hash(&end.bytes(1)?, &Link { org: deed.org, row: &row });
        self.append(deed.org, &row).await?;
        Ok(row)
    }

    async fn append(&mut self, org: OrgId, row: &AuditRow) -> Result<()> {
        let sql = "INSERT INTO audit
                       (org, seq, at_ms, actor, address, action, site, target, was, became, hash)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let (site, hash) = (row.site.map_or(0, |site| site.0), row.hash.as_slice());
        let (was, became) = (row.was.as_deref(), row.became.as_deref());
        let values = values![
            org.0,
            row.seq,
            row.at_ms,
            &row.actor,
            &row.address,
            &row.action,
            site,
            &row.target,
            was,
            became,
            hash
        ];
        self.conn().run(sql, values).await?;
        let sql = "UPDATE audit_heads SET seq = $2, hash = $3 WHERE org = $1";
        self.conn().run(sql, values![org.0, row.seq, hash]).await.map(drop)
    }
}

pub(super) fn row(row: &Row) -> Result<AuditRow> {
    Ok(AuditRow {
        seq: row.int(0)?,
        at_ms: row.int(1)?,
        actor: row.text(2)?,
        address: row.text(3)?,
        action: row.text(4)?,
        site: Some(SiteId(row.int(5)?)).filter(|site| site.0 != 0),
        target: row.text(6)?,
        was: row.opt_text(7)?,
        became: row.opt_text(8)?,
        hash: row.bytes(9)?.to_vec(),
    })
}
