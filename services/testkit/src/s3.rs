//! A private S3 server with one bucket, in memory, gone with the test.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::sleep,
};

use crate::{leash::Leash, ports};

/// Less than a test may take; `deploy/install-tools.sh` installs it beforehand.
const PATIENCE: Duration = Duration::from_secs(120);

/// The server, as long as this lives.
#[derive(Debug)]
pub struct S3 {
    address: String,
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
        let address = format!("127.0.0.1:{port}");
        let began = Instant::now();
        while ask(&address, "PUT", Self::BUCKET).await.is_err() {
            let is_hopeful = leash.is_running() && began.elapsed() < PATIENCE;
            ensure!(is_hopeful, "no S3 server:\n{}", std::fs::read_to_string(log.path())?);
            sleep(Duration::from_millis(50)).await;
        }
        Ok(Self { address, _leash: leash })
    }

    /// Where to reach it. It takes any keys.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many objects are in the bucket.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn objects(&self) -> Result<usize> {
        Ok(ask(&self.address, "GET", Self::BUCKET).await?.matches("<Key>").count())
    }
}

/// How many uploads into the bucket of the server at this endpoint were begun and not ended.
///
/// # Errors
/// When it does not answer.
pub async fn uploads(endpoint: &str) -> Result<usize> {
    let address = endpoint.strip_prefix("http://").context("in the clear")?;
    let listed = ask(address, "GET", &format!("{}?uploads", S3::BUCKET)).await?;
    Ok(listed.matches("<UploadId>").count())
}

async fn ask(address: &str, verb: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address).await?;
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
