//! A request with large data: streamed from the client to delivery, with no more than a few chunks in memory.

use std::time::Duration;

use tmtp_grpc::delivery::{SubmitChunk, SubmitReply, SubmitRequest, submit_chunk::Part};
use tmtp_wire::{Error, Piece};
use tokio::{
    io::AsyncRead,
    sync::mpsc,
    time::{Instant, timeout, timeout_at},
};

use super::{Reader, Reading};
use crate::upstream::{CALL_LIMIT, Failure};

/// Chunks between the client's socket and delivery's.
const CHUNKS: usize = 4;
/// How long delivery may take no data before it is given up: acks and requests that come after the data wait as long.
const STALL: Duration = CALL_LIMIT;

/// Where the data went.
#[derive(Debug, PartialEq, Eq)]
enum Pumped {
    /// To delivery.
    Taken,
    /// Nowhere: delivery has answered already, or its stream broke.
    Refused,
    /// Nowhere: delivery took nothing for too long.
    Stalled,
}

impl<R: AsyncRead + Unpin> Reader<'_, R> {
    /// Sends the request and its data. It cannot be moved to another delivery process half-way: when one fails that took some
    /// of it, the rest of the data is read and dropped, the request stays unanswered, and the client sends it again.
    pub(super) async fn upload(
        &mut self,
        request: SubmitRequest,
    ) -> Result<Result<SubmitReply, Failure>, Reading> {
        let (chunks, received) = mpsc::channel(CHUNKS);
        let call = self.edge.upstream.upload(self.site, received);
        let mut call = Box::pin(call);
        let mut pump = Box::pin(self.pump(request, chunks));
        tokio::select! {
            outcome = &mut call => {
                pump.await?;
                Ok(outcome)
            }
            pumped = &mut pump => {
                let (pumped, read_at) = pumped?;
                if pumped == Pumped::Stalled {
                    return Ok(Err(Failure::Unreachable("delivery takes no data".to_owned())));
                }
                // An answer that came later might cross the client's next try, which would then pass for a new request.
                let late = |_| Err(Failure::Unreachable("no answer in time".to_owned()));
                Ok(timeout_at(read_at + CALL_LIMIT, call).await.unwrap_or_else(late))
            }
        }
    }

    /// Reads all the data off the link; passes it on for as long as somebody takes it. Tells when the last of it was read: from
    /// about then on the client waits for its answer, while the data may still be on its way.
    async fn pump(
        &mut self,
        request: SubmitRequest,
        chunks: mpsc::Sender<SubmitChunk>,
    ) -> Result<(Pumped, Instant), Reading> {
        let mut read_at = Instant::now();
        let mut pumped = pass_on(&chunks, Part::Request(request)).await;
        while self.frames.data_left() > 0 {
            let Piece::Data(data) = self.frames.next().await? else {
                return Err(Error::Header.into());
            };
            read_at = Instant::now();
            if pumped == Pumped::Taken {
                pumped = pass_on(&chunks, Part::Data(data)).await;
            }
        }
        Ok((pumped, read_at))
    }
}

async fn pass_on(chunks: &mpsc::Sender<SubmitChunk>, part: Part) -> Pumped {
    match timeout(STALL, chunks.send(SubmitChunk { part: Some(part) })).await {
        Ok(Ok(())) => Pumped::Taken,
        Ok(Err(_)) => Pumped::Refused,
        Err(_) => Pumped::Stalled,
    }
}

#[cfg(test)]
#[path = "upload_tests.rs"]
mod tests;
