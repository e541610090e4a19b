//! A delivery process with everything behind it, and devices that talk to it.

mod device;
mod ears;

use std::{sync::Arc, time::Duration};

use tempfile::TempDir;
use tmtp_bus::{Bus, BusOptions, MemoryBus, Mode};
use tmtp_delivery::{Delivery, Error, Options, Shard};
use tmtp_grpc::delivery::{delivery_client::DeliveryClient, delivery_server::DeliveryServer};
use tmtp_platform::SystemClock;
use tmtp_store::{
    Bodies, BodyOptions, MAIN_SHARD, NewSite, Registration, SiteId, SiteSettings, Store, StoreOptions,
};
use tmtp_testkit::postgres::Postgres;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use device::{Device, Got};
pub use ears::Ears;

/// The edge that devices are on unless told otherwise.
pub const EDGE: &str = "edge-1";

pub type Client = DeliveryClient<DeliveryServer<Delivery>>;

/// A delivery process, and the site most tests use.
pub struct Rig {
    pub store: Arc<dyn Store>,
    pub bodies: Arc<dyn Bodies>,
    pub bus: Arc<dyn Bus>,
    pub site: i64,
    pub process: Process,
    _dir: TempDir,
}

/// A running delivery process.
pub struct Process {
    pub delivery: Arc<Delivery>,
    pub stop: CancellationToken,
    pub run: JoinHandle<Result<(), Error>>,
}

/// Makes an empty database one of ours.
async fn migrated(url: String) -> anyhow::Result<()> {
    tmtp_store::migrate(&StoreOptions { url, ..StoreOptions::default() }).await?;
    Ok(())
}

impl Rig {
    pub async fn new() -> Self {
        Self::with(Options::default(), settings()).await
    }

    pub async fn with(options: Options, settings: SiteSettings) -> Self {
        if std::env::var("TMTP_TEST_STORE").is_ok_and(|store| store == "postgres") {
            return Self::on_postgres(options, settings).await;
        }
        let dir = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", dir.path().join("store.db").display());
        Self::on(url, dir, options, settings).await
    }

    /// On a database of its own.
    pub async fn on_postgres(options: Options, settings: SiteSettings) -> Self {
        let url = Postgres::shared_like("migrated", migrated).await.unwrap();
        Self::on(url, tempfile::tempdir().unwrap(), options, settings).await
    }

    /// On a database of this server.
    pub async fn on_server(postgres: &Postgres) -> Self {
        let url = postgres.fresh_database().unwrap();
        Self::on(url, tempfile::tempdir().unwrap(), Options::default(), settings()).await
    }

    async fn on(url: String, dir: TempDir, options: Options, settings: SiteSettings) -> Self {
        let at = StoreOptions { url, ..StoreOptions::default() };
        tmtp_store::migrate(&at).await.unwrap();
        let store = tmtp_store::open(&at).await.unwrap();
        let bodies = BodyOptions { directory: dir.path().join("bodies"), ..BodyOptions::default() };
        let bodies = tmtp_store::open_bodies(&bodies, &*store).unwrap();
        let bus: Arc<dyn Bus> = Arc::new(MemoryBus::new());
        let site = add_site(&*store, "one", settings).await;
        let process = Process::start(options, &store, &bodies, Vec::new(), &bus).await;
        Self { store, bodies, bus, site, process, _dir: dir }
    }

    pub fn client(&self) -> Client {
        self.process.client()
    }

    /// Another delivery process on the same store and bus.
    pub async fn another_process(&self) -> Process {
        Process::start(Options::default(), &self.store, &self.bodies, Vec::new(), &self.bus).await
    }

    /// Another delivery process on the same store, whose Redis is away.
    pub async fn process_without_bus(&self) -> Process {
        let nowhere = BusOptions::redis(Mode::Single, vec!["redis://127.0.0.1:1".to_owned()]);
        let bus = tmtp_bus::open(&nowhere).await.unwrap();
        Process::start(Options::default(), &self.store, &self.bodies, Vec::new(), &bus).await
    }

    /// Another site, in place before anything else is asked of it.
    pub async fn another_site(&self, settings: SiteSettings) -> i64 {
        add_site(&*self.store, "two", settings).await
    }

    /// A member with an alias, its first node connected, its queue empty.
    pub async fn member(&self, alias: &str) -> Device {
        Device::register(self.client(), self.site, EDGE, Some(alias)).await
    }

    /// Hears what an edge is told.
    pub fn ears(&self, edge: &str) -> Ears {
        Ears::new(&*self.bus, edge)
    }

    /// Keys of all bodies in the body store.
    pub async fn blobs(&self) -> Vec<String> {
        self.bodies.older_than(i64::MAX, None, 1000).await.unwrap()
    }
}

impl Process {
    async fn start(
        options: Options,
        store: &Arc<dyn Store>,
        bodies: &Arc<dyn Bodies>,
        others: Vec<Shard>,
        bus: &Arc<dyn Bus>,
    ) -> Self {
        let (store, bodies, bus) = (store.clone(), bodies.clone(), bus.clone());
        let main = Shard { name: MAIN_SHARD.to_owned(), store, bodies };
        let delivery = Delivery::start(options, main, others, bus, Arc::new(SystemClock)).await.unwrap();
        let stop = CancellationToken::new();
        let run = tokio::spawn(delivery.clone().run(stop.clone()));
        Self { delivery, stop, run }
    }

    pub fn client(&self) -> Client {
        DeliveryClient::new(self.delivery.server())
    }
}

/// A site that anybody may join.
pub fn settings() -> SiteSettings {
    SiteSettings { registration: Registration::Open, ..SiteSettings::default() }
}

async fn add_site(store: &dyn Store, name: &str, settings: SiteSettings) -> i64 {
    let hosts = vec![format!("{name}.example")];
    let SiteId(id) = store.add_site(&NewSite { name: name.into(), hosts, settings }).await.unwrap();
    id
}

/// Waits for what must come soon.
pub async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it did not come")
}

/// Asks again and again until it is so.
pub async fn until<F: Future<Output = bool>>(mut is_so: impl FnMut() -> F) {
    soon(async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}
