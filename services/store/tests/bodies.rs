//! What every store of large bodies must do, run against each of them.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use bytes::Bytes;
use futures::future::BoxFuture;
use sqlx::Connection as _;
use tmtp_store::{
    Bodies, BodyKind, BodyOptions, CHUNK_OCTETS, Error, S3Options, SiteId, StoreOptions, migrate, open,
    open_bodies,
};
use tmtp_testkit::{
    ports,
    postgres::Postgres,
    s3::{self, S3},
};

/// How many things a place keeps of bodies that are not finished.
type Unfinished = Box<dyn Fn() -> BoxFuture<'static, Result<usize>> + Send + Sync>;

/// What one of these tests needs to keep alive.
struct Place {
    bodies: Arc<dyn Bodies>,
    unfinished: Unfinished,
    folder: tempfile::TempDir,
}

async fn sqlite(folder: &Path) -> Result<StoreOptions> {
    let url = format!("sqlite://{}", folder.join("store.db").display());
    Ok(StoreOptions { url, ..StoreOptions::default() })
}

async fn place(store: Option<StoreOptions>, options: impl Fn(&Path) -> BodyOptions) -> Result<Place> {
    let folder = tempfile::tempdir()?;
    let store = match store {
        Some(store) => store,
        None => sqlite(folder.path()).await?,
    };
    migrate(&store).await?;
    let options = options(folder.path());
    let bodies = open_bodies(&options, &*open(&store).await?)?;
    let unfinished: Unfinished = match options.kind {
        BodyKind::Directory => {
            Box::new(move || Box::pin(std::future::ready(files_in(&options.directory).map_err(Into::into))))
        }
        BodyKind::Database => Box::new(move || Box::pin(chunks(store.url.clone()))),
        BodyKind::S3 => Box::new(move || Box::pin(uploads(options.s3.clone()))),
    };
    Ok(Place { bodies, unfinished, folder })
}

fn files_in(folder: &Path) -> std::io::Result<usize> {
    let mut files = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        files += if path.is_dir() { files_in(&path)? } else { 1 };
    }
    Ok(files)
}

/// All of them: whoever asks knows how many are those of finished bodies.
async fn chunks(url: String) -> Result<usize> {
    let sql = "SELECT count(*) FROM chunks";
    let count: i64 = if url.starts_with("postgres") {
        sqlx::query_scalar(sql).fetch_one(&mut sqlx::PgConnection::connect(&url).await?).await?
    } else {
        sqlx::query_scalar(sql).fetch_one(&mut sqlx::SqliteConnection::connect(&url).await?).await?
    };
    Ok(usize::try_from(count)?)
}

async fn uploads(s3: Option<S3Options>) -> Result<usize> {
    s3::uploads(&s3.and_then(|s3| s3.endpoint).context("an endpoint")?).await
}

async fn directory() -> Result<Place> {
    let options = |folder: &Path| BodyOptions { directory: folder.join("bodies"), ..BodyOptions::default() };
    place(None, options).await
}

async fn in_sqlite() -> Result<Place> {
    place(None, |_| BodyOptions { kind: BodyKind::Database, ..BodyOptions::default() }).await
}

async fn in_postgres() -> Result<Place> {
    let url = tokio::task::spawn_blocking(|| Postgres::shared()?.fresh_database()).await??;
    let store = StoreOptions { url, ..StoreOptions::default() };
    place(Some(store), |_| BodyOptions { kind: BodyKind::Database, ..BodyOptions::default() }).await
}

/// Whose bodies a test writes.
const SITE: SiteId = SiteId(7);
/// Whose body is there before, and must be untouched after: its number begins like the other's.
const OTHER: SiteId = SiteId(77);
/// How many octets that body has: several chunks.
const OTHERS_OCTETS: usize = 2 << 20;

/// Octets that differ from place to place.
fn content(octets: usize) -> Bytes {
    (0..octets).map(|at| (at % 251) as u8 ^ (at >> 12) as u8).collect()
}

async fn write(bodies: &dyn Bodies, content: &Bytes, chunk: usize) -> Result<String> {
    write_for(SITE, bodies, content, chunk).await
}

