//! A site's aliases and groups.

use super::{Alias, Change, Group, InGroup, Page, Scope, View, pattern};
use crate::{
    Error, GroupMember, GroupStatus, InvitationId, Lookalikes, Name, Owner, Result,
    sql::{Row, values},
    steps::{
        groups,
        members::{claim_looks, drop_looks},
    },
    text::storable,
};

impl View {
    /// Aliases in ascending order, retired ones among them.
    pub async fn aliases(&mut self, scope: &Scope, page: &Page<String>) -> Result<Vec<Alias>> {
        if !storable(&page.after) {
            return Ok(Vec::new());
        }
        let sql = "SELECT name, uid, reserved, (SELECT min(i.id) FROM invitations i
                       WHERE i.site = names.site AND i.alias = names.name AND names.kind = 2 AND NOT names.reserved
                         AND i.uses_left > 0 AND i.revoked_ms = 0)
                   FROM names WHERE site = $1 AND name > $2 AND kind <> 1
                   AND lower(name) LIKE $3 ESCAPE '\\' ORDER BY name LIMIT $4";
        let search = pattern(&page.search);
        let values = values![scope.site, &page.after, &search, i64::from(page.limit)];
        let rows = self.at(scope.site).await?.all(sql, values).await?;
        rows.iter().map(alias).collect()
    }

    /// One alias, whosever it is.
    pub async fn alias(&mut self, scope: &Scope, name: &str) -> Result<Option<Alias>> {
        if !storable(name) {
            return Ok(None);
        }
        let sql = "SELECT name, uid, reserved, (SELECT min(i.id) FROM invitations i
                       WHERE i.site = names.site AND i.alias = names.name AND names.kind = 2 AND NOT names.reserved
                         AND i.uses_left > 0 AND i.revoked_ms = 0)
                   FROM names WHERE site = $1 AND name = $2 AND kind <> 1";
        self.at(scope.site)
            .await?
            .first(sql, values![scope.site, name])
            .await?
            .as_ref()
            .map(alias)
            .transpose()
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
        let rows = self.at(scope.site).await?.all(sql, values).await?;
        let group =
            |row: &Row| Ok(Group { gid: row.text(0)?, joined: row.count(1)?, on_record: row.count(2)? });
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
        if self.at(scope.site).await?.first(sql, values![scope.site, gid]).await?.is_none() {
            return Ok(None);
        }
        let sql = "SELECT site, gid, uid, alias, status FROM group_members
                   WHERE site = $1 AND gid = $2 AND uid > $3 ORDER BY uid LIMIT $4";
        let values = values![scope.site, gid, &page.after, i64::from(page.limit)];
        let rows = self.at(scope.site).await?.all(sql, values).await?;
        let found = rows.iter().map(|row| {
            let member = groups::member(row)?;
            Ok(InGroup { uid: member.uid, alias: member.alias, status: member.status })
        });
        found.collect::<Result<_>>().map(Some)
    }
}

/// What giving a name to a member found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assigned {
    /// It is the member's now.
    Now,
    /// It was the member's already.
    Before,
}

impl Change {
    /// Keeps a name for a member to come. [`Error::Taken`] when it is not to be had, or was somebody's once.
    pub async fn reserve_name(&mut self, scope: &Scope, name: &str, lookalikes: Lookalikes) -> Result<()> {
        self.keep_name(scope, name, lookalikes).await?;
        let sql = "UPDATE names SET reserved = true WHERE site = $1 AND name = $2";
        self.at(scope.site).await?.run(sql, values![scope.site, name]).await.map(drop)
    }

    /// The same for one of a site's own names, which [`Change::free_own_name`] lets go of.
    pub async fn reserve_own_name(
        &mut self,
        scope: &Scope,
        name: &str,
        lookalikes: Lookalikes,
    ) -> Result<()> {
        self.keep_name(scope, name, lookalikes).await?;
        let sql = "UPDATE names SET reserved = true, own = true WHERE site = $1 AND name = $2";
        self.at(scope.site).await?.run(sql, values![scope.site, name]).await.map(drop)
    }

    /// Keeps one of a site's own names as one that an administrator wants kept; `false` when it is none, or was wanted before.
    pub async fn want_own_name(&mut self, scope: &Scope, name: &str) -> Result<bool> {
        let sql =
            "UPDATE names SET own = false WHERE site = $1 AND name = $2 AND kind = 2 AND reserved AND own";
        Ok(self.at(scope.site).await?.run(sql, values![scope.site, name]).await? > 0)
    }

    /// Gives a name to a member: one that nobody ever had, or that is reserved. [`Error::Taken`] for all others: one that was
    /// somebody else's is never given again. The member must be locked.
    pub async fn assign_name(
        &mut self,
        scope: &Scope,
        (name, uid): (&str, &str),
        lookalikes: Lookalikes,
    ) -> Result<Assigned> {
        let taken = || Error::Taken(name.to_owned());
        if self.alias(scope, name).await?.is_some_and(|found| found.uid.as_deref() == Some(uid)) {
            return Ok(Assigned::Before);
        }
        let give = "UPDATE names SET kind = 0, uid = $3, reserved = false
                    WHERE site = $1 AND name = $2 AND kind = 2 AND reserved";
        if self.at(scope.site).await?.run(give, values![scope.site, name, uid]).await? > 0 {
            return Ok(Assigned::Now);
        }
        let wanted = Name { site: scope.site, name: name.to_owned(), owner: Owner::Member(uid.to_owned()) };
        if lookalikes == Lookalikes::Refused
            && let Some(other) = claim_looks(self.at(scope.site).await?, &wanted).await?
        {
            return Err(Error::Taken(other));
        }
        if self.tx_at(scope.site).await?.take_name(&wanted).await? { Ok(Assigned::Now) } else { Err(taken()) }
    }

