//! Sites in two databases: one moves while everybody posts, and one database is down.

use std::{path::Path, process::Stdio, time::Duration};

use anyhow::{Context, Result, ensure};
use tmtp_testkit::{
    client::Address,
    load::{Load, Plan, Tally},
    postgres::Postgres,
    server::{Layout, OPERATOR_KEY, Server, Shape, SitePlan},
};
use tokio::time::{sleep, timeout};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tmtpd");
const MOVES: &str = "moves.test";
const STAYS: &str = "stays.test";
/// How long a load may take to get on.
const GETS_ON: Duration = Duration::from_secs(60);
const STEADY: usize = 200;

/// A cluster with two sites, and a second database on a server of its own.
async fn start() -> Result<(Server, Postgres)> {
    let east = tokio::task::spawn_blocking(|| {
        let postgres = Postgres::start()?;
        postgres.create_database("east")?;
        anyhow::Ok(postgres)
    });
    let east = east.await??;
    let layout = Layout {
        sites: vec![
            SitePlan { name: "Moves", hosts: &[MOVES], settings: &[] },
            SitePlan { name: "Stays", hosts: &[STAYS], settings: &[] },
        ],
        edge: vec![("loopback_exempt", "true".into()), ("redeliver_seconds", "10".into())],
        more: format!("[shards.east]\nurl = \"{}\"\n", east.url("east")),
        ..Layout::default()
    };
    Ok((Server::start(Shape::Cluster, Path::new(PROGRAM), &layout).await?, east))
}

fn addresses(server: &Server, host: &str) -> Vec<Address> {
    (0..2).map(|edge| server.address_of(edge, Some(host))).collect()
}

async fn load(server: &Server, host: &str) -> Result<Load> {
    let plan = Plan { members: 60, groups: 4, rest: Duration::from_millis(800), ..Plan::default() };
    Load::start(&addresses(server, host), plan).await
}

async fn go(server: &Server, to: &str) -> Result<String> {
    server.command(&["site", "move", MOVES, "--to", to, "--config", &server.config()]).await
}

/// Kills the mover so long after it began; `false` when it was through by then.
async fn killed(server: &Server, to: &str, after: Duration) -> Result<bool> {
    let config = server.config();
    let mut mover = tokio::process::Command::new(PROGRAM)
        .args(["site", "move", MOVES, "--to", to, "--config", &config])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    sleep(after).await;
    let was_at_work = mover.try_wait()?.is_none();
    mover.kill().await?;
    Ok(was_at_work)
}

/// Waits until a delivery process tells this by its metrics.
async fn told(server: &Server, line: &str) -> Result<()> {
    let wait = async {
        loop {
            let (_, metrics) = server.process("delivery0")?.get("/metrics").await?;
            if metrics.lines().any(|told| told == line) {
                return anyhow::Ok(());
            }
            sleep(Duration::from_millis(200)).await;
        }
    };
    timeout(GETS_ON, wait).await.with_context(|| format!("it is not told that {line}"))?
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_doubled_or_out_of_order_while_a_site_moves_and_its_mover_is_killed() -> Result<()> {
    let (server, east) = start().await?;
    let moves = load(&server, MOVES).await?;
    let stays = load(&server, STAYS).await?;
    moves.progress(STEADY, GETS_ON).await.context("before it moves")?;
    go(&server, "east").await?;
    moves.progress(STEADY, GETS_ON).await.context("in the other database")?;
    let posted = east.sql("east", "SELECT sum(messages) > 0 FROM usage_sent")?;
    ensure!(posted.trim() == "t", "nothing was posted there: {posted}");
    let mut kills = 0;
    for (to, after_ms) in [("main", 40), ("main", 90), ("main", 150), ("main", 250)] {
        kills += usize::from(killed(&server, to, Duration::from_millis(after_ms)).await?);
    }
    ensure!(kills > 0, "the mover was never killed at work");
    go(&server, "main").await?;
    let log = format!("http://{}/api/v1/orgs/1/audit?action=site.move", server.api);
    let log = reqwest::Client::new().get(log).bearer_auth(OPERATOR_KEY).send().await?.text().await?;
    for to in ["east", "main"] {
        ensure!(log.contains(&format!("\"database\":\"{to}\"")), "{log}");
    }
    moves.progress(STEADY, GETS_ON).await.context("back again")?;
    stays.progress(STEADY, GETS_ON).await.context("the neighbour")?;
    let Tally { acked, received, .. } = moves.finish().await.context("the site that moved")?;
    ensure!(acked >= 3 * STEADY && received > acked, "too little was sent");
    stays.finish().await.context("its neighbour")?;
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_down_stops_its_own_sites_only() -> Result<()> {
    let (server, east) = start().await?;
    go(&server, "east").await?;
    let moves = load(&server, MOVES).await?;
    let stays = load(&server, STAYS).await?;
    moves.progress(STEADY, GETS_ON).await.context("all is well")?;
    stays.progress(STEADY, GETS_ON).await?;
    tokio::task::block_in_place(|| east.stop_immediate())?;
    told(&server, "tmtp_store_up{shard=\"east\"} 0").await?;
    told(&server, "tmtp_store_up{shard=\"main\"} 1").await?;
    stays.progress(STEADY, GETS_ON).await.context("the other site, meanwhile")?;
    tokio::task::block_in_place(|| east.start_again())?;
    moves.progress(STEADY, GETS_ON).await.context("it is back")?;
    moves.finish().await.context("the site whose database was down")?;
    stays.finish().await.context("its neighbour")?;
    server.check_processes(&["terminating connection due to immediate shutdown"])
}
