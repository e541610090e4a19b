//! A member's link with as little code around the wire as can be, so that the site is measured and not the client.

pub mod account;
pub mod dial;
pub mod wire;

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use anyhow::{Context as _, Result, bail};
use tmtp_wire::Request;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use dial::Stream;
use wire::Frame;

/// Octets taken off a link at a time.
const CHUNK: usize = 16 << 10;

/// A link that reads and writes at the same time, in one task: what is to be sent is put into `out`, and leaves with
/// the next [`Link::turn`] in as few writes as can be.
pub struct Link {
    stream: Stream,
    input: Vec<u8>,
    /// Octets of `input` that were taken already.
    taken: usize,
    /// What is to be sent.
    pub out: Vec<u8>,
    /// Octets of `out` that were sent already.
    sent: usize,
    is_unflushed: bool,
}

impl Link {
    pub fn new(stream: Stream) -> Self {
        Self { stream, input: Vec::new(), taken: 0, out: Vec::new(), sent: 0, is_unflushed: false }
    }

    /// Sends what is in `out` until something was read. May be dropped at any time and called again.
    pub async fn turn(&mut self) -> Result<()> {
        poll_fn(|cx| {
            if let Poll::Ready(Err(error)) = self.poll_send(cx) {
                return Poll::Ready(Err(error));
            }
            self.poll_read(cx)
        })
        .await
        .context("the link broke")
    }

    /// Sends all of `out`.
    pub async fn send(&mut self) -> Result<()> {
        poll_fn(|cx| self.poll_send(cx)).await.context("the link broke")
    }

    /// The next whole message, if there is one, given to `take` together with the place for what is to be sent.
    pub fn take_frame<T>(
        &mut self,
        take: impl FnOnce(Frame<'_>, &mut Vec<u8>) -> Result<T>,
    ) -> Result<Option<T>> {
        self.take_any(|frame, out| match last_word(&frame) {
            Some(word) => bail!("the site ended the link: {word}"),
            None => take(frame, out),
        })
    }

    fn take_any<T>(
        &mut self,
        take: impl FnOnce(Frame<'_>, &mut Vec<u8>) -> Result<T>,
    ) -> Result<Option<T>> {
        let Some(frame) = wire::frame(&self.input[self.taken..])? else {
            self.forget_taken();
            return Ok(None);
        };
        self.taken += frame.octets;
        take(frame, &mut self.out).map(Some)
    }

    /// Waits for the next whole message.
    pub async fn next<T>(
        &mut self,
        mut take: impl FnMut(Frame<'_>, &mut Vec<u8>) -> Result<T>,
    ) -> Result<T> {
        loop {
            if let Some(taken) = self.take_frame(&mut take)? {
                return Ok(taken);
            }
            self.turn().await?;
        }
    }

    /// Logs out: what was acked before is settled once this returns.
    pub async fn quit(mut self) -> Result<()> {
        account::request(&mut self, Request::Quit)?;
        loop {
            if let Some(Some(word)) = self.take_any(|frame, _| Ok(last_word(&frame)))? {
                return if word == "logout ok" { Ok(()) } else { bail!("the site ended the link: {word}") };
            }
            self.turn().await?;
        }
    }

    /// The stream and what was read of it beyond the last message, for those who read streams.
    pub fn into_parts(mut self) -> (Stream, Vec<u8>) {
        self.forget_taken();
        (self.stream, self.input)
    }

    /// Whether a ticket resumed an earlier session.
    pub fn is_resumed(&self) -> bool {
        dial::is_resumed(&self.stream)
    }

    fn forget_taken(&mut self) {
        self.input.drain(..self.taken);
        self.taken = 0;
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.sent < self.out.len() {
            let octets = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.out[self.sent..]))?;
            self.sent += octets;
            self.is_unflushed = true;
        }
        self.out.clear();
        self.sent = 0;
        if self.is_unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
            self.is_unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut chunk = [0; CHUNK];
        let mut chunk = ReadBuf::new(&mut chunk);
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut chunk))?;
        if chunk.filled().is_empty() {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the site closed it")));
        }
        self.input.extend_from_slice(chunk.filled());
        Poll::Ready(Ok(()))
    }
}

/// What the site says when it ends a link.
fn last_word(frame: &Frame<'_>) -> Option<String> {
    (frame.header.op == "quit").then(|| frame.header.error.as_deref().unwrap_or_default().to_owned())
}
