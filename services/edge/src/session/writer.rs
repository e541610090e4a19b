//! Writes to a link: answers first, then messages; each small one whole within one write.

use std::{io, time::Duration};

use bytes::Bytes;
use tmtp_grpc::delivery::{BodyChunk, BodyRequest, Entry};
use tmtp_platform::Backoff;
use tmtp_wire::Answer;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    time::{sleep, timeout},
};

use super::state::{Session, Step};
use crate::{edge::Shared, options::Options};

/// How often a body is asked for again when delivery processes die under it.
const BODY_TRIES: u32 = 8;

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

    /// Sends a message whose data comes from delivery chunk by chunk; a slow client slows only this.
    async fn stream(&mut self, session: &Session, edge: &Shared, entry: &Entry) -> Result<(), Writing> {
        self.write(&entry.head).await?;
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(2));
        let mut sent = 0;
        for _ in 0..BODY_TRIES {
            match self.stream_from(session, edge, entry, &mut sent).await? {
                Ok(()) => return Ok(()),
                Err(status) if status.code() == tonic::Code::NotFound => {
                    return Err(Writing::Cut(status.message().to_owned()));
                }
                Err(status) => {
                    tracing::debug!(uid = session.uid(), %status, sent, "data broke off, asking again");
                }
            }
            sleep(backoff.next_wait()).await;
        }
        Err(Writing::Cut("too many tries".to_owned()))
    }

    async fn stream_from(
        &mut self,
        session: &Session,
        edge: &Shared,
        entry: &Entry,
        sent: &mut u64,
    ) -> Result<Result<(), tonic::Status>, Writing> {
        let request = BodyRequest { session: Some(session.id().clone()), id: entry.id, offset: *sent };
        let mut chunks = match Box::pin(edge.upstream.body(request)).await {
            Ok(chunks) => chunks,
            Err(status) => return Ok(Err(status)),
        };
        while *sent < entry.data_len {
            let data = match chunks.message().await {
                Ok(Some(BodyChunk { data })) => within(data, entry.data_len - *sent),
                Ok(None) => return Ok(Err(tonic::Status::unavailable("data ended early"))),
                Err(status) => return Ok(Err(status)),
            };
            self.write(&data).await?;
            *sent += data.len() as u64;
        }
        Ok(Ok(()))
    }
}

/// Never more than was announced: the framing of the link depends on it.
fn within(mut data: Bytes, left: u64) -> Bytes {
    data.truncate(usize::try_from(left).unwrap_or(usize::MAX));
    data
}
