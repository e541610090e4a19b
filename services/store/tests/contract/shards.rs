//! A database that is not in charge of a site: it takes nothing for it, and touches none of its rows. Postgres only.

use anyhow::{Context, Result};
use tmtp_store::{Committed, Error, Owner, Placement, QueueRead, Session, Standing};

use crate::{
    batches::{Requests, everybody},
    world::{World, ack, ids},
};

/// Past all times that tests post at.
const LATER: i64 = i64::MAX;

/// What whoever moves sites does first.
async fn set_away(w: &World, away: bool) -> Result<()> {
    w.peek.run(&format!("UPDATE sites SET away = {away} WHERE id = {}", w.site.0)).await
}

fn is_away<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Away))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_not_in_charge_of_a_site_takes_nothing_for_it() -> Result<()> {
    let w = World::on_postgres().await?;
    let [a1, _, b1, _] = w.nodes;
    let session = w.login(b1).await?;
    w.post(&[1], &[b1]).await?;
    let requests = Requests::of(&w, a1, 100, &[&[b1]]);
    set_away(&w, true).await?;
    let rows = w.peek.dump(w.site).await?;

    let mut tx = w.store.begin(&[w.twin, w.site]).await?;
    assert!(is_away(&tx.take_name(&w.name("Carol Cole", Owner::Group)).await));
    assert!(tx.commit().await.is_err(), "nothing is left to commit");
    let mut tx = w.store.begin(&[w.site]).await?;
    assert!(is_away(&tx.hold_nodes(&[w.site]).await), "also where the first step is a lock");
    drop(tx);
    for refused in [&[][..], &[0]] {
        let posted = requests.post(&w, &everybody(&w), refused).await;
        let error = posted.err().context("a batch was taken")?;
        assert!(matches!(error.downcast_ref(), Some(Error::Away)), "{error:?}");
    }
    let acked = ack(&*w.store, &session, &[1]).await.err().context("an ack was taken")?;
    assert!(matches!(acked.downcast_ref(), Some(Error::Away)), "{acked:?}");
    assert_eq!(w.peek.dump(w.site).await?, rows, "something was written");

    set_away(&w, false).await?;
    assert!(matches!(requests.post(&w, &everybody(&w), &[]).await?, Committed::Done { .. }));
    assert_eq!(w.waiting(&session).await?, [1, 100], "what was refused was not recorded either");
    w.ack(&session, &[1, 100]).await?;
    assert_eq!(w.left().await?, (0, 0));
    w.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_of_a_site_that_is_away_are_over_and_those_of_others_are_not() -> Result<()> {
    let w = World::on_postgres().await?;
    let session = w.login(w.nodes[2]).await?;
    w.post(&[1], &w.nodes[2..3]).await?;
    let neighbour = Session { site: w.twin, epoch: 1, ..session.clone() };
    set_away(&w, true).await?;
    let standings = w.store.standings("edge-1", &[session.clone(), neighbour.clone()]).await?;
    assert_eq!(standings, [Standing::ShutOut, Standing::Waiting]);
    let read = |session: &Session| QueueRead { session: session.clone(), ..w.read(session) };
    let pages = w.store.queues(&[read(&session), read(&neighbour)]).await?;
    assert!(pages[0].fenced && pages[0].entries.is_empty());
    assert!(!pages[1].fenced && ids(&pages[1]).len() == 9);
    // A neighbour's transaction is none of the site's business.
    let mut tx = w.store.begin(&[w.twin]).await?;
    tx.hold_nodes(&[w.twin]).await?;
    tx.commit().await?;
    w.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_takes_a_site_away_waits_for_what_is_under_way() -> Result<()> {
    let w = World::on_postgres().await?;
    let free = async |site: i64| {
        let sql = format!("SELECT pg_try_advisory_xact_lock(-{site}::bigint)::int::bigint");
        Ok::<_, anyhow::Error>(w.peek.count(&sql).await? == 1)
    };
    assert!(free(w.site.0).await?);
    let mut tx = w.store.begin(&[w.site]).await?;
    assert!(tx.take_name(&w.name("Carol Cole", Owner::Group)).await?);
    assert!(!free(w.site.0).await?, "a transaction is under way");
    assert!(free(w.twin.0).await?, "but not at the other site");
    tx.commit().await?;
    assert!(free(w.site.0).await?);
    w.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upkeep_leaves_the_rows_of_a_site_that_is_away_alone() -> Result<()> {
    let w = World::on_postgres().await?;
    let [a1, _, b1, _] = w.nodes;
    let mut tx = w.tx().await?;
    tx.claim_requests(&[w.claim(a1, 1, 1)]).await?;
    tx.commit().await?;
    w.post(&[1, 2, 3], &[b1]).await?;
    // As it looks when some rows are copied and others not yet.
    let gone = |table, key, id| format!("DELETE FROM {table} WHERE site = {} AND {key} = {id}", w.site.0);
    w.peek.run(&gone("entries", "msg", 1)).await?;
    w.peek.run(&gone("messages", "id", 2)).await?;
    set_away(&w, true).await?;
    let rows = w.peek.dump(w.site).await?;
    let blob = [format!("{}/{:032x}", w.site.0, 1)];
    // The twin's rows would be old enough, too: it is away as well for this.
    w.writes_at_twin(&["sites"]);
    w.peek.run(&format!("UPDATE sites SET away = true WHERE id = {}", w.twin.0)).await?;
    let swept = w.store.sweep_orphans(LATER, 1000).await?;
    assert_eq!((swept.messages, swept.entries), (0, 0));
    assert_eq!(w.store.forget_requests(LATER, 1000).await?, 0);
    assert!(w.store.unnamed_blobs(&blob).await?.is_empty(), "who is in charge knows, and nobody else");
    assert_eq!(w.peek.dump(w.site).await?, rows);

    set_away(&w, false).await?;
    let swept = w.store.sweep_orphans(LATER, 1000).await?;
    assert_eq!((swept.messages, swept.entries), (1, 1));
    assert_eq!(w.store.forget_requests(LATER, 1000).await?, 1);
    assert_eq!(w.store.unnamed_blobs(&blob).await?, blob);
    w.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_of_a_site_that_is_not_there_are_left_to_main() -> Result<()> {
    let w = World::on_postgres().await?;
    let blob = ["4711/0123456789abcdef0123456789abcdef".to_owned()];
    assert_eq!(w.store.unnamed_blobs(&blob).await?, blob, "main knows all sites: this one was erased");
    w.peek.run("INSERT INTO this_shard VALUES (1, 'east', 1, '')").await?;
    assert!(w.store.unnamed_blobs(&blob).await?.is_empty(), "it may be on another shard");
    w.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_directory_tells_of_sites_that_are_elsewhere_or_about_to_leave() -> Result<()> {
    let w = World::on_postgres().await?;
    assert_eq!(w.store.placements().await?, []);
    let set = |site: i64, what| format!("UPDATE sites SET {what} WHERE id = {site}");
    w.peek.run(&set(w.site.0, "shard = 'east'")).await?;
    w.writes_at_twin(&["sites"]);
    w.peek.run(&set(w.twin.0, "moving_to = 'east'")).await?;
    let east = Placement { shard: "east".to_owned(), moving_to: None };
    let leaving = Placement { shard: "main".to_owned(), moving_to: Some("east".to_owned()) };
    assert_eq!(w.store.placements().await?, [(w.site, east), (w.twin, leaving)]);
    w.finish().await
}
