//! Groups by an administrator's doing: somebody taken out of one, and a whole one removed. Devices are told as if a member
//! had done it.

use serde_json::{Value, json};
use tmtp_store::{GroupStatus, SiteId, admin::OrgId};

use crate::{By, Registry, Result, registry::Done};

impl Registry {
    /// Takes a member out of a group, until somebody in it invites the member again. Once is as good as twice.
    ///
    /// # Errors
    /// When there is no such group, the member is not on record in it, or the store fails.
    pub async fn drop_from_group(
        &self,
        by: &By,
        (org, site): (OrgId, SiteId),
        gid: &str,
        uid: &str,
    ) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        let Some(before) = change.drop_from_group(&scope, gid, uid).await? else { return Ok(()) };
        let status = if before.status == GroupStatus::Joined { "joined" } else { "invited" };
        let was = json!({"uid": uid, "alias": before.alias, "status": status});
        let action = "group.drop";
        let done = Done { org, action, site: Some(site), target: gid, was, became: Value::Null };
        self.record(&mut change, by, done).await?;
        change.commit().await?;
        self.tell_devices();
        Ok(())
    }

    /// Removes a group for good: nobody is in it, and nobody gets its name again.
    ///
    /// # Errors
    /// When there is no such group, or the store fails.
    pub async fn remove_group(&self, by: &By, (org, site): (OrgId, SiteId), gid: &str) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        let scope = Self::scope(&mut change, org, site).await?;
        let before = change.remove_group(&scope, gid).await?;
        let was = json!({"joined": before.joined, "on_record": before.on_record});
        let action = "group.remove";
        let done = Done { org, action, site: Some(site), target: gid, was, became: Value::Null };
        self.record(&mut change, by, done).await?;
        change.commit().await?;
        self.tell_devices();
        Ok(())
    }
}
