//! Sites that are closed: after a time of grace they are erased, some rows at a time, and organizations that have none left
//! can be removed.

use super::{Change, OrgId, Scope, View};
use crate::{Result, SiteId, sql::values, steps::sites::count};

const ERASE_ENTRIES: &str = "
    DELETE FROM entries WHERE site = $1 AND (node, rank, msg) IN
    (SELECT node, rank, msg FROM entries WHERE site = $1 LIMIT $2)";

/// What is erased of a site, a bounded number of rows at a time. Its large bodies are swept by delivery, since no message
/// names them any more.
const ERASE: [&str; 22] = [
    "DELETE FROM mails WHERE site = $1 AND id IN (SELECT id FROM mails WHERE site = $1 LIMIT $2)",
    ERASE_ENTRIES,
    "DELETE FROM messages WHERE site = $1 AND id IN (SELECT id FROM messages WHERE site = $1 LIMIT $2)",
    "DELETE FROM requests WHERE site = $1 AND (node, digest) IN
     (SELECT node, digest FROM requests WHERE site = $1 LIMIT $2)",
    "DELETE FROM ohi WHERE site = $1 AND (target, uid) IN (SELECT target, uid FROM ohi WHERE site = $1 LIMIT $2)",
    "DELETE FROM group_members WHERE site = $1 AND (gid, uid) IN
     (SELECT gid, uid FROM group_members WHERE site = $1 LIMIT $2)",
    "DELETE FROM looks WHERE site = $1 AND look IN (SELECT look FROM looks WHERE site = $1 LIMIT $2)",
    "DELETE FROM given_aliases WHERE site = $1 AND alias IN
     (SELECT alias FROM given_aliases WHERE site = $1 LIMIT $2)",
    "DELETE FROM group_drops WHERE site = $1 AND (gid, uid) IN
     (SELECT gid, uid FROM group_drops WHERE site = $1 LIMIT $2)",
    "DELETE FROM names WHERE site = $1 AND name IN (SELECT name FROM names WHERE site = $1 LIMIT $2)",
    "DELETE FROM nodes WHERE site = $1 AND node IN (SELECT node FROM nodes WHERE site = $1 LIMIT $2)",
    "DELETE FROM members WHERE site = $1 AND uid IN (SELECT uid FROM members WHERE site = $1 LIMIT $2)",
    "DELETE FROM invitations WHERE site = $1 AND id IN (SELECT id FROM invitations WHERE site = $1 LIMIT $2)",
    "DELETE FROM signing_keys WHERE site = $1 AND kid IN (SELECT kid FROM signing_keys WHERE site = $1 LIMIT $2)",
    "DELETE FROM grants WHERE site = $1 AND code_hash IN
     (SELECT code_hash FROM grants WHERE site = $1 LIMIT $2)",
    "DELETE FROM spent_tokens WHERE site = $1 AND digest IN
     (SELECT digest FROM spent_tokens WHERE site = $1 LIMIT $2)",
    "DELETE FROM certificates WHERE site = $1 AND CAST($2 AS bigint) > 0",
    "DELETE FROM issuing WHERE site = $1 AND CAST($2 AS bigint) > 0",
    "DELETE FROM proofs WHERE site = $1 AND CAST($2 AS bigint) > 0",
    "DELETE FROM usage_days WHERE site = $1 AND day IN (SELECT day FROM usage_days WHERE site = $1 LIMIT $2)",
    "DELETE FROM usage_sent WHERE site = $1 AND (day, lane) IN
     (SELECT day, lane FROM usage_sent WHERE site = $1 LIMIT $2)",
    "DELETE FROM usage_active WHERE site = $1 AND (day, uid) IN
     (SELECT day, uid FROM usage_active WHERE site = $1 LIMIT $2)",
];

