//! A cluster is upgraded process by process while members post, and rolled back in the same way; then a checker judges
//! what everybody did and saw.
//!
//! `TMTPD_OLD_BIN` names the program of the release before. Without it the same build is both the old and the new one:
//! that proves the way in which processes are replaced, and nothing about what two releases say to each other.

use std::{
    ffi::OsString,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use tmtp_testkit::{
    leash,
    load::{Load, Plan},
    process::Process,
    server::{Layout, Server, Shape, SitePlan},
};
use tokio::time::{Instant, sleep};

/// How long the load may take to get on.
const RECOVERY: Duration = Duration::from_secs(60);
/// Requests acked before, between and after.
const STEADY: usize = 250;
/// Sessions that an edge closes a second when it is told to end.
const DRAIN_PER_SECOND: u32 = 50;

fn new_program() -> PathBuf {
    env!("CARGO_BIN_EXE_tmtpd").into()
}

fn old_program() -> PathBuf {
    std::env::var_os("TMTPD_OLD_BIN").map_or_else(new_program, |program: OsString| program.into())
}

async fn start(program: &Path) -> Result<Server> {
    let site = SitePlan { name: "Site", hosts: &["site.test"], settings: &[] };
    let edge = vec![
        ("loopback_exempt", "true".into()),
        ("redeliver_seconds", "10".into()),
        ("drain_per_second", DRAIN_PER_SECOND.to_string()),
    ];
    Server::start(Shape::Cluster, program, &Layout { sites: vec![site], edge, ..Layout::default() }).await
}

/// Replaces every process by this program's, in an order in which a release is rolled out.
async fn roll_out(server: &Server, program: &Path) -> Result<()> {
    for name in ["control0", "delivery0", "delivery1", "edge0", "edge1"] {
        let process = server.process(name)?;
        if name.starts_with("edge") {
            end_edge(process).await.with_context(|| name.to_owned())?;
        } else {
            tokio::task::block_in_place(|| process.stop())?;
        }
        process.check_log(&[])?;
        process.start_as(program)?;
        process.wait_ready().await?;
    }
    Ok(())
}

/// Tells an edge to end, and watches that at no moment it has closed more sessions than its rate allows.
async fn end_edge(process: &Process) -> Result<()> {
    let began = Instant::now();
    process.ask_to_end()?;
    let mut closed = 0.0;
    while process.is_running() {
        if let Some(count) = drained(process).await? {
            closed = count;
            let most = began.elapsed().as_secs_f64() * f64::from(DRAIN_PER_SECOND) + 1.0;
            ensure!(closed <= most, "{closed} sessions were closed, {most:.1} at most may be");
        }
        sleep(Duration::from_millis(10)).await;
    }
    ensure!(closed >= 20.0, "{closed} sessions prove little");
    Ok(())
}

/// Sessions that a process closed because it ends; `None` when it has ended.
async fn drained(process: &Process) -> Result<Option<f64>> {
    let Ok((200, metrics)) = process.get("/metrics").await else { return Ok(None) };
    let name = r#"tmtp_links_closed_total{reason="drained"} "#;
    let value = metrics.lines().find_map(|line| line.strip_prefix(name)).context("no such metric")?;
    Ok(Some(value.parse()?))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_is_upgraded_and_rolled_back_under_load_and_nothing_is_lost_or_doubled() -> Result<()> {
    let (old, new) = (old_program(), new_program());
    let server = start(&old).await?;
    let load = Load::start(&server.addresses(), Plan::default()).await?;
    load.progress(STEADY, RECOVERY).await.context("before the upgrade")?;
    let migrate = [&new.display().to_string(), "migrate", "--config", &server.config()];
    let migrate: Vec<String> = migrate.map(ToOwned::to_owned).to_vec();
    tokio::task::spawn_blocking(move || leash::run(&migrate)).await??;
    roll_out(&server, &new).await.context("upgrade")?;
    load.progress(STEADY, RECOVERY).await.context("after the upgrade")?;
    roll_out(&server, &old).await.context("rollback")?;
    load.progress(STEADY, RECOVERY).await.context("after the rollback")?;
    let tally = load.finish().await?;
    writeln!(std::io::stderr(), "{tally:?}")?;
    ensure!(tally.acked >= 3 * STEADY && tally.settled > 0, "too little was sent: {tally:?}");
    server.check_processes(&[])
}
