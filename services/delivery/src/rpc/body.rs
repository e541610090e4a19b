//! Body: a large body, in chunks, no faster than it is read.

use bytes::Bytes;
use futures::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use tmtp_grpc::delivery as grpc;
use tmtp_store::Body;
use tmtp_wire::MsgId;
use tonic::Status;

use crate::{Delivery, fault::Fault, link};

/// Most octets of a chunk.
const CHUNK: usize = 64 << 10;

type Chunks = BoxStream<'static, Result<grpc::BodyChunk, Status>>;

pub(super) async fn read(delivery: &Delivery, request: grpc::BodyRequest) -> Result<Chunks, Fault> {
    let session = link::session(request.session)?;
    let store = delivery.core.store.clone();
    let call = async move { store.body_of(&session, MsgId(request.id)).await };
    let mut left_out = request.offset;
    match delivery.core.call(call).await?.ok_or(Fault::Gone)? {
        Body::Inline(data) => {
            let data = without(data, &mut left_out);
            Ok(stream::iter(cut(data).into_iter().map(chunk)).boxed())
        }
        Body::Blob { key, .. } => {
            let pieces = delivery.core.bodies.read(&key).await?;
            let chunks = pieces.flat_map(move |piece| {
                let chunks = match piece {
                    Ok(data) => cut(without(data, &mut left_out)).into_iter().map(chunk).collect(),
                    Err(error) => vec![Err(Fault::from(error).into_status())],
                };
                stream::iter(chunks)
            });
            Ok(chunks.boxed())
        }
    }
}

/// What is left of a piece when so many octets of the whole are left out.
fn without(mut data: Bytes, left_out: &mut u64) -> Bytes {
    let cut = usize::try_from(*left_out).unwrap_or(usize::MAX).min(data.len());
    *left_out -= cut as u64;
    data.split_off(cut)
}

fn chunk(data: Bytes) -> Result<grpc::BodyChunk, Status> {
    Ok(grpc::BodyChunk { data })
}

/// The same octets in pieces of at most [`CHUNK`], without copying.
fn cut(mut data: Bytes) -> Vec<Bytes> {
    let mut pieces = Vec::with_capacity(data.len().div_ceil(CHUNK));
    while !data.is_empty() {
        pieces.push(data.split_to(data.len().min(CHUNK)));
    }
    pieces
}
