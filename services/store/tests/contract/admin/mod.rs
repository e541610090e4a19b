//! Administration: organizations, and what is found only through them.

pub mod audit;
pub mod certificates;
pub mod erasing;
pub mod keys;
pub mod letters;
pub mod names;
pub mod orgs;
pub mod passkeys;
pub mod people;
pub mod providers;
pub mod sites;
pub mod usage;
pub mod user_providers;
pub mod users;

use anyhow::{Context, Result};
use tmtp_store::{
    NewSite, SiteId, SiteSettings,
    admin::{Admin, Deed, Org, OrgId, OrgLimits, OrgSite, Page, Scope},
};

use crate::world::World;

pub fn admin(w: &World) -> Admin {
    w.store.admin()
}

/// From the beginning, ten at most.
pub fn page<A>(after: A) -> Page<A> {
    Page { after, limit: 10, search: String::new() }
}

pub fn search<A>(after: A, text: &str) -> Page<A> {
    Page { search: text.to_owned(), ..page(after) }
}

/// A second organization with a site of its own, which no test may find through the first.
pub async fn second(w: &World) -> Result<(Org, OrgSite)> {
    let mut change = admin(w).begin().await?;
    let org = change.add_org("Second", &OrgLimits::default(), 5).await?;
    let new = NewSite {
        name: "second site".to_owned(),
        hosts: vec!["second.example".to_owned()],
        settings: SiteSettings::default(),
    };
    let site = change.add_org_site(org.id, &new, 5).await?;
    change.record(&deed(org.id, "site.create")).await?;
    change.commit().await?;
    Ok((org, site))
}

pub async fn scope(w: &World, site: SiteId) -> Result<Scope> {
    admin(w).view().await?.scope(OrgId::DEFAULT, site).await?.context("a scope")
}

pub fn deed(org: OrgId, action: &'static str) -> Deed {
    Deed {
        org,
        at_ms: 1_000,
        actor: "key 1 (test)".to_owned(),
        address: "127.0.0.1".to_owned(),
        action,
        site: Some(SiteId(1)),
        target: "it".to_owned(),
        was: None,
        became: Some("{\"name\":\"a\"}".to_owned()),
    }
}
