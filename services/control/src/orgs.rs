//! Organizations, and what their plans allow.

use serde_json::{Value, json};
use tmtp_store::{
    SiteId, SiteSettings,
    admin::{Change, Org, OrgId, OrgLimits, Page},
};

use crate::{
    By, Created, Error, Once, Registry, Result, check,
    registry::{Done, recall, remember},
    sites::site_value,
};

/// What to change of an organization. What is left empty stays.
#[derive(Debug, Clone, Default)]
pub struct OrgChange {
    /// What it is called.
    pub name: Option<String>,
    /// What it may have. Its sites' settings are lowered to what remains allowed.
    pub limits: Option<OrgLimits>,
}

/// Sites looked at in one statement.
const AT_ONCE: u32 = 100;

impl Registry {
    /// Makes an organization.
    ///
    /// # Errors
    /// When its name or limits cannot be, or the store fails.
    pub async fn create_org(
        &self,
        by: &By,
        once: Option<&Once>,
        name: &str,
        limits: &OrgLimits,
    ) -> Result<Created<Org>> {
        check::name(name)?;
        check::limits(limits)?;
        let mut change = self.admin.begin().await?;
        if let Some(id) = recall(&mut change, by, once).await? {
            let made = change.org(OrgId(id)).await?.ok_or(Error::Absent("organization"))?;
            return Ok(Created::Before(made));
        }
        let org = change.add_org(name, limits, self.now_ms()).await?;
        remember(&mut change, by, once, org.id.0, self.now_ms()).await?;
        self.record_org(&mut change, by, "org.create", &org, Value::Null).await?;
        change.commit().await?;
        Ok(Created::New(org))
    }

    /// Changes an organization that still has this version.
    ///
    /// # Errors
    /// When there is none, it has another version, the change cannot be, or the store fails.
    pub async fn change_org(
        &self,
        by: &By,
        id: OrgId,
        version: Option<i64>,
        wanted: &OrgChange,
    ) -> Result<Org> {
        let mut change = self.admin.begin_of(id).await?;
        let before = change.lock_org(id).await?.ok_or(Error::Absent("organization"))?;
        fresh(version, before.version)?;
        let mut after = before.clone();
        if let Some(name) = &wanted.name {
            check::name(name)?;
            after.name.clone_from(name);
        }
        if let Some(limits) = &wanted.limits {
            check::limits(limits)?;
            after.limits = limits.clone();
        }
        if after == before {
            return Ok(before);
        }
        let after = change.change_org(&after).await?.ok_or(Error::Stale { now: before.version })?;
        let lowered = self.lower_sites(&mut change, by, &after).await?;
        self.record_org(&mut change, by, "org.change", &after, org_value(&before)).await?;
        change.commit().await?;
        lowered.into_iter().for_each(|site| self.tell_sites(site));
        Ok(after)
    }

    /// Lowers the settings of an organization's sites to what it may have; returns those that it changed.
    async fn lower_sites(&self, change: &mut Change, by: &By, org: &Org) -> Result<Vec<SiteId>> {
        let mut page = Page { after: SiteId(0), limit: AT_ONCE, search: String::new() };
        let mut lowered = Vec::new();
        loop {
            let sites = change.org_sites(org.id, &page).await?;
            let Some(last) = sites.last() else { return Ok(lowered) };
            page.after = last.site.id;
            for before in &sites {
                let mut after = before.clone();
                after.site.settings = within(&org.limits, &before.site.settings);
                if after == *before {
                    continue;
                }
                let after = change.change_org_site(&after).await?.ok_or(Error::Busy)?;
                let values = (site_value(before), site_value(&after));
                self.record_site(change, by, "site.change", &after, values).await?;
                lowered.push(after.site.id);
            }
        }
    }

    async fn record_org(
        &self,
        change: &mut Change,
        by: &By,
        action: &'static str,
        org: &Org,
        was: Value,
    ) -> Result<()> {
        let (target, became) = (org.id.0.to_string(), org_value(org));
        self.record(change, by, Done { org: org.id, action, site: None, target: &target, was, became })
            .await
            .map(drop)
    }
}

pub(crate) fn org_value(org: &Org) -> Value {
    json!({"name": org.name, "limits": serde_json::to_value(&org.limits).unwrap_or_default()})
}

/// Refuses a change of something that is not as it was read.
pub(crate) fn fresh(expected: Option<i64>, now: i64) -> Result<()> {
    match expected {
        Some(version) if version != now => Err(Error::Stale { now }),
        _ => Ok(()),
    }
}

/// These settings, each at most as high as the plan allows.
pub(crate) fn within(limits: &OrgLimits, settings: &SiteSettings) -> SiteSettings {
    let mut lowered = settings.clone();
    lowered.message_octets_max = lowered.message_octets_max.min(limits.message_octets_max);
    lowered.members_max = lowered.members_max.min(limits.members_max);
    lowered.messages_per_day_max = lowered.messages_per_day_max.min(limits.messages_per_day_max);
    lowered.nodes_per_member_max = lowered.nodes_per_member_max.min(limits.nodes_per_member_max);
    lowered.queued_octets_max = lowered.queued_octets_max.min(limits.queued_octets_max);
    lowered
}

/// Refuses settings that go beyond the plan.
pub(crate) fn allowed(limits: &OrgLimits, settings: &SiteSettings) -> Result<()> {
    let pairs = [
        ("message_octets_max", settings.message_octets_max, limits.message_octets_max),
        (
            "nodes_per_member_max",
            u64::from(settings.nodes_per_member_max),
            u64::from(limits.nodes_per_member_max),
        ),
        ("queued_octets_max", settings.queued_octets_max, limits.queued_octets_max),
        ("members_max", settings.members_max.into(), limits.members_max.into()),
        ("messages_per_day_max", settings.messages_per_day_max, limits.messages_per_day_max),
    ];
    match pairs.iter().find(|(_, wanted, most)| wanted > most) {
        Some((key, wanted, most)) => Err(Error::Plan(format!(
            "{key} is {wanted}, but the organization's plan allows {most} at most; ask the provider for more"
        ))),
        None => Ok(()),
    }
}
