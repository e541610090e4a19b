//! What the machine itself gives in the same run: a bare TLS echo in a process of its own, and one durable write.

use std::{fs::File, io::Write as _, net::SocketAddr, process::Stdio, sync::Arc, time::Instant};

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use rustls::ServerConfig;
use rustls_pki_types::PrivateKeyDer;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    procs::Process,
    report,
    tls::{Dialer, Stream},
};

/// The octets of an echo: about a small message.
const ECHO: usize = 256;

/// A bare TLS server in a process of its own; ends when dropped.
pub struct Echo {
    _child: Child,
    pub address: SocketAddr,
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
        Ok(Self { _child: child, address, process })
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
pub async fn echo_times(dialer: &Dialer, echo: &Echo, count: usize) -> Result<Histogram<u64>> {
    let mut stream = dialer.dial(echo.address).await?;
    let mut micros = report::histogram()?;
    for _ in 0..count {
        let begun = Instant::now();
        round_trip(&mut stream).await?;
        report::note(&mut micros, begun.elapsed());
    }
    Ok(micros)
}

/// Times of appending a small record and having it on stable storage, in the current folder.
pub fn durable_write_times(count: usize) -> Result<Histogram<u64>> {
    let path = std::env::temp_dir().join(format!("tmtp-loadtest-{}", std::process::id()));
    let mut file = File::create(&path)?;
    let mut micros = report::histogram()?;
    for _ in 0..count {
        let begun = Instant::now();
        file.write_all(&[b'x'; 512])?;
        file.sync_data()?;
        report::note(&mut micros, begun.elapsed());
    }
    std::fs::remove_file(path)?;
    Ok(micros)
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
