//! Large bodies as objects: files in a directory, or in a bucket of S3.

use std::{collections::BTreeSet, path::Path as FilePath, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::TryStreamExt as _;
use object_store::{
    BackoffConfig, ClientOptions, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutPayload,
    RetryConfig, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
};
use tokio::runtime::Handle;

use super::{S3Options, fresh_key, is_key};
use crate::{Bodies, BodyWriter, CHUNK_OCTETS, Error, Result, SiteId};

/// S3 takes no part below 5 MiB but the last, and at most 10,000 of them: bodies up to 50 GB.
const S3_PART: usize = 5 << 20;
const FILE_PART: usize = 512 << 10;

/// Bodies as objects.
pub(super) struct Objects {
    store: Arc<dyn ObjectStore>,
    /// What all keys begin with.
    prefix: Path,
    /// Octets collected before they are sent on.
    part: usize,
    /// Whether a listing comes in order of key.
    sorted: bool,
    /// The directory, whose unfinished files are to be swept.
    staging: Option<std::path::PathBuf>,
}

impl Objects {
    pub(super) fn directory(directory: &FilePath) -> Result<Self> {
        let wrong = |error: &dyn std::fmt::Display| {
            Error::Option(format!("directory: {} cannot be used: {error}", directory.display()))
        };
        std::fs::create_dir_all(directory).map_err(|error| wrong(&error))?;
        let store = LocalFileSystem::new_with_prefix(directory).map_err(|error| wrong(&error))?;
        Ok(Self {
            // A finished body is in the file and its directory on the disk, not only in the system's memory.
            store: Arc::new(store.with_fsync(true)),
            prefix: Path::default(),
            part: FILE_PART,
            sorted: false,
            staging: Some(directory.to_owned()),
        })
    }

    pub(super) fn s3(options: &S3Options) -> Result<Self> {
        let wrong = |error: object_store::Error| Error::Option(format!("s3: {error}"));
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&options.bucket)
            .with_region(&options.region)
            .with_client_options(
                ClientOptions::new()
                    .with_allow_http(options.allow_http)
                    .with_connect_timeout(Duration::from_secs(3))
                    .with_timeout(Duration::from_secs(20)),
            )
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: 3,
                retry_timeout: Duration::from_secs(30),
            });
        if let Some(endpoint) = &options.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let (Some(id), Some(secret)) = (&options.access_key_id, &options.secret_access_key) {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret.expose());
        }
        Ok(Self {
            store: Arc::new(builder.build().map_err(wrong)?),
            prefix: Path::parse(&options.prefix).map_err(|error| wrong(error.into()))?,
            part: S3_PART,
            sorted: true,
            staging: None,
        })
    }

    fn path(&self, key: &str) -> Result<Path> {
        if is_key(key) { Ok(self.below(key)) } else { Err(Error::Absent("body")) }
    }

    fn below(&self, key: &str) -> Path {
        Path::from_iter(self.prefix.parts().chain(Path::from(key).parts()))
    }

    /// An object's key, when it is a body's.
    fn key(&self, path: &Path) -> Option<String> {
        let parts: Vec<_> = path.prefix_match(&self.prefix)?.collect();
        let key = parts.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join("/");
        is_key(&key).then_some(key)
    }

    fn old_key(&self, object: &ObjectMeta, before_ms: i64) -> Option<String> {
        (object.last_modified.timestamp_millis() < before_ms).then(|| self.key(&object.location)).flatten()
    }
}

#[async_trait]
impl Bodies for Objects {
    async fn create(&self, site: SiteId) -> Result<Box<dyn BodyWriter>> {
        self.create_again(&fresh_key(site)).await
    }

    async fn create_again(&self, key: &str) -> Result<Box<dyn BodyWriter>> {
        let (key, path) = (key.to_owned(), self.path(key)?);
        let (store, part) = (self.store.clone(), self.part);
        Ok(Box::new(Writer { store, key, path, part, collected: Vec::new(), octets: 0, upload: None }))
    }

    async fn read(&self, key: &str, from: u64) -> Result<Bytes> {
        let path = self.path(key)?;
        match self.store.get_range(&path, from..from.saturating_add(CHUNK_OCTETS as u64)).await {
            Ok(data) => Ok(data),
            // A range that begins at the end is an error, and which one differs from store to store.
            Err(error) => match self.store.head(&path).await.map_err(failure)?.size <= from {
                true => Ok(Bytes::new()),
                false => Err(failure(error)),
            },
        }
    }