/// What goes with an organization. Its audit log stays.
const REMOVE_ORG: [&str; 16] = [
    "DELETE FROM user_sessions WHERE org = $1",
    "DELETE FROM user_links WHERE org = $1",
    "DELETE FROM user_recovery_codes WHERE org = $1",
    "DELETE FROM user_identities WHERE org = $1",
    "DELETE FROM user_sign_ins WHERE org = $1",
    "DELETE FROM passkeys WHERE org = $1",
    "DELETE FROM passkey_challenges WHERE org = $1",
    "DELETE FROM user_provider_domains WHERE org = $1",
    "DELETE FROM user_providers WHERE org = $1",
    "DELETE FROM users WHERE org = $1",
    "DELETE FROM letters WHERE org = $1",
    "DELETE FROM mails WHERE org = $1",
    "DELETE FROM api_keys WHERE org = $1",
    "DELETE FROM provider_checks WHERE org = $1",
    "DELETE FROM providers WHERE org = $1",
    "DELETE FROM orgs WHERE id = $1",
];

impl View {
    /// The next site after one whose time of grace is over.
    pub async fn due_site(&mut self, now_ms: i64, after: SiteId) -> Result<Option<(OrgId, SiteId)>> {
        let sql =
            "SELECT org, id FROM sites WHERE closing_ms BETWEEN 1 AND $1 AND id > $2 ORDER BY id LIMIT 1";
        let row = self.conn().first(sql, values![now_ms, after]).await?;
        row.map(|row| Ok((OrgId(row.int(0)?), row.site(1)?))).transpose()
    }
}

/// How far the erasure of a site has come by a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Entries that the step removed.
    pub entries: u64,
    /// All of it is gone, and so is the site.
    pub is_over: bool,
}

impl Change {
    /// Closes a site, which is erased at this time, or opens it again. Nobody gets in while it is closed, nor after it
    /// where it was suspended before, or the provider suspended it meanwhile.
    pub async fn set_closing(&mut self, scope: &Scope, closing_ms: Option<i64>) -> Result<()> {
        count(self.conn(), "sites_version").await?;
        let sql = "UPDATE sites SET closing_ms = $3,
                       suspended_before = $4 AND CASE WHEN closing_ms = 0 THEN suspended ELSE suspended_before END,
                       suspended = $4 OR suspended_before OR (held AND suspended),
                       held = held AND suspended, version = version + 1
                   WHERE org = $1 AND id = $2";
        let values = values![scope.org.0, scope.site, closing_ms.unwrap_or(0), closing_ms.is_some()];
        self.conn().run(sql, values).await.map(drop)
    }

    /// Erases what is in a closed site whose time is over, at most `limit` rows of each kind. What was opened again meanwhile
    /// stays as it is.
    pub async fn erase_site(&mut self, scope: &Scope, now_ms: i64, limit: u32) -> Result<Erasure> {
        let lock = "UPDATE sites SET org = org WHERE org = $1 AND id = $2 AND closing_ms BETWEEN 1 AND $3";
        if self.conn().run(lock, values![scope.org.0, scope.site, now_ms]).await? == 0 {
            return Ok(Erasure::default());
        }
        let is_elsewhere = self.go_to(scope.site).await?.is_some();
        let mut erasure = Erasure { entries: 0, is_over: true };
        for sql in ERASE {
            let values = values![scope.site, i64::from(limit)];
            let here = self.conn().run(sql, values).await?;
            let there = if is_elsewhere { self.at(scope.site).await?.run(sql, values).await? } else { 0 };
            erasure.is_over &= here.max(there) < u64::from(limit);
            if sql == ERASE_ENTRIES {
                erasure.entries += here + there;
            }
        }
        if erasure.is_over {
            count(self.conn(), "sites_version").await?;
            self.conn().run("DELETE FROM site_hosts WHERE site = $1", values![scope.site]).await?;
            self.conn().run("DELETE FROM sites WHERE id = $1", values![scope.site]).await?;
        }
        Ok(erasure)
    }

    /// Removes an organization that has no sites, with its people, keys and providers; `false` when it has sites. It must
    /// be locked.
    pub async fn remove_org(&mut self, org: OrgId) -> Result<bool> {
        if self.count_sites(org).await? > 0 {
            return Ok(false);
        }
        for sql in REMOVE_ORG {
            self.conn().run(sql, values![org.0]).await?;
        }
        Ok(true)
    }
}
