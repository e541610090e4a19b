//! A server that is to have each commit confirmed by a standby.

use std::time::Duration;

use anyhow::{Result, bail};
use tmtp_store::{Error, NewEntry, StoreOptions};
use tmtp_testkit::postgres::Postgres;
use tokio::time::sleep;

use crate::{
    batches::{Requests, everybody},
    faults::server,
    world::World,
};

/// From the next statement of every connection on.
async fn wait_for_standbys(server: &Postgres, names: &str) -> Result<()> {
    server.sql("postgres", &format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'"))?;
    server.sql("postgres", "SELECT pg_reload_conf()")?;
    for _ in 0..200 {
        if server.sql("postgres", "SHOW synchronous_standby_names")?.trim() == names {
            return Ok(());
        }
        sleep(Duration::from_millis(20)).await;
    }
    bail!("the server does not take up its settings")
}

fn is_in_doubt(error: &Error) -> bool {
    matches!(error, Error::Unavailable(_) | Error::InDoubt(_))
}

/// The server says of such a commit that all is well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_standby_confirmed_in_time_is_in_doubt_and_can_be_done_again() -> Result<()> {
    let server = server().await?;
    let url = server.fresh_database()?;
    let options = StoreOptions { url, statement_timeout_ms: 1000, ..StoreOptions::default() };
    let world = World::on(options).await?;
    let [alice, _, bob, _] = world.nodes;
    let session = world.login(bob).await?;
    world.post(&[1], &[bob]).await?;
    wait_for_standbys(&server, "nobody").await?;

    let requests = Requests::of(&world, alice, 100, &[&[bob]]);
    let error = requests.post(&world, &everybody(&world), &[]).await.unwrap_err();
    assert!(error.downcast_ref().is_some_and(is_in_doubt), "{error:?}");
    let mut tx = world.tx().await?;
    tx.add_messages(&[world.message(200)], &[NewEntry { message: 0, node: bob }]).await?;
    assert!(is_in_doubt(&tx.commit().await.unwrap_err()));
    for _ in 0..2 {
        let error = world.ack(&session, &[1]).await.unwrap_err();
        assert!(error.downcast_ref().is_some_and(is_in_doubt), "also where it is gone here: {error:?}");
    }

    wait_for_standbys(&server, "").await?;
    // Sent again, it would have another id.
    Requests::of(&world, alice, 300, &[&[bob]]).post(&world, &everybody(&world), &[]).await?;
    assert_eq!(world.waiting(&session).await?, [100, 200], "each once");
    Ok(())
}
