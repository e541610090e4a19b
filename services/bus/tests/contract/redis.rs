//! What only a bus over Redis can get wrong.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tmtp_bus::{Bus, BusOptions, Event, Mode, Subscription};
use tmtp_testkit::proxy::Proxy;
use tmtp_testkit::redis::{Redis, RedisCluster, Sentinel};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::stage::{LIMIT, Stage, gap, heard_at_last, hint, listen, next, open};

fn single(url: String) -> BusOptions {
    BusOptions::redis(Mode::Single, vec![url])
}

/// Notices a dead connection sooner than an operator would want.
fn watchful(options: BusOptions) -> BusOptions {
    BusOptions { heartbeat_ms: 100, answer_ms: 1_000, ..options }
}

/// Waits for something that can only be looked at.
async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let mut again = tokio::time::interval(Duration::from_millis(20));
    let waiting = async {
        while !done() {
            again.tick().await;
        }
    };
    timeout(LIMIT, waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

fn clients(redis: &Redis) -> usize {
    let list = redis.text(&["CLIENT", "LIST"]).unwrap_or_default();
    // The one that asks is there too.
    list.lines().filter(|line| line.starts_with("id=")).count().saturating_sub(1)
}

/// How many hints a server was told of since its start.
fn published(redis: &Redis) -> usize {
    let stats = redis.text(&["INFO", "commandstats"]).unwrap();
    let calls = stats.lines().find_map(|line| line.strip_prefix("cmdstat_publish:calls="));
    calls.and_then(|calls| calls.split(',').next()?.parse().ok()).unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_open_connection_is_noticed() {
    let redis = Redis::start().unwrap();
    let proxy = Proxy::start(format!("127.0.0.1:{}", redis.port())).await.unwrap();
    let bus = open(&watchful(single(format!("redis://{}", proxy.addr())))).await;
    let mut subscription = listen(&bus, "edge:one").await;
    until("connected", || bus.is_connected()).await;
    proxy.half_open();
    until("noticed", || !bus.is_connected()).await;
    proxy.mend();
    gap(&mut subscription).await;
    heard_at_last(&bus, "edge:one", &mut subscription, "after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_half_open_connection_swallowed_leaves_with_the_next_one_and_not_before() {
    let redis = Redis::start().unwrap();
    let proxy = Proxy::start(format!("127.0.0.1:{}", redis.port())).await.unwrap();
    let bus = open(&watchful(single(format!("redis://{}", proxy.addr())))).await;
    until("connected", || bus.is_connected()).await;
    // Past the proxy.
    let mut heard = listen(&open(&single(redis.url())).await, "edge:one").await;
    proxy.half_open();
    let mut receipt = Box::pin(bus.publish("edge:one", "swallowed".into()).has_left());
    until("noticed", || !bus.is_connected()).await;
    assert!(timeout(Duration::ZERO, &mut receipt).await.is_err());
    assert!(timeout(Duration::ZERO, heard.next()).await.is_err());
    proxy.mend();
    assert!(timeout(LIMIT, receipt).await.expect("known in the end"));
    assert_eq!(hint(&mut heard).await, "swallowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_is_mended_and_the_listener_told() {
    let redis = Redis::start().unwrap();
    let proxy = Proxy::start(format!("127.0.0.1:{}", redis.port())).await.unwrap();
    let bus = open(&single(format!("redis://{}", proxy.addr()))).await;
    let mut subscription = listen(&bus, "edge:one").await;
    proxy.cut();
    until("noticed", || !bus.is_connected()).await;
    proxy.mend();
    gap(&mut subscription).await;
    heard_at_last(&bus, "edge:one", &mut subscription, "after").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_opens_without_redis_and_finds_it_later() {
    let redis = Redis::start().unwrap();
    redis.kill().unwrap();
    let options = single(redis.url());
    // Sooner than anybody has given up looking for Redis.
    let bus = timeout(LIMIT / 3, open(&options)).await.expect("at once");
    let mut subscription = bus.subscribe("edge:one");
    let early = bus.publish("edge:one", "early".into());
    assert!(!timeout(LIMIT, early.has_left()).await.expect("known at once"));
    assert!(!bus.is_connected());
    redis.start_again().unwrap();
    assert_eq!(next(&mut subscription).await, Event::Gap, "nothing can have come before");
    heard_at_last(&bus, "edge:one", &mut subscription, "late").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_without_redis_neither_waits_nor_grows() {
    let redis = Redis::start().unwrap();
    redis.kill().unwrap();
    let bus = open(&BusOptions { queue: 10, ..single(redis.url()) }).await;
    for number in 0..100_000 {
        let receipt = bus.publish("edge:one", number.to_string().into());
        assert!(!timeout(Duration::ZERO, receipt.has_left()).await.expect("known at once"));
    }
    let mut subscription = bus.subscribe("edge:one");
    redis.start_again().unwrap();
    gap(&mut subscription).await;
    heard_at_last(&bus, "edge:one", &mut subscription, "late").await;
    // Hints leave in order, so what waited left before the last one, which was said some times over.
    let published = published(&redis);
    assert!((11..1_000).contains(&published), "{published}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_subscription_is_unsubscribed() {
    let redis = Redis::start().unwrap();
    let bus = open(&single(redis.url())).await;
    let subscribers = |channel: &str| redis.text(&["PUBSUB", "NUMSUB", channel]).unwrap();
    let first = listen(&bus, "edge:one").await;
    let second = listen(&bus, "edge:one").await;
    assert!(subscribers("edge:one").ends_with(":1"));
    drop(first);
    drop(second);
    until("unsubscribed", || subscribers("edge:one").ends_with(":0")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_when_the_last_of_bus_and_subscriptions_is_dropped() {
    let redis = Redis::start().unwrap();
    let bus = open(&single(redis.url())).await;
    let mut subscription = listen(&bus, "edge:one").await;
    until("both connected", || bus.is_connected()).await;
    assert_eq!(clients(&redis), 2);
    bus.publish("edge:one", "last".into());
    drop(bus);
    assert_eq!(hint(&mut subscription).await, "last");
    until("the publisher is gone", || clients(&redis) == 1).await;
    redis.command(&["PUBLISH", "edge:one", "still"]).unwrap();
    assert_eq!(hint(&mut subscription).await, "still");
    drop(subscription);
    until("the listener is gone", || clients(&redis) == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_publishes_holds_one_connection() {
    let redis = Redis::start().unwrap();
    let bus = open(&single(redis.url())).await;
    until("connected", || bus.is_connected()).await;
    // Whatever else it may open is there by now.
    assert!(bus.publish("edge:one", "to nobody".into()).has_left().await);
    assert_eq!(clients(&redis), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_opens_a_server_that_asks_for_one() {
    let redis = Redis::start().unwrap();
    redis.command(&["CONFIG", "SET", "requirepass", "hunter2"]).unwrap();
    let url = format!("redis://:hunter2@127.0.0.1:{}", redis.port());
    let bus = open(&single(url)).await;
    let mut subscription = listen(&bus, "edge:one").await;
    bus.publish("edge:one", "inside".into());
    assert_eq!(hint(&mut subscription).await, "inside");
    let stranger = open(&single(redis.url())).await;
    let mut nothing = stranger.subscribe("edge:one");
    // Both of its connections, and one of them again.
    until("refused", || refusals(redis.port(), "hunter2").is_ok_and(|count| count >= 3)).await;
    heard_by_one_alone(&bus, &mut subscription, &mut nothing).await;
}

/// How often a server refused whoever did not say the password.
fn refusals(port: u16, password: &str) -> std::io::Result<u64> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    write!(stream, "AUTH {password}\r\nINFO errorstats\r\nQUIT\r\n")?;
    let mut answers = String::new();
    stream.read_to_string(&mut answers)?;
    let count = answers.lines().find_map(|line| line.strip_prefix("errorstat_NOAUTH:count="));
    Ok(count.and_then(|count| count.parse().ok()).unwrap_or(0))
}

/// What is published now is heard by the first and not by the other.
async fn heard_by_one_alone(bus: &Arc<dyn Bus>, one: &mut Subscription, other: &mut Subscription) {
    bus.publish("edge:one", "witness".into());
    assert_eq!(hint(one).await, "witness");
    assert!(timeout(Duration::ZERO, other.next()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_is_spoken_with_a_server_whose_certificate_is_trusted_and_with_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let certified = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&cert, certified.cert.pem()).unwrap();
    std::fs::write(&key, certified.signing_key.serialize_pem()).unwrap();
    let port = tmtp_testkit::ports::free_port().unwrap();
    let _redis = Redis::start_with(&format!(
        "tls-port {port}\ntls-cert-file {}\ntls-key-file {}\ntls-auth-clients no\n",
        cert.display(),
        key.display()
    ))
    .unwrap();
    let options = single(format!("rediss://127.0.0.1:{port}"));
    let bus = open(&BusOptions { ca: Some(cert), ..options }).await;
    let mut subscription = listen(&bus, "edge:one").await;
    bus.publish("edge:one", "sealed".into());
    assert_eq!(hint(&mut subscription).await, "sealed");
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = passing(format!("127.0.0.1:{port}"), tries.clone()).await;
    let stranger = open(&single(format!("rediss://{counted}"))).await;
    let mut nothing = stranger.subscribe("edge:one");
    until("both of its connections were tried, and one again", || tries.load(Relaxed) >= 3).await;
    heard_by_one_alone(&bus, &mut subscription, &mut nothing).await;
    assert!(!stranger.is_connected());
}

/// An address from which every connection is passed to this one, and counted.
async fn passing(target: String, count: Arc<AtomicUsize>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            count.fetch_add(1, Relaxed);
            let mut far = tokio::net::TcpStream::connect(&target).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
        }
    });
    here
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failover_of_a_sentinel_set_is_followed() {
    let set = Sentinel::start(3).unwrap();
    let options = BusOptions::redis(Mode::Sentinel, set.urls());
    let bus = open(&BusOptions { master: set.master_name().to_owned(), ..options }).await;
    let mut subscription = listen(&bus, "edge:one").await;
    set.sentinels[0].kill().unwrap();
    set.fail_over().unwrap();
    gap(&mut subscription).await;
    heard_at_last(&bus, "edge:one", &mut subscription, "by the other").await;
    // The one that died comes back as its replica, and takes over in turn.
    set.servers[0].start_again().unwrap();
    let follows =
        || set.servers[0].text(&["INFO", "replication"]).is_ok_and(|text| text.contains("link_status:up"));
    until("it follows", follows).await;
    set.fail_over().unwrap();
    gap(&mut subscription).await;
    heard_at_last(&bus, "edge:one", &mut subscription, "by the first again").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_that_loses_a_master_carries_hints_by_the_others() {
    let cluster = RedisCluster::start().unwrap();
    let options = watchful(BusOptions::redis(Mode::Cluster, cluster.urls()));
    let (here, there) = (open(&options).await, open(&options).await);
    let mut subscription = listen(&there, "edge:one").await;
    cluster.nodes[0].kill().unwrap();
    cluster.wait_until_whole().unwrap();
    heard_at_last(&here, "edge:one", &mut subscription, "by the others").await;
}

#[tokio::test]
async fn options_that_make_no_sense_open_nothing() {
    assert!(tmtp_bus::open(&BusOptions::redis(Mode::Cluster, Vec::new())).await.is_err());
    assert!(tmtp_bus::open(&single("127.0.0.1:6379/nonsense?".to_owned())).await.is_err());
    let missing = BusOptions { ca: Some("/nowhere/ca.pem".into()), ..single("rediss://one".to_owned()) };
    assert!(tmtp_bus::open(&missing).await.is_err());
}

#[tokio::test]
async fn a_bus_in_process_ends_its_subscriptions_when_it_is_dropped() {
    let stage = Stage::memory();
    let bus = stage.bus().await;
    let mut subscription = listen(&bus, "edge:one").await;
    bus.publish("edge:one", "last".into());
    drop((stage, bus));
    assert_eq!(subscription.next().await, Some(Event::Hint("last".into())));
    assert_eq!(subscription.next().await, None);
}
