//! Body: a piece of a large body.

use tmtp_grpc::delivery as grpc;
use tmtp_store::Body;
use tmtp_wire::MsgId;

use crate::{Delivery, fault::Fault, link};

pub(super) async fn read(delivery: &Delivery, request: grpc::BodyRequest) -> Result<grpc::BodyReply, Fault> {
    let session = link::session(request.session)?;
    let core = &delivery.at(session.site)?.core;
    let store = core.store.clone();
    let call = async move { store.body_of(&session, MsgId(request.id)).await };
    let data = match core.call(call).await?.ok_or(Fault::Gone)? {
        Body::Inline(mut data) => {
            let from = usize::try_from(request.offset).unwrap_or(usize::MAX).min(data.len());
            data.split_off(from)
        }
        Body::Blob { key, .. } => core.bodies.read(&key, request.offset).await?,
    };
    Ok(grpc::BodyReply { data })
}
