//! `tmtpd site ...` and `tmtpd dev`: sites of any organization, by id or host name, for those who work on the database
//! itself. The same rules, and the same log.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tmtp_bus::{Bus, Event, SITES, Subscription};
use tmtp_platform::SystemClock;
use tmtp_store::{Site, SiteId, Store, admin::OrgId};

use crate::{
    By, Error, Registry, Result, SiteChange, SitePlan,
    registry::{Done, word},
    settings,
};

/// How long to wait for the bus: without it a change is seen as well, only later.
const BUS_WAIT: Duration = Duration::from_secs(3);

/// What to change of a site. What is left empty stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What clients are shown.
    pub name: Option<String>,
    /// The hosts it is to have, in place of those it has.
    pub hosts: Option<Vec<String>>,
    /// Nobody may register or log in.
    pub suspended: Option<bool>,
    /// Settings by name, as an operator writes them.
    pub settings: Vec<(String, String)>,
}

/// Whether running processes were told of a change at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// They were told.
    Now,
    /// The bus is away; they will see it when they next look.
    Later,
}

/// The sites of an installation.
pub struct Sites {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    registry: Registry,
    by: By,
}

impl Sites {
    /// Sites kept in `store`; changes are told on `bus`.
    pub fn new(store: Arc<dyn Store>, bus: Arc<dyn Bus>) -> Self {
        let registry = Registry::new(&store, Arc::clone(&bus), Arc::new(SystemClock));
        Self { store, bus, registry, by: By::command_line() }
    }

    /// Every site, in the order in which they were made.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn list(&self) -> Result<Vec<Site>> {
        let (_, mut sites) = self.store.sites().await?;
        sites.sort_by_key(|site| site.id);
        Ok(sites)
    }

    /// The site with this id, or to which this host name leads.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn find(&self, which: &str) -> Result<Site> {
        let host = which.trim_end_matches('.').to_ascii_lowercase();
        let id: Option<i64> = which.parse().ok();
        let is_it = |site: &Site| Some(site.id.0) == id || site.hosts.contains(&host);
        self.list().await?.into_iter().find(is_it).ok_or_else(|| Error::NoSite(which.to_owned()))
    }

    /// Makes a site of the default organization.
    ///
    /// # Errors
    /// When something about it cannot be, a host name leads elsewhere, or the store fails.
    pub async fn create(
        &self,
        name: &str,
        hosts: &[String],
        assignments: &[(String, String)],
    ) -> Result<(Site, Heard)> {
        let plan = SitePlan {
            name: name.to_owned(),
            hosts: hosts.to_vec(),
            settings: settings::values(assignments)?,
        };
        let subscription = self.bus.subscribe(SITES);
        let made = self.registry.create_site(&self.by, None, OrgId::DEFAULT, &plan).await?.into_inner();
        let heard = self.heard(subscription, made.site.id).await;
        Ok((made.site, heard))
    }

    /// Changes a site.
    ///
    /// # Errors
    /// When there is none, the change cannot be, a host name leads elsewhere, or the store fails.
    pub async fn change(&self, which: &str, change: &Change) -> Result<(Site, Heard)> {
        let before = self.find(which).await?;
        let org = self.registry.view().await?.org_of_site(before.id).await?.ok_or(Error::Absent("site"))?;
        let wanted = SiteChange {
            name: change.name.clone(),
            hosts: change.hosts.clone(),
            suspended: change.suspended,
            settings: settings::values(&change.settings)?,
        };
        let subscription = self.bus.subscribe(SITES);
        let after = self.registry.change_site(&self.by, (org, before.id), None, &wanted).await?.site;
        if after == before {
            return Ok((after, Heard::Now));
        }
        let heard = self.heard(subscription, after.id).await;
        Ok((after, heard))
    }

    /// Notes in the log that a site was imported, and what came.
    ///
    /// # Errors
    /// When there is no such site, or the store fails.
    pub async fn note_import(&self, site: SiteId, became: Value) -> Result<()> {
        self.note(site, "site.import", became).await
    }

    /// Notes in the log in which database a site is now.
    ///
    /// # Errors
    /// When there is no such site, or the store fails.
    pub async fn note_move(&self, site: SiteId, to: &str) -> Result<()> {
        self.note(site, "site.move", json!({"database": to})).await
    }

    async fn note(&self, site: SiteId, action: &'static str, became: Value) -> Result<()> {
        let mut change = self.registry.admin.begin().await?;
        let org = change.org_of_site(site).await?.ok_or(Error::Absent("site"))?;
        let target = site.0.to_string();
        let done = Done { org, action, site: Some(site), target: &target, was: Value::Null, became };
        self.registry.record(&mut change, &self.by, done).await?;
        change.commit().await?;
        Ok(())
    }

    /// Waits until the bus has carried the word: a command that exits at once would take it with it.
    async fn heard(&self, mut subscription: Subscription, site: SiteId) -> Heard {
        let word = word(site);
        let carried = async {
            while let Some(event) = subscription.next().await {
                match event {
                    Event::Gap => drop(self.bus.publish(SITES, word.clone())),
                    Event::Hint(hint) if hint == word => return Heard::Now,
                    Event::Hint(_) => {}
                }
            }
            Heard::Later
        };
        tokio::time::timeout(BUS_WAIT, carried).await.unwrap_or(Heard::Later)
    }
}
