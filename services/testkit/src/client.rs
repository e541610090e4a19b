//! A scripted member: raw by design, so that a test can send anything and sees everything.

use std::{
    collections::{HashSet, VecDeque},
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use bytes::BytesMut;
use rustls_pki_types::ServerName;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use crate::{
    received::{Kind, Received},
    tap::Tap,
    tls,
};

/// How long a test waits for anything that must come.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Where a client connects to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The edge's socket.
    pub socket: SocketAddr,
    /// The server name to ask for, if any.
    pub host: Option<String>,
}

/// Who a client is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// The member.
    pub uid: String,
    /// The node's secret.
    pub nodeid: String,
    /// The alias it registered with; empty for none.
    pub alias: String,
}

/// One connection to a server, and what it has brought so far.
#[derive(Debug)]
pub struct Client {
    /// Who it is logged in as.
    pub me: Account,
    /// How long it waits for what must come.
    pub patience: Duration,
    /// Whether a queued message may come twice on this connection: so it is when it was not acked for long.
    pub may_repeat: bool,
    stream: TlsStream<Tap>,
    records: Arc<AtomicU64>,
    input: BytesMut,
    responses: VecDeque<Received>,
    queued: VecDeque<Received>,
    presence: VecDeque<Received>,
    seen: HashSet<String>,
}

impl Client {
    /// Connects, and does the TLS handshake.
    ///
    /// # Errors
    /// When the server does not take it.
    pub async fn connect(to: &Address) -> Result<Self> {
        timeout(PATIENCE, Self::dial(to)).await.with_context(|| format!("no handshake with {to:?}"))?
    }

    async fn dial(to: &Address) -> Result<Self> {
        let socket = TcpStream::connect(to.socket).await?;
        socket.set_nodelay(true)?;
        let (tap, records) = Tap::new(socket);
        let name = match &to.host {
            Some(host) => ServerName::try_from(host.clone())?,
            None => ServerName::from(to.socket.ip()),
        };
        let stream = tls::connector()?.connect(name, tap).await?;
        Ok(Self {
            me: Account::default(),
            patience: PATIENCE,
            may_repeat: false,
            stream,
            records,
            input: BytesMut::new(),
            responses: VecDeque::new(),
            queued: VecDeque::new(),
            presence: VecDeque::new(),
            seen: HashSet::new(),
        })
    }

    /// TLS records brought so far, the handshake's included.
    pub fn records(&self) -> u64 {
        self.records.load(Ordering::Relaxed)
    }

    // ---- sending

    /// Writes octets as they are, in one write.
    ///
    /// # Errors
    /// When the server has closed, or takes nothing for too long.
    pub async fn send_raw(&mut self, octets: &[u8]) -> Result<()> {
        let write = async {
            self.stream.write_all(octets).await?;
            self.stream.flush().await
        };
        Ok(timeout(self.patience, write).await.context("the server does not read")??)
    }

    /// Writes one message; `datalen` is added where there is data.
    ///
    /// # Errors
    /// As for [`Self::send_raw`].
    pub async fn send(&mut self, header: &Value, data: &[u8]) -> Result<()> {
        self.send_raw(&encode(header, data)?).await
    }

    /// Acks a queued message.
    ///
    /// # Errors
    /// As for [`Self::send_raw`].
    pub async fn ack(&mut self, id: &str) -> Result<()> {
        self.send(&json!({"op": 10, "id": id}), b"").await
    }

    /// Tells the server, in TLS's words, that nothing more will come.
    ///
    /// # Errors
    /// When the server has closed.
    pub async fn shutdown(&mut self) -> Result<()> {
        Ok(self.stream.shutdown().await?)
    }

    /// An id for a request that no other request of this test has: the same one again would be a retry.
    pub fn next_id() -> String {
        static REQUESTS: AtomicU64 = AtomicU64::new(1);
        format!("request {}", REQUESTS.fetch_add(1, Ordering::Relaxed))
    }

    // ---- receiving

    /// The next message as it comes off the wire, whatever it is; `None` once the server has closed, be it inside a
    /// message. Cancel-safe.
    ///
    /// # Errors
    /// When it is malformed.
    pub async fn next(&mut self) -> Result<Option<Received>> {
        loop {
            if let Some(message) = take_message(&mut self.input)? {
                return Ok(Some(message));
            }
            match self.stream.read_buf(&mut self.input).await {
                Ok(1..) => {}
                Ok(0) | Err(_) => return Ok(None),
            }
        }
    }

    /// Reads octets as they come, without looking for messages; 0 once the server has closed.
    ///
    /// # Errors
    /// When nothing comes for too long.
    pub async fn read_raw(&mut self, into: &mut [u8]) -> Result<usize> {
        Ok(timeout(self.patience, self.stream.read(into)).await.context("nothing comes")?.unwrap_or(0))
    }

    /// The next message as it comes off the wire, in time.
    ///
    /// # Errors
    /// When the server closes, takes too long or sends something malformed.
    pub async fn recv(&mut self) -> Result<Received> {
        let message = timeout(self.patience, self.next()).await.context("nothing comes")??;
        message.context("the server closed")
    }

