//! A socket that counts the TLS records it brings: how a test sees that a message left in one piece.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// Octets in front of every TLS record: type, version, length.
const RECORD_HEAD: usize = 5;

/// A TCP connection under TLS, watched on its way in.
#[derive(Debug)]
pub struct Tap {
    socket: TcpStream,
    head: [u8; RECORD_HEAD],
    head_octets: usize,
    body_left: usize,
    records: Arc<AtomicU64>,
}

impl Tap {
    /// Watches a socket; the counter says how many whole or begun records it has brought.
    pub fn new(socket: TcpStream) -> (Self, Arc<AtomicU64>) {
        let records = Arc::new(AtomicU64::new(0));
        let tap =
            Self { socket, head: [0; RECORD_HEAD], head_octets: 0, body_left: 0, records: records.clone() };
        (tap, records)
    }

    fn watch(&mut self, mut octets: &[u8]) {
        while let [first, rest @ ..] = octets {
            if self.body_left > 0 {
                let skipped = self.body_left.min(octets.len());
                self.body_left -= skipped;
                octets = &octets[skipped..];
                continue;
            }
            self.head[self.head_octets] = *first;
            self.head_octets += 1;
            octets = rest;
            if self.head_octets == RECORD_HEAD {
                self.head_octets = 0;
                self.body_left = usize::from(u16::from_be_bytes([self.head[3], self.head[4]]));
                self.records.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(cx, buf))?;
        self.watch(&buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tap {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
