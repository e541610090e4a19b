//! The service as edges call it: each call checked, carried out, counted, and answered.

mod body;
mod bursts;
mod members;
mod queue;
mod sessions;
mod submit;

use tmtp_grpc::delivery::{self as grpc, delivery_server};
use tonic::{Request, Response, Status, Streaming};

use crate::{Delivery, fault::Fault};

/// Most octets of a message that comes in, and of one that goes out with other people's data.
pub(crate) const MESSAGE_MAX: usize = 4 << 20;
/// Most octets of any message that goes out: all sites are one.
pub(crate) const REPLY_MAX: usize = 64 << 20;

type Answered<T> = Result<Response<T>, Status>;

/// Counts a call, and makes its answer.
fn answer<T>(op: &'static str, done: Result<T, Fault>) -> Answered<T> {
    count(op, done.as_ref().map_or_else(Fault::outcome, |_| "ok"));
    done.map(Response::new).map_err(Fault::into_status)
}

fn count(op: &'static str, outcome: &'static str) {
    metrics::counter!("tmtp_delivery_requests_total", "op" => op, "outcome" => outcome).increment(1);
}

#[tonic::async_trait]
impl delivery_server::Delivery for Delivery {
    async fn sites(&self, request: Request<grpc::SitesRequest>) -> Answered<grpc::SitesReply> {
        answer("sites", Ok(sessions::sites(self, &request.into_inner()).await))
    }

    async fn certificates(
        &self,
        request: Request<grpc::CertificatesRequest>,
    ) -> Answered<grpc::CertificatesReply> {
        answer("certificates", sessions::certificates(self, request.into_inner()).await)
    }

    async fn register(&self, request: Request<grpc::RegisterRequest>) -> Answered<grpc::SessionReply> {
        let done = members::register(self, request.into_inner()).await;
        members::answer("register", done)
    }

    async fn login(&self, request: Request<grpc::LoginRequest>) -> Answered<grpc::SessionReply> {
        let done = members::login(self, request.into_inner()).await;
        members::answer("login", done)
    }

    async fn submit(&self, request: Request<grpc::SubmitRequest>) -> Answered<grpc::SubmitReply> {
        let done = submit::whole(self, request.into_inner()).await;
        submit::answer(self.core.ids.instance(), done)
    }

    async fn submit_bursts(
        &self,
        request: Request<grpc::SubmitBurstsRequest>,
    ) -> Answered<grpc::SubmitBurstsReply> {
        // Its requests are counted one by one.
        bursts::submit(self, request.into_inner()).await.map(Response::new).map_err(Fault::into_status)
    }

    async fn submit_stream(
        &self,
        request: Request<Streaming<grpc::SubmitChunk>>,
    ) -> Answered<grpc::SubmitReply> {
        let done = submit::streamed(self, request.into_inner()).await;
        submit::answer(self.core.ids.instance(), done)
    }

    async fn fetch(&self, request: Request<grpc::FetchRequest>) -> Answered<grpc::FetchReply> {
        answer("fetch", queue::fetch(self, request.into_inner()).await)
    }

    async fn body(&self, request: Request<grpc::BodyRequest>) -> Answered<grpc::BodyReply> {
        answer("body", body::read(self, request.into_inner()).await)
    }

    async fn ack(&self, request: Request<grpc::AckRequest>) -> Answered<grpc::AckReply> {
        answer("ack", queue::ack(self, request.into_inner()).await)
    }

    async fn heartbeat(&self, request: Request<grpc::HeartbeatRequest>) -> Answered<grpc::HeartbeatReply> {
        answer("heartbeat", sessions::heartbeat(self, request.into_inner()).await)
    }

    async fn renew(&self, request: Request<grpc::RenewRequest>) -> Answered<grpc::RenewReply> {
        answer("renew", sessions::renew(self, request.into_inner()).await)
    }

    async fn online(&self, request: Request<grpc::OnlineRequest>) -> Answered<grpc::OnlineReply> {
        answer("online", sessions::online(self, request.into_inner()).await)
    }

    async fn end(&self, request: Request<grpc::EndRequest>) -> Answered<grpc::EndReply> {
        answer("end", sessions::end(self, request.into_inner()).await)
    }
}
