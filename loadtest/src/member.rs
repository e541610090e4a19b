//! A member with as little code around the wire as can be, so that the site is measured and not the client.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use bytes::BytesMut;
use tmtp_wire::{Answer, Framer, Head, Incoming, Piece, Post, Recipient, RecipientKind, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};

use crate::tls::{Dialer, Stream};

/// A member on a link.
pub struct Member {
    pub uid: String,
    pub reads: Reads,
    pub writes: Writes,
}

/// The receiving half of a member's link.
pub struct Reads {
    io: ReadHalf<Stream>,
    input: BytesMut,
    framer: Framer,
}

/// The sending half.
pub struct Writes(WriteHalf<Stream>);

impl Member {
    /// Registers a new member without an alias.
    pub async fn register(dialer: &Dialer, target: SocketAddr) -> Result<Self> {
        let (io, writes) = split(dialer.dial(target).await?);
        let mut writes = Writes(writes);
        let mut reads = Reads { io, input: BytesMut::new(), framer: Framer::default() };
        let hello = Request::TmtpRev { id: "1".to_owned() };
        let register = Request::Register { newnode: "load".to_owned(), newalias: None, oidc: None };
        let mut words = frame(hello, &[])?;
        words.extend(frame(register, &[])?);
        writes.send(&words).await?;
        let mut member = String::new();
        loop {
            match reads.next().await? {
                Incoming::Answer(Answer::TmtpRev { .. }) => {}
                Incoming::Answer(Answer::Registered { uid, .. }) => member = uid,
                Incoming::Answer(Answer::Info { .. }) => return Ok(Self { uid: member, reads, writes }),
                other => bail!("not registered: {other:?}"),
            }
        }
    }
}

impl Writes {
    /// Posts to one member.
    pub async fn post(&mut self, id: String, to: &str, data: &[u8]) -> Result<()> {
        let to = vec![Recipient { id: to.to_owned(), kind: RecipientKind::Member }];
        let post = Post { to, datahead: None, datasum: None };
        self.send(&frame(Request::Post { id, post }, data)?).await
    }

    /// Acks a message.
    pub async fn ack(&mut self, id: tmtp_wire::MsgId) -> Result<()> {
        self.send(&frame(Request::Ack { id: id.to_string() }, &[])?).await
    }

    async fn send(&mut self, octets: &[u8]) -> Result<()> {
        self.0.write_all(octets).await?;
        Ok(self.0.flush().await?)
    }
}

impl Reads {
    /// The next header; its data is read and dropped.
    pub async fn next(&mut self) -> Result<Incoming> {
        let mut found = None;
        loop {
            match self.framer.next(&mut self.input)? {
                Some(Piece::Header(json)) => {
                    let incoming = Incoming::parse(&json)?;
                    self.framer.expect_data(incoming.data_len());
                    found = Some(incoming);
                }
                Some(Piece::Data(_)) => {}
                None => self.fill().await?,
            }
            if self.framer.data_left() == 0
                && let Some(incoming) = found.take()
            {
                return Ok(incoming);
            }
        }
    }

    async fn fill(&mut self) -> Result<()> {
        if self.input.is_empty() {
            self.input = BytesMut::with_capacity(2048);
        } else {
            self.input.reserve(2048);
        }
        let got = self.io.read_buf(&mut self.input).await.context("reading")?;
        if got == 0 {
            bail!("the site closed the link");
        }
        Ok(())
    }
}

fn frame(request: Request, data: &[u8]) -> Result<Vec<u8>> {
    let mut octets = Head { request, data_len: data.len() as u64 }.encode()?;
    octets.extend_from_slice(data);
    Ok(octets)
}
