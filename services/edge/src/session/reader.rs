//! Reads requests and acks from a session's client, one after the other, and has them carried out.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tmtp_grpc::delivery::SubmitRequest;
use tmtp_wire::{Error, Head, MsgId, Piece, Request, text};
use tokio::io::AsyncRead;

use super::{Asking, LAST_WORDS, Session, answering::Question, bounds::Bounds};
use crate::{
    acks::Acked,
    edge::Shared,
    frames::{Ended, Frames},
    lanes::Lanes,
    upstream::How,
};

/// Data up to this travels with its request; more is streamed.
const INLINE_OCTETS: u64 = 32 * 1024;

/// Why reading ended.
#[derive(Debug)]
pub enum Reading {
    /// The client is gone, or said nothing for too long.
    Gone(Ended),
    /// It is to be told this, then closed.
    Quit(String),
    /// The edge is shutting down, and nothing is in hand.
    Drained,
    /// It said that it leaves, and what it acked could not be settled in time.
    Unsettled,
}

impl Reading {
    /// A word for metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Gone(Ended::TimedOut(_)) => "timed_out",
            Self::Gone(_) => "gone",
            Self::Quit(text) if text == "logout ok" => "logout",
            Self::Quit(_) => "protocol_error",
            Self::Drained => "drained",
            Self::Unsettled => "unsettled",
        }
    }
}

impl From<Ended> for Reading {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Protocol(error) => error.into(),
            other => Self::Gone(other),
        }
    }
}

impl From<Error> for Reading {
    fn from(error: Error) -> Self {
        Self::Quit(error.to_string())
    }
}

/// The reading part of a session.
pub struct Reader<'a, R> {
    pub(super) frames: &'a mut Frames<R>,
    pub(super) edge: &'a Shared,
    pub(super) site: i64,
    bounds: Bounds<'a>,
}

impl<'a, R: AsyncRead + Unpin> Reader<'a, R> {
    pub fn new(frames: &'a mut Frames<R>, edge: &'a Shared, site: i64) -> Self {
        Self { frames, edge, site, bounds: Bounds::new(&edge.sites, site) }
    }

