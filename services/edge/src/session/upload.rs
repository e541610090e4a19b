//! A request with large data: streamed from the client to delivery, with no more than a few chunks in memory.

use tmtp_grpc::delivery::{SubmitChunk, SubmitReply, SubmitRequest, submit_chunk::Part};
use tmtp_wire::{Error, Piece};
use tokio::{io::AsyncRead, sync::mpsc};
use tokio_stream::wrappers::ReceiverStream;

use super::{Reader, Reading};
use crate::upstream::Failure;

/// Chunks between the client's socket and delivery's.
const CHUNKS: usize = 4;

impl<R: AsyncRead + Unpin> Reader<'_, R> {
    /// Sends the request and its data. It cannot be moved to another delivery process half-way: when this one fails, the
    /// rest of the data is read and dropped, the request stays unanswered, and the client sends it again.
    pub(super) async fn upload(
        &mut self,
        request: SubmitRequest,
    ) -> Result<Result<SubmitReply, Failure>, Reading> {
        let (chunks, received) = mpsc::channel(CHUNKS);
        let call = self.edge.upstream.upload(ReceiverStream::new(received));
        let mut call = Box::pin(call);
        let mut pump = Box::pin(self.pump(request, chunks));
        tokio::select! {
            outcome = &mut call => {
                pump.await?;
                Ok(outcome)
            }
            pumped = &mut pump => {
                pumped?;
                Ok(call.await)
            }
        }
    }

    /// Reads all the data off the link; passes it on for as long as somebody takes it.
    async fn pump(
        &mut self,
        request: SubmitRequest,
        chunks: mpsc::Sender<SubmitChunk>,
    ) -> Result<(), Reading> {
        let mut taken = chunks.send(SubmitChunk { part: Some(Part::Request(request)) }).await.is_ok();
        while self.frames.data_left() > 0 {
            let Piece::Data(data) = self.frames.next().await? else {
                return Err(Error::Header.into());
            };
            taken = taken && chunks.send(SubmitChunk { part: Some(Part::Data(data)) }).await.is_ok();
        }
        Ok(())
    }
}