    /// Checks that the server closes without another word.
    ///
    /// # Errors
    /// When it says something, or does not close.
    pub async fn expect_closed(&mut self) -> Result<()> {
        if let Some(word) =
            self.queued.pop_front().or(self.responses.pop_front()).or(self.presence.pop_front())
        {
            bail!("the server said: {word}");
        }
        if let Some(word) =
            timeout(self.patience, self.next()).await.context("the server does not close")??
        {
            bail!("the server said: {word}");
        }
        ensure!(self.input.is_empty(), "closed inside a message: {:?}", self.input);
        Ok(())
    }

    /// Checks that the server says quit, for this reason, and closes. What is queued may come before.
    ///
    /// # Errors
    /// When it says something else, or does not close.
    pub async fn expect_quit(&mut self, error: &str) -> Result<()> {
        let quit = self.response().await?;
        ensure!(
            quit.header == *json!({"op": "quit", "error": error}).as_object().context("object")?,
            "{quit}"
        );
        self.queued.clear();
        self.presence.clear();
        self.expect_closed().await
    }

    /// The next response; queued messages and presence that come before it are kept.
    ///
    /// # Errors
    /// When the server closes or takes too long.
    pub async fn response(&mut self) -> Result<Received> {
        while self.responses.is_empty() {
            self.sort_next().await?;
        }
        self.responses.pop_front().context("a response")
    }

    /// The next queued message, not acked.
    ///
    /// # Errors
    /// When the server closes or takes too long, or it is one that came before on this connection.
    pub async fn queued(&mut self) -> Result<Received> {
        while self.queued.is_empty() {
            self.sort_next().await?;
        }
        let message = self.queued.pop_front().context("a queued message")?;
        let is_new = self.seen.insert(message.id().to_owned());
        ensure!(is_new || self.may_repeat, "came twice: {message}");
        Ok(message)
    }

    /// The next queued message, acked, which must be this op.
    ///
    /// # Errors
    /// As for [`Self::queued`], or when it is another op.
    pub async fn take(&mut self, op: &str) -> Result<Received> {
        let message = self.queued().await?;
        if message.op() != op {
            bail!("{op} was expected: {message}; had come after it: {}", self.came());
        }
        self.ack(message.id()).await?;
        Ok(message)
    }

    /// The next word of presence.
    ///
    /// # Errors
    /// When the server closes or takes too long.
    pub async fn ohi(&mut self) -> Result<(String, u64)> {
        while self.presence.is_empty() {
            self.sort_next().await?;
        }
        let ohi = self.presence.pop_front().context("presence")?;
        Ok((ohi.must("from")?.to_owned(), ohi.number("status").context("status")?))
    }

    /// Queued messages and presence that came and were not asked for.
    pub fn leftovers(&self) -> Vec<&Received> {
        self.queued.iter().chain(&self.presence).chain(&self.responses).collect()
    }

    async fn sort_next(&mut self) -> Result<()> {
        let message = match timeout(self.patience, self.next()).await {
            Ok(next) => next?.with_context(|| format!("the server closed; had come: {}", self.came()))?,
            Err(_) => bail!("nothing comes; had come: {}", self.came()),
        };
        match message.kind() {
            Kind::Response => self.responses.push_back(message),
            Kind::Queued => self.queued.push_back(message),
            Kind::Presence => self.presence.push_back(message),
        }
        Ok(())
    }

    fn came(&self) -> String {
        self.leftovers().iter().map(|m| m.to_string()).collect::<Vec<_>>().join(", ")
    }
}

/// A message as a client sends it.
///
/// # Errors
/// When the header is no object or too long for its length digits.
pub fn encode(header: &Value, data: &[u8]) -> Result<Vec<u8>> {
    let mut header = header.as_object().context("a header is an object")?.clone();
    if !data.is_empty() {
        header.insert("datalen".into(), data.len().into());
    }
    let json = serde_json::to_string(&header)?;
    ensure!(json.len() <= 0xffff, "too long for four digits");
    let mut message = crate::received::frame(&json);
    message.extend_from_slice(data);
    Ok(message)
}

/// Takes a whole message off the input, if there is one.
fn take_message(input: &mut BytesMut) -> Result<Option<Received>> {
    let Some(digits) = input.get(..4) else { return Ok(None) };
    let digits = std::str::from_utf8(digits).context("length digits")?;
    let header_end = 4 + usize::from_str_radix(digits, 16).context("length digits")?;
    let Some(json) = input.get(4..header_end) else { return Ok(None) };
    let header: Value = serde_json::from_slice(json).context("a header is JSON")?;
    let data = usize::try_from(header["datalen"].as_u64().unwrap_or(0))?;
    if input.len() < header_end + data {
        input.reserve((header_end + data - input.len()).min(1 << 20));
        return Ok(None);
    }
    let framed = input.split_to(header_end).to_vec();
    Ok(Some(Received::new(framed, input.split_to(data).to_vec())?))
}
