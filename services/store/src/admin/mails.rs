//! What became of mails to those who were invited.

use std::{collections::HashMap, ops::RangeInclusive};

use super::{Admin, Change, OrgId, View};
use crate::{
    Error, Result, SiteId,
    sql::{Row, values},
};

/// Whose mail it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MailOf {
    /// Whose organization's.
    pub org: OrgId,
    /// Of an invitation to this site; without, of somebody who is to administer.
    pub site: Option<SiteId>,
    /// The invitation's id, or the user's.
    pub id: i64,
}

/// Where a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailState {
    /// With us.
    Waiting,
    /// With the mail server.
    HandedOver,
    /// Nowhere.
    Failed,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Where it is.
    pub state: MailState,
    /// Since when.
    pub at_ms: i64,
    /// Why it failed, if it did.
    pub why: String,
}

impl MailOf {
    fn site(self) -> i64 {
        self.site.map_or(0, |site| site.0)
    }
}

impl View {
    /// What became of the mails to those with these ids, who were invited to a site, or to administer.
    pub async fn mails(
        &mut self,
        org: OrgId,
        site: Option<SiteId>,
        ids: RangeInclusive<i64>,
    ) -> Result<HashMap<i64, Mail>> {
        let sql =
            "SELECT id, state, at_ms, why FROM mails WHERE org = $1 AND site = $2 AND id BETWEEN $3 AND $4";
        let site = site.map_or(0, |site| site.0);
        let rows = self.conn().all(sql, values![org.0, site, *ids.start(), *ids.end()]).await?;
        rows.iter().map(|row| Ok((row.int(0)?, mail(row)?))).collect()
    }
}

impl Change {
    /// Notes that somebody's mail waits from now on.
    pub async fn begin_mail(&mut self, of: MailOf, now_ms: i64) -> Result<()> {
        let sql = "INSERT INTO mails (org, site, id, state, at_ms, why) VALUES ($1, $2, $3, 0, $4, '')
                   ON CONFLICT (org, site, id) DO UPDATE SET state = 0, at_ms = excluded.at_ms, why = ''";
        self.conn().run(sql, values![of.org.0, of.site(), of.id, now_ms]).await.map(drop)
    }
}

impl Admin {
    /// Notes what became of a mail that waits: the mail server has it, or why it could not be sent.
    pub async fn end_mail(&self, of: MailOf, why: Option<&str>, now_ms: i64) -> Result<()> {
        let sql = "UPDATE mails SET state = $4, at_ms = $5, why = $6
                   WHERE org = $1 AND site = $2 AND id = $3 AND state = 0";
        let state: i64 = if why.is_some() { 2 } else { 1 };
        let values = values![of.org.0, of.site(), of.id, state, now_ms, why.unwrap_or_default()];
        self.over.writing().await?.run(sql, values).await.map(drop)
    }
}

fn mail(row: &Row) -> Result<Mail> {
    let state = match row.int(1)? {
        0 => MailState::Waiting,
        1 => MailState::HandedOver,
        2 => MailState::Failed,
        other => return Err(Error::Defect(format!("a mail in state {other}"))),
    };
    Ok(Mail { state, at_ms: row.int(2)?, why: row.text(3)? })
}