    /// Has a member's devices told of an alias that they did not ask for.
    pub async fn note_given_alias(&mut self, scope: &Scope, alias: &str, uid: &str) -> Result<()> {
        let sql = "INSERT INTO given_aliases (site, alias, uid) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        self.at(scope.site).await?.run(sql, values![scope.site, alias, uid]).await.map(drop)
    }

    /// Takes a member out of a group, until invited again, and has devices told; as it was before, `None` when it was so.
    /// [`Error::Absent`] when there is no such group, or the member is not on record in it.
    pub async fn drop_from_group(
        &mut self,
        scope: &Scope,
        gid: &str,
        uid: &str,
    ) -> Result<Option<GroupMember>> {
        if !self.tx_at(scope.site).await?.lock_group(scope.site, gid).await? {
            return Err(Error::Absent("group"));
        }
        let before =
            self.member_of_group(scope, gid, uid).await?.ok_or(Error::Absent("member of the group"))?;
        if before.status == GroupStatus::Barred {
            return Ok(None);
        }
        let after = GroupMember { status: GroupStatus::Barred, ..before.clone() };
        self.tx_at(scope.site).await?.put_group_member(&after).await?;
        let sql = "INSERT INTO group_drops (site, gid, uid, alias) VALUES ($1, $2, $3, $4)
                   ON CONFLICT (site, gid, uid) DO UPDATE SET alias = excluded.alias";
        self.at(scope.site).await?.run(sql, values![scope.site, gid, uid, &before.alias]).await?;
        Ok(Some(before))
    }

    async fn member_of_group(&mut self, scope: &Scope, gid: &str, uid: &str) -> Result<Option<GroupMember>> {
        if !storable(uid) {
            return Ok(None);
        }
        let sql = "SELECT site, gid, uid, alias, status FROM group_members
                   WHERE site = $1 AND gid = $2 AND uid = $3";
        let row = self.at(scope.site).await?.first(sql, values![scope.site, gid, uid]).await?;
        row.as_ref().map(groups::member).transpose()
    }

    /// Removes a group, and has the devices of those told who are in it or were asked in; as it was before. Nobody gets its
    /// name again: who still writes to it would write to strangers. [`Error::Absent`] when there is no such group.
    pub async fn remove_group(&mut self, scope: &Scope, gid: &str) -> Result<Group> {
        if !self.tx_at(scope.site).await?.lock_group(scope.site, gid).await? {
            return Err(Error::Absent("group"));
        }
        let conn = self.at(scope.site).await?;
        let key = values![scope.site, gid];
        let note = "INSERT INTO group_drops (site, gid, uid, alias)
                    SELECT site, gid, uid, alias FROM group_members WHERE site = $1 AND gid = $2 AND status <> 2
                    ON CONFLICT (site, gid, uid) DO UPDATE SET alias = excluded.alias";
        let count = "SELECT count(*) FROM group_members WHERE site = $1 AND gid = $2 AND status = 1";
        let joined = conn.first(count, key).await?.map_or(Ok(0), |row| row.count(0))?;
        conn.run(note, key).await?;
        let remove = "DELETE FROM group_members WHERE site = $1 AND gid = $2";
        let on_record = conn.run(remove, key).await?;
        conn.run("UPDATE names SET kind = 2 WHERE site = $1 AND name = $2 AND kind = 1", key).await?;
        Ok(Group { gid: gid.to_owned(), joined, on_record })
    }

    /// Takes a name from whoever has it or from those to come, for good: nobody else gets it. `false` when it was so
    /// before; [`Error::Absent`] when there is no such alias.
    pub async fn retire_name(&mut self, scope: &Scope, name: &str) -> Result<bool> {
        let found = self.alias(scope, name).await?.ok_or(Error::Absent("alias"))?;
        if found.uid.is_none() && !found.reserved {
            return Ok(false);
        }
        let sql = "UPDATE names SET kind = 2, uid = NULL, reserved = false
                   WHERE site = $1 AND name = $2 AND kind <> 1";
        self.at(scope.site).await?.run(sql, values![scope.site, name]).await?;
        Ok(true)
    }

    /// Lets go of a name that is reserved; `false` when it is not.
    pub async fn free_name(&mut self, scope: &Scope, name: &str) -> Result<bool> {
        self.free(scope, name, "DELETE FROM names WHERE site = $1 AND name = $2 AND kind = 2 AND reserved")
            .await
    }

    /// Lets go of a name that is reserved as the site's own; `false` when it is not, or an administrator wants it kept.
    pub async fn free_own_name(&mut self, scope: &Scope, name: &str) -> Result<bool> {
        let sql = "DELETE FROM names WHERE site = $1 AND name = $2 AND kind = 2 AND reserved AND own";
        self.free(scope, name, sql).await
    }

    async fn free(&mut self, scope: &Scope, name: &str, sql: &'static str) -> Result<bool> {
        if !storable(name) {
            return Ok(false);
        }
        let freed = self.at(scope.site).await?.run(sql, values![scope.site, name]).await? > 0;
        drop_looks(self.at(scope.site).await?, scope.site, name).await?;
        Ok(freed)
    }
}

/// A row of name, uid, reserved and the invitation that keeps it.
fn alias(row: &Row) -> Result<Alias> {
    let invitation = row.opt_int(3)?.map(InvitationId);
    Ok(Alias { alias: row.text(0)?, uid: row.opt_text(1)?, reserved: row.flag(2)?, invitation })
}
