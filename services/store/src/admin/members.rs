//! A site's members.

use std::collections::HashMap;

use super::{Change, Member, Page, Scope, View, pattern};
use crate::{
    Error, Result,
    sql::{Row, values},
    text::storable,
};

/// Most aliases shown of a member.
const ALIASES: i64 = 100;
/// Most aliases read for a page of members.
const ALIASES_A_PAGE: i64 = 10_000;

impl View {
    /// Members in ascending order of uid; the search is for uid and aliases.
    pub async fn members(
        &mut self,
        scope: &Scope,
        page: &Page<String>,
        suspended: Option<bool>,
    ) -> Result<Vec<Member>> {
        if !storable(&page.after) {
            return Ok(Vec::new());
        }
        let sql = "SELECT m.uid, m.suspended, m.created_ms,
                       (SELECT count(*) FROM nodes n WHERE n.site = m.site AND n.uid = m.uid AND NOT n.revoked),
                       m.signs_in_at, m.signs_in_at IS NOT NULL AND m.signs_in_as IS NULL
                   FROM members m
                   WHERE m.site = $1 AND m.uid > $2
                     AND (lower(m.uid) LIKE $3 ESCAPE '\\' OR EXISTS
                          (SELECT 1 FROM names a WHERE a.site = m.site AND a.uid = m.uid
                           AND lower(a.name) LIKE $3 ESCAPE '\\'))
                     AND (CAST($4 AS bigint) = -1 OR m.suspended = (CAST($4 AS bigint) = 1))
                   ORDER BY m.uid LIMIT $5";
        let (search, state) = (pattern(&page.search), suspended.map_or(-1, i64::from));
        let values = values![scope.site, &page.after, &search, state, i64::from(page.limit)];
        let rows = self.at(scope.site).await?.all(sql, values).await?;
        let mut members = rows.iter().map(member).collect::<Result<Vec<_>>>()?;
        let (Some(first), Some(last)) = (members.first(), members.last()) else { return Ok(members) };
        let mut aliases = self.aliases_between(scope, &first.uid.clone(), &last.uid.clone()).await?;
        for member in &mut members {
            member.aliases = aliases.remove(&member.uid).unwrap_or_default();
        }
        Ok(members)
    }

    async fn aliases_between(
        &mut self,
        scope: &Scope,
        first: &str,
        last: &str,
    ) -> Result<HashMap<String, Vec<String>>> {
        let sql = "SELECT uid, name FROM names WHERE site = $1 AND uid >= $2 AND uid <= $3
                   ORDER BY uid, name LIMIT $4";
        let mut aliases: HashMap<String, Vec<String>> = HashMap::new();
        for row in
            self.at(scope.site).await?.all(sql, values![scope.site, first, last, ALIASES_A_PAGE]).await?
        {
            let of_one = aliases.entry(row.text(0)?).or_default();
            if of_one.len() < ALIASES as usize {
                of_one.push(row.text(1)?);
            }
        }
        Ok(aliases)
    }

    /// One member.
    pub async fn member(&mut self, scope: &Scope, uid: &str) -> Result<Option<Member>> {
        if !storable(uid) {
            return Ok(None);
        }
        let sql = "SELECT m.uid, m.suspended, m.created_ms,
                       (SELECT count(*) FROM nodes n WHERE n.site = m.site AND n.uid = m.uid AND NOT n.revoked),
                       m.signs_in_at, m.signs_in_at IS NOT NULL AND m.signs_in_as IS NULL
                   FROM members m WHERE m.site = $1 AND m.uid = $2";
        let Some(row) = self.at(scope.site).await?.first(sql, values![scope.site, uid]).await? else {
            return Ok(None);
        };
        let mut found = member(&row)?;
        let sql = "SELECT name FROM names WHERE site = $1 AND uid = $2 ORDER BY name LIMIT $3";
        let rows = self.at(scope.site).await?.all(sql, values![scope.site, uid, ALIASES]).await?;
        found.aliases = rows.iter().map(|row| row.text(0)).collect::<Result<_>>()?;
        Ok(Some(found))
    }
}

impl Change {
    /// Lets go of who a member is at its provider: each of its nodes has its member sign in at its next login, where the site
    /// wants that now and then, and whoever does so first is the member. `false` when no provider vouched for it.
    pub async fn forget_sign_in(&mut self, scope: &Scope, uid: &str) -> Result<bool> {
        if !storable(uid) {
            return Err(Error::Absent("member"));
        }
        let conn = self.at(scope.site).await?;
        let key = values![scope.site, uid];
        let who =
            "UPDATE members SET signs_in_as = NULL WHERE site = $1 AND uid = $2 AND signs_in_at IS NOT NULL";
        if conn.run(who, key).await? == 0 {
            return Ok(false);
        }
        conn.run("UPDATE nodes SET signed_in_ms = NULL WHERE site = $1 AND uid = $2", key).await?;
        Ok(true)
    }

    /// Removes a member's row, takes it out of all groups, whose devices are to be told, and retires its aliases. Its nodes
    /// are for the caller to revoke, in the same transaction.
    pub async fn remove_member(&mut self, scope: &Scope, uid: &str) -> Result<()> {
        if !storable(uid) {
            return Err(Error::Absent("member"));
        }
        let conn = self.at(scope.site).await?;
        let key = values![scope.site, uid];
        conn.run("UPDATE names SET kind = 2, uid = NULL WHERE site = $1 AND uid = $2", key).await?;
        conn.run("DELETE FROM given_aliases WHERE site = $1 AND uid = $2", key).await?;
        self.leave_groups(scope, uid).await?;
        let conn = self.at(scope.site).await?;
        match conn.run("DELETE FROM members WHERE site = $1 AND uid = $2", key).await? {
            0 => Err(Error::Absent("member")),
            _ => Ok(()),
        }
    }

    /// Takes a member that goes for good out of all groups; how many. Those who are in a group with it are to be told, once,
    /// as if it had been taken out there; who was asked in only was not among them. The notice has the alias, since nothing
    /// else knows it any more. Two statements, however many groups there are.
    pub(super) async fn leave_groups(&mut self, scope: &Scope, uid: &str) -> Result<u64> {
        let note = "INSERT INTO group_drops (site, gid, uid, alias)
                    SELECT site, gid, uid, alias FROM group_members WHERE site = $1 AND uid = $2 AND status = 1
                    ON CONFLICT (site, gid, uid) DO UPDATE SET alias = excluded.alias";
        let (conn, key) = (self.at(scope.site).await?, values![scope.site, uid]);
        conn.run(note, key).await?;
        conn.run("DELETE FROM group_members WHERE site = $1 AND uid = $2", key).await
    }
}

/// A row of uid, suspended, created_ms, number of nodes, and how it signs in.
fn member(row: &Row) -> Result<Member> {
    let (uid, suspended, created_ms) = (row.text(0)?, row.flag(1)?, row.int(2)?);
    let (nodes, signs_in_at, signs_in_anew) = (row.count(3)?, row.opt_text(4)?, row.flag(5)?);
    Ok(Member { uid, suspended, created_ms, signs_in_at, signs_in_anew, nodes, aliases: Vec::new() })
}
