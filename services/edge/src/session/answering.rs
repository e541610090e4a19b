//! Answers to requests: what delivery said, in the client's words (section 4).

use std::sync::atomic::Ordering::Relaxed;

use tmtp_grpc::delivery::SubmitReply;
use tmtp_wire::{Answer, MsgId, Posted, Receipt, Request};

use super::state::Session;
use crate::upstream::Failure;

/// What an answer must know of its request.
#[derive(Debug)]
pub struct Question {
    pub op: &'static str,
    /// As the client chose it.
    pub id: String,
    /// The ack has a receipt for what reaches others as a message (section 4).
    pub has_receipt: bool,
}

impl Question {
    pub fn of(request: &Request) -> Self {
        let has_receipt = matches!(
            request,
            Request::Post { .. }
                | Request::PostNotify { .. }
                | Request::Ping { .. }
                | Request::GroupInvite { .. }
        );
        Self { op: request.name(), id: request.id().unwrap_or_default().to_owned(), has_receipt }
    }
}

impl Session {
    /// Answers a request. One that could not be carried out for now is not answered: the client sends it again, and an
    /// error would make it give up.
    pub fn answer_to(&self, question: Question, outcome: Result<SubmitReply, Failure>) {
        let result = match outcome {
            Ok(SubmitReply { error: Some(error), .. }) => Err(error),
            Ok(reply) => Ok(reply),
            Err(Failure::Refused(_)) => Err("request failed".to_owned()),
            Err(Failure::Unreachable(why)) => return self.leave_unanswered(&question, &why),
        };
        let msgid = result.as_ref().map_or(0, |reply| reply.msgid);
        self.told(msgid);
        let receipt = |reply: SubmitReply| {
            let receipt = Receipt { msgid: MsgId(reply.msgid), posted: Posted(reply.posted) };
            question.has_receipt.then_some(receipt)
        };
        let answer = Answer::Ack { id: question.id, result: result.map(receipt) };
        match answer.encode() {
            Ok(octets) => {
                if !self.answer(octets, msgid) {
                    self.cut("answers are not read");
                }
            }
            // The id was read from a header of the same kind: an answer that cannot be made is the request's fault.
            Err(error) => self.close(Some(error.to_string())),
        }
    }

    fn leave_unanswered(&self, question: &Question, why: &str) {
        metrics::counter!("tmtp_edge_unanswered_total").increment(1);
        tracing::info!(uid = self.uid(), op = question.op, why, "request left unanswered");
        // Whether it was carried out is not known: from here on no id on this link says that all below it were acked.
        self.unanswered.store(true, Relaxed);
        self.follow(0);
    }
}
