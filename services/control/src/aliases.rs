//! Aliases by an administrator's doing: kept for somebody, given to a member, retired for good.

use serde_json::{Value, json};
use tmtp_store::{
    MemberKey, SiteId,
    admin::{Alias, Assigned, Change, OrgId, Scope},
};

use crate::{By, Error, Registry, Result, registry::Done};

impl Registry {
    /// Gives an alias to a member, whose devices are told, or keeps it for one to come. One that was somebody else's is
    /// never given again. Once is as good as twice.
    ///
    /// # Errors
    /// When it cannot be one or is taken, there is no such site or member, or the store fails.
    pub async fn keep_alias(
        &self,
        by: &By,
        at: (OrgId, SiteId),
        name: &str,
        uid: Option<&str>,
    ) -> Result<Alias> {
        let mut change = self.admin.begin_of(at.0).await?;
        let scope = Self::scope(&mut change, at.0, at.1).await?;
        let settings = change.org_site(at.0, at.1).await?.ok_or(Error::Absent("site"))?.site.settings;
        let before = change.alias(&scope, name).await?;
        // Whatever there is already was good enough once.
        let is_kept = uid.is_none() || before.is_some();
        let fault = if is_kept { settings.kept_name_fault(name) } else { settings.name_fault(name) };
        if let Some(why) = fault {
            return Err(Error::Alias(format!("the alias \"{name}\" {why}")));
        }
        let done = match uid {
            Some(uid) => {
                let member = MemberKey { site: at.1, uid: uid.to_owned() };
                change.tx_at(at.1).await?.lock_members(&[member]).await?;
                change.member(&scope, uid).await?.ok_or(Error::Absent("member"))?;
                let assigned = change.assign_name(&scope, (name, uid), settings.lookalikes).await;
                let is_new = or_taken(&mut change, &scope, name, assigned).await? == Assigned::Now;
                if is_new {
                    change.note_given_alias(&scope, name, uid).await?;
                }
                is_new
            }
            // Who asks for one of the site's own names wants it kept whatever the site will be called.
            None if before.as_ref().is_some_and(|found| found.reserved) => {
                change.want_own_name(&scope, name).await?
            }
            None => {
                let reserved = change.reserve_name(&scope, name, settings.lookalikes).await;
                or_taken(&mut change, &scope, name, reserved).await.map(|()| true)?
            }
        };
        let after = change.alias(&scope, name).await?.ok_or(Error::Busy)?;
        if done {
            let action = if uid.is_some() { "alias.assign" } else { "alias.reserve" };
            self.record_alias(&mut change, by, at, (action, name, [before.as_ref(), Some(&after)])).await?;
            change.commit().await?;
            if uid.is_some() {
                self.tell_devices();
            }
        }
        Ok(after)
    }

    /// Takes an alias from whoever has it, for good: nobody else gets it. Once is as good as twice.
    ///
    /// # Errors
    /// When there is no such alias, or the store fails.
    pub async fn retire_alias(&self, by: &By, at: (OrgId, SiteId), name: &str) -> Result<Alias> {
        let mut change = self.admin.begin_of(at.0).await?;
        let (scope, before) = find(&mut change, at, name).await?;
        refuse_kept(&before)?;
        let retired = change.retire_name(&scope, name).await?;
        let after = change.alias(&scope, name).await?.ok_or(Error::Busy)?;
        if retired {
            self.record_alias(&mut change, by, at, ("alias.retire", name, [Some(&before), Some(&after)]))
                .await?;
            change.commit().await?;
        }
        Ok(after)
    }

    /// Lets go of an alias that was kept: whoever asks for it may have it.
    ///
    /// # Errors
    /// When there is no such alias, it is not reserved, or the store fails.
    pub async fn free_alias(&self, by: &By, at: (OrgId, SiteId), name: &str) -> Result<()> {
        let mut change = self.admin.begin_of(at.0).await?;
        let (scope, before) = find(&mut change, at, name).await?;
        refuse_kept(&before)?;
        if !change.free_name(&scope, name).await? {
            return Err(Error::State("only an alias that is reserved can be let go".to_owned()));
        }
        self.record_alias(&mut change, by, at, ("alias.free", name, [Some(&before), None])).await?;
        change.commit().await?;
        Ok(())
    }

    async fn record_alias(
        &self,
        change: &mut Change,
        by: &By,
        (org, site): (OrgId, SiteId),
        (action, target, [was, became]): (&'static str, &str, [Option<&Alias>; 2]),
    ) -> Result<()> {
        let value = |alias: Option<&Alias>| {
            alias.map_or(Value::Null, |alias| json!({"uid": alias.uid, "reserved": alias.reserved}))
        };
        let (was, became) = (value(was), value(became));
        self.record(change, by, Done { org, action, site: Some(site), target, was, became }).await.map(drop)
    }
}

async fn find(change: &mut Change, at: (OrgId, SiteId), name: &str) -> Result<(Scope, Alias)> {
    let scope = Registry::scope(change, at.0, at.1).await?;
    let found = change.alias(&scope, name).await?.ok_or(Error::Absent("alias"))?;
    Ok((scope, found))
}

/// What an invitation keeps goes with the invitation.
fn refuse_kept(found: &Alias) -> Result<()> {
    let Some(keeper) = found.invitation else { return Ok(()) };
    Err(Error::State(format!("invitation {} keeps this alias for its member: revoke that first", keeper.0)))
}

/// What came of taking an alias; where it was not to be had, whose it is, in words for an administrator.
pub(crate) async fn or_taken<T>(
    change: &mut Change,
    scope: &Scope,
    wanted: &str,
    came: tmtp_store::Result<T>,
) -> Result<T> {
    let has = match came {
        Err(tmtp_store::Error::Taken(has)) => has,
        other => return Ok(other?),
    };
    let whose = match change.alias(scope, &has).await? {
        Some(Alias { uid: Some(uid), .. }) => format!("it is the member's {uid}"),
        Some(Alias { invitation: Some(id), .. }) => format!("invitation {} keeps it", id.0),
        Some(Alias { reserved: true, .. }) => "it is reserved".to_owned(),
        Some(_) => "it was somebody's, and goes to nobody else".to_owned(),
        None => "a group has it".to_owned(),
    };
    let taken = format!("the alias \"{has}\" is taken: {whose}");
    let looks =
        if has == wanted { taken } else { format!("the alias \"{wanted}\" looks like another, and {taken}") };
    Err(Error::AliasTaken(looks))
}
