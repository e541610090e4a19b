//! A site's aliases and groups.

use super::{Alias, Group, InGroup, Page, Scope, View, pattern};
use crate::{Result, sql::values, steps::groups, text::storable};

impl View {
    /// Aliases in ascending order, retired ones among them.
    pub async fn aliases(&mut self, scope: &Scope, page: &Page<String>) -> Result<Vec<Alias>> {
        if !storable(&page.after) {
            return Ok(Vec::new());
        }
        let sql = "SELECT name, uid FROM names WHERE site = $1 AND name > $2 AND kind <> 1
                   AND lower(name) LIKE $3 ESCAPE '\\' ORDER BY name LIMIT $4";
        let search = pattern(&page.search);
        let values = values![scope.site, &page.after, &search, i64::from(page.limit)];
        let rows = self.conn().all(sql, values).await?;
        rows.iter().map(|row| Ok(Alias { alias: row.text(0)?, uid: row.opt_text(1)? })).collect()
    }

    /// Groups in ascending order of name.
    pub async fn groups(&mut self, scope: &Scope, page: &Page<String>) -> Result<Vec<Group>> {
        if !storable(&page.after) {
            return Ok(Vec::new());
        }
        let sql = "SELECT g.name,
                       (SELECT count(*) FROM group_members m
                        WHERE m.site = g.site AND m.gid = g.name AND m.status = 1),
                       (SELECT count(*) FROM group_members m WHERE m.site = g.site AND m.gid = g.name)
                   FROM names g WHERE g.site = $1 AND g.name > $2 AND g.kind = 1
                   AND lower(g.name) LIKE $3 ESCAPE '\\' ORDER BY g.name LIMIT $4";
        let search = pattern(&page.search);
        let values = values![scope.site, &page.after, &search, i64::from(page.limit)];
        let rows = self.conn().all(sql, values).await?;
        let group = |row: &crate::sql::Row| {
            Ok(Group { gid: row.text(0)?, joined: row.count(1)?, on_record: row.count(2)? })
        };
        rows.iter().map(group).collect()
    }

    /// Who is on record in a group, in ascending order of uid; `None` when there is no such group.
    pub async fn in_group(
        &mut self,
        scope: &Scope,
        gid: &str,
        page: &Page<String>,
    ) -> Result<Option<Vec<InGroup>>> {
        if !storable(gid) || !storable(&page.after) {
            return Ok(None);
        }
        let sql = "SELECT 1 FROM names WHERE site = $1 AND name = $2 AND kind = 1";
        if self.conn().first(sql, values![scope.site, gid]).await?.is_none() {
            return Ok(None);
        }
        let sql = "SELECT site, gid, uid, alias, status FROM group_members
                   WHERE site = $1 AND gid = $2 AND uid > $3 ORDER BY uid LIMIT $4";
        let values = values![scope.site, gid, &page.after, i64::from(page.limit)];
        let rows = self.conn().all(sql, values).await?;
        let found = rows.iter().map(|row| {
            let member = groups::member(row)?;
            Ok(InGroup { uid: member.uid, alias: member.alias, status: member.status })
        });
        found.collect::<Result<_>>().map(Some)
    }
}
