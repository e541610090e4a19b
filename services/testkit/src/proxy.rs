//! A TCP proxy that a test can cut, half-open and mend.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use crate::ports;

const CHUNK: usize = 16 * 1024;
const CHUNKS_UNDER_WAY: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Pass,
    Cut,
    HalfOpen,
}

#[derive(Debug, Clone, Copy)]
struct State {
    mode: Mode,
    delay: Duration,
}

/// Stands between a client and a target. Ends with its last connection when dropped.
#[derive(Debug)]
pub struct Proxy {
    addr: SocketAddr,
    state: watch::Sender<State>,
    _task: AbortOnDropHandle<()>,
}

impl Proxy {
    /// Listens on a free port and passes everything to `target` (host and port).
    pub async fn start(target: impl ToString) -> anyhow::Result<Self> {
        let (listener, addr) = listen().await?;
        let (state, watched) = watch::channel(State { mode: Mode::Pass, delay: Duration::ZERO });
        let task = tokio::spawn(serve(listener, addr, target.to_string(), watched));
        Ok(Self { addr, state, _task: AbortOnDropHandle::new(task) })
    }

    /// Where clients connect.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Closes all connections and refuses new ones.
    pub fn cut(&self) {
        self.set_mode(Mode::Cut);
    }

    /// Keeps connections and accepts new ones, but passes nothing either way, not even an end.
    pub fn half_open(&self) {
        self.set_mode(Mode::HalfOpen);
    }

    /// Passes again. What was held while half-open goes on its way.
    pub fn mend(&self) {
        self.set_mode(Mode::Pass);
    }

    /// Holds every octet that comes from now on for this long, each way.
    pub fn delay(&self, delay: Duration) {
        self.state.send_modify(|state| state.delay = delay);
    }

    fn set_mode(&self, mode: Mode) {
        self.state.send_modify(|state| state.mode = mode);
    }
}

async fn listen() -> anyhow::Result<(TcpListener, SocketAddr)> {
    for _ in 0..10 {
        let addr = ports::free_addr()?;
        if let Ok(listener) = TcpListener::bind(addr).await {
            return Ok((listener, addr));
        }
    }
    anyhow::bail!("no port to listen on")
}

/// Accepts while not cut. A cut closes the listener too, so that new connections are refused.
async fn serve(listener: TcpListener, addr: SocketAddr, target: String, mut state: watch::Receiver<State>) {
    let mut listener = Some(listener);
    loop {
        if let Some(listener) = listener.take() {
            let mut links = JoinSet::new();
            accept(&listener, &target, &mut state, &mut links).await;
        }
        if state.wait_for(|state| state.mode != Mode::Cut).await.is_err() {
            return;
        }
        listener = TcpListener::bind(addr).await.ok();
        if listener.is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Returns when the proxy is cut or dropped; all links go with `links`.
async fn accept(
    listener: &TcpListener,
    target: &str,
    state: &mut watch::Receiver<State>,
    links: &mut JoinSet<()>,
) {
    let watched = state.clone();
    loop {
        tokio::select! {
            _ = state.wait_for(|state| state.mode == Mode::Cut) => return,
            accepted = listener.accept() => {
                if let Ok((client, _)) = accepted {
                    let (target, watched) = (target.to_owned(), watched.clone());
                    links.spawn(async move { drop(link(client, target, watched).await) });
                }
            }
            Some(_) = links.join_next() => {}
        }
    }
}

async fn link(client: TcpStream, target: String, state: watch::Receiver<State>) -> anyhow::Result<()> {
    passing(&mut state.clone()).await?;
    let server = TcpStream::connect(&target).await.with_context(|| format!("connect to {target}"))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let there = pump(from_client, to_server, state.clone());
    let back = pump(from_server, to_client, state);
    tokio::try_join!(there, back)?;
    Ok(())
}

async fn pump(
    from: impl AsyncRead + Unpin,
    to: impl AsyncWrite + Unpin,
    state: watch::Receiver<State>,
) -> anyhow::Result<()> {
    let (chunks, under_way) = mpsc::channel(CHUNKS_UNDER_WAY);
    let take = take(from, chunks, state.clone());
    let give = give(under_way, to, state);
    tokio::try_join!(take, give)?;
    Ok(())
}

async fn take(
    mut from: impl AsyncRead + Unpin,
    chunks: mpsc::Sender<(Instant, Bytes)>,
    state: watch::Receiver<State>,
) -> anyhow::Result<()> {
    let mut buffer = BytesMut::new();
    loop {
        buffer.reserve(CHUNK);
        if from.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
        let due = Instant::now() + state.borrow().delay;
        chunks.send((due, buffer.split().freeze())).await?;
    }
}

async fn give(
    mut under_way: mpsc::Receiver<(Instant, Bytes)>,
    mut to: impl AsyncWrite + Unpin,
    mut state: watch::Receiver<State>,
) -> anyhow::Result<()> {
    while let Some((due, chunk)) = under_way.recv().await {
        tokio::time::sleep_until(due).await;
        passing(&mut state).await?;
        to.write_all(&chunk).await?;
    }
    passing(&mut state).await?;
    Ok(to.shutdown().await?)
}

async fn passing(state: &mut watch::Receiver<State>) -> anyhow::Result<()> {
    state.wait_for(|state| state.mode == Mode::Pass).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::timeout;

    const SOON: Duration = Duration::from_secs(10);

    /// A target that sends everything back.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        addr
    }

    async fn answer(stream: &mut TcpStream) -> std::io::Result<u8> {
        stream.write_u8(7).await?;
        stream.read_u8().await
    }

    #[tokio::test]
    async fn a_cut_closes_links_and_refuses_new_ones_until_mended() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut stream = TcpStream::connect(proxy.addr()).await.unwrap();
        assert_eq!(answer(&mut stream).await.unwrap(), 7);
        proxy.cut();
        assert!(timeout(SOON, stream.read_u8()).await.unwrap().is_err());
        assert!(TcpStream::connect(proxy.addr()).await.is_err());
        proxy.mend();
        let again = async {
            loop {
                if let Ok(mut stream) = TcpStream::connect(proxy.addr()).await {
                    return answer(&mut stream).await.unwrap();
                }
                tokio::task::yield_now().await;
            }
        };
        assert_eq!(timeout(SOON, again).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn a_half_open_link_passes_nothing_and_goes_on_when_mended() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        let mut old = TcpStream::connect(proxy.addr()).await.unwrap();
        assert_eq!(answer(&mut old).await.unwrap(), 7);
        proxy.half_open();
        let mut new = TcpStream::connect(proxy.addr()).await.unwrap();
        for stream in [&mut old, &mut new] {
            stream.write_u8(8).await.unwrap();
            assert!(timeout(Duration::from_millis(50), stream.read_u8()).await.is_err());
        }
        proxy.mend();
        assert_eq!(timeout(SOON, old.read_u8()).await.unwrap().unwrap(), 8);
        assert_eq!(timeout(SOON, new.read_u8()).await.unwrap().unwrap(), 8);
    }

    #[tokio::test]
    async fn a_delay_holds_octets_each_way() {
        let proxy = Proxy::start(echo().await).await.unwrap();
        proxy.delay(Duration::from_millis(40));
        let mut stream = TcpStream::connect(proxy.addr()).await.unwrap();
        let started = Instant::now();
        assert_eq!(answer(&mut stream).await.unwrap(), 7);
        assert!(started.elapsed() >= Duration::from_millis(80));
    }
}
