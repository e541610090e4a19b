//! Answers to requests: what delivery said, in the client's words (section 4).

use std::sync::atomic::Ordering::Relaxed;

use tmtp_grpc::delivery::SubmitReply;
use tmtp_platform::trace::{self, Step};
use tmtp_wire::{Answer, MsgId, Posted, Receipt, Request};
use tokio::time::Instant;

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
    /// When it was read.
    pub asked: Instant,
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
        let id = request.id().unwrap_or_default().to_owned();
        Self { op: request.name(), id, has_receipt, asked: Instant::now() }
    }

    fn count(&self, outcome: &Result<SubmitReply, Failure>) {
        let result = match outcome {
            Ok(SubmitReply { error: None, .. }) => "ok",
            Ok(_) => "refused",
            Err(Failure::Refused(_)) => "failed",
            Err(Failure::Unreachable(_)) => "unanswered",
        };
        metrics::counter!("tmtp_ops_total", "op" => self.op, "result" => result).increment(1);
        metrics::histogram!("tmtp_op_duration_seconds", "op" => self.op).record(self.asked.elapsed());
    }
}

impl Session {
    /// Answers a request. One that could not be carried out for now is not answered: the client sends it again, and an
    /// error would make it give up.
    pub fn answer_to(&self, question: Question, outcome: Result<SubmitReply, Failure>) {
        question.count(&outcome);
        let result = match outcome {
            Ok(SubmitReply { error: Some(error), .. }) => Err(error),
            Ok(reply) => Ok(reply),
            Err(Failure::Refused(_)) => Err("request failed".to_owned()),
            Err(Failure::Unreachable(why)) => return self.leave_unanswered(&question, &why),
        };
        let msgid = result.as_ref().map_or(0, |reply| reply.msgid);
        self.told(msgid);
        if let Some(traced) = trace::of(self.key().0, msgid) {
            traced.ended(Step::Request, question.asked.elapsed());
        }
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
        tracing::info!(site = self.id().site, session = %self.name(), op = question.op, why, "request left unanswered");
        // Whether it was carried out is not known: from here on no id on this link says that all below it were acked.
        self.unanswered.store(true, Relaxed);
        self.follow(0);
    }
}
