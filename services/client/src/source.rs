//! Content to be sent, of any size, that can be read again when a request must be sent again.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

/// What a [`Source`] is read from.
pub type Reader = Box<dyn AsyncRead + Send + Unpin>;

type Open = Arc<dyn Fn() -> BoxFuture<'static, io::Result<Reader>> + Send + Sync>;
type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// A number of octets that can be opened for reading, more than once where the sender must repeat itself.
///
/// Nothing is held in memory but what [`Source::bytes`] was given.
#[derive(Clone)]
pub struct Source {
    len: u64,
    open: Open,
    progress: Option<Progress>,
}

impl Source {
    /// Octets in memory.
    pub fn bytes(octets: impl Into<Bytes>) -> Self {
        let octets: Bytes = octets.into();
        let len = octets.len() as u64;
        Self::reopen(len, move || {
            let octets = octets.clone();
            async move { Ok(Box::new(io::Cursor::new(octets)) as Reader) }
        })
    }

    /// A file, as long as it is now. A file that is shorter when it is sent fails the request.
    ///
    /// # Errors
    /// When it cannot be opened, or is not a regular file.
    pub async fn file(path: &Path) -> io::Result<Self> {
        let path: PathBuf = path.to_owned();
        let meta = tokio::fs::File::open(&path).await?.metadata().await?;
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok(Self::reopen(meta.len(), move || {
            let path = path.clone();
            async move { Ok(Box::new(tokio::fs::File::open(path).await?) as Reader) }
        }))
    }

    /// `len` octets from a reader that can be made again and again.
    pub fn reopen<F, Fut>(len: u64, open: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<Reader>> + Send + 'static,
    {
        Self { len, open: Arc::new(move || Box::pin(open())), progress: None }
    }

    /// `len` octets from a reader that there is only once: when the request must be sent again, it fails.
    pub fn once(len: u64, reader: impl AsyncRead + Send + Unpin + 'static) -> Self {
        let slot = Arc::new(Mutex::new(Some(Box::new(reader) as Reader)));
        Self::reopen(len, move || {
            let taken = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            let gone = || io::Error::other("it can be read only once, and had to be sent again");
            std::future::ready(taken.ok_or_else(gone))
        })
    }

    /// This, and then another.
    #[must_use]
    pub fn then(self, next: Self) -> Self {
        Self::reopen(self.len + next.len, move || {
            let (first, second) = (self.clone(), next.clone());
            async move { Ok(Box::new(first.open().await?.chain(second.open().await?)) as Reader) }
        })
    }

    /// Calls `seen` with the number of octets read so far, from 0 again when it is opened again.
    #[must_use]
    pub fn on_progress(mut self, seen: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(seen));
        self
    }

    /// How many octets it has.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Opens it from its beginning. The reader gives exactly [`Source::len`] octets, or an error.
    ///
    /// # Errors
    /// Whatever the opening gives.
    pub async fn open(&self) -> io::Result<Reader> {
        let inner = (self.open)().await?;
        if let Some(progress) = &self.progress {
            progress(0);
        }
        Ok(Box::new(Exact { inner, done: 0, len: self.len, progress: self.progress.clone() }))
    }

    /// CRC-32C over all of it, for `datasum`. Reads it through once.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn checksum(&self) -> io::Result<u32> {
        let quiet = Self { progress: None, ..self.clone() };
        let mut reader = quiet.open().await?;
        let (mut sum, mut chunk) = (0, vec![0; 32 * 1024]);
        loop {
            match reader.read(&mut chunk).await? {
                0 => return Ok(sum),
                n => sum = crc32c::crc32c_append(sum, &chunk[..n]),
            }
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("len", &self.len).finish_non_exhaustive()
    }
}

/// Reads exactly `len` octets: no more of what is longer, an error at the end of what is shorter.
struct Exact {
    inner: Reader,
    done: u64,
    len: u64,
    progress: Option<Progress>,
}

impl AsyncRead for Exact {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let left = usize::try_from(this.len - this.done).unwrap_or(usize::MAX);
        if left == 0 || buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(left.min(buf.remaining())));
        std::task::ready!(Pin::new(&mut this.inner).poll_read(cx, &mut part))?;
        let read = part.filled().len();
        if read == 0 {
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "it is shorter than it was",
            )));
        }
        buf.advance(read);
        this.done += read as u64;
        if let Some(progress) = &this.progress {
            progress(this.done);
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(source: &Source) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        source.open().await?.read_to_end(&mut all).await?;
        Ok(all)
    }

    #[tokio::test]
    async fn a_source_can_be_read_again_and_sources_follow_one_another() {
        let source = Source::bytes("one ").then(Source::bytes("")).then(Source::bytes("two"));
        assert_eq!(source.len(), 7);
        for _ in 0..2 {
            assert_eq!(read(&source).await.unwrap(), b"one two");
        }
        assert_eq!(source.checksum().await.unwrap(), crc32c::crc32c(b"one two"));
    }

    #[tokio::test]
    async fn a_file_that_grew_is_cut_and_one_that_shrank_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, "12345").unwrap();
        let source = Source::file(&path).await.unwrap();
        std::fs::write(&path, "1234567").unwrap();
        assert_eq!(read(&source).await.unwrap(), b"12345");
        std::fs::write(&path, "123").unwrap();
        let both = source.then(Source::bytes("next"));
        assert_eq!(read(&both).await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn what_can_be_read_once_fails_the_second_time() {
        let source = Source::once(2, io::Cursor::new(b"ab".to_vec()));
        assert_eq!(read(&source).await.unwrap(), b"ab");
        assert!(read(&source).await.is_err());
    }

    #[tokio::test]
    async fn a_directory_is_not_content() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Source::file(dir.path()).await.is_err());
    }
}
