//! What the statements on the path of a message read, as Postgres itself tells it: rows by their keys and no more, however
//! much waits, and whether they were planned while the tables were empty or full.
//!
//! To read the plans: `TMTP_PLANS=FILE cargo nextest run --workspace -E 'test(/^plans::/)'` writes them there, and
//! `TMTP_PLANS_ENTRIES=300000` fills the tables with that many.

mod path;
mod read;
mod stage;

use anyhow::{Context as _, Result, ensure};

use self::{path::Path, stage::Stage};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_on_the_path_of_a_message_find_their_rows_by_key() -> Result<()> {
    let stage = Stage::new().await?;
    // Plans are made here, of empty tables, and kept.
    let few = stage.first_sessions().await?;
    Path::new(&stage, few, "empty").walk().await?;
    stage.fill().await?;
    let many = stage.sessions();
    Path::new(&stage, many.clone(), "filled since they were planned").walk().await?;
    stage.analyze().await?;
    Path::new(&stage, many, "planned while full").walk().await?;
    stage.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_index_would_be_noticed() -> Result<()> {
    let stage = Stage::new().await?;
    stage.fill().await?;
    stage.world.peek.run("DROP INDEX nodes_member").await?;
    let many = stage.sessions();
    let walked = Path::new(&stage, many, "without an index").walk().await;
    let complaint = walked.err().context("nobody complained")?.to_string();
    ensure!(
        complaint.contains("looks at more than it needs") && complaint.contains(" on nodes"),
        "{complaint}"
    );
    Ok(())
}
