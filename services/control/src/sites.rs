//! Sites: made and changed. A change is stored first, and then told to all who keep sites in memory.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};
use tmtp_store::{
    NewSite, Site, SiteId, SiteSettings,
    admin::{Change, OrgId, OrgSite},
};

use crate::{
    By, Created, Error, Once, Registry, Result, check,
    orgs::{allowed, fresh, within},
    providers,
    registry::{Done, recall, remember},
    reserved::{self, own_names},
    settings,
};

/// A site to make.
#[derive(Debug, Clone, Default)]
pub struct SitePlan {
    /// What clients are shown.
    pub name: String,
    /// The hosts that lead to it.
    pub hosts: Vec<String>,
    /// Settings by name that differ from the defaults.
    pub settings: Map<String, Value>,
}

/// What to change of a site. What is left empty stays.
#[derive(Debug, Clone, Default)]
pub struct SiteChange {
    /// What clients are shown.
    pub name: Option<String>,
    /// The hosts it is to have, in place of those it has.
    pub hosts: Option<Vec<String>>,
    /// Nobody may register or log in.
    pub suspended: Option<bool>,
    /// Settings by name.
    pub settings: Map<String, Value>,
}

impl Registry {
    /// Makes a site. Its settings are the defaults, as far as the organization's plan goes, but for those given. Names by
    /// which a stranger could pass for the organization are reserved from the beginning.
    ///
    /// # Errors
    /// When something about it cannot be or is beyond the plan, a host name leads elsewhere, or the store fails.
    pub async fn create_site(
        &self,
        by: &By,
        once: Option<&Once>,
        org: OrgId,
        plan: &SitePlan,
    ) -> Result<Created<OrgSite>> {
        check::name(&plan.name)?;
        let hosts = check::hosts(&plan.hosts)?;
        let mut change = self.admin.begin_of(org).await?;
        if let Some(id) = recall(&mut change, by, once).await? {
            let made = change.org_site(org, SiteId(id)).await?.ok_or(Error::Absent("site"))?;
            return Ok(Created::Before(made));
        }
        let owner = change.lock_org(org).await?.ok_or(Error::Absent("organization"))?;
        let most = u64::from(owner.limits.sites_max);
        if change.count_sites(org).await? >= most {
            let text = format!("the organization's plan allows {most} sites; ask the provider for more");
            return Err(Error::Plan(text));
        }
        let settings = settings::merge(&within(&owner.limits, &SiteSettings::default()), &plan.settings)?;
        allowed(&owner.limits, &settings)?;
        known_providers(&mut change, org, &settings).await?;
        has_where_to_sign_in_again(&mut change, org, &settings).await?;
        let new = NewSite { name: plan.name.clone(), hosts, settings };
        let made = change.add_org_site(org, &new, self.now_ms()).await?;
        remember(&mut change, by, once, made.site.id.0, self.now_ms()).await?;
        let scope = Self::scope(&mut change, org, made.site.id).await?;
        let names = own_names(&owner.name, &made.site.name);
        let kept = reserved::keep(&mut change, &scope, names, &made.site.settings).await?;
        let became = with_reserved(site_value(&made), &kept);
        self.record_site(&mut change, by, "site.create", &made, (Value::Null, became)).await?;
        change.commit().await?;
        self.tell_sites(made.site.id);
        Ok(Created::New(made))
    }

