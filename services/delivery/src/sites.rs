//! The list of sites, cached: refreshed by hints, by a poll, and when somebody names a site not in it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwap;
use tmtp_bus::{Bus, Event, SITES, Subscription};
use tmtp_store::{MAIN_SHARD, Placement, Provider, Site, SiteId, Store};
use tokio::{
    sync::Mutex,
    time::{Instant, MissedTickBehavior},
};
use tokio_util::sync::CancellationToken;

use crate::fault::Fault;

/// A site that is not in the list is looked for no more often than this: strangers name sites.
const FORCED_EVERY: Duration = Duration::from_secs(1);

/// The sites at one version.
pub(crate) struct Listing {
    pub version: i64,
    sites: HashMap<SiteId, Arc<Site>>,
    providers: HashMap<SiteId, Vec<Arc<Provider>>>,
    certificates: HashMap<SiteId, i64>,
    placements: HashMap<SiteId, Placement>,
}

impl Listing {
    pub fn iter(&self) -> impl Iterator<Item = &Site> {
        self.sites.values().map(AsRef::as_ref)
    }

    pub fn has(&self, site: SiteId) -> bool {
        self.sites.contains_key(&site)
    }

    /// The version of a site's own certificate; 0 where it has none.
    pub fn certificate(&self, site: SiteId) -> i64 {
        self.certificates.get(&site).copied().unwrap_or_default()
    }

    /// The database that has a site's own rows.
    pub fn shard(&self, site: SiteId) -> &str {
        self.placements.get(&site).map_or(MAIN_SHARD, |placement| &placement.shard)
    }

    /// Whether a site is suspended that is in another database than main, which does not know that.
    pub fn is_suspended_elsewhere(&self, site: SiteId) -> bool {
        self.shard(site) != MAIN_SHARD && self.sites.get(&site).is_none_or(|site| site.suspended)
    }

    /// Whether a site is being taken to another database.
    pub fn is_moving(&self, site: SiteId) -> bool {
        self.placements.get(&site).is_some_and(|placement| placement.moving_to.is_some())
    }

    /// The providers of a site's organization that vouch for newcomers there.
    pub fn providers(&self, site: SiteId) -> &[Arc<Provider>] {
        self.providers.get(&site).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The cache.
pub(crate) struct Sites {
    store: Arc<dyn Store>,
    /// The databases that this process was told of.
    shards: BTreeSet<String>,
    listing: ArcSwap<Listing>,
    forced: Mutex<Option<Instant>>,
}

impl Sites {
    pub async fn load(store: Arc<dyn Store>, shards: BTreeSet<String>) -> tmtp_store::Result<Self> {
        let listing = read(&*store).await?;
        let sites = Self { store, shards, listing: ArcSwap::from_pointee(listing), forced: Mutex::new(None) };
        sites.complain();
        Ok(sites)
    }

    pub fn listing(&self) -> Arc<Listing> {
        self.listing.load_full()
    }

    /// As [`Listing::providers`].
    pub fn providers(&self, site: SiteId) -> Vec<Arc<Provider>> {
        self.listing.load().providers(site).to_vec()
    }

    /// A site, suspended or not.
    pub async fn find(&self, id: SiteId) -> Result<Option<Arc<Site>>, Fault> {
        if let Some(site) = self.listing.load().sites.get(&id) {
            return Ok(Some(site.clone()));
        }
        let mut forced = self.forced.lock().await;
        if forced.is_none_or(|at| at.elapsed() >= FORCED_EVERY) {
            self.reload().await?;
            *forced = Some(Instant::now());
        }
        Ok(self.listing.load().sites.get(&id).cloned())
    }

    /// Keeps the list fresh until `stop`.
    pub async fn watch(&self, bus: &dyn Bus, every: Duration, stop: &CancellationToken) {
        let mut hints = Some(bus.subscribe(SITES));
        let mut poll = tokio::time::interval(every);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let fresh = tokio::select! {
                () = stop.cancelled() => return,
                event = next(&mut hints) => {
                    if event.is_none() {
                        hints = None;
                    }
                    self.reload().await
                }
                _ = poll.tick() => self.reload_if_changed().await,
            };
            if fresh.is_err() {
                metrics::counter!("tmtp_delivery_site_reload_failures_total").increment(1);
            }
        }
    }

    /// Asks the store whether anything changed, and reads the list anew if so.
    pub async fn reload_if_changed(&self) -> tmtp_store::Result<()> {
        if self.store.sites_version().await? == self.listing.load().version {
            return Ok(());
        }
        self.reload().await
    }

    async fn reload(&self) -> tmtp_store::Result<()> {
        self.listing.store(Arc::new(read(&*self.store).await?));
        self.complain();
        Ok(())
    }

    /// Tells the operator of sites that cannot be served here.
    fn complain(&self) {
        let listing = self.listing.load();
        let unknown = |placement: &&Placement| !self.shards.contains(&placement.shard);
        if let Some(placement) = listing.placements.values().find(unknown) {
            let shard = &placement.shard;
            tracing::error!(shard, "sites are in a database that this process was not told of: see [shards]");
        }
    }
}

async fn read(store: &dyn Store) -> tmtp_store::Result<Listing> {
    let (version, sites) = store.sites().await?;
    let sites: HashMap<_, _> = sites.into_iter().map(|site| (site.id, Arc::new(site))).collect();
    // After the version, as the sites are: should they change in between, the list is read anew.
    let mut providers: HashMap<SiteId, Vec<Arc<Provider>>> = HashMap::new();
    for (site, provider) in store.providers().await? {
        if sites.get(&site).is_some_and(|site| site.settings.lets_vouch(provider.id)) {
            providers.entry(site).or_default().push(Arc::new(provider));
        }
    }
    let certificates = store.certificate_versions().await?.into_iter().collect();
    let placements = store.placements().await?.into_iter().collect();
    metrics::gauge!("tmtp_sites_version", "at" => "delivery").set(version as f64);
    Ok(Listing { version, sites, providers, certificates, placements })
}

async fn next(hints: &mut Option<Subscription>) -> Option<Event> {
    match hints {
        Some(hints) => hints.next().await,
        None => std::future::pending().await,
    }
}
