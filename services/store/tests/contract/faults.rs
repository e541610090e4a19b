//! Databases that die, hang and come back.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tmtp_store::{Committed, Error, NewEntry, Owner, SiteId, Store, StoreOptions, Tx, migrate, open};
use tmtp_testkit::{postgres::Postgres, proxy::Proxy};
use tokio::time::timeout;

use crate::{
    batches::{Requests, everybody},
    peek::Peek,
    world::{SOON, World},
};

/// A server of the test's own.
pub async fn server() -> Result<Postgres> {
    tokio::task::spawn_blocking(Postgres::start).await?
}

fn at(url: String) -> StoreOptions {
    StoreOptions { url, ..StoreOptions::default() }
}

/// A transaction that the server knows of: Postgres hears of one with its first step.
async fn begun(store: &dyn Store) -> tmtp_store::Result<Box<dyn Tx>> {
    let mut tx = store.begin(&[]).await?;
    tx.hold_nodes(&[SiteId(1)]).await?;
    Ok(tx)
}

/// Waits until the store answers again.
async fn serves_again(store: &dyn Store) -> Result<()> {
    let trying = async {
        while store.ping().await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(SOON, trying).await.context("the store does not come back")
}

fn is_unavailable<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Unavailable(_)))
}

async fn postgres_dies(how: fn(&Postgres) -> Result<()>) -> Result<()> {
    let server = server().await?;
    let world = World::on(at(server.fresh_database()?)).await?;
    let session = world.login(world.nodes[0]).await?;
    world.post(&[1, 2], &world.nodes[..1]).await?;
    world.ack(&session, &[1]).await?;
    let mut open_tx = world.tx().await?;
    let entry = NewEntry { message: 0, node: world.nodes[0] };
    open_tx.add_messages(&[world.message(3)], &[entry]).await?;
    // Connections of all kinds are in the pool: used just now, and idle.
    how(&server)?;
    assert!(is_unavailable(&open_tx.commit().await));
    assert!(is_unavailable(&world.store.ping().await));
    assert!(is_unavailable(&begun(&*world.store).await));
    server.start_again()?;
    serves_again(&*world.store).await?;
    for _ in 0..2 * world.options.connections {
        assert_eq!(timeout(SOON, retried(&world, &session)).await??, [2]);
    }
    world.post(&[3], &world.nodes[..1]).await?;
    world.check_counts().await?;
    world.finish().await
}

