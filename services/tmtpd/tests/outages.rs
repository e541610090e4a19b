//! A part of a cluster is away, and what must go on all the same. (`faults/` strikes under load; here it is quiet.)

use std::{collections::BTreeSet, path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use tmtp_testkit::{
    ask,
    client::{Account, Address, Client},
    server::{Backing, Layout, OPERATOR_KEY, Server, Shape, SitePlan},
    talk::unique,
};
use tokio::time::{Instant, sleep, timeout};

const HOST: &str = "site.test";
const REFUSING: &str = "refusing.test";
/// How long a cluster may take to see that an edge is no more.
const NOTICED: Duration = Duration::from_secs(40);

async fn cluster() -> Result<Server> {
    start(Shape::Cluster).await
}

async fn start(shape: Shape) -> Result<Server> {
    let refuse = &[("login_conflict", "refuse")];
    let layout = Layout {
        sites: vec![
            SitePlan { name: "Site", hosts: &[HOST], settings: &[] },
            SitePlan { name: "Refusing", hosts: &[REFUSING], settings: refuse },
        ],
        edge: vec![("sweep_seconds", "3".into()), ("loopback_exempt", "true".into())],
        ..Layout::default()
    };
    Server::start(shape, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await
}

fn backing(server: &Server) -> Result<&Backing> {
    server.backing.as_ref().context("a cluster")
}

async fn member(server: &Server, edge: usize, host: &str) -> Result<Client> {
    Client::register(&server.address_of(edge, Some(host)), &unique("Member")).await
}

/// Each sends the other a message, and both are online.
async fn exchange(one: &mut Client, two: &mut Client) -> Result<()> {
    for _ in 0..2 {
        one.accepted(&ask::post(&[&two.me.uid]), b"there").await?;
        ensure!(two.take("delivery").await?.data == b"there");
        two.accepted(&ask::ping(&two.me.alias.clone(), &one.me.alias), b"and back").await?;
        ensure!(one.take("ping").await?.data == b"and back");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_an_edge_dies_its_members_go_offline_and_may_log_in_elsewhere() -> Result<()> {
    let server = cluster().await?;
    let mut here = member(&server, 0, HOST).await?;
    let mut there = member(&server, 1, HOST).await?;
    let refused = member(&server, 0, REFUSING).await?;
    here.accepted(&ask::ohiedit("init", &[&there.me.uid]), b"").await?;
    ensure!(there.ohi().await? == (here.me.uid.clone(), 1));
    there.accepted(&ask::post(&[&here.me.uid]), b"not acked").await?;
    ensure!(here.queued().await?.data == b"not acked");

    server.process("edge0")?.kill()?;
    there.patience = NOTICED;
    ensure!(there.ohi().await? == (here.me.uid.clone(), 2), "presence of a member whose edge is dead");
    let (mut here, _) = Client::login(&server.address_of(1, Some(HOST)), &here.me).await?;
    ensure!(here.take("delivery").await?.data == b"not acked");
    here.take("login").await?;
    exchange(&mut here, &mut there).await?;
    enters_before_long(&server.address_of(1, Some(REFUSING)), &refused.me).await?;
    server.process("delivery0")?.check_log(&[])
}

/// The dead edge's hold on a node ends by itself, where a site refuses a second login.
async fn enters_before_long(to: &Address, account: &Account) -> Result<()> {
    let began = Instant::now();
    loop {
        let mut client = Client::connect(to).await?;
        client.send_both(&ask::login(&account.uid, &account.nodeid)).await?;
        client.expect_tmtprev().await?;
        let answer = client.recv().await?;
        if answer.op() == "info" {
            return Ok(());
        }
        answer.expect(&json!({"error": "node already connected"}))?;
        ensure!(began.elapsed() < NOTICED, "a dead edge holds its nodes");
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_pass_while_control_and_one_delivery_process_are_down() -> Result<()> {
    let server = cluster().await?;
    server.process("control0")?.kill()?;
    let (mut one, mut two) = (member(&server, 0, HOST).await?, member(&server, 1, HOST).await?);
    exchange(&mut one, &mut two).await?;
    for (dead, alive) in [("delivery0", "delivery1"), ("delivery1", "delivery0")] {
        server.process(dead)?.kill()?;
        exchange(&mut one, &mut two).await.with_context(|| format!("without {dead}"))?;
        let mut three = member(&server, 0, HOST).await?;
        exchange(&mut three, &mut two).await?;
        server.process(dead)?.start_again()?;
        server.process(dead)?.wait_ready().await?;
        server.process(alive)?.check_log(&[])?;
    }
    exchange(&mut one, &mut two).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_arrive_while_redis_is_down() -> Result<()> {
    let server = cluster().await?;
    let (mut one, mut two) = (member(&server, 0, HOST).await?, member(&server, 1, HOST).await?);
    exchange(&mut one, &mut two).await?;
    let mut leaves = member(&server, 0, HOST).await?;
    leaves.accepted(&ask::ohiedit("init", &[&two.me.uid]), b"").await?;
    ensure!(two.ohi().await? == (leaves.me.uid.clone(), 1));
    tokio::task::block_in_place(|| backing(&server)?.redis.kill())?;
    exchange(&mut one, &mut two).await.context("hints are lost, messages are not")?;
    let mut three = member(&server, 0, HOST).await?;
    exchange(&mut two, &mut three).await?;
    let mut comes = member(&server, 0, HOST).await?;
    comes.accepted(&ask::ohiedit("init", &[&two.me.uid]), b"").await?;
    let left = leaves.quit().await?;
    tokio::task::block_in_place(|| backing(&server)?.redis.start_again())?;
    server.wait_ready().await?;
    exchange(&mut one, &mut three).await?;
    // Presence goes over the bus alone: with it comes what was missed, and what is new.
    let missed = BTreeSet::from([two.ohi().await?, two.ohi().await?]);
    ensure!(missed == BTreeSet::from([(left.uid, 2), (comes.me.uid.clone(), 1)]), "{missed:?}");
    server.wait_on_bus().await?;
    three.accepted(&ask::ohiedit("init", &[&two.me.uid]), b"").await?;
    ensure!(two.ohi().await? == (three.me.uid.clone(), 1));
    drop(three);
    ensure!(two.ohi().await?.1 == 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_cluster_delivered_leaves_nothing_behind() -> Result<()> {
    Box::pin(nothing_is_left_behind(Shape::Cluster)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_process_delivered_leaves_nothing_behind() -> Result<()> {
    Box::pin(nothing_is_left_behind(Shape::Standalone)).await
}

async fn nothing_is_left_behind(shape: Shape) -> Result<()> {
    let server = start(shape).await?;
    let (mut one, mut two) = (member(&server, 0, HOST).await?, member(&server, 1, HOST).await?);
    for octets in [1, 50_000, 1 << 20, 5 << 20] {
        one.accepted(&ask::post(&[&two.me.uid]), &vec![7; octets]).await?;
        ensure!(two.take("delivery").await?.data.len() == octets);
    }
    exchange(&mut one, &mut two).await?;
    // What a member sends and never finishes leaves nothing either.
    let mut three = member(&server, 0, HOST).await?;
    let header = ask::with(ask::post(&[&two.me.uid]), &json!({"id": "1", "datalen": 9 << 20}));
    three.send(&header, b"").await?;
    three.send_raw(&vec![7; 4 << 20]).await?;
    drop(three);
    two.quit().await?;
    one.quit().await?;
    let left = async {
        while !left_behind(&server).await?.is_empty() {
            sleep(Duration::from_millis(100)).await;
        }
        anyhow::Ok(())
    };
    match timeout(Duration::from_secs(20), left).await {
        Ok(done) => done,
        Err(_) => anyhow::bail!("left behind: {:?}", left_behind(&server).await?),
    }
}

/// Rows of messages, and files with bodies.
async fn left_behind(server: &Server) -> Result<Vec<String>> {
    let mut left = Vec::new();
    for table in ["messages", "entries", "chunks"] {
        let rows = rows(server, table).await?;
        if rows != 0 {
            left.push(format!("{table}: {rows}"));
        }
    }
    let mut folders = vec![server.folder().join("bodies")];
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).into_iter().flatten() {
            let path = file?.path();
            if path.is_dir() { folders.push(path) } else { left.push(path.display().to_string()) }
        }
    }
    Ok(left)
}

async fn rows(server: &Server, table: &str) -> Result<i64> {
    let sql = format!("SELECT count(*) FROM {table}");
    if let Some(backing) = &server.backing {
        return Ok(tokio::task::block_in_place(|| backing.postgres.sql("tmtp", &sql))?.trim().parse()?);
    }
    let url = format!("sqlite://{}?mode=ro", server.folder().join("tmtp.sqlite").display());
    let mut connection = SqliteConnection::connect(&url).await?;
    Ok(sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut connection).await?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_serves_a_renewed_certificate_without_a_restart() -> Result<()> {
    Box::pin(a_renewed_certificate_is_served(Shape::Cluster)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_serves_a_renewed_certificate_without_a_restart() -> Result<()> {
    Box::pin(a_renewed_certificate_is_served(Shape::Standalone)).await
}

async fn a_renewed_certificate_is_served(shape: Shape) -> Result<()> {
    let server = start(shape).await?;
    let (mut one, mut two) = (member(&server, 0, HOST).await?, member(&server, 1, HOST).await?);
    let before = server.certificate(0, HOST).await?;
    let folder = server.folder().join("certificates").display().to_string();
    server.command(&["certificate", "--force", "--host", HOST, "--out", &folder]).await?;
    let renewed = async {
        while server.certificate(0, HOST).await? == before {
            sleep(Duration::from_millis(100)).await;
        }
        anyhow::Ok(())
    };
    timeout(Duration::from_secs(20), renewed).await.context("the former certificate is served on")??;
    exchange(&mut one, &mut two).await?;
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_a_site_was_given_is_served_while_redis_is_down() -> Result<()> {
    let server = cluster().await?;
    tokio::task::block_in_place(|| backing(&server)?.redis.kill())?;
    let made = rcgen::generate_simple_self_signed(vec![HOST.to_owned()])?;
    let (chain, key) = (server.folder().join("own.pem"), server.folder().join("own.key"));
    std::fs::write(&chain, made.cert.pem())?;
    std::fs::write(&key, made.signing_key.serialize_pem())?;
    let (url, chain, key) =
        (format!("http://{}", server.api), chain.display().to_string(), key.display().to_string());
    let admin = ["admin", "--server", &url, "--key", OPERATOR_KEY, "certificate", "set", "--org", "1"];
    let which = ["--site", HOST, "--chain", &chain, "--private-key", &key];
    server.command(&[&admin[..], &which].concat()).await?;
    let own = made.cert.der().to_vec();
    let served = async {
        while server.certificate(0, HOST).await? != own {
            sleep(Duration::from_millis(100)).await;
        }
        anyhow::Ok(())
    };
    timeout(Duration::from_secs(20), served).await.context("edges do not look by themselves")??;
    let (mut one, mut two) = (member(&server, 0, HOST).await?, member(&server, 1, HOST).await?);
    exchange(&mut one, &mut two).await
}
