//! A message's data on its way in: pieces behind a short queue, so that a slow reader slows the sender and
//! memory stays flat.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::{
    io::{AsyncRead, ReadBuf},
    sync::mpsc,
};

use crate::Error;

/// Pieces that wait between the socket and the body's reader.
const PIECES: usize = 4;

/// The data of one message, as it arrives. Read it whole as an [`AsyncRead`], or piece by piece.
#[derive(Debug)]
pub struct Body {
    pieces: mpsc::Receiver<Bytes>,
    ready: Bytes,
    unread: u64,
    sum: u32,
}

impl Body {
    /// A body of `len` octets, and where its pieces go.
    pub(super) fn new(len: u64) -> (mpsc::Sender<Bytes>, Self) {
        let (sender, pieces) = mpsc::channel(PIECES);
        (sender, Self { pieces, ready: Bytes::new(), unread: len, sum: 0 })
    }

    /// Octets that are not read yet, arrived or not.
    pub fn unread(&self) -> u64 {
        self.unread
    }

    /// CRC-32C of what was read so far: at the end, what `datasum` says where the sender set it.
    pub fn checksum(&self) -> u32 {
        self.sum
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// [`Error::Lost`] when the link ended in the middle. The message will come again.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        std::future::poll_fn(|cx| self.poll_piece(cx, usize::MAX)).await
    }

    /// The next piece, of at most that many octets (and at least one), where more must come.
    ///
    /// # Errors
    /// [`Error::Lost`] when there is no more.
    pub async fn piece_of(&mut self, most: u64) -> Result<Bytes, Error> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let piece = std::future::poll_fn(|cx| self.poll_piece(cx, most)).await?;
        piece.ok_or_else(|| Error::Lost("at the end of a message".into()))
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>, most: usize) -> Poll<Result<Option<Bytes>, Error>> {
        if self.unread == 0 {
            return Poll::Ready(Ok(None));
        }
        if self.ready.is_empty() {
            match ready!(self.pieces.poll_recv(cx)) {
                Some(piece) => self.ready = piece,
                None => return Poll::Ready(Err(Error::Lost("in the middle of a message".into()))),
            }
        }
        let piece = self.ready.split_to(self.ready.remaining().min(most));
        self.unread = self.unread.saturating_sub(piece.len() as u64);
        self.sum = crc32c::crc32c_append(self.sum, &piece);
        Poll::Ready(Ok(Some(piece)))
    }
}

impl AsyncRead for Body {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let piece = ready!(self.get_mut().poll_piece(cx, buf.remaining()))?;
        buf.put_slice(&piece.unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}
