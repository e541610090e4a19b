//! Submit and SubmitStream: a request with its data, whole or in chunks.

use std::sync::Arc;

use tmtp_grpc::delivery::{self as grpc, submit_chunk};
use tmtp_store::{Body, Recorded, Session, Site};
use tmtp_wire::{Head, MsgId, Request};
use tokio::time::Instant;
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
    writer::{self, Held, Posting, What},
};

/// An op for metrics, and what became of the request.
type Done = (&'static str, Result<Recorded, Fault>);

/// A request whose data is still to come.
pub(super) struct Opened {
    pub session: Session,
    pub site: Arc<Site>,
    pub head: Head,
    pub floor: MsgId,
    pub acked_through: MsgId,
    pub may_push: bool,
}

/// A refusal is an answer like any other.
pub(super) fn answer(instance: u64, (op, done): Done) -> Answered<grpc::SubmitReply> {
    match done {
        Ok(recorded) => Ok(Response::new(reply(op, instance, Ok(recorded)))),
        Err(Fault::Refused(refusal)) => Ok(Response::new(reply(op, instance, Err(refusal)))),
        Err(fault) => super::answer(op, Err(fault)),
    }
}

/// Counts a request that has an answer, and makes it.
pub(super) fn reply(op: &'static str, instance: u64, done: Result<Recorded, Refusal>) -> grpc::SubmitReply {
    count(op, if done.is_ok() { "ok" } else { "refused" });
    match done {
        Ok(Recorded { id, posted }) => {
            grpc::SubmitReply { error: None, msgid: id.0, posted: posted.0, instance }
        }
        Err(refusal) => {
            grpc::SubmitReply { error: Some(refusal.to_string()), instance, ..Default::default() }
        }
    }
}

/// A request with all its data.
pub(super) async fn whole(delivery: &Delivery, mut request: grpc::SubmitRequest) -> Done {
    let data = std::mem::take(&mut request.data);
    let opened = match open(delivery, &request).await {
        Ok(opened) => opened,
        Err(fault) => return ("submit", Err(fault)),
    };
    let op = opened.head.request.name();
    match take(delivery, &opened, &request.header, data).await {
        Ok(taken) => (op, carry_out(delivery, opened, taken).await),
        Err(fault) => (op, Err(fault)),
    }
}

/// Takes in data that is all here.
pub(super) async fn take(
    delivery: &Delivery,
    opened: &Opened,
    header: &[u8],
    data: bytes::Bytes,
) -> Result<Taken, Fault> {
    let mut intake = begin(delivery, opened, header).await?;
    intake.put(data).await?;
    intake.finish().await
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
    let site = site_of(delivery, &session).await?;
    let floor = floor(request.floor)?;
    let acked_through = MsgId(request.acked_through);
    Ok(Opened { session, site, head: head(&request.header)?, floor, acked_through, may_push: false })
}

pub(super) fn head(header: &[u8]) -> Result<Head, Fault> {
    Head::parse(header).map_err(|_| Fault::Invalid("not a header"))
}

pub(super) fn floor(floor: u64) -> Result<MsgId, Fault> {
    if Ids::is_floor(floor) { Ok(MsgId(floor)) } else { Err(Fault::Invalid("not a floor")) }
}

/// The site of a session, unless it is suspended.
pub(super) async fn site_of(delivery: &Delivery, session: &Session) -> Result<Arc<Site>, Fault> {
    let site = delivery.core.sites.find(session.site).await?;
    Ok(site.filter(|site| !site.suspended).ok_or_else(Refusal::session_over)?)
}

async fn begin<'d>(delivery: &'d Delivery, opened: &Opened, header: &[u8]) -> Result<Intake<'d>, Fault> {
    intake::check(&opened.site, &opened.head)?;
    Intake::new(&delivery.at(opened.site.id)?.core, opened.site.id, &opened.head, header).await
}

/// Hands the request to whoever carries it out.
async fn carry_out(delivery: &Delivery, opened: Opened, taken: Taken) -> Result<Recorded, Fault> {
    match for_writer(opened, taken)? {
        Ok(held) => {
            let answers =
                writer::post(&delivery.at(held.posting.asked.session.site)?.posts, vec![held]).await?;
            let answer = answers.into_iter().next();
            Ok(answer.ok_or_else(|| Fault::Defect("no answer from the writer".to_owned()))??)
        }
        Err((asked, request, taken)) => edit(delivery, asked, request, &taken).await,
    }
}

/// A request that the writer commits, ready for it; or the others as they are.
pub(super) fn for_writer(
    opened: Opened,
    taken: Taken,
) -> Result<Result<Held, (Asked, Request, Taken)>, Refusal> {
    let Opened { session, site, head, floor, acked_through, may_push } = opened;
    let asked = Asked { session, site, floor, acked_through, digest: taken.digest, may_push };
    let what = match head.request {
        Request::Post { post, .. } => What::Post(post),
        Request::PostNotify { post, note, .. } => What::PostNotify(post, note),
        Request::Ping { from, to, .. } => {
            check_text(&taken.bodies)?;
            What::Ping { from, to }
        }
        other => return Ok(Err((asked, other, taken))),
    };
    let posting = Posting { asked, what, bodies: taken.bodies, ready: Instant::now() };
    Ok(Ok(Held { posting, blobs: taken.blobs }))
}

async fn edit(delivery: &Delivery, asked: Asked, request: Request, taken: &Taken) -> Result<Recorded, Fault> {
    let change = match request {
        Request::GroupInvite { gid, from, to, .. } => {
            let text = check_text(&taken.bodies)?;
            Change::Invite(Invite { gid, from, to, text })
        }
        Request::UserEdit { edit, .. } => Change::User(edit),
        Request::OhiEdit { who, change, .. } => Change::Ohi { who, change },
        Request::GroupEdit { gid, act, .. } => Change::Group { gid, act },
        _ => return Err(Fault::Invalid("not a request for Submit")),
    };
    let core = &delivery.at(asked.session.site)?.core;
    let edit = move |core| edits::carry_out(core, asked.clone(), change.clone());
    core.transact(edit).await
}

/// The text of a Ping or GroupInvite.
fn check_text(bodies: &[Body]) -> Result<bytes::Bytes, Refusal> {
    let Some(Body::Inline(text)) = bodies.first() else { return Err(tmtp_wire::Error::DataTooLong.into()) };
    tmtp_wire::text::check_text(text)?;
    Ok(text.clone())
}
