//! A private S3 server with one bucket, in memory, gone with the test.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::{leash::Leash, ports};

/// The server, as long as this lives.
#[derive(Debug)]
pub struct S3 {
    port: u16,
    _leash: Leash,
}

impl S3 {
    /// What its bucket is called.
    pub const BUCKET: &'static str = "bucket";

    /// Starts it and makes the bucket. The first start on a machine installs it.
    ///
    /// # Errors
    /// With its log, when it does not start.
    pub async fn start() -> Result<Self> {
        let port = ports::free_port()?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/s3.sh").to_owned();
        let log = tempfile::NamedTempFile::new()?;
        let mut leash = Leash::start(&[script, port.to_string()], log.path(), None)?;
        while ask(port, "PUT", Self::BUCKET).await.is_err() {
            ensure!(leash.is_running(), "no S3 server:\n{}", std::fs::read_to_string(log.path())?);
            sleep(Duration::from_millis(50)).await;
        }
        Ok(Self { port, _leash: leash })
    }

    /// Where to reach it. It takes any keys.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many objects are in the bucket.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn objects(&self) -> Result<usize> {
        Ok(ask(self.port, "GET", Self::BUCKET).await?.matches("<Key>").count())
    }
}

async fn ask(port: u16, verb: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!(
        "{verb} /{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let (head, body) = answer.split_once("\r\n\r\n").context("an HTTP answer")?;
    ensure!(head.starts_with("HTTP/1.1 200"), "{answer}");
    Ok(body.to_owned())
}
