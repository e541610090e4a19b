//! Members post at random while a part of the server is struck, one part a case; then a checker judges what everybody
//! did and saw (see `tmtp_testkit::load::checker` for what must hold). Seeds are in the failures.

use std::{io::Write, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use tmtp_testkit::{
    load::{Load, Plan, Tally},
    process::Process,
    proxy::Proxy,
    server::{Backing, Layout, Server, Shape, SitePlan},
};
use tokio::time::sleep;

/// How long a part is away.
const OUTAGE: Duration = Duration::from_secs(4);
/// How long the load may take to get on as before.
const RECOVERY: Duration = Duration::from_secs(60);
/// Requests acked before the blow, and after it.
const STEADY: usize = 400;
/// And between two blows.
const BETWEEN: usize = 150;

async fn start(shape: Shape) -> Result<Server> {
    let site = SitePlan { name: "Site", hosts: &["site.test"], settings: &[] };
    let edge = vec![("loopback_exempt", "true".into()), ("redeliver_seconds", "10".into())];
    let layout = Layout { sites: vec![site], edge, proxied: true, ..Layout::default() };
    Server::start(shape, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await
}

/// Runs the load, strikes in the middle of it, and has the history judged. No process may be alarmed.
async fn survives(shape: Shape, strike: impl AsyncFn(&Server, &Load) -> Result<()>) -> Result<()> {
    survives_with(shape, &[], strike).await
}

/// The same where alarms with these texts are right.
async fn survives_with(
    shape: Shape,
    alarms: &[&str],
    strike: impl AsyncFn(&Server, &Load) -> Result<()>,
) -> Result<()> {
    let server = start(shape).await?;
    let load = Load::start(&server.addresses(), Plan::default()).await?;
    load.progress(STEADY, RECOVERY).await.context("before the blow")?;
    strike(&server, &load).await.context("strike")?;
    load.progress(STEADY, RECOVERY).await.context("after the blow")?;
    let tally = load.finish().await?;
    writeln!(std::io::stderr(), "{tally:?}")?;
    check_strength(&tally)?;
    server.wait_ready().await.context("every process serves again")?;
    server.check_processes(alarms)
}

/// A load that proved little must not pass for one that held.
fn check_strength(tally: &Tally) -> Result<()> {
    let Tally { acked, resent, received, redelivered, settled, links } = *tally;
    ensure!(acked >= 2 * STEADY && received > 2 * acked, "too little was sent: {tally:?}");
    ensure!(resent >= 20, "too few requests were sent again: {tally:?}");
    ensure!(settled > acked && redelivered > 0, "too few acks were settled or lost: {tally:?}");
    ensure!(links > 400, "240 nodes came back too seldom: {tally:?}");
    Ok(())
}

fn backing(server: &Server) -> Result<&Backing> {
    server.backing.as_ref().context("a cluster")
}

/// Kills a process, leaves it dead for a while, and starts it as an orchestrator would.
async fn kill_for_a_while(process: &Process) -> Result<()> {
    process.kill()?;
    sleep(OUTAGE).await;
    process.start_again()?;
    process.wait_ready().await
}

async fn cut_for_a_while(proxies: &[Proxy]) {
    proxies.iter().for_each(Proxy::cut);
    sleep(OUTAGE).await;
    proxies.iter().for_each(Proxy::mend);
}

async fn half_open_for_a_while(proxies: &[Proxy]) {
    proxies.iter().for_each(Proxy::half_open);
    sleep(2 * OUTAGE).await;
    proxies.iter().for_each(Proxy::mend);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_nothing_is_struck() -> Result<()> {
    survives(Shape::Cluster, async |_: &Server, _: &Load| Ok(())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_an_edge_is_killed() -> Result<()> {
    survives(Shape::Cluster, async |server: &Server, _: &Load| {
        kill_for_a_while(server.process("edge0")?).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_a_delivery_process_is_killed() -> Result<()> {
    survives(Shape::Cluster, async |server: &Server, _: &Load| {
        kill_for_a_while(server.process("delivery0")?).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_every_process_is_killed_in_turn() -> Result<()> {
    survives(Shape::Cluster, async |server: &Server, _: &Load| {
        for process in &server.processes {
            process.kill()?;
            process.start_again()?;
            process.wait_ready().await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_processes_are_told_to_end() -> Result<()> {
    survives(Shape::Cluster, async |server: &Server, _: &Load| {
        for name in ["edge1", "delivery1"] {
            let process = server.process(name)?;
            tokio::task::block_in_place(|| process.stop())?;
            process.start_again()?;
            process.wait_ready().await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_postgres_is_shut_down_at_once() -> Result<()> {
    survives_with(
        Shape::Cluster,
        &["terminating connection due to immediate shutdown"],
        async |server: &Server, _: &Load| {
            let postgres = &backing(server)?.postgres;
            tokio::task::block_in_place(|| postgres.stop_immediate())?;
            sleep(OUTAGE).await;
            tokio::task::block_in_place(|| postgres.start_again())
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_redis_is_killed() -> Result<()> {
    survives_with(Shape::Cluster, &["no connection to Redis"], async |server: &Server, _: &Load| {
        let redis = &backing(server)?.redis;
        tokio::task::block_in_place(|| redis.kill())?;
        sleep(OUTAGE).await;
        tokio::task::block_in_place(|| redis.start_again())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_redis_forgets_everything() -> Result<()> {
    survives(Shape::Cluster, async |server: &Server, _: &Load| {
        for _ in 0..5 {
            tokio::task::block_in_place(|| backing(server)?.redis.flush_all())?;
            sleep(OUTAGE / 5).await;
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_way_to_postgres_is_cut_and_half_opened() -> Result<()> {
    survives(Shape::Cluster, async |server: &Server, load: &Load| {
        cut_for_a_while(&backing(server)?.to_postgres).await;
        load.progress(BETWEEN, RECOVERY).await?;
        half_open_for_a_while(&backing(server)?.to_postgres[..1]).await;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_way_to_redis_is_cut_and_half_opened() -> Result<()> {
    survives_with(Shape::Cluster, &["no connection to Redis"], async |server: &Server, _: &Load| {
        cut_for_a_while(&backing(server)?.to_redis).await;
        half_open_for_a_while(&backing(server)?.to_redis).await;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_way_to_delivery_is_cut_and_half_opened() -> Result<()> {
    survives(Shape::Cluster, async |server: &Server, load: &Load| {
        cut_for_a_while(&backing(server)?.to_delivery[..1]).await;
        load.progress(BETWEEN, RECOVERY).await?;
        half_open_for_a_while(&backing(server)?.to_delivery[1..]).await;
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_one_process_is_killed() -> Result<()> {
    survives(Shape::Standalone, async |server: &Server, load: &Load| {
        for _ in 0..3 {
            server.front()?.kill()?;
            server.front()?.start_again()?;
            server.front()?.wait_ready().await?;
            load.progress(BETWEEN, RECOVERY).await?;
        }
        Ok(())
    })
    .await
}
