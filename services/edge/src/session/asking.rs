//! What a session has asked and delivery has not answered: small Posts, PostNotifies and Pings, in order. The reader adds
//! to them while earlier ones are under way; what has gathered by then goes to delivery together.

use std::collections::VecDeque;

use bytes::Bytes;
use tmtp_grpc::delivery::{Asked, Burst};
use tokio::time::Instant;

use super::{answering::Question, state::Session};
use crate::upstream::CALL_LIMIT;

/// Requests of a session that are read ahead of the answer to the first of them; beyond it reading waits.
const AHEAD_MAX: usize = 64;
/// The same in octets of headers and data.
const AHEAD_OCTETS_MAX: usize = 128 * 1024;

/// A request on its way to delivery.
#[derive(Debug)]
pub struct Asking {
    pub question: Question,
    header: Bytes,
    data: Bytes,
    /// The highest msgid whose ack the client can have read when it asked.
    acked_through: u64,
    /// The client asks again soon after: an answer that came later might cross its next try, which would then pass for a new
    /// request.
    pub expires: Instant,
}

impl Asking {
    pub fn new(question: Question, header: Bytes, data: Bytes, acked_through: u64) -> Self {
        Self { question, header, data, acked_through, expires: Instant::now() + CALL_LIMIT }
    }

    fn octets(&self) -> usize {
        self.header.len() + self.data.len()
    }
}

/// Requests in the order they were read.
#[derive(Debug, Default)]
pub(super) struct Askings {
    waiting: VecDeque<Asking>,
    octets: usize,
    /// The session is in its lane, or a burst of it is under way.
    in_lane: bool,
}

impl Session {
    /// Waits until another request may be read ahead.
    pub async fn room_to_ask(&self) {
        self.asked_down_to(|askings| askings.waiting.len() < AHEAD_MAX && askings.octets < AHEAD_OCTETS_MAX)
            .await;
    }

    /// Waits until every request has its answer, or will have none.
    pub async fn all_answered(&self) {
        self.asked_down_to(|askings| !askings.in_lane).await;
    }

    async fn asked_down_to(&self, enough: impl Fn(&Askings) -> bool) {
        loop {
            let answered = self.answered.notified();
            if enough(&self.lock().askings) {
                return;
            }
            answered.await;
        }
    }

    /// Adds a request. `true`: the session has to be put into its lane.
    #[must_use]
    pub fn ask(&self, asking: Asking) -> bool {
        let mut state = self.lock();
        state.askings.octets += asking.octets();
        state.askings.waiting.push_back(asking);
        !std::mem::replace(&mut state.askings.in_lane, true)
    }

    /// All that waits, as one burst, and the octets of it.
    pub fn take_burst(&self) -> (Vec<Asking>, usize) {
        let taken = {
            let askings = &mut self.lock().askings;
            (askings.waiting.drain(..).collect(), std::mem::take(&mut askings.octets))
        };
        self.answered.notify_waiters();
        taken
    }

    /// These requests as delivery gets them.
    pub fn burst(&self, askings: &[Asking]) -> Burst {
        let asked = |asking: &Asking| Asked {
            header: asking.header.clone(),
            data: asking.data.clone(),
            acked_through: asking.acked_through,
        };
        Burst {
            session: Some(self.id().clone()),
            requests: askings.iter().map(asked).collect(),
            floor: self.floor(),
            // For delivery of a former release, which takes it for all of them.
            acked_through: askings.first().map_or(0, |asking| asking.acked_through),
            follows: self.follows(),
        }
    }

    /// The burst under way is dealt with. `true`: more has come meanwhile, and the session stays in its lane.
    #[must_use]
    pub fn burst_done(&self) -> bool {
        let more = {
            let mut state = self.lock();
            state.askings.in_lane = !state.askings.waiting.is_empty();
            state.askings.in_lane
        };
        self.answered.notify_waiters();
        more
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tmtp_grpc::delivery as grpc;
    use tokio::time::timeout;

    use super::*;

    fn session() -> Session {
        let id = grpc::Session { site: 1, node: 2, epoch: 3, uid: "uid".to_owned() };
        Session::new(id, 4, Duration::from_secs(30))
    }

    fn asking(id: usize, octets: usize) -> Asking {
        let question = Question { op: "post", id: id.to_string(), has_receipt: true, asked: Instant::now() };
        Asking::new(question, Bytes::from(id.to_string()), vec![b'x'; octets].into(), id as u64)
    }

    #[tokio::test(start_paused = true)]
    async fn what_gathers_while_a_burst_is_under_way_goes_together_and_in_order() {
        let session = session();
        assert!(session.ask(asking(1, 10)), "the first puts the session into its lane");
        let (first, _) = session.take_burst();
        assert_eq!(first.len(), 1);
        assert!(!session.ask(asking(2, 10)) && !session.ask(asking(3, 10)));
        assert!(session.burst_done());
        let (second, octets) = session.take_burst();
        let burst = session.burst(&second);
        let headers: Vec<_> = burst.requests.iter().map(|asked| asked.header.as_ref()).collect();
        assert_eq!((headers, octets), (vec![&b"2"[..], b"3"], 22));
        let heard: Vec<_> = burst.requests.iter().map(|asked| asked.acked_through).collect();
        assert_eq!((heard, burst.acked_through), (vec![2, 3], 2), "each as it was when it came");
        assert!(!session.burst_done());
        session.all_answered().await;
    }

    #[tokio::test(start_paused = true)]
    async fn reading_ahead_waits_at_so_many_requests_and_at_so_many_octets() {
        let is_full =
            async |session: &Session| timeout(Duration::from_secs(1), session.room_to_ask()).await.is_err();
        let many = session();
        for id in 0..AHEAD_MAX {
            assert!(!is_full(&many).await);
            let _ = many.ask(asking(id, 0));
        }
        assert!(is_full(&many).await);
        let large = session();
        let _ = large.ask(asking(1, AHEAD_OCTETS_MAX));
        assert!(is_full(&large).await);
        large.take_burst();
        assert!(!is_full(&large).await);
    }
}