async fn write_for(site: SiteId, bodies: &dyn Bodies, content: &Bytes, chunk: usize) -> Result<String> {
    let mut writer = bodies.create(site).await?;
    for chunk in content.chunks(chunk) {
        writer.write(Bytes::copy_from_slice(chunk)).await?;
    }
    Ok(writer.finish().await?)
}

async fn read(bodies: &dyn Bodies, key: &str) -> Result<Bytes, Error> {
    let mut all = Vec::new();
    loop {
        let piece = bodies.read(key, all.len() as u64).await?;
        assert!(piece.len() <= CHUNK_OCTETS);
        if piece.is_empty() {
            return Ok(all.into());
        }
        // Not all of it, so that the next piece begins anywhere.
        all.extend_from_slice(&piece[..piece.len().min(200_001)]);
    }
}

async fn bodies_of_any_size_come_back_as_they_went(place: &Place) -> Result<()> {
    let mib = 1 << 20;
    let cases = [
        (0, 1),
        (1, 1),
        (100_000, 7_001),
        (CHUNK_OCTETS, CHUNK_OCTETS),
        (CHUNK_OCTETS + 1, 65_536),
        (5 * mib, mib),
        (12 * mib + 13, 3 * mib + 7),
    ];
    for (octets, chunk) in cases {
        let content = content(octets);
        let key = write(&*place.bodies, &content, chunk).await?;
        assert!(key.starts_with("7/") && key.len() == 34, "{key}");
        assert_eq!(read(&*place.bodies, &key).await?, content, "{octets}");
    }
    Ok(())
}

async fn a_deleted_body_is_absent_and_deleting_it_again_is_no_error(place: &Place) -> Result<()> {
    let (kept, gone) = (
        write(&*place.bodies, &content(10), 10).await?,
        write(&*place.bodies, &content(900_000), 65_536).await?,
    );
    place.bodies.delete(&gone).await?;
    place.bodies.delete(&gone).await?;
    for key in [gone.as_str(), "7/0123456789abcdef0123456789abcdef", "../../etc/passwd", "", "a\0b"] {
        assert!(matches!(read(&*place.bodies, key).await, Err(Error::Absent(_))), "{key}");
        place.bodies.delete(key).await?;
    }
    assert_eq!(read(&*place.bodies, &kept).await?, content(10));
    Ok(())
}

async fn old_bodies_are_listed_in_order_page_by_page(place: &Place) -> Result<()> {
    let mut keys = place.bodies.older_than(i64::MAX / 1_000, None, 100).await?;
    for octets in 0..5 {
        keys.push(write(&*place.bodies, &content(octets * 200_000), 65_536).await?);
    }
    keys.sort();
    let all = i64::MAX / 1_000;
    let first = place.bodies.older_than(all, None, 3).await?;
    assert_eq!(first, keys[..3]);
    assert_eq!(place.bodies.older_than(all, first.last().map(String::as_str), 5).await?, keys[3..]);
    assert!(place.bodies.older_than(1_000, None, 3).await?.is_empty());
    Ok(())
}

async fn a_body_given_up_half_way_leaves_nothing_to_list(place: &Place) -> Result<()> {
    let before = (place.unfinished)().await?;
    let mut writer = place.bodies.create(SITE).await?;
    for _ in 0..14 {
        writer.write(content(1 << 19)).await?;
    }
    anyhow::ensure!((place.unfinished)().await? > before, "there is nothing to leave");
    drop(writer);
    // Past the listing, which shows nothing unfinished, and sweeps.
    let gone = async {
        while (place.unfinished)().await? > before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::Ok(())
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.context("it stays")??;
    assert_eq!(listed(place).await?, Vec::<String>::new());
    Ok(())
}

/// The keys of all bodies of the site that the test writes for.
async fn listed(place: &Place) -> Result<Vec<String>> {
    let mut keys = place.bodies.older_than(i64::MAX / 1_000, None, 100).await?;
    keys.retain(|key| key.starts_with("7/"));
    Ok(keys)
}

/// Runs it where another site has a body, which comes through it all: deletes, listings and what they sweep.
async fn beside_another_site(place: &Place, sentence: impl AsyncFn(&Place) -> Result<()>) -> Result<()> {
    let theirs = write_for(OTHER, &*place.bodies, &content(OTHERS_OCTETS), 65_536).await?;
    sentence(place).await?;
    for ours in listed(place).await? {
        // The same name at the other site is another body, be there one or not.
        let (_, name) = ours.split_once('/').context("a key")?;
        place.bodies.delete(&format!("77/{name}")).await?;
        read(&*place.bodies, &ours).await?;
        place.bodies.delete(&ours).await?;
    }
    let (_, name) = theirs.split_once('/').context("a key")?;
    place.bodies.delete(&format!("7/{name}")).await?;
    assert_eq!(place.bodies.older_than(i64::MAX / 1_000, None, 100).await?, std::slice::from_ref(&theirs));
    assert_eq!(read(&*place.bodies, &theirs).await?, content(OTHERS_OCTETS));
    Ok(())
}

macro_rules! bodies {
    ($($place:ident),*: $sentences:tt) => { $(bodies!(@ $place $sentences);)* };
    (@ $place:ident { $($sentence:ident),* $(,)? }) => {
        mod $place {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $sentence() -> anyhow::Result<()> {
                super::beside_another_site(&super::$place().await?, super::$sentence).await
            })*
        }
    };
}