    /// Changes a site that still has this version. A change that changes nothing is no change.
    ///
    /// # Errors
    /// When there is none, it has another version, the change cannot be or is beyond the plan, a host name leads
    /// elsewhere, or the store fails.
    pub async fn change_site(
        &self,
        by: &By,
        (org, site): (OrgId, SiteId),
        version: Option<i64>,
        wanted: &SiteChange,
    ) -> Result<OrgSite> {
        let mut change = self.admin.begin_of(org).await?;
        let owner = change.lock_org(org).await?.ok_or(Error::Absent("organization"))?;
        let before = change.org_site(org, site).await?.ok_or(Error::Absent("site"))?;
        fresh(version, before.version)?;
        let held = is_held(by, &before, wanted.suspended)?;
        let after = OrgSite { site: changed(&before.site, wanted)?, held, ..before.clone() };
        if after == before {
            return Ok(before);
        }
        allowed(&owner.limits, &after.site.settings)?;
        if after.site.settings.providers != before.site.settings.providers {
            known_providers(&mut change, org, &after.site.settings).await?;
        }
        if after.site.settings != before.site.settings {
            has_where_to_sign_in_again(&mut change, org, &after.site.settings).await?;
        }
        if after.site.hosts != before.site.hosts {
            // First, as an order that is under way does: none of the two is in the middle of the other.
            let scope = Self::scope(&mut change, org, site).await?;
            change.issue_soon(&scope, self.now_ms()).await?;
        }
        let (mut was, mut became) = (site_value(&before), site_value(&after));
        if after.site.name != before.site.name {
            // Before the site itself: nobody who changes another one waits for this one's database.
            let scope = Self::scope(&mut change, org, site).await?;
            let names = (owner.name.as_str(), before.site.name.as_str(), after.site.name.as_str());
            // The former one first: the new one may look like it.
            let former = reserved::let_go(&mut change, &scope, names).await?;
            let name = std::iter::once(after.site.name.trim());
            let kept = reserved::keep(&mut change, &scope, name, &after.site.settings).await?;
            was = with_reserved(was, former.as_slice());
            became = with_reserved(became, &kept);
        }
        let after = change.change_org_site(&after).await?.ok_or(Error::Stale { now: before.version + 1 })?;
        let shut = |site: &OrgSite| (site.site.suspended, site.held);
        let action = match shut(&after).cmp(&shut(&before)) {
            Ordering::Greater => "site.suspend",
            Ordering::Less => "site.resume",
            Ordering::Equal => "site.change",
        };
        self.record_site(&mut change, by, action, &after, (was, became)).await?;
        change.commit().await?;
        self.tell_sites(site);
        Ok(after)
    }

    pub(crate) async fn record_site(
        &self,
        change: &mut Change,
        by: &By,
        action: &'static str,
        site: &OrgSite,
        (was, became): (Value, Value),
    ) -> Result<()> {
        let target = site.site.id.0.to_string();
        let done = Done { org: site.org, action, site: Some(site.site.id), target: &target, was, became };
        self.record(change, by, done).await.map(drop)
    }
}

pub(crate) fn site_value(OrgSite { held, site, .. }: &OrgSite) -> Value {
    json!({
        "name": site.name,
        "hosts": site.hosts,
        "suspended": site.suspended,
        "held": held,
        "settings": serde_json::to_value(&site.settings).unwrap_or_default(),
    })
}

/// With the names that were reserved, where some were.
fn with_reserved(mut value: Value, names: &[&str]) -> Value {
    if !names.is_empty() {
        value["reserved"] = json!(names);
    }
    value
}

/// Members who have to sign in again could not log in where nobody vouches for them.
async fn has_where_to_sign_in_again(change: &mut Change, org: OrgId, settings: &SiteSettings) -> Result<()> {
    if !settings.signs_in_again() {
        return Ok(());
    }
    let all = providers::all(change, org).await?;
    if all.iter().any(|provider| settings.lets_vouch(provider.id)) {
        return Ok(());
    }
    let why = "no sign-in provider vouches for people at this site, and members could not sign in again: add one to the \
               organization first, or set sign_in_again_days to 0";
    Err(Error::State(why.to_owned()))
}

/// Refuses providers that the organization does not have.
async fn known_providers(change: &mut Change, org: OrgId, settings: &SiteSettings) -> Result<()> {
    for id in check::provider_ids(&settings.providers)? {
        if change.provider(org, id).await?.is_none() {
            return Err(Error::Setting(format!(
                "providers: the organization has no sign-in provider {}",
                id.0
            )));
        }
    }
    Ok(())
}

/// Whether the provider suspends the site from now on. What it suspended, only it resumes.
fn is_held(by: &By, site: &OrgSite, suspended: Option<bool>) -> Result<bool> {
    match suspended {
        None => Ok(site.held),
        Some(true) => Ok(site.held || by.is_provider),
        Some(false) if site.closing_ms.is_some() => {
            Err(Error::State("the site is closed, and will be erased: reopen it".to_owned()))
        }
        Some(false) if site.held && !by.is_provider => {
            Err(Error::State("the provider suspended the site: ask the provider to resume it".to_owned()))
        }
        Some(false) => Ok(false),
    }
}

fn changed(site: &Site, change: &SiteChange) -> Result<Site> {
    let mut changed = site.clone();
    if let Some(name) = &change.name {
        check::name(name)?;
        changed.name.clone_from(name);
    }
    if let Some(hosts) = &change.hosts {
        changed.hosts = check::hosts(hosts)?;
        // As the store gives them, so that the same hosts are no change.
        changed.hosts.sort_unstable();
    }
    if let Some(suspended) = change.suspended {
        changed.suspended = suspended;
    }
    changed.settings = settings::merge(&site.settings, &change.settings)?;
    Ok(changed)
}
