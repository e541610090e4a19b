//! Submit and SubmitStream: a request with its data, whole or in chunks.

use std::sync::Arc;

use tmtp_grpc::delivery::{self as grpc, submit_chunk};
use tmtp_store::{Body, Recorded, Session, Site};
use tmtp_wire::{Head, MsgId, Request};
use tonic::{Response, Streaming};

use super::{Answered, count};
use crate::{
    Delivery,
    ask::Asked,
    clock::Ids,
    edits::{self, Change, Invite},
    fault::Fault,
    intake::{self, Intake, Taken},
    link,
    refusal::Refusal,
    writer::{self, Posting, What},
};

/// An op for metrics, and what became of the request.
type Done = (&'static str, Result<Recorded, Fault>);

/// A request whose data is still to come.
struct Opened {
    session: Session,
    site: Arc<Site>,
    head: Head,
    floor: MsgId,
    acked_through: MsgId,
}

/// A refusal is an answer like any other.
pub(super) fn answer(op: &'static str, done: Result<Recorded, Fault>) -> Answered<grpc::SubmitReply> {
    if let Err(Fault::Refused(refusal)) = &done {
        count(op, "refused");
        let error = Some(refusal.to_string());
        return Ok(Response::new(grpc::SubmitReply { error, ..Default::default() }));
    }
    let reply = |recorded: Recorded| grpc::SubmitReply {
        error: None,
        msgid: recorded.id.0,
        posted: recorded.posted.0,
    };
    super::answer(op, done.map(reply))
}

/// A request with all its data.
pub(super) async fn whole(delivery: &Delivery, mut request: grpc::SubmitRequest) -> Done {
    let data = std::mem::take(&mut request.data);
    let opened = match open(delivery, &request).await {
        Ok(opened) => opened,
        Err(fault) => return ("submit", Err(fault)),
    };
    let op = opened.head.request.name();
    let take = async {
        let mut intake = begin(delivery, &opened, &request.header).await?;
        intake.put(data).await?;
        intake.finish().await
    };
    match take.await {
        Ok(taken) => (op, carry_out(delivery, opened, taken).await),
        Err(fault) => (op, Err(fault)),
    }
}

/// A request whose data follows in chunks.
pub(super) async fn streamed(delivery: &Delivery, mut chunks: Streaming<grpc::SubmitChunk>) -> Done {
    let opened = async {
        let Some(submit_chunk::Part::Request(request)) = next(delivery, &mut chunks).await? else {
            return Err(Fault::Invalid("the request does not come first"));
        };
        if !request.data.is_empty() {
            return Err(Fault::Invalid("the request of a stream has no data of its own"));
        }
        Ok((open(delivery, &request).await?, request.header))
    };
    let (opened, header) = match opened.await {
        Ok(opened) => opened,
        Err(fault) => return ("submitstream", Err(fault)),
    };
    let op = opened.head.request.name();
    match take_chunks(delivery, &opened, &header, &mut chunks).await {
        Ok(taken) => (op, carry_out(delivery, opened, taken).await),
        Err(fault) => (op, Err(fault)),
    }
}

async fn take_chunks(
    delivery: &Delivery,
    opened: &Opened,
    header: &[u8],
    chunks: &mut Streaming<grpc::SubmitChunk>,
) -> Result<Taken, Fault> {
    let mut intake = begin(delivery, opened, header).await?;
    loop {
        match next(delivery, chunks).await? {
            Some(submit_chunk::Part::Data(data)) => intake.put(data).await?,
            Some(submit_chunk::Part::Request(_)) => return Err(Fault::Invalid("a second request")),
            None => return intake.finish().await,
        }
    }
}

/// The next chunk; `None` at the end. A stream cut off in the middle is an error.
async fn next(
    delivery: &Delivery,
    chunks: &mut Streaming<grpc::SubmitChunk>,
) -> Result<Option<submit_chunk::Part>, Fault> {
    let wait = delivery.core.options.chunk_wait();
    // Not the request's fault: it is left unanswered, and comes again.
    let chunk = tokio::time::timeout(wait, chunks.message()).await;
    let chunk = chunk.map_err(|_| Fault::Busy("no chunk came in time"))?;
    match chunk.map_err(|_| Fault::Invalid("the stream was cut off"))? {
        None => Ok(None),
        Some(grpc::SubmitChunk { part: Some(part) }) => Ok(Some(part)),
        Some(grpc::SubmitChunk { part: None }) => Err(Fault::Invalid("an empty chunk")),
    }
}

/// Who asks, and for what.
async fn open(delivery: &Delivery, request: &grpc::SubmitRequest) -> Result<Opened, Fault> {
    let session = link::session(request.session.clone())?;
    let head = Head::parse(&request.header).map_err(|_| Fault::Invalid("not a header"))?;
    if !Ids::is_floor(request.floor) {
        return Err(Fault::Invalid("not a floor"));
    }
    let site = delivery.core.sites.find(session.site).await?;
    let site = site.filter(|site| !site.suspended).ok_or_else(Refusal::session_over)?;
    let (floor, acked_through) = (MsgId(request.floor), MsgId(request.acked_through));
    Ok(Opened { session, site, head, floor, acked_through })
}

async fn begin<'d>(delivery: &'d Delivery, opened: &Opened, header: &[u8]) -> Result<Intake<'d>, Fault> {
    intake::check(&opened.site, &opened.head)?;
    Intake::new(&delivery.core, opened.site.id, &opened.head, header).await
}

/// Hands the request to whoever carries it out.
async fn carry_out(delivery: &Delivery, opened: Opened, taken: Taken) -> Result<Recorded, Fault> {
    let Opened { session, site, head, floor, acked_through } = opened;
    let Taken { digest, bodies, blobs } = taken;
    let asked = Asked { session, site, floor, acked_through, digest };
    let change = match head.request {
        Request::Post { post, .. } => {
            let posting = Posting { asked, what: What::Post(post), bodies };
            return writer::post(&delivery.posts, posting, blobs).await;
        }
        Request::PostNotify { post, note, .. } => {
            let posting = Posting { asked, what: What::PostNotify(post, note), bodies };
            return writer::post(&delivery.posts, posting, blobs).await;
        }
        Request::Ping { from, to, .. } => {
            check_text(&bodies)?;
            let posting = Posting { asked, what: What::Ping { from, to }, bodies };
            return writer::post(&delivery.posts, posting, blobs).await;
        }
        Request::GroupInvite { gid, from, to, .. } => {
            let text = check_text(&bodies)?;
            Change::Invite(Invite { gid, from, to, text })
        }
        Request::UserEdit { edit, .. } => Change::User(edit),
        Request::OhiEdit { who, change, .. } => Change::Ohi { who, change },
        Request::GroupEdit { gid, act, .. } => Change::Group { gid, act },
        _ => return Err(Fault::Invalid("not a request for Submit")),
    };
    let edit = move |core| edits::carry_out(core, asked.clone(), change.clone());
    delivery.core.transact(edit).await
}

/// The text of a Ping or GroupInvite.
fn check_text(bodies: &[Body]) -> Result<bytes::Bytes, Refusal> {
    let Some(Body::Inline(text)) = bodies.first() else { return Err(tmtp_wire::Error::DataTooLong.into()) };
    tmtp_wire::text::check_text(text)?;
    Ok(text.clone())
}
