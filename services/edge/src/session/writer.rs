//! Writes to a link: answers first, then messages; each small one whole within one write.

use std::{io, time::Duration};

use bytes::Bytes;
use tmtp_grpc::delivery::{BodyRequest, Entry};
use tmtp_wire::Answer;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    time::timeout,
};

use super::state::{Session, Step};
use crate::{
    edge::Shared,
    options::Options,
    upstream::{Failure, How},
};

/// How often a piece of a body is asked for again; each try goes on for a while by itself.
const PIECE_TRIES: u32 = 5;

/// Why writing ended.
#[derive(Debug, thiserror::Error)]
pub enum Writing {
    /// The session was closed; its last words are out.
    #[error("closed")]
    Closed,
    /// The client is gone.
    #[error("writing failed: {0}")]
    Failed(#[from] io::Error),
    /// The client takes nothing.
    #[error("the client takes nothing")]
    Stalled,
    /// A message was cut short: the link cannot be used on.
    #[error("the data of a message could not be had: {0}")]
    Cut(String),
}

impl Writing {
    /// A word for metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Closed => "closed_by_us",
            Self::Failed(_) => "gone",
            Self::Stalled => "stalled",
            Self::Cut(_) => "cut",
        }
    }
}

/// Writes for as long as the session lives.
pub async fn write<W: AsyncWrite + Unpin>(session: &Session, edge: &Shared, io: &mut W) -> Writing {
    let mut out = Out { io, stall: Options::seconds(edge.options.write_stall_seconds) };
    loop {
        let done = match session.next_step() {
            Step::Rest => {
                session.output.notified().await;
                Ok(())
            }
            Step::Write(octets, marks) => out.write(&octets).await.map(|()| session.written(&marks)),
            Step::Stream(entry) => {
                out.stream(session, edge, &entry).await.map(|()| session.streamed(entry.id))
            }
            Step::Close(text) => return out.close(text).await.err().unwrap_or(Writing::Closed),
        };
        if let Err(end) = done {
            return end;
        }
    }
}

struct Out<'a, W> {
    io: &'a mut W,
    stall: Duration,
}

impl<W: AsyncWrite + Unpin> Out<'_, W> {
    /// Writes and flushes. Every few octets that the client takes renew its time.
    async fn write(&mut self, octets: &[u8]) -> Result<(), Writing> {
        for part in octets.chunks(16 * 1024) {
            let write = async {
                self.io.write_all(part).await?;
                self.io.flush().await
            };
            timeout(self.stall, write).await.map_err(|_| Writing::Stalled)??;
        }
        Ok(())
    }

    async fn close(&mut self, text: Option<String>) -> Result<(), Writing> {
        if let Some(octets) = text.and_then(|error| (Answer::Quit { error }).encode().ok()) {
            self.write(&octets).await?;
        }
        timeout(self.stall, self.io.shutdown()).await.map_err(|_| Writing::Stalled)??;
        Ok(())
    }

    /// Sends a message whose data comes from delivery piece by piece; a slow client slows only this.
    async fn stream(&mut self, session: &Session, edge: &Shared, entry: &Entry) -> Result<(), Writing> {
        self.write(&entry.head).await?;
        let mut sent = 0;
        while sent < entry.data_len {
            let data = within(piece(session, edge, entry.id, sent).await?, entry.data_len - sent);
            if data.is_empty() {
                return Err(Writing::Cut("it ended early".to_owned()));
            }
            self.write(&data).await?;
            sent += data.len() as u64;
        }
        Ok(())
    }
}

/// A piece of a message's data, tried for as long as it takes an outage to pass.
async fn piece(session: &Session, edge: &Shared, id: u64, offset: u64) -> Result<Bytes, Writing> {
    for _ in 0..PIECE_TRIES {
        let request = BodyRequest { session: Some(session.id().clone()), id, offset };
        let call = edge.upstream.call(How::for_member(), request, |mut client, request| async move {
            client.body(request).await
        });
        match Box::pin(call).await {
            Ok(reply) => return Ok(reply.data),
            Err(Failure::Refused(status)) => return Err(Writing::Cut(status.to_string())),
            Err(Failure::Unreachable(why)) => {
                tracing::debug!(site = session.id().site, session = %session.name(), why, offset, "data broke off, asking again");
            }
        }
    }
    Err(Writing::Cut("delivery cannot be reached".to_owned()))
}

/// Never more than was announced: the framing of the link depends on it.
fn within(mut data: Bytes, left: u64) -> Bytes {
    data.truncate(usize::try_from(left).unwrap_or(usize::MAX));
    data
}
