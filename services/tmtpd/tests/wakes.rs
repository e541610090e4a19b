//! An edge hears over the bus that something waits at once, and finds out by itself, later, where the bus is away.
#![cfg(test)]

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use tmtp_testkit::{
    ask,
    client::Client,
    server::{Layout, Server, Shape, SitePlan},
    talk::unique,
};
use tokio::time::Instant;

const HOST: &str = "site.test";
/// How often an edge looks by itself: so rarely that it does not look by chance at the very moment when a wake is on its way.
const SWEEP: Duration = Duration::from_secs(15);
/// Messages that an edge found when it looked by itself.
const FOUND: &str = "tmtp_sweep_found_total";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wake_over_the_bus_brings_a_message_and_without_the_bus_the_edge_finds_it() -> Result<()> {
    let layout = Layout {
        sites: vec![SitePlan { name: "Site", hosts: &[HOST], settings: &[] }],
        edge: vec![("sweep_seconds", SWEEP.as_secs().to_string())],
        ..Layout::default()
    };
    let server = Server::start(Shape::Cluster, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await?;
    let mut sender = Client::register(&server.address_of(0, Some(HOST)), &unique("Sender")).await?;
    let mut receiver = Client::register(&server.address_of(1, Some(HOST)), &unique("Receiver")).await?;
    receiver.patience = SWEEP * 3;
    let edge = server.process("edge1")?;
    let post = ask::post(&[&receiver.me.uid]);

    let (before, began) = (edge.sum(FOUND).await?, Instant::now());
    sender.accepted(&post, b"over the bus").await?;
    ensure!(receiver.take("delivery").await?.data == b"over the bus");
    let (found, took) = (edge.sum(FOUND).await? - before, began.elapsed());
    ensure!(found == 0.0, "the edge had to find it, which took {took:?}");

    let redis = &server.backing.as_ref().context("a cluster")?.redis;
    tokio::task::block_in_place(|| redis.kill())?;
    sender.accepted(&post, b"without a bus").await?;
    ensure!(receiver.take("delivery").await?.data == b"without a bus");
    let found = edge.sum(FOUND).await? - before;
    ensure!(found == 1.0, "it came in another way: {found} were found");
    server.check_processes(&["bus", "Redis", "redis"])
}