bodies! {
    directory, in_sqlite, in_postgres: {
        bodies_of_any_size_come_back_as_they_went,
        a_deleted_body_is_absent_and_deleting_it_again_is_no_error,
        old_bodies_are_listed_in_order_page_by_page,
        a_body_given_up_half_way_leaves_nothing_to_list,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_a_dead_process_left_half_way_are_swept() -> Result<()> {
    let place = directory().await?;
    let key = write(&*place.bodies, &content(3 << 20), 65_536).await?;
    let theirs = write_for(OTHER, &*place.bodies, &content(OTHERS_OCTETS), 65_536).await?;
    let half = place.folder.path().join("bodies/7/0123456789abcdef0123456789abcdef#1");
    std::fs::write(&half, "half")?;
    assert!(place.bodies.older_than(1_000, None, 3).await?.is_empty());
    assert!(half.exists(), "it is not old");
    assert_eq!(place.bodies.older_than(i64::MAX / 1_000, None, 3).await?, [key, theirs.clone()]);
    assert!(!half.exists());
    assert_eq!(read(&*place.bodies, &theirs).await?, content(OTHERS_OCTETS));
    Ok(())
}

fn options_of(s3: &S3) -> Result<S3Options> {
    let options = serde_json::json!({
        "bucket": S3::BUCKET, "endpoint": s3.endpoint(), "allow_http": true,
        "access_key_id": "key", "secret_access_key": "secret",
    });
    Ok(serde_json::from_value(options)?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_keeps_bodies_as_every_other_place_does() -> Result<()> {
    let server = S3::start().await?;
    let s3 = options_of(&server)?;
    let below = |prefix: &'static str| {
        let s3 = S3Options { prefix: prefix.to_owned(), ..s3.clone() };
        let options = BodyOptions { kind: BodyKind::S3, s3: Some(s3), ..BodyOptions::default() };
        place(None, move |_| options.clone())
    };
    beside_another_site(&below("").await?, bodies_of_any_size_come_back_as_they_went).await?;
    beside_another_site(
        &below("deep/down").await?,
        a_deleted_body_is_absent_and_deleting_it_again_is_no_error,
    )
    .await?;
    beside_another_site(&below("listed").await?, old_bodies_are_listed_in_order_page_by_page).await?;
    beside_another_site(&below("given-up").await?, a_body_given_up_half_way_leaves_nothing_to_list).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_not_there_is_unavailable() -> Result<()> {
    let s3 = serde_json::json!({
        "bucket": "bucket", "endpoint": format!("http://127.0.0.1:{}", ports::free_port()?), "allow_http": true,
        "access_key_id": "key", "secret_access_key": "secret",
    });
    let options: BodyOptions = serde_json::from_value(serde_json::json!({ "kind": "s3", "s3": s3 }))?;
    let place = place(None, |_| options.clone()).await?;
    let writing = write(&*place.bodies, &content(10), 10).await;
    let error = writing.err().context("nothing is there")?.downcast::<Error>()?;
    assert!(matches!(error, Error::Unavailable(_)), "{error}");
    Ok(())
}