    async fn delete(&self, key: &str) -> Result<()> {
        let Ok(path) = self.path(key) else { return Ok(()) };
        match self.store.delete(&path).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(failure(error)),
        }
    }

    async fn older_than(&self, before_ms: i64, after: Option<&str>, limit: usize) -> Result<Vec<String>> {
        if let Some(directory) = &self.staging {
            sweep_staging(directory.clone(), before_ms).await?;
        }
        let prefix = (self.prefix != Path::default()).then_some(&self.prefix);
        let mut listing = match after {
            Some(after) => self.store.list_with_offset(prefix, &self.below(after)),
            None => self.store.list(prefix),
        };
        // Where the listing has no order, the lowest keys of all are kept.
        let mut lowest = BTreeSet::new();
        while let Some(object) = listing.try_next().await.map_err(failure)? {
            let Some(key) = self.old_key(&object, before_ms) else { continue };
            if after.is_some_and(|after| key.as_str() <= after) {
                continue;
            }
            lowest.insert(key);
            if lowest.len() > limit {
                lowest.pop_last();
            }
            if self.sorted && lowest.len() == limit {
                break;
            }
        }
        Ok(lowest.into_iter().collect())
    }
}

/// Removes files of uploads that a process left half-way when it died. A listing does not show them: their names
/// end in `#` and a number. One that is still written to is not old.
async fn sweep_staging(directory: std::path::PathBuf, before_ms: i64) -> Result<()> {
    let sweep = move || -> std::io::Result<()> {
        for site in std::fs::read_dir(directory)?.flatten().filter(|entry| entry.path().is_dir()) {
            for file in std::fs::read_dir(site.path())?.flatten() {
                if file.file_name().to_string_lossy().contains('#') && modified_ms(&file)? < before_ms {
                    std::fs::remove_file(file.path())?;
                }
            }
        }
        Ok(())
    };
    let swept = tokio::task::spawn_blocking(sweep).await;
    swept.map_err(std::io::Error::other).flatten().map_err(|error| Error::Unavailable(error.to_string()))
}

fn modified_ms(file: &std::fs::DirEntry) -> std::io::Result<i64> {
    let modified = file.metadata()?.modified()?;
    let age = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(age.as_millis()).unwrap_or(i64::MAX))
}

/// Collects a part, sends it, and only then takes more: a body in flight holds one part.
struct Writer {
    store: Arc<dyn ObjectStore>,
    key: String,
    path: Path,
    part: usize,
    collected: Vec<Bytes>,
    octets: usize,
    /// Begun with the first full part: what is smaller goes in one piece.
    upload: Option<Box<dyn MultipartUpload>>,
}

impl Writer {
    fn collect(&mut self, chunk: Bytes) {
        self.octets += chunk.len();
        self.collected.push(chunk);
    }

    fn take_collected(&mut self) -> PutPayload {
        self.octets = 0;
        std::mem::take(&mut self.collected).into_iter().collect()
    }

    async fn send_part(&mut self) -> Result<()> {
        let payload = self.take_collected();
        let upload = match &mut self.upload {
            Some(upload) => upload,
            None => self.upload.insert(self.store.put_multipart(&self.path).await.map_err(failure)?),
        };
        upload.put_part(payload).await.map_err(failure)
    }
}

#[async_trait]
impl BodyWriter for Writer {
    async fn write(&mut self, mut chunk: Bytes) -> Result<()> {
        while self.octets + chunk.len() >= self.part {
            // Parts are of one size, which some stores insist on.
            let head = chunk.split_to(self.part - self.octets);
            self.collect(head);
            self.send_part().await?;
        }
        if !chunk.is_empty() {
            self.collect(chunk);
        }
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<String> {
        if self.upload.is_some() && self.octets > 0 {
            self.send_part().await?;
        }
        let key = self.key.clone();
        match &mut self.upload {
            Some(upload) => drop(upload.complete().await.map_err(failure)?),
            None => {
                let payload = self.take_collected();
                drop(self.store.put(&self.path, payload).await.map_err(failure)?);
            }
        }
        // Finished: nothing to abort.
        self.upload = None;
        Ok(key)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let (Some(mut upload), Ok(runtime)) = (self.upload.take(), Handle::try_current()) {
            runtime.spawn(async move { upload.abort().await });
        }
    }
}

fn failure(error: object_store::Error) -> Error {
    use object_store::Error as Cause;
    match error {
        Cause::NotFound { .. } => Error::Absent("body"),
        Cause::InvalidPath { .. }
        | Cause::NotSupported { .. }
        | Cause::NotImplemented { .. }
        | Cause::PermissionDenied { .. }
        | Cause::Unauthenticated { .. }
        | Cause::UnknownConfigurationKey { .. } => Error::Defect(error.to_string()),
        error => Error::Unavailable(error.to_string()),
    }
}
