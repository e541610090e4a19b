//! Members post at random while a part of the server is struck, one part a case; then a checker judges what everybody
//! did and saw (see `tmtp_testkit::load::checker` for what must hold). Seeds are in the failures.

mod outage;

use std::{io::Write, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use outage::{
    LESS_DELIVERY, NO_BUS, NO_DELIVERY, NO_EDGE, NO_STORE, NO_STORE_FOR_ONE, broken, kill_for_a_while, outage,
};
use tmtp_testkit::{
    client::Client,
    load::{Load, Plan, Tally, checker::UNTROUBLED},
    proxy::Proxy,
    server::{Backing, Layout, Server, Shape, SitePlan},
};
use tokio::time::{Instant, sleep};

/// How long the load may take to get on as before.
const RECOVERY: Duration = Duration::from_secs(60);
/// Requests acked before the blow, and after it.
const STEADY: usize = 400;
/// And between two blows, or while a part is away without which members are served.
const BETWEEN: usize = 150;

async fn start(shape: Shape) -> Result<Server> {
    let site = SitePlan { name: "Site", hosts: &["site.test"], settings: &[] };
    let edge = vec![("loopback_exempt", "true".into()), ("redeliver_seconds", "10".into())];
    let layout = Layout { sites: vec![site], edge, proxied: true, ..Layout::default() };
    Server::start(shape, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await
}

/// What must hold, by what is struck.
#[derive(Clone, Copy, Default)]
struct Terms<'a> {
    /// Alarms with these texts are right; no others.
    alarms: &'a [&'a str],
    /// Nothing is struck that an ack passes through: each is stored before long.
    acks_pass: bool,
}

/// Runs the load, strikes in the middle of it, and has the history judged. No process may be alarmed.
async fn survives(shape: Shape, strike: impl AsyncFn(&Server, &Load) -> Result<()>) -> Result<()> {
    survives_with(shape, Terms::default(), strike).await
}

/// The same on other terms.
async fn survives_with(
    shape: Shape,
    terms: Terms<'_>,
    strike: impl AsyncFn(&Server, &Load) -> Result<()>,
) -> Result<()> {
    let server = start(shape).await?;
    let usual = Plan::default();
    let grace = if terms.acks_pass { UNTROUBLED } else { usual.grace };
    let load = Load::start(&server.addresses(), Plan { grace, ..usual }).await?;
    load.progress(STEADY, RECOVERY).await.context("before the blow")?;
    load.post_large(1, RECOVERY).await?;
    strike(&server, &load).await.context("strike")?;
    server.wait_ready().await.context("every process is ready again")?;
    let before = served(&server).await?;
    load.progress(STEADY, RECOVERY).await.context("after the blow")?;
    every_process_serves(&server, &before).await?;
    let tally = load.finish().await?;
    writeln!(std::io::stderr(), "{tally:?}")?;
    check_strength(&tally)?;
    server.check_processes(terms.alarms)
}

/// What each process did for members so far, by name.
async fn served(server: &Server) -> Result<Vec<(&str, f64)>> {
    let mut served = Vec::new();
    for process in server.processes.iter().filter(|process| !process.name().starts_with("control")) {
        let of_edge = process.sum("tmtp_edge_requests_total").await?;
        served.push((process.name(), of_edge + process.sum("tmtp_delivery_requests_total").await?));
    }
    Ok(served)
}

