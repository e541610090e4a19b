//! Large bodies, from where the service keeps them to a folder, and back.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use tmtp_store::{Bodies, Error, Store, backup::NamedBody};
use tokio::{
    fs::{self, File},
    io::{AsyncReadExt, AsyncWriteExt},
};

use super::folder::Folder;
use crate::settings::Settings;

/// Bodies copied at a time.
const AT_ONCE: usize = 8;
/// Bodies that the database is asked about at a time.
const ASKED: usize = 500;

type Place = (std::sync::Arc<dyn Store>, std::sync::Arc<dyn Bodies>);

async fn open(settings: &Settings) -> anyhow::Result<Place> {
    let store = tmtp_store::open(&settings.store).await.with_context(|| settings.store.shown_url())?;
    let bodies = tmtp_store::open_bodies(&settings.bodies, &*store).context("bodies")?;
    Ok((store, bodies))
}

/// Copies what the database named; returns those that went meanwhile.
pub async fn copy_out(
    settings: &Settings,
    named: &[NamedBody],
    folder: &Folder,
) -> anyhow::Result<Vec<String>> {
    let (store, bodies) = open(settings).await?;
    let copies = named.iter().map(|body| save(&*bodies, body, folder.body(&body.key)));
    let gone: Vec<Option<String>> = stream::iter(copies).buffer_unordered(AT_ONCE).try_collect().await?;
    let gone: Vec<String> = gone.into_iter().flatten().collect();
    for some in gone.chunks(ASKED) {
        let unnamed = store.unnamed_blobs(some).await?;
        if let Some(lost) = some.iter().find(|key| !unnamed.contains(key)) {
            bail!(
                "the large body {lost} is missing, and a message still names it: the body store has lost it"
            );
        }
    }
    Ok(gone)
}

/// Copies one; its key when it is not there any more.
async fn save(
    bodies: &dyn Bodies,
    body: &NamedBody,
    path: std::path::PathBuf,
) -> anyhow::Result<Option<String>> {
    match write_file(bodies, body, &path).await {
        Ok(()) => Ok(None),
        Err(error) if matches!(error.downcast_ref(), Some(Error::Absent(_))) => {
            // Nothing was written, or a part.
            _ = fs::remove_file(&path).await;
            Ok(Some(body.key.clone()))
        }
        Err(error) => Err(error.context(format!("large body {}", body.key))),
    }
}

async fn write_file(bodies: &dyn Bodies, body: &NamedBody, path: &Path) -> anyhow::Result<()> {
    let mut piece = bodies.read(&body.key, 0).await?;
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).await?;
    }
    let mut file = File::create(path).await?;
    let mut written = 0;
    while !piece.is_empty() {
        file.write_all(&piece).await?;
        written += piece.len() as u64;
        piece = bodies.read(&body.key, written).await?;
    }
    ensure!(written == body.octets, "it has {written} octets; its message says {}", body.octets);
    Ok(file.sync_all().await?)
}

/// Copies all of a backup to where the service will look for them.
pub async fn copy_in(settings: &Settings, folder: &Folder) -> anyhow::Result<()> {
    let (_store, bodies) = open(settings).await?;
    let keys = folder.body_keys()?;
    let copies = keys.iter().map(|key| bring_back(&*bodies, key, folder.body(key)));
    stream::iter(copies).buffer_unordered(AT_ONCE).try_collect::<()>().await
}

async fn bring_back(bodies: &dyn Bodies, key: &str, path: std::path::PathBuf) -> anyhow::Result<()> {
    let mut file = File::open(&path).await.with_context(|| path.display().to_string())?;
    // The body store may hold it still: a body never changes, but half of one may be left of an earlier attempt.
    bodies.delete(key).await?;
    let mut writer = bodies.create_again(key).await?;
    loop {
        let mut piece = bytes::BytesMut::with_capacity(tmtp_store::CHUNK_OCTETS);
        if file.read_buf(&mut piece).await? == 0 {
            break;
        }
        writer.write(piece.freeze()).await?;
    }
    writer.finish().await?;
    Ok(())
}

/// Which of these are not there.
pub async fn missing(settings: &Settings, named: &[NamedBody]) -> anyhow::Result<Vec<String>> {
    let (_store, bodies) = open(settings).await?;
    let looks = named.iter().map(|body| async {
        match bodies.read(&body.key, body.octets).await {
            Ok(_) => Ok(None),
            Err(Error::Absent(_)) => Ok(Some(body.key.clone())),
            Err(error) => Err(error),
        }
    });
    let found: Vec<Option<String>> = stream::iter(looks).buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(found.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_that_went_since_its_message_was_read_is_told_and_leaves_no_file() {
        let scratch = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.store.url = format!("sqlite://{}/tmtp.sqlite", scratch.path().display());
        settings.bodies.directory = scratch.path().join("bodies");
        let folder = Folder::create(&scratch.path().join("backup")).unwrap();
        let key = "7/0123456789abcdef0123456789abcdef".to_owned();
        let named = [NamedBody { key: key.clone(), octets: 3 }];
        assert_eq!(copy_out(&settings, &named, &folder).await.unwrap().concat(), key);
        assert!(!folder.body(&key).exists());

        std::fs::create_dir_all(scratch.path().join("bodies/7")).unwrap();
        std::fs::write(scratch.path().join("bodies").join(&key), "abc").unwrap();
        assert!(copy_out(&settings, &named, &folder).await.unwrap().is_empty());
        assert_eq!(std::fs::read(folder.body(&key)).unwrap(), b"abc");
        let longer = [NamedBody { key, octets: 4 }];
        let error = copy_out(&settings, &longer, &folder).await.unwrap_err();
        assert!(format!("{error:#}").contains("3 octets; its message says 4"), "{error:#}");
    }
}
