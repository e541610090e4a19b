//! Where a contract is tested: one implementation of the bus, and how to strike it.

use std::sync::Arc;
use std::time::Duration;

use tmtp_bus::{Bus, BusOptions, Event, MemoryBus, Mode, Subscription};
use tmtp_testkit::redis::{Redis, RedisCluster, Sentinel};
use tokio::time::timeout;

/// Longer than anything here may take.
pub const LIMIT: Duration = Duration::from_secs(30);

pub enum Stage {
    Memory(Arc<dyn Bus>),
    Single(Redis),
    Sentinel(Sentinel),
    Cluster(RedisCluster),
}

impl Stage {
    pub fn memory() -> Self {
        Self::Memory(Arc::new(MemoryBus::new()))
    }

    pub fn single() -> Self {
        Self::Single(Redis::start().unwrap())
    }

    pub fn sentinel() -> Self {
        Self::Sentinel(Sentinel::start(1).unwrap())
    }

    pub fn cluster() -> Self {
        Self::Cluster(RedisCluster::start().unwrap())
    }

    /// The bus as one more process would open it. It takes a slow machine for no outage: a gap that nobody made is a failure.
    pub async fn bus(&self) -> Arc<dyn Bus> {
        match self {
            Self::Memory(bus) => bus.clone(),
            Self::Single(redis) => open(&patient(Mode::Single, vec![redis.url()])).await,
            Self::Cluster(cluster) => open(&patient(Mode::Cluster, cluster.urls())).await,
            Self::Sentinel(set) => {
                let options = patient(Mode::Sentinel, set.urls());
                open(&BusOptions { master: set.master_name().to_owned(), ..options }).await
            }
        }
    }

    /// Takes away what the bus stands on, and brings it back. A bus in process stands on nothing.
    pub fn strike(&self) -> bool {
        match self {
            Self::Memory(_) => return false,
            Self::Single(redis) => redis.kill().and_then(|()| redis.start_again()).unwrap(),
            Self::Sentinel(set) => set.fail_over().unwrap(),
            Self::Cluster(cluster) => cluster.kill().and_then(|()| cluster.start_again()).unwrap(),
        }
        true
    }

    /// Makes it forget every key.
    pub fn flush(&self) {
        match self {
            Self::Memory(_) => {}
            Self::Single(redis) => redis.flush_all().unwrap(),
            Self::Sentinel(set) => set.flush_all().unwrap(),
            Self::Cluster(cluster) => cluster.flush_all().unwrap(),
        }
    }
}

fn patient(mode: Mode, urls: Vec<String>) -> BusOptions {
    BusOptions { answer_ms: 20_000, ..BusOptions::redis(mode, urls) }
}

pub async fn open(options: &BusOptions) -> Arc<dyn Bus> {
    tmtp_bus::open(options).await.unwrap()
}

/// A subscription that was heard to listen.
pub async fn listen(bus: &Arc<dyn Bus>, channel: &str) -> Subscription {
    let mut subscription = bus.subscribe(channel);
    assert_eq!(next(&mut subscription).await, Event::Gap);
    subscription
}

pub async fn next(subscription: &mut Subscription) -> Event {
    timeout(LIMIT, subscription.next()).await.expect("an event in time").expect("the bus is there")
}

/// The next hint's text; a gap is a failure.
pub async fn hint(subscription: &mut Subscription) -> String {
    match next(subscription).await {
        Event::Hint(hint) => String::from_utf8(hint.to_vec()).unwrap(),
        Event::Gap => panic!("a gap, not a hint"),
    }
}

/// Reads on until a gap.
pub async fn gap(subscription: &mut Subscription) {
    while next(subscription).await != Event::Gap {}
}

/// Publishes the text until it is heard: for after a strike, when hints may still be lost.
pub async fn heard_at_last(
    bus: &Arc<dyn Bus>,
    channel: &str,
    subscription: &mut Subscription,
    text: &'static str,
) {
    let mut again = tokio::time::interval(Duration::from_millis(50));
    let hearing = async {
        loop {
            tokio::select! {
                _ = again.tick() => drop(bus.publish(channel, text.into())),
                event = subscription.next() => if event == Some(Event::Hint(text.into())) { return },
            }
        }
    };
    timeout(LIMIT, hearing).await.expect("hints flow");
}
