//! API keys.

use super::{ApiKey, Change, KeyId, NewKey, OrgId, Page, View};
use crate::{
    Error, Result, SiteId,
    sql::{Conn, Row, values},
};

/// A key's last use is noted no more often than this.
const TOUCH_MS: i64 = 60_000;

/// Before the role of a key that is for one site: a release that knows of no such keys knows no such role either, and
/// refuses the key, where it would let it reach everything.
const OF_SITE: &str = "site:";

impl View {
    /// The key with this hash, whatever its state. The one finder without an organization: it tells which it is.
    pub async fn find_key(&mut self, hash: &[u8]) -> Result<Option<ApiKey>> {
        let sql = "SELECT id, org, name, role, hint, made_by, created_ms, expires_ms, revoked_ms, used_ms, only_site
                   FROM api_keys WHERE hash = $1";
        self.conn().first(sql, values![hash]).await?.as_ref().map(key).transpose()
    }

    /// An organization's keys in ascending order of id, those that ended among them.
    pub async fn keys(&mut self, org: OrgId, page: &Page<KeyId>) -> Result<Vec<ApiKey>> {
        let sql = "SELECT id, org, name, role, hint, made_by, created_ms, expires_ms, revoked_ms, used_ms, only_site
                   FROM api_keys WHERE org = $1 AND id > $2 ORDER BY id LIMIT $3";
        let rows = self.conn().all(sql, values![org.0, page.after.0, i64::from(page.limit)]).await?;
        rows.iter().map(key).collect()
    }

    /// One of an organization's keys.
    pub async fn key(&mut self, org: OrgId, id: KeyId) -> Result<Option<ApiKey>> {
        let page = Page { after: KeyId(id.0.saturating_sub(1)), limit: 1, search: String::new() };
        Ok(self.keys(org, &page).await?.pop().filter(|found| found.id == id))
    }

    /// How many of an organization's keys, in this role if one is given, can be used now.
    pub async fn count_live_keys(&mut self, org: OrgId, role: Option<&str>, now_ms: i64) -> Result<u64> {
        let role = role.unwrap_or_default();
        let sql = "SELECT count(*) FROM api_keys WHERE org = $1 AND (role = $2 OR $2 = '') AND revoked_ms = 0
                   AND (expires_ms = 0 OR expires_ms > $3)";
        let row = self.conn().first(sql, values![org.0, role, now_ms]).await?;
        row.ok_or_else(|| Error::Defect("no count".to_owned()))?.count(0)
    }
}

impl Change {
    /// Adds a key.
    pub async fn add_key(&mut self, new: &NewKey) -> Result<ApiKey> {
        let sql = "INSERT INTO api_keys (org, name, role, hash, hint, made_by, created_ms, expires_ms, only_site)
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                   RETURNING id, org, name, role, hint, made_by, created_ms, expires_ms, revoked_ms, used_ms, only_site";
        let (hash, expires) = (new.hash.as_slice(), new.expires_ms.unwrap_or(0));
        let only_site = new.only_site.map_or(0, |site| site.0);
        let role = if new.only_site.is_some() { format!("{OF_SITE}{}", new.role) } else { new.role.clone() };
        let values = values![
            new.org.0,
            &new.name,
            &role,
            hash,
            &new.hint,
            &new.made_by,
            new.now_ms,
            expires,
            only_site
        ];
        let row = self.conn().first(sql, values).await?;
        key(&row.ok_or_else(|| Error::Defect("no id for a key".to_owned()))?)
    }

    /// Ends a key for good; `None` when it had ended that way before, or there is none.
    pub async fn revoke_key(&mut self, org: OrgId, id: KeyId, now_ms: i64) -> Result<Option<ApiKey>> {
        let sql = "UPDATE api_keys SET revoked_ms = $3 WHERE org = $1 AND id = $2 AND revoked_ms = 0
                   RETURNING id, org, name, role, hint, made_by, created_ms, expires_ms, revoked_ms, used_ms, only_site";
        self.conn().first(sql, values![org.0, id.0, now_ms]).await?.as_ref().map(key).transpose()
    }
}

pub(super) async fn touch(conn: &mut dyn Conn, id: KeyId, now_ms: i64) -> Result<()> {
    let sql = "UPDATE api_keys SET used_ms = $2 WHERE id = $1 AND used_ms < $3";
    conn.run(sql, values![id.0, now_ms, now_ms - TOUCH_MS]).await.map(drop)
}

/// A row of id, org, name, role, hint, made_by, created_ms, expires_ms, revoked_ms, used_ms, only_site.
fn key(row: &Row) -> Result<ApiKey> {
    let time = |at| row.int(at).map(|ms| Some(ms).filter(|ms| *ms > 0));
    Ok(ApiKey {
        id: KeyId(row.int(0)?),
        org: OrgId(row.int(1)?),
        name: row.text(2)?,
        role: row.text(3)?.trim_start_matches(OF_SITE).to_owned(),
        hint: row.text(4)?,
        made_by: row.text(5)?,
        created_ms: row.int(6)?,
        expires_ms: time(7)?,
        revoked_ms: time(8)?,
        used_ms: time(9)?,
        only_site: time(10)?.map(SiteId),
    })
}