    pub fn edge(&self) -> &'a Shared {
        self.edge
    }

    /// Reads until the link ends or must end.
    pub async fn read(&mut self, session: &Arc<Session>) -> Reading {
        loop {
            if let Err(end) = self.read_one(session).await {
                return end;
            }
        }
    }

    async fn read_one(&mut self, session: &Arc<Session>) -> Result<(), Reading> {
        let json = match self.next_piece(session).await? {
            Piece::Header(json) => json,
            Piece::Data(_) => return Err(Error::Header.into()),
        };
        let head = Head::parse(&json)?;
        metrics::counter!("tmtp_edge_requests_total", "op" => head.request.name()).increment(1);
        match &head.request {
            Request::TmtpRev { .. } => Err(Reading::Quit("disallowed op repetition".to_owned())),
            Request::Register { .. } | Request::Login { .. } => {
                Err(Reading::Quit("disallowed op on connected link".to_owned()))
            }
            Request::Pulse => {
                self.bounds.turn().await;
                Ok(())
            }
            Request::Ack { id } => self.ack(session, id).await,
            Request::Quit => Err(self.quit(session).await),
            _ => self.submit(session, &head, json).await,
        }
    }

    /// The next piece, or the end when the edge drains or the session is cut.
    async fn next_piece(&mut self, session: &Session) -> Result<Piece, Reading> {
        let bounds = &self.bounds;
        tokio::select! {
            piece = self.frames.next_after(session.heard(), || bounds.header_octets()) => Ok(piece?),
            () = session.ending.notified() => match session.is_cut() {
                Some(why) => Err(Reading::Gone(Ended::TimedOut(why))),
                None => Err(Reading::Drained),
            },
        }
    }

    async fn ack(&mut self, session: &Session, id: &str) -> Result<(), Reading> {
        let Ok(MsgId(id)) = id.parse() else {
            return Ok(());
        };
        if !session.has_in_hand(id) {
            // Stale, or made up: a few come after every reconnect, and a flood must not crowd out the acks of others.
            self.bounds.turn().await;
        }
        session.room_for_ack().await;
        if session.acked(id) {
            let acked = Acked { session: session.id().clone(), since: session.began(), id };
            self.edge.acks.send(acked).await;
        }
        Ok(())
    }

    /// The end that the client asked for, once all that it asked before has its answer.
    async fn quit(&self, session: &Session) -> Reading {
        session.all_answered().await;
        match tokio::time::timeout(LAST_WORDS, self.settle(session)).await {
            Ok(()) => Reading::Quit("logout ok".to_owned()),
            // Acks may come to nothing yet: then nothing is ok, and the client must reckon with what it acked.
            Err(_) => Reading::Unsettled,
        }
    }

    /// Whoever has read `logout ok` may log in again at once, and finds nothing of what it acked.
    async fn settle(&self, session: &Session) {
        session.all_settled().await;
        self.edge.registry.remove(session);
        self.edge.ends.add(session.id().clone());
        self.edge.ends.told(session.id()).await;
    }

    async fn submit(&mut self, session: &Arc<Session>, head: &Head, json: Bytes) -> Result<(), Reading> {
        head.check(self.bounds.message_octets())?;
        self.bounds.turn().await;
        self.frames.expect_data(head.data_len);
        if head.data_len > INLINE_OCTETS {
            let (request, question) = self.alone(session, &head.request, json).await;
            let outcome = self.upload(request).await?;
            session.follow(outcome.as_ref().map_or(0, |reply| reply.instance));
            session.answer_to(question, outcome);
            return Ok(());
        }
        let data = self.small_data().await?;
        if matches!(head.request, Request::Ping { .. } | Request::GroupInvite { .. }) {
            text::check_text(&data)?;
        }
        match &head.request {
            Request::Post { .. } | Request::PostNotify { .. } | Request::Ping { .. } => {
                self.ask(session, &head.request, json, data).await;
            }
            _ => self.submit_alone(session, &head.request, json, data).await,
        }
        Ok(())
    }

    /// Leaves a request to the session's lane, and reads on.
    async fn ask(&self, session: &Arc<Session>, request: &Request, json: Bytes, data: Bytes) {
        session.room_to_ask().await;
        if session.ask(Asking::new(Question::of(request), json, data, session.heard().through())) {
            self.edge.lanes.enter(Arc::clone(session));
        }
    }

    /// A request that goes by itself, when those before it have their answers.
    async fn alone(&self, session: &Session, request: &Request, json: Bytes) -> (SubmitRequest, Question) {
        let acked_through = session.heard().through();
        session.all_answered().await;
        let submit = SubmitRequest {
            session: Some(session.id().clone()),
            header: json,
            data: Bytes::new(),
            floor: session.floor(),
            acked_through,
        };
        (submit, Question::of(request))
    }

    async fn submit_alone(&self, session: &Session, request: &Request, json: Bytes, data: Bytes) {
        let (submit, question) = self.alone(session, request, json).await;
        let submit = SubmitRequest { data, ..submit };
        let how = How::for_member().by_lane(Lanes::of(session));
        let call = self
            .edge
            .upstream
            .call_and_tell(how, submit, |mut client, request| async move { client.submit(request).await });
        let outcome = Box::pin(call).await;
        let followed = outcome.as_ref().ok().filter(|reply| reply.at_first_try);
        session.follow(followed.map_or(0, |reply| reply.message.instance));
        session.answer_to(question, outcome.map(|reply| reply.message));
    }

    async fn small_data(&mut self) -> Result<Bytes, Reading> {
        let mut data = BytesMut::new();
        while self.frames.data_left() > 0 {
            match self.frames.next().await? {
                Piece::Data(part) if data.is_empty() && self.frames.data_left() == 0 => return Ok(part),
                Piece::Data(part) => data.extend_from_slice(&part),
                Piece::Header(_) => return Err(Error::Header.into()),
            }
        }
        Ok(data.freeze())
    }
}
