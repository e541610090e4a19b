//! Sites: made, shown, changed. A change is stored first, and then told to all who keep sites in memory.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tmtp_bus::{Bus, Event, SITES, Subscription};
use tmtp_store::{NewSite, Site, SiteSettings, Store};

use crate::{Error, Result, check, settings};

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
    /// Settings by name.
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
}

impl Sites {
    /// Sites kept in `store`; changes are told on `bus`.
    pub fn new(store: Arc<dyn Store>, bus: Arc<dyn Bus>) -> Self {
        Self { store, bus }
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

    /// Makes a site with the default settings but for those given.
    ///
    /// # Errors
    /// When something about it cannot be, a host name leads elsewhere, or the store fails.
    pub async fn create(
        &self,
        name: &str,
        hosts: &[String],
        assignments: &[(String, String)],
    ) -> Result<(Site, Heard)> {
        check::name(name)?;
        let hosts = check::hosts(hosts)?;
        let settings = settings::assign(&SiteSettings::default(), assignments)?;
        let subscription = self.bus.subscribe(SITES);
        let id = self.store.add_site(&NewSite { name: name.to_owned(), hosts, settings }).await?;
        let heard = self.tell(subscription, id.0).await;
        Ok((self.find(&id.0.to_string()).await?, heard))
    }

    /// Changes a site.
    ///
    /// # Errors
    /// When there is none, the change cannot be, a host name leads elsewhere, or the store fails.
    pub async fn change(&self, which: &str, change: &Change) -> Result<(Site, Heard)> {
        let site = self.find(which).await?;
        let changed = changed(&site, change)?;
        if changed == site {
            return Ok((site, Heard::Now));
        }
        let subscription = self.bus.subscribe(SITES);
        self.store.change_site(&changed).await?;
        let heard = self.tell(subscription, changed.id.0).await;
        Ok((changed, heard))
    }

    /// Tells of a change, and waits until the bus has carried it: a command that exits at once would take the
    /// word with it.
    async fn tell(&self, mut subscription: Subscription, site: i64) -> Heard {
        let word = Bytes::from(format!("site {site}"));
        let carried = async {
            while let Some(event) = subscription.next().await {
                match event {
                    Event::Gap => self.bus.publish(SITES, word.clone()),
                    Event::Hint(hint) if hint == word => return Heard::Now,
                    Event::Hint(_) => {}
                }
            }
            Heard::Later
        };
        tokio::time::timeout(BUS_WAIT, carried).await.unwrap_or(Heard::Later)
    }
}

fn changed(site: &Site, change: &Change) -> Result<Site> {
    let mut changed = site.clone();
    if let Some(name) = &change.name {
        check::name(name)?;
        changed.name.clone_from(name);
    }
    if let Some(hosts) = &change.hosts {
        changed.hosts = check::hosts(hosts)?;
    }
    if let Some(suspended) = change.suspended {
        changed.suspended = suspended;
    }
    changed.settings = settings::assign(&site.settings, &change.settings)?;
    Ok(changed)
}
