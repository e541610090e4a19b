//! Sites that are closed: nobody gets in, and after a time of grace all that is in them is erased.

use serde_json::{Value, json};
use tmtp_platform::clock::DAY_MS;
use tmtp_store::{
    SiteId,
    admin::{Change, OrgId, OrgSite},
};

use crate::{
    By, Error, Registry, Result, effects::count_dropped, orgs::org_value, registry::Done, sites::site_value,
};

/// Most days of grace.
pub const GRACE_DAYS_MAX: u32 = 365;
/// Rows of a kind erased in one transaction.
const AT_ONCE: u32 = 1_000;
/// Transactions in one round: what is left waits for the next.
const STEPS: usize = 100;

impl Registry {
    /// Closes a site: it is suspended, and erased after so many days unless it is opened again. Closing a closed one moves
    /// that time.
    ///
    /// # Errors
    /// When there is no such site, the days are out of range, or the store fails.
    pub async fn close_site(&self, by: &By, at: (OrgId, SiteId), grace_days: u32) -> Result<OrgSite> {
        if grace_days > GRACE_DAYS_MAX {
            return Err(Error::Time(format!("grace_days is {grace_days}; it must be 0 to {GRACE_DAYS_MAX}")));
        }
        let closing_ms = self.now_ms() + i64::from(grace_days) * DAY_MS;
        self.set_closing(by, at, Some(closing_ms)).await
    }

    /// Opens a closed site again, while it is there.
    ///
    /// # Errors
    /// When there is no such site, it is not closed, or the store fails.
    pub async fn reopen_site(&self, by: &By, at: (OrgId, SiteId)) -> Result<OrgSite> {
        self.set_closing(by, at, None).await
    }

    async fn set_closing(
        &self,
        by: &By,
        (org, site): (OrgId, SiteId),
        closing_ms: Option<i64>,
    ) -> Result<OrgSite> {
        let mut change = self.admin.begin_of(org).await?;
        change.lock_org(org).await?.ok_or(Error::Absent("organization"))?;
        let scope = Self::scope(&mut change, org, site).await?;
        let before = change.org_site(org, site).await?.ok_or(Error::Absent("site"))?;
        if closing_ms.is_none() && before.closing_ms.is_none() {
            return Err(Error::State("the site is not closed".to_owned()));
        }
        change.set_closing(&scope, closing_ms).await?;
        let after = change.org_site(org, site).await?.ok_or(Error::Absent("site"))?;
        let action = if closing_ms.is_some() { "site.close" } else { "site.reopen" };
        let (target, was, became) = (site.0.to_string(), closing_value(&before), closing_value(&after));
        let done = Done { org, action, site: Some(site), target: &target, was, became };
        self.record(&mut change, by, done).await?;
        change.commit().await?;
        self.tell_sites(site);
        Ok(after)
    }

    /// Erases what is in closed sites whose time is over, as much as fits into one round.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn erase_closed(&self) -> Result<()> {
        let (mut after, mut fault) = (SiteId(0), None);
        for _ in 0..STEPS {
            let due = self.view().await?.due_site(self.now_ms(), after).await?;
            let Some((org, site)) = due else { break };
            // One whose database is away keeps none of the others waiting.
            if let Err(error) = self.erase_some(org, site).await {
                (after, fault) = (site, Some(error));
            }
        }
        fault.map_or(Ok(()), Err)
    }

    async fn erase_some(&self, org: OrgId, site: SiteId) -> Result<()> {
        let mut change = self.admin.begin().await?;
        let entries = self.erase_step(&mut change, org, site).await?;
        change.commit().await?;
        count_dropped(entries);
        Ok(())
    }

    /// How many entries went.
    async fn erase_step(&self, change: &mut Change, org: OrgId, site: SiteId) -> Result<u64> {
        change.lock_org(org).await?;
        // Another process may have erased it meanwhile.
        let Some(scope) = change.scope(org, site).await? else { return Ok(0) };
        let Some(before) = change.org_site(org, site).await? else { return Ok(0) };
        let erasure = change.erase_site(&scope, self.now_ms(), AT_ONCE).await?;
        if erasure.is_over {
            let (target, was) = (site.0.to_string(), site_value(&before));
            let action = "site.erase";
            let done = Done { org, action, site: Some(site), target: &target, was, became: Value::Null };
            self.record(change, &By::itself(), done).await?;
            self.tell_sites(site);
        }
        Ok(erasure.entries)
    }

    /// Removes an organization that has no sites any more, with its people, keys and providers.
    ///
    /// # Errors
    /// When there is none, it has sites, or the store fails.
    pub async fn remove_org(&self, by: &By, org: OrgId) -> Result<()> {
        let mut change = self.admin.begin().await?;
        let before = change.lock_org(org).await?.ok_or(Error::Absent("organization"))?;
        if !change.remove_org(org).await? {
            let text = "the organization has sites: close them, and remove it when they are erased";
            return Err(Error::State(text.to_owned()));
        }
        let (org, target) = (OrgId::PROVIDER, org.0.to_string());
        let (action, was) = ("org.remove", org_value(&before));
        let done = Done { org, action, site: None, target: &target, was, became: Value::Null };
        self.record(&mut change, by, done).await?;
        change.commit().await?;
        Ok(())
    }
}

fn closing_value(site: &OrgSite) -> Value {
    json!({"closing_ms": site.closing_ms, "suspended": site.site.suspended})
}
