//! Clusters on other parts than most tests have: the bus on a Redis Cluster or a Sentinel set, large bodies in a bucket or
//! in the database.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use tmtp_testkit::{
    ask,
    client::Client,
    redis::{RedisCluster, Sentinel},
    s3::S3,
    server::{Layout, Server, Shape, SitePlan},
    talk::unique,
};
use tokio::time::{sleep, timeout};

const HOST: &str = "site.test";
/// Several chunks of a body.
const LARGE: usize = (3 << 20) + 1;

async fn start(bus: &str, bodies: &str) -> Result<Server> {
    let site = SitePlan { name: "Site", hosts: &[HOST], settings: &[] };
    let layout = Layout {
        sites: vec![site],
        bus: Some(format!("[bus]\nkind = \"redis\"\n{bus}\n")),
        bodies: Some(format!("[bodies]\n{bodies}\n")),
        ..Layout::default()
    };
    Server::start(Shape::Cluster, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await
}

/// Two members on two edges: presence, which goes over the bus alone, a small message, and a large one that waits. As long as
/// it waits, `kept` finds this `whole` of it, and nothing when it was acked.
async fn serves(server: &Server, kept: impl AsyncFn() -> Result<usize>, whole: usize) -> Result<()> {
    let mut one = Client::register(&server.address_of(0, Some(HOST)), &unique("One")).await?;
    let mut two = Client::register(&server.address_of(1, Some(HOST)), &unique("Two")).await?;
    one.accepted(&ask::ohiedit("init", &[&two.me.uid]), b"").await?;
    ensure!(two.ohi().await? == (one.me.uid.clone(), 1));
    one.accepted(&ask::post(&[&two.me.uid]), b"small").await?;
    ensure!(two.take("delivery").await?.data == b"small");
    let two = two.quit().await?;
    let large: Vec<u8> = (0..LARGE).map(|at| (at % 251) as u8 ^ (at >> 12) as u8).collect();
    one.accepted(&ask::post(&[&two.uid]), &large).await?;
    ensure!(kept().await? == whole, "the large message is somewhere else");
    let (mut two, _) = Client::login(&server.address_of(1, Some(HOST)), &two).await?;
    let delivery = two.queued().await?;
    ensure!(delivery.data == large, "the large message arrived as another");
    ensure!(kept().await? == whole, "the large message is gone before it was acked");
    two.ack(delivery.id()).await?;
    two.take("login").await?;
    let gone = async {
        while kept().await? > 0 {
            sleep(Duration::from_millis(50)).await;
        }
        anyhow::Ok(())
    };
    timeout(Duration::from_secs(20), gone).await.context("the large message stays after its last ack")??;
    server.check_processes(&[])
}

fn listed(urls: &[String]) -> String {
    let urls: Vec<String> = urls.iter().map(|url| format!("\"{url}\"")).collect();
    format!("urls = [{}]", urls.join(", "))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_cluster_carries_the_hints_and_a_bucket_the_large_bodies() -> Result<()> {
    let (redis, s3) = tokio::join!(tokio::task::spawn_blocking(RedisCluster::start), S3::start());
    let (redis, s3) = (redis??, s3?);
    let bucket = format!(
        "kind = \"s3\"\n[bodies.s3]\nbucket = \"{}\"\nendpoint = \"{}\"\nallow_http = true\naccess_key_id = \"key\"\n\
         secret_access_key = \"secret\"",
        S3::BUCKET,
        s3.endpoint()
    );
    let server = start(&format!("mode = \"cluster\"\n{}", listed(&redis.urls())), &bucket).await?;
    serves(&server, async || s3.objects().await, 1).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sentinel_set_carries_the_hints_and_the_database_the_large_bodies() -> Result<()> {
    let redis = tokio::task::spawn_blocking(|| Sentinel::start(1)).await??;
    let sentinel =
        format!("mode = \"sentinel\"\nmaster = \"{}\"\n{}", redis.master_name(), listed(&redis.urls()));
    let server = start(&sentinel, "kind = \"database\"").await?;
    let postgres = &server.backing.as_ref().context("a cluster")?.postgres;
    let octets = "SELECT coalesce(sum(length(data)), 0) FROM chunks";
    let kept = async || {
        let sum = tokio::task::block_in_place(|| postgres.sql("tmtp", octets))?;
        Ok(sum.trim().parse()?)
    };
    serves(&server, kept, LARGE).await
}