/// Waits until each of them did more than this for members, and is on the bus: readiness tells neither.
async fn every_process_serves(server: &Server, before: &[(&str, f64)]) -> Result<()> {
    let began = Instant::now();
    loop {
        let now = served(server).await?;
        let idle = now.iter().zip(before).filter(|((_, now), (_, before))| now <= before);
        let idle: Vec<_> = idle.map(|((name, _), _)| *name).collect();
        if idle.is_empty() {
            return server.wait_on_bus().await;
        }
        ensure!(began.elapsed() < RECOVERY, "these serve no more: {}", idle.join(", "));
        sleep(Duration::from_millis(100)).await;
    }
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_nothing_is_struck() -> Result<()> {
    let terms = Terms { acks_pass: true, ..Terms::default() };
    survives_with(Shape::Cluster, terms, async |_: &Server, _: &Load| Ok(())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_an_edge_is_killed() -> Result<()> {
    survives(Shape::Cluster, async |server: &Server, load: &Load| {
        // Whoever comes back at the other edge ends the former session: this one stays away until it is ended for it.
        let _stays_away = Client::register(&server.address_of(0, None), "Stays Away").await?;
        kill_for_a_while((server, load), "edge0", NO_EDGE).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_a_delivery_process_is_killed() -> Result<()> {
    survives(Shape::Cluster, async |server: &Server, load: &Load| {
        kill_for_a_while((server, load), "delivery0", LESS_DELIVERY).await
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
    let terms = Terms { alarms: &["terminating connection due to immediate shutdown"], ..Terms::default() };
    survives_with(Shape::Cluster, terms, async |server: &Server, load: &Load| {
        let postgres = &backing(server)?.postgres;
        let (stop, start) = (|| postgres.stop_immediate(), || postgres.start_again());
        outage((server, load), (NO_STORE, false), stop, start).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_redis_is_killed() -> Result<()> {
    let terms = Terms { alarms: &["no connection to Redis"], acks_pass: true };
    survives_with(Shape::Cluster, terms, async |server: &Server, load: &Load| {
        let redis = &backing(server)?.redis;
        outage((server, load), (NO_BUS, true), || redis.kill(), || redis.start_again()).await
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_redis_forgets_everything() -> Result<()> {
    let terms = Terms { acks_pass: true, ..Terms::default() };
    survives_with(Shape::Cluster, terms, async |server: &Server, load: &Load| {
        for _ in 0..5 {
            tokio::task::block_in_place(|| backing(server)?.redis.flush_all())?;
            load.progress(BETWEEN / 5, RECOVERY).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_ways_to_postgres_are_cut_and_half_opened() -> Result<()> {
    survives(Shape::Cluster, async |server: &Server, load: &Load| {
        let (all, parties) = (&backing(server)?.to_postgres, (server, load));
        broken(parties, all, Proxy::cut, (NO_STORE, false)).await.context("all cut")?;
        load.progress(BETWEEN, RECOVERY).await?;
        broken(parties, &all[..1], Proxy::half_open, (NO_STORE_FOR_ONE, true))
            .await
            .context("one half-open")?;
        load.progress(BETWEEN, RECOVERY).await?;
        broken(parties, all, Proxy::half_open, (NO_STORE, false)).await.context("all half-open")
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_ways_to_redis_are_cut_and_half_opened() -> Result<()> {
    let terms = Terms { alarms: &["no connection to Redis"], acks_pass: true };
    survives_with(Shape::Cluster, terms, async |server: &Server, load: &Load| {
        let (all, parties) = (&backing(server)?.to_redis, (server, load));
        broken(parties, all, Proxy::cut, (NO_BUS, true)).await.context("cut")?;
        load.progress(BETWEEN, RECOVERY).await?;
        broken(parties, all, Proxy::half_open, (NO_BUS, true)).await.context("half-open")
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_ways_to_delivery_are_cut_and_half_opened() -> Result<()> {
    survives(Shape::Cluster, async |server: &Server, load: &Load| {
        let (all, parties) = (&backing(server)?.to_delivery, (server, load));
        broken(parties, &all[..1], Proxy::cut, (LESS_DELIVERY, true)).await.context("one cut")?;
        load.progress(BETWEEN, RECOVERY).await?;
        broken(parties, &all[1..], Proxy::half_open, (LESS_DELIVERY, true)).await.context("one half-open")?;
        load.progress(BETWEEN, RECOVERY).await?;
        broken(parties, all, Proxy::cut, (NO_DELIVERY, false)).await.context("all cut")?;
        load.progress(BETWEEN, RECOVERY).await?;
        broken(parties, all, Proxy::half_open, (NO_DELIVERY, false)).await.context("all half-open")
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