/// What waits, asked once more for each connection that died unnoticed.
async fn retried(world: &World, session: &tmtp_store::Session) -> Result<Vec<u64>> {
    loop {
        match world.store.queues(&[world.read(session)]).await {
            Ok(pages) => return Ok(crate::world::ids(&pages[0])),
            Err(Error::Unavailable(_)) => continue,
            Err(error) => return Err(error.into()),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_stopped_half_way_is_unavailable_and_then_works_again() -> Result<()> {
    postgres_dies(Postgres::stop_immediate).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_postgres_committed_survives_its_kill() -> Result<()> {
    postgres_dies(Postgres::kill).await
}

/// What an operation against a silent network took.
async fn given_up_after<T>(operation: impl Future<Output = Result<T, Error>>) -> Duration {
    let started = Instant::now();
    assert!(is_unavailable(&operation.await));
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_swallows_everything_is_unavailable_within_seconds() -> Result<()> {
    let server = tokio::task::spawn_blocking(Postgres::shared).await??;
    let direct = at(server.fresh_database()?);
    let world = World::on(direct).await?;
    let proxy = Proxy::start(format!("127.0.0.1:{}", server.port())).await?;
    let database = world.options.url.rsplit('/').next().context("a database")?;
    let through =
        StoreOptions { statement_timeout_ms: 2_000, ..at(server.url_by_port(proxy.addr().port(), database)) };
    let store = open(&through).await?;
    let mut locking = store.begin(&[]).await?;
    assert!(locking.take_name(&world.name("Half-open name", Owner::Group)).await?);
    let mut writing = store.begin(&[]).await?;
    writing.take_name(&world.name("Never committed", Owner::Group)).await?;

    proxy.half_open();
    let limit = Duration::from_secs(6);
    assert!(given_up_after(writing.commit()).await < limit);
    let (ping, begin, beat) = tokio::join!(
        given_up_after(store.ping()),
        given_up_after(begun(&*store)),
        given_up_after(store.beat_edge("edge-1")),
    );
    assert!([ping, begin, beat].into_iter().all(|took| took < limit), "{ping:?} {begin:?} {beat:?}");
    drop(locking);

    // Locks of what is cut off do not outlive it by much.
    let taken = async {
        loop {
            let mut tx = world.tx().await?;
            match tx.take_name(&world.name("Half-open name", Owner::Group)).await {
                Err(Error::Unavailable(_)) => continue,
                taken => return anyhow::Ok((taken?, tx.commit().await?)),
            }
        }
    };
    assert!(timeout(SOON, taken).await??.0);
    proxy.mend();
    serves_again(&*store).await?;
    assert!(store.begin(&[]).await?.take_name(&world.name("After it all", Owner::Group)).await?);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_whose_answer_is_lost_is_in_doubt_and_once_there_when_it_is_posted_again() -> Result<()> {
    let server = tokio::task::spawn_blocking(Postgres::shared).await??;
    let world = World::on(at(server.fresh_database()?)).await?;
    let proxy = Proxy::start(format!("127.0.0.1:{}", server.port())).await?;
    let database = world.options.url.rsplit('/').next().context("a database")?;
    let through =
        StoreOptions { statement_timeout_ms: 2_000, ..at(server.url_by_port(proxy.addr().port(), database)) };
    let store = open(&through).await?;
    let [a1, _, b1, _] = world.nodes;
    let (requests, believed) = (Requests::of(&world, a1, 100, &[&[b1]]), everybody(&world));

    // The server has the batch, and the network goes before it can commit.
    let mut holding = world.tx().await?;
    holding.seize_nodes(world.site).await?;
    let mut posting = Box::pin(requests.post_by(&*store, &world, &believed, &[]));
    world.waits(&mut posting).await?;
    proxy.half_open();
    holding.commit().await?;
    let doubtful = timeout(SOON, posting).await?;
    assert!(matches!(doubtful, Err(Error::InDoubt(_))), "{doubtful:?}");
    assert_eq!(world.left().await?, (1, 1), "it has taken effect");

    proxy.mend();
    serves_again(&*store).await?;
    // As whoever is in doubt does it: with an id that nobody had.
    let again = Requests::of(&world, a1, 200, &[&[b1]]).post_by(&*store, &world, &believed, &[]).await?;
    let known = Some(world.claim(a1, 1, 100).recorded);
    assert_eq!(again, Committed::Done { before: vec![known], connected: vec![] });
    assert_eq!(world.left().await?, (1, 1));
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_is_cut_is_unavailable_until_it_is_mended() -> Result<()> {
    let server = tokio::task::spawn_blocking(Postgres::shared).await??;
    let proxy = Proxy::start(format!("127.0.0.1:{}", server.port())).await?;
    let url = server.fresh_database()?;
    let database = url.rsplit('/').next().context("a database")?;
    let through = at(server.url_by_port(proxy.addr().port(), database));
    migrate(&through).await?;
    let store = open(&through).await?;
    let tx = begun(&*store).await?;
    proxy.cut();
    assert!(is_unavailable(&tx.commit().await));
    assert!(is_unavailable(&store.ping().await));
    proxy.mend();
    serves_again(&*store).await?;
    store.next_instance().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wait_for_a_lock_ends_as_unavailable() -> Result<()> {
    let world = World::on_postgres().await?;
    let hasty = open(&StoreOptions { statement_timeout_ms: 1_000, ..world.options.clone() }).await?;
    let name = world.name("Contended name", Owner::Group);
    let mut first = world.tx().await?;
    first.take_name(&name).await?;
    let mut second = hasty.begin(&[]).await?;
    assert!(is_unavailable(&second.take_name(&name).await));
    drop(second);
    first.commit().await?;
    assert!(!hasty.begin(&[]).await?.take_name(&name).await?);
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_beyond_the_connections_wait_and_then_give_up() -> Result<()> {
    let world = World::on_postgres().await?;
    let narrow = StoreOptions { connections: 2, acquire_timeout_ms: 2_000, ..world.options.clone() };
    let store = open(&narrow).await?;
    assert_eq!(store.writers(), 1);
    let (first, second) = (store.begin(&[]).await?, store.begin(&[]).await?);
    assert!(is_unavailable(&store.begin(&[]).await));
    first.commit().await?;
    store.begin(&[]).await?.commit().await?;
    drop(second);
    store.begin(&[]).await?.commit().await?;
    world.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_that_is_behind_is_refused_until_it_is_migrated() -> Result<()> {
    let server = tokio::task::spawn_blocking(Postgres::shared).await??;
    let options = at(server.fresh_database()?);
    assert!(matches!(open(&options).await, Err(Error::Outdated(_))));
    let (one, other) = tokio::join!(migrate(&options), migrate(&options));
    assert_eq!(one?.version, other?.version);
    let again = migrate(&options).await?;
    assert!(again.applied.is_empty() && again.version > 0);
    open(&options).await?.ping().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_whose_building_was_broken_off_is_built_anew() -> Result<()> {
    let server = tokio::task::spawn_blocking(Postgres::shared).await??;
    let options = at(server.fresh_database()?);
    migrate(&options).await?;
    let peek = Peek::open(&options.url).await?;
    peek.run("DROP INDEX users_with_password").await?;
    peek.run("DELETE FROM _sqlx_migrations WHERE description = 'index users with passwords'").await?;
    let add = |org| {
        format!(
            "INSERT INTO users (org, email, name, role, password, created_ms) VALUES ({org}, 'a', 'a', 'owner', 'x', 1)"
        )
    };
    peek.run(&add(1)).await?;
    peek.run(&add(2)).await?;
    let error = migrate(&options).await.err().context("two have what one may")?;
    assert!(error.to_string().contains("users_with_password"), "{error}");
    let unfinished = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";
    assert_eq!(peek.count(unfinished).await?, 1);
    peek.run("DELETE FROM users WHERE org = 2").await?;
    migrate(&options).await?;
    assert_eq!(peek.count(unfinished).await?, 0);
    assert!(peek.run(&add(2)).await.is_err(), "it holds");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_postgres_that_is_not_there_is_unavailable() -> Result<()> {
    let port = tmtp_testkit::ports::free_port()?;
    let options = StoreOptions {
        acquire_timeout_ms: 500,
        ..at(format!("postgres://postgres:hunter2@127.0.0.1:{port}/tmtp"))
    };
    let error = open(&options).await.err().context("nothing is there")?;
    assert!(matches!(error, Error::Unavailable(_)) && !error.to_string().contains("hunter2"), "{error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_sqlite_committed_survives_the_death_of_its_process() -> Result<()> {
    let world = World::on_sqlite().await?;
    let session = world.login(world.nodes[0]).await?;
    world.post(&[1, 2], &world.nodes[..1]).await?;
    world.ack(&session, &[1]).await?;
    let mut open_tx = world.tx().await?;
    open_tx.add_messages(&[world.message(3)], &[NewEntry { message: 0, node: world.nodes[0] }]).await?;
    // The files as a process that is killed now would leave them.
    let file = world.options.url.strip_prefix("sqlite://").context("a file")?.to_owned();
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("copy.db").display().to_string();
    for suffix in ["", "-wal"] {
        std::fs::copy(format!("{file}{suffix}"), format!("{copy}{suffix}"))?;
    }
    drop(open_tx);
    let store = open(&at(format!("sqlite://{copy}"))).await?;
    let pages = store.queues(&[world.read(&session)]).await?;
    assert_eq!(crate::world::ids(&pages[0]), [2]);
    assert_eq!(store.sites().await?, world.store.sites().await?);
    world.finish().await
}
