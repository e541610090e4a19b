//! The tool as a whole, against a real server.

use std::{
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use futures::future::try_join_all;
use serde_json::Value;
use tempfile::TempDir;
use tmtp_testkit::{
    proxy::Proxy,
    server::{Layout, Server, Shape, SitePlan},
};
use tokio::{process::Command, time::sleep};

const TOOL: &str = env!("CARGO_BIN_EXE_tmtp-loadtest");

/// Every scenario, as short as it can be, and the figures that it must tell.
const SCENARIOS: &[(&str, &str, &[&str])] = &[
    ("steady", "--members 10 --in-flight 4 --seconds 2 --warm-up 0", &["acked", "delivered"]),
    ("steady", "--members 5 --rate 40 --size 100:1,70KiB:1 --seconds 2 --warm-up 0", &["delivered"]),
    ("latency", "--messages 20", &["post to ack / write"]),
    ("fanout", "--groups 3,8 --seconds 1 --warm-up 0", &["delivered (group of 3)", "delivered (group of 8)"]),
    ("backlog", "--members 5 --depth 10 --alone 1", &["all delivered after", "delivered"]),
    ("storm", "--links 20", &["share that came back with tickets"]),
    ("large", "--sizes 200KiB,1MiB --count 1", &["sender to receiver (1 MiB)"]),
    ("cycle", "--members 8 --group 4 --think-ms 10 --seconds 2 --warm-up 0", &["cycles"]),
    ("soak", "--members 5 --restless 2 --stay 1 --rate 30 --seconds 4 --warm-up 0", &["delivered"]),
    (
        "mixed-tenants",
        "--hosts HOSTS --largest 4 --rate 20 --abusers 1 --seconds 1 --warm-up 0",
        &["others' p99, beside abuse / without"],
    ),
    ("idle", "--links 16 --rest 0", &["links held", "memory of the edges"]),
    ("handshakes", "--seconds 1", &["handshakes / bare TLS"]),
];

/// The server's program, which is built beside the tool.
fn tmtpd() -> Result<PathBuf> {
    let program = Path::new(TOOL).with_file_name("tmtpd");
    ensure!(program.exists(), "no {}: cargo build --workspace --bins", program.display());
    Ok(program)
}

async fn server() -> Result<Server> {
    let settings = &[("requests_per_second_max", "1000000")];
    let site = |name, hosts| SitePlan { name, hosts, settings };
    let sites = vec![site("One", &["one.example"]), site("Two", &["two.example"])];
    let edge = vec![("loopback_exempt", "true".to_owned())];
    Server::start(Shape::Standalone, &tmtpd()?, &Layout { sites, edge, ..Layout::default() }).await
}

async fn tool(words: &[&str]) -> Result<Output> {
    let mut command = Command::new(TOOL);
    command.args(words).stdin(Stdio::null()).kill_on_drop(true);
    Ok(command.output().await?)
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs a scenario that must end well, and returns what it wrote.
async fn run(server: &Server, folder: &TempDir, index: usize) -> Result<Value> {
    let (scenario, arguments, figures) = SCENARIOS[index];
    let json = folder.path().join(format!("{index}.json")).display().to_string();
    let hosts = folder.path().join("hosts").display().to_string();
    let (target, process) = (server.edges[0].to_string(), format!("standalone={}", server.front()?.pid()?));
    let mut words = vec![scenario, "--target", &target, "--process", &process, "--json", &json];
    words.extend(arguments.split(' ').map(|word| if word == "HOSTS" { &hosts } else { word }));
    words.extend(["--yardstick-seconds", "0"]);
    let output = tool(&words).await?;
    ensure!(output.status.success(), "{words:?}: {}", text(&output));
    let outcome: Value = serde_json::from_slice(&std::fs::read(&json)?)?;
    for name in figures {
        let told = outcome["figures"].as_array().context("figures")?.iter().any(|one| one["name"] == **name);
        ensure!(told, "{scenario} does not tell {name}: {outcome}");
    }
    Ok(outcome)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_ends_well_and_a_report_is_made_of_all() -> Result<()> {
    let server = server().await?;
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("hosts"), "one.example\ntwo.example\n")?;
    let outcomes = try_join_all((0..SCENARIOS.len()).map(|index| run(&server, &folder, index))).await?;
    for outcome in &outcomes {
        let verdict = &outcome["verdict"];
        if !verdict.is_null() {
            ensure!(verdict["delivered"].as_u64() > Some(0), "nothing was verified: {outcome}");
            ensure!(verdict["lost"] == 0 && verdict["duplicated"] == 0, "{verdict}");
        }
    }
    let html = folder.path().join("report.html").display().to_string();
    let files: Vec<_> =
        (0..SCENARIOS.len()).map(|n| format!("{}/{n}.json", folder.path().display())).collect();
    let mut words = vec!["report", "--html", &html];
    words.extend(files.iter().map(String::as_str));
    let output = tool(&words).await?;
    ensure!(output.status.success(), "{}", text(&output));
    let page = std::fs::read_to_string(&html)?;
    ensure!(page.contains("none lost") && !page.contains("://"), "the page is not as it should be");
    let output = tool(&["compare", &files[0], &files[0]]).await?;
    ensure!(output.status.success(), "a run is worse than itself: {}", text(&output));
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_break_make_a_bad_verdict_and_a_bad_exit_code() -> Result<()> {
    let server = server().await?;
    let proxy = Proxy::start(server.edges[0]).await?;
    let target = proxy.addr().to_string();
    let words = [
        "steady",
        "--target",
        &target,
        "--members",
        "4",
        "--seconds",
        "60",
        "--drain",
        "2",
        "--yardstick-seconds",
        "0",
    ];
    let running = tool(&words);
    tokio::pin!(running);
    let output = tokio::select! {
        output = &mut running => output?,
        linked = links(&server, 4) => {
            linked?;
            proxy.cut();
            running.await?
        }
    };
    ensure!(output.status.code() == Some(1) && text(&output).contains("BAD"), "{}", text(&output));
    Ok(())
}

/// Waits until so many members are logged in.
async fn links(server: &Server, count: usize) -> Result<()> {
    let line = format!("tmtp_links{{state=\"session\"}} {count}");
    for _ in 0..600 {
        if server.front()?.get("/metrics").await?.1.lines().any(|one| one == line) {
            return Ok(());
        }
        sleep(Duration::from_millis(50)).await;
    }
    bail!("{count} members are not there after 30 s")
}

#[tokio::test]
async fn wrong_arguments_get_a_clear_answer() -> Result<()> {
    for (words, answer) in [
        (&["steady"][..], "say where the site is"),
        (&["steady", "--target", "127.0.0.1:1", "--size", "5"], "a size is"),
        (&["steady", "--target", "127.0.0.1:1", "--members", "1"], "1 is not in"),
        (&["report", "nowhere.json", "--html", "x.html"], "reading nowhere.json"),
    ] {
        let output = tool(words).await?;
        ensure!(!output.status.success() && text(&output).contains(answer), "{words:?}: {}", text(&output));
    }
    Ok(())
}
