//! A listener for the HTTP address that one stranger cannot use up: a bounded number of connections, a share of them from one
//! address, none for long that is not used.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};

use crate::{Network, Share, Shares, subscriber};

/// Connections at a time, and those of one subscriber.
const CONNECTIONS: usize = 512;
const OF_ONE: usize = 128;
/// In each time as long as this something must come or go; requests are answered within less.
const WINDOW: Duration = Duration::from_secs(30);
/// So many octets of it at least: fewer keep nobody's place.
const LEAST_OCTETS: usize = 64;
/// How long one may stay, however busy; whoever wants more connects anew.
const LIFETIME: Duration = Duration::from_secs(600);

/// Accepts up to [`CONNECTIONS`] connections at a time, each for as long as it is used and for [`LIFETIME`] at most.
pub struct Bounded {
    listener: TcpListener,
    permits: Arc<Semaphore>,
    shares: Shares<IpAddr>,
    proxies: Vec<Network>,
}

impl Bounded {
    /// Accepts from this listener.
    pub fn new(listener: TcpListener) -> Self {
        let (permits, shares) = (Arc::new(Semaphore::new(CONNECTIONS)), Shares::new(OF_ONE));
        Self { listener, permits, shares, proxies: Vec::new() }
    }

    /// Lets these have as many connections as there are: all of our clients come from them.
    #[must_use]
    pub fn trusting(self, proxies: Vec<Network>) -> Self {
        Self { proxies, ..self }
    }

    /// A place among those of an address; `None` when it has its share.
    fn place(&self, address: IpAddr) -> Option<Option<Share<IpAddr>>> {
        if self.proxies.iter().any(|network| network.contains(address)) {
            return Some(None);
        }
        self.shares.take(subscriber(address)).map(Some)
    }
}

impl axum::serve::Listener for Bounded {
    type Io = Mortal<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Mortal<TcpStream>, SocketAddr) {
        let permit = match Arc::clone(&self.permits).acquire_owned().await {
            Ok(permit) => permit,
            // The semaphore is never closed.
            Err(_) => std::future::pending().await,
        };
        loop {
            let (stream, peer) = axum::serve::Listener::accept(&mut self.listener).await;
            // Whoever has a share is hung up on.
            if let Some(share) = self.place(peer.ip()) {
                return (Mortal::new(stream, Place { _permit: permit, _share: share }), peer);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// What a connection takes up, until it ends.
struct Place {
    _permit: OwnedSemaphorePermit,
    _share: Option<Share<IpAddr>>,
}

/// A connection that fails when nobody uses it, or its time is over.
pub struct Mortal<S> {
    stream: S,
    window: Pin<Box<Sleep>>,
    end: Pin<Box<Sleep>>,
    /// Octets that came and went in this window.
    moved: usize,
    _place: Place,
}

impl<S> Mortal<S> {
    fn new(stream: S, place: Place) -> Self {
        let (window, end) = (Box::pin(sleep(WINDOW)), Box::pin(sleep(LIFETIME)));
        Self { stream, window, end, moved: 0, _place: place }
    }

    fn check_time(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let is_over = self.end.as_mut().poll(cx).is_ready();
        while self.window.as_mut().poll(cx).is_ready() {
            if std::mem::take(&mut self.moved) < LEAST_OCTETS {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.window.as_mut().reset(Instant::now() + WINDOW);
        }
        if is_over { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Mortal<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check_time(cx)?;
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.moved += buf.filled().len() - before;
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Mortal<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check_time(cx)?;
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        if let Poll::Ready(Ok(octets)) = written {
            self.moved += octets;
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

    use super::*;

    #[tokio::test]
    async fn a_connection_that_says_nothing_is_closed_when_its_time_is_over() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let router = axum::Router::new();
        tokio::spawn(async move { axum::serve(Bounded::new(listener), router).await });
        let mut silent = TcpStream::connect(addr).await.unwrap();
        tokio::time::pause();
        let ended = tokio::time::timeout(WINDOW * 2, silent.read(&mut [0; 16])).await;
        assert!(matches!(ended, Ok(Ok(0) | Err(_))), "{ended:?}");
    }

    /// How many of so many connections from here are served.
    async fn served(connections: usize, proxies: Vec<Network>) -> usize {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let router = axum::Router::new().route("/", axum::routing::get(async || "here"));
        tokio::spawn(async move { axum::serve(Bounded::new(listener).trusting(proxies), router).await });
        let mut served = Vec::new();
        for _ in 0..connections {
            let mut stream = TcpStream::connect(addr).await.unwrap();
            // One that was hung up on may fail already here.
            _ = stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
            if stream.read(&mut [0; 256]).await.is_ok_and(|octets| octets > 0) {
                served.push(stream);
            }
        }
        served.len()
    }

    #[tokio::test]
    async fn an_address_has_a_share_of_the_connections_and_proxies_that_are_trusted_have_all() {
        assert_eq!(served(OF_ONE + 2, Vec::new()).await, OF_ONE);
        assert_eq!(served(OF_ONE + 2, vec!["127.0.0.0/8".parse().unwrap()]).await, OF_ONE + 2);
    }

    /// Whether so many octets a second get through for so long.
    async fn lasts(octets: usize, seconds: u64) -> bool {
        let (mut near, far): (DuplexStream, _) = tokio::io::duplex(1 << 20);
        let permit = Arc::new(Semaphore::new(1)).acquire_owned().await.unwrap();
        let mut mortal = Mortal::new(far, Place { _permit: permit, _share: None });
        let reading = tokio::spawn(async move {
            let mut all = vec![0; 1 << 16];
            while mortal.read(&mut all).await? > 0 {}
            io::Result::Ok(())
        });
        for _ in 0..seconds {
            _ = near.write_all(&vec![b'x'; octets]).await;
            sleep(Duration::from_secs(1)).await;
        }
        drop(near);
        reading.await.unwrap().is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_used_lasts_and_one_that_dribbles_does_not() {
        assert!(lasts(10, 300).await, "it is used");
        assert!(!lasts(1, 40).await, "it dribbles");
        assert!(!lasts(10, LIFETIME.as_secs() + 1).await, "its time is over");
    }
}
