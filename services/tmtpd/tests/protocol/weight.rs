//! Large bodies, and that they cost a server no memory.

use anyhow::{Result, ensure};
use serde_json::json;
use tmtp_testkit::{ask, client::encode, process::Process, sentences, server::Server, suite::Sentence};

/// Large enough to be seen in a process's memory.
const LARGE: usize = 64 << 20;
/// What a process may grow by for other reasons meanwhile.
const NOISE: u64 = 24 << 20;

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        a_body_of_64_mib_passes_without_memory_growing,
        small_messages_pass_while_a_large_one_is_under_way,
    ]
}

/// What each process holds; from here on, its peak counts.
fn memory(server: &Server) -> Result<Vec<u64>> {
    server.processes.iter().try_for_each(Process::forget_peak)?;
    server.processes.iter().map(Process::resident_octets).collect()
}

fn check_growth(server: &Server, before: &[u64]) -> Result<()> {
    for (process, before) in server.processes.iter().zip(before) {
        let grown = process.peak_octets()?.saturating_sub(*before);
        ensure!(grown < NOISE, "{} grew by {} MiB", process.name(), grown >> 20);
    }
    Ok(())
}

async fn a_body_of_64_mib_passes_without_memory_growing(server: &Server) -> Result<()> {
    let data: Vec<u8> = (0..251_u8).cycle().take(LARGE).collect();
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let before = memory(server)?;
    alice.accepted(&ask::post(&[&bob.me.uid]), &data).await?;
    ensure!(bob.take("delivery").await?.data == data);
    check_growth(server, &before)
}

async fn small_messages_pass_while_a_large_one_is_under_way(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let mut carol = server.member("Carol").await?;
    let header = ask::with(ask::post(&[&bob.me.uid]), &json!({"id": "large"}));
    let whole = encode(&header, &vec![7; 8 << 20])?;
    for part in whole.chunks(1 << 20) {
        alice.send_raw(part).await?;
        carol.accepted(&ask::post(&[&bob.me.uid]), b"small").await?;
        ensure!(bob.take("delivery").await?.data == b"small");
    }
    ensure!(alice.response().await?.id() == "large");
    ensure!(bob.take("delivery").await?.data.len() == 8 << 20);
    Ok(())
}
