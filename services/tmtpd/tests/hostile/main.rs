//! Strangers and members who mean harm: the server goes on serving others, ends nowhere, and grows by little.

mod links;

use std::{
    io::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use futures::future::join_all;
use serde_json::json;
use tmtp_testkit::{
    ask,
    client::Client,
    process::Process,
    server::{Layout, Server, Shape, SitePlan},
    suite,
};
use tokio::time::{Instant, sleep};

/// How long a message between two well-behaved members may take meanwhile, on a busy machine.
const BEARABLE: Duration = Duration::from_secs(15);
/// How many such messages must arrive in a second, from the first attack to the end of the last.
const EXCHANGES_PER_SECOND: u64 = 1;
/// What a process that holds links may ever grow by: twice what is seen.
const GROWTH: u64 = 60 << 20;
/// The same of a process that holds none.
const GROWTH_BEHIND: u64 = 24 << 20;
/// What each link in the middle of a body may cost.
const GROWTH_PER_LINK: u64 = 1_400 << 10;

fn layout() -> Layout {
    let site = SitePlan { name: "Site", hosts: &["site.test"], settings: &[("message_octets_max", "64TiB")] };
    let edge = vec![
        ("header_seconds", "6".into()),
        ("links_per_address_max", "300".into()),
        ("accepts_per_second", "2000".into()),
    ];
    Layout { sites: vec![site], edge, ..Layout::default() }
}

/// Two members exchange pings until told to stop; the slowest exchange.
async fn exchange(mut one: Client, mut two: Client, stop: &AtomicBool) -> Result<(usize, Duration)> {
    let ping = ask::ping(&one.me.alias, &two.me.alias);
    let (mut count, mut slowest) = (0, Duration::ZERO);
    while !stop.load(Ordering::Relaxed) {
        let began = Instant::now();
        one.accepted(&ping, b"still there?").await.context("a well-behaved member is not served")?;
        two.take("ping").await.context("a well-behaved member hears nothing")?;
        slowest = slowest.max(began.elapsed());
        count += 1;
        sleep(Duration::from_millis(50)).await;
    }
    Ok((count, slowest))
}

/// What every process holds now.
fn memory(server: &Server) -> Result<Vec<u64>> {
    server.processes.iter().map(Process::resident_octets).collect()
}

/// Whether no process ever held much more than it did before.
fn check_growth(server: &Server, before: &[u64]) -> Result<()> {
    for (process, before) in server.processes.iter().zip(before) {
        let grown = process.peak_octets()?.saturating_sub(*before);
        let behind = process.name().starts_with("delivery") || process.name().starts_with("control");
        let most = if behind { GROWTH_BEHIND } else { GROWTH };
        writeln!(std::io::stderr(), "{} grew by {} KiB", process.name(), grown >> 10)?;
        ensure!(grown < most, "{} grew by {} MiB", process.name(), grown >> 20);
    }
    Ok(())
}

async fn withstands(shape: Shape) -> Result<()> {
    let program = Path::new(env!("CARGO_BIN_EXE_tmtpd"));
    let server = Arc::new(Server::start(shape, program, &layout()).await?);
    let (one, two) = (server.member("Good One").await?, server.member("Good Two").await?);
    server.processes.iter().try_for_each(Process::forget_peak)?;
    let before = memory(&server)?;
    let stop = AtomicBool::new(false);
    let began = Instant::now();
    let attack = async {
        let outcome = suite::run(&server, links::sentences()).await;
        stop.store(true, Ordering::Relaxed);
        outcome
    };
    let (outcome, exchanged) = tokio::join!(attack, exchange(one, two, &stop));
    outcome?;
    let (count, slowest) = exchanged?;
    let took = began.elapsed();
    let told = format!("{count} exchanges in {took:?}, the slowest took {slowest:?}");
    writeln!(std::io::stderr(), "{told}")?;
    ensure!(count as u64 >= took.as_secs() * EXCHANGES_PER_SECOND && slowest < BEARABLE, "{told}");
    server.check_processes(&[])?;
    check_growth(&server, &before)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_withstands_hostile_links() -> Result<()> {
    withstands(Shape::Standalone).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_withstands_hostile_links() -> Result<()> {
    withstands(Shape::Cluster).await
}

/// Each has announced a body without end and sent some of it. Alone with the server, so that it can be said what one costs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_in_the_middle_of_a_body_costs_little() -> Result<()> {
    const LINKS: u64 = 60;
    let program = Path::new(env!("CARGO_BIN_EXE_tmtpd"));
    let server = Server::start(Shape::Standalone, program, &layout()).await?;
    let clients = join_all((0..LINKS).map(|_| server.member("Announcer"))).await;
    let mut clients = clients.into_iter().collect::<Result<Vec<_>>>()?;
    server.front()?.forget_peak()?;
    let before = memory(&server)?;
    for client in &mut clients {
        let header = ask::with(ask::post(&[&client.me.uid]), &json!({"id": "1", "datalen": 1_u64 << 45}));
        client.send(&header, b"").await?;
        client.send_raw(&[7; 1_000_000]).await?;
    }
    // What these have sent is read by now.
    server.member("Witness").await?.expect_nothing().await?;
    let grown = server.front()?.peak_octets()?.saturating_sub(before[0]) / LINKS;
    writeln!(std::io::stderr(), "each link costs {} KiB", grown >> 10)?;
    ensure!(grown < GROWTH_PER_LINK, "each link costs {} KiB", grown >> 10);
    Ok(())
}

/// Only how long it takes at the least can be said of a machine that may be busy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_are_let_in_no_faster_than_the_operator_allows() -> Result<()> {
    let program = Path::new(env!("CARGO_BIN_EXE_tmtpd"));
    let edge = vec![("accepts_per_second", "5".into()), ("login_seconds", "30".into())];
    let server = Server::start(Shape::Standalone, program, &Layout { edge, ..layout() }).await?;
    let began = Instant::now();
    let shaken = join_all((0..15).map(|_| server.stranger())).await;
    ensure!(shaken.into_iter().all(|client| client.is_ok()), "a link was not let in at all");
    // Six at once, as the edge waits for the first with its turn taken; the other nine five a second.
    ensure!(began.elapsed() >= Duration::from_millis(1700), "15 links took {:?}", began.elapsed());
    Ok(())
}
