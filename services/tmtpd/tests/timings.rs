//! The protocol's times, as a server keeps them that was told nothing else. (`protocol/` proves all about them, with shorter
//! ones.)

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use tmtp_testkit::{
    ask,
    server::{Layout, Server, Shape, SitePlan},
};
use tokio::{io::AsyncReadExt, net::TcpStream, time::Instant};

/// How late a busy machine may make it.
const LATE: Duration = Duration::from_secs(10);

async fn start() -> Result<Server> {
    let site = SitePlan { name: "Site", hosts: &["site.test"], settings: &[] };
    let layout = Layout { sites: vec![site], ..Layout::default() };
    Server::start(Shape::Standalone, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await
}

/// Not before its time, and not long after it.
fn in_time(since: Instant, seconds: u64) -> Result<()> {
    let (took, due) = (since.elapsed(), Duration::from_secs(seconds));
    ensure!(took + Duration::from_secs(1) >= due && took < due + LATE, "closed after {took:?}");
    Ok(())
}

/// Nothing at all comes from it.
async fn silent(server: &Server) -> Result<()> {
    let began = Instant::now();
    let mut stream = TcpStream::connect(server.address().socket).await?;
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    ensure!(said.is_empty(), "{said:?}");
    in_time(began, 5)
}

/// It does the handshake and says nothing, or TmtpRev and nothing more.
async fn not_logged_in(server: &Server, asks_for_revision: bool) -> Result<()> {
    let began = Instant::now();
    let mut client = server.stranger().await?;
    if asks_for_revision {
        client.send(&ask::tmtprev(), b"").await?;
        client.expect_tmtprev().await?;
    }
    client.expect_closed().await?;
    in_time(began, 5)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_not_logged_in_after_5_seconds_is_closed_without_a_word() -> Result<()> {
    let server = start().await?;
    tokio::try_join!(silent(&server), not_logged_in(&server, false), not_logged_in(&server, true))?;
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_is_silent_for_3_minutes_is_closed_without_a_word_and_one_that_pulses_is_not()
-> Result<()> {
    let server = start().await?;
    let mut pulsing = server.member("Pulsing").await?;
    let mut silent = server.member("Silent").await?;
    silent.patience = Duration::from_secs(180) + LATE;
    let began = Instant::now();
    let pulses = async {
        // As clients in the field do.
        tokio::time::sleep(Duration::from_secs(115)).await;
        pulsing.send(&ask::pulse(), b"").await
    };
    let (pulsed, closed) = tokio::join!(pulses, silent.expect_closed());
    pulsed.and(closed)?;
    in_time(began, 180)?;
    pulsing.expect_nothing().await.context("a session that pulses")?;
    server.check_processes(&[])
}
