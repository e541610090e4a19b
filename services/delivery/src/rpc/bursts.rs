//! SubmitBursts: what many sessions asked, each in its order.

use std::sync::Arc;

use futures::future::join_all;
use tmtp_grpc::delivery as grpc;
use tmtp_store::{Session, Site, SiteId};
use tmtp_wire::MsgId;

use super::submit::{self, Opened};
use crate::{
    Delivery,
    fault::Fault,
    link,
    refusal::Refusal,
    writer::{self, Answers, Held},
};

/// Most requests in a call.
const REQUESTS_MAX: usize = 100_000;

/// Who asks, for all requests of a burst.
struct Asker {
    session: Session,
    site: Arc<Site>,
    floor: MsgId,
    acked_through: MsgId,
    may_push: bool,
}

pub(super) async fn submit(
    delivery: &Delivery,
    request: grpc::SubmitBurstsRequest,
) -> Result<grpc::SubmitBurstsReply, Fault> {
    if request.bursts.iter().map(|burst| burst.requests.len()).sum::<usize>() > REQUESTS_MAX {
        return Err(Fault::Invalid("too many requests"));
    }
    let sites = request.bursts.iter().filter_map(|burst| Some(SiteId(burst.session.as_ref()?.site)));
    let several = delivery.are_in_several(sites);
    let done = join_all(request.bursts.into_iter().map(|burst| answer(delivery, burst, several))).await;
    if let Some(fault) = Fault::of_all(done.iter()) {
        return Err(fault);
    }
    let bursts = done.into_iter().map(|replies| grpc::BurstReply { replies: replies.unwrap_or_default() });
    Ok(grpc::SubmitBurstsReply { bursts: bursts.collect(), instance: delivery.core.ids.instance() })
}

/// A reply for each request of a burst; an error when it has to be submitted again.
async fn answer(
    delivery: &Delivery,
    burst: grpc::Burst,
    several: bool,
) -> Result<Vec<grpc::SubmitReply>, Fault> {
    let asker = match asker(delivery, &burst).await {
        Ok(asker) => Ok(asker),
        Err(fault) => Err(fault.into_refusal()?),
    };
    let mut held = Vec::with_capacity(burst.requests.len());
    let mut refused = Vec::with_capacity(burst.requests.len());
    for asked in burst.requests {
        let (op, opened) = match &asker {
            Ok(asker) => open(delivery, asker, asked).await,
            Err(refusal) => ("submit", Err(refusal.clone().into())),
        };
        let refusal = match opened {
            Ok(one) => {
                held.push(one);
                None
            }
            Err(fault) => Some(fault.into_refusal()?),
        };
        refused.push((op, refusal));
    }
    let mut answers = match &asker {
        Ok(asker) => commit(delivery, asker.site.id, several, held).await?.into_iter(),
        Err(_) => Answers::new().into_iter(),
    };
    let instance = delivery.core.ids.instance();
    let reply = |(op, refusal): (_, Option<Refusal>)| {
        let answer = refusal.map(Err).or_else(|| answers.next());
        submit::reply(op, instance, answer.unwrap_or_else(|| Err(Refusal::failed())))
    };
    Ok(refused.into_iter().map(reply).collect())
}

async fn asker(delivery: &Delivery, burst: &grpc::Burst) -> Result<Asker, Fault> {
    let session = link::session(burst.session.clone())?;
    let site = submit::site_of(delivery, &session).await?;
    let may_push = burst.follows == delivery.core.ids.instance();
    let (floor, acked_through) = (submit::floor(burst.floor)?, MsgId(burst.acked_through));
    Ok(Asker { session, site, floor, acked_through, may_push })
}

async fn open(delivery: &Delivery, asker: &Asker, asked: grpc::Asked) -> (&'static str, Result<Held, Fault>) {
    let head = match submit::head(&asked.header) {
        Ok(head) => head,
        Err(fault) => return ("submit", Err(fault)),
    };
    let op = head.request.name();
    let opened = Opened {
        session: asker.session.clone(),
        site: asker.site.clone(),
        head,
        floor: asker.floor,
        acked_through: asker.acked_through.max(MsgId(asked.acked_through)),
        may_push: asker.may_push,
    };
    let held = async {
        let taken = submit::take(delivery, &opened, &asked.header, asked.data).await?;
        let held = submit::for_writer(opened, taken)?;
        held.map_err(|_| Fault::Invalid("not a request for SubmitBursts"))
    };
    (op, held.await)
}

async fn commit(delivery: &Delivery, site: SiteId, several: bool, held: Vec<Held>) -> Result<Answers, Fault> {
    let count = held.len();
    if count == 0 {
        return Ok(Answers::new());
    }
    let pipeline = delivery.at(site)?;
    match pipeline.answer(several, writer::post(&pipeline.posts, held)).await {
        Ok(answers) => Ok(answers),
        Err(fault) => Ok(vec![Err(fault.into_refusal()?); count]),
    }
}
