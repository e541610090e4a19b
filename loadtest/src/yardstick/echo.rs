//! A bare TLS server in a process of its own that sends back what it gets.

use std::{
    io::Write as _,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use futures::future::try_join_all;
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    link::dial::{Dialer, Stream, Target},
    measure::{procs::Process, times::Times},
};

/// The octets of an echo: about a small message.
const ECHO: usize = 256;
/// Most links of a yardstick.
const LINKS_MAX: usize = 200;

/// A bare TLS server in a process of its own; ends when dropped.
pub struct Echo {
    _child: Child,
    pub target: Target,
    pub process: Process,
}

impl Echo {
    pub async fn start() -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .arg("echo")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let address = lines.next_line().await?.context("the echo server did not start")?.parse()?;
        let process = Process::new("bare TLS", child.id().context("the echo server is gone")?);
        Ok(Self { _child: child, target: Target { address, host: None }, process })
    }
}

/// One round trip over a bare TLS link.
pub async fn round_trip(stream: &mut Stream) -> Result<()> {
    let mut octets = [b'x'; ECHO];
    stream.write_all(&octets).await?;
    stream.flush().await?;
    stream.read_exact(&mut octets).await?;
    Ok(())
}

/// Times of round trips over one bare TLS link.
pub async fn times(dialer: &Dialer, echo: &Echo, count: usize) -> Result<Times> {
    let mut stream = dialer.dial(&echo.target, 0).await?;
    let mut times = Times::new()?;
    for _ in 0..count {
        let begun = Instant::now();
        round_trip(&mut stream).await?;
        times.note(begun.elapsed());
    }
    Ok(times)
}

/// Echoes a second on so many links, one at a time on each.
pub async fn rate(dialer: &Dialer, links: usize, span: Duration) -> Result<f64> {
    let echo = Echo::start().await?;
    let links = links.min(LINKS_MAX);
    let mut streams = try_join_all((0..links).map(|index| dialer.dial(&echo.target, index))).await?;
    let begun = Instant::now();
    let until = begun + span;
    let each = streams.iter_mut().map(|stream| async move {
        let mut count = 0;
        while Instant::now() < until {
            round_trip(stream).await?;
            count += 1;
        }
        anyhow::Ok(count)
    });
    let count: u64 = try_join_all(each).await?.into_iter().sum();
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

/// Serves echoes until killed; prints its address first.
pub async fn serve() -> Result<()> {
    let key = rcgen::generate_simple_self_signed(["echo".to_owned()])?;
    let secret = PrivateKeyDer::try_from(key.signing_key.serialize_der()).map_err(anyhow::Error::msg)?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], secret)?;
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
    loop {
        let (tcp, _) = listener.accept().await?;
        tokio::spawn(echo(acceptor.clone(), tcp));
    }
}

async fn echo(acceptor: TlsAcceptor, tcp: TcpStream) -> Result<()> {
    tcp.set_nodelay(true)?;
    let mut stream = Box::pin(acceptor.accept(tcp)).await?;
    let mut octets = [0; ECHO];
    loop {
        stream.read_exact(&mut octets).await?;
        stream.write_all(&octets).await?;
        stream.flush().await?;
    }
}
