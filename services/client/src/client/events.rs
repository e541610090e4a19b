//! What happens to a client, in order.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures::Stream;
use tmtp_wire::MsgId;
use tokio::sync::mpsc;

use super::shared::{Shared, State};
use crate::{Error, Received, error::Quit};

/// Something that happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event {
    /// A link is up.
    Connected {
        /// The site's name.
        site_name: String,
        /// The members online who notify this one.
        online: Vec<String>,
    },
    /// There is no link.
    Disconnected {
        /// Why.
        error: Error,
        /// When the next attempt is made.
        retry_in: Duration,
    },
    /// A queued message. Keep it safe, then [`crate::Client::ack`] it.
    Message(Received),
    /// A member who notifies this one came or went.
    Presence {
        /// The member.
        uid: String,
        /// Whether it came.
        online: bool,
    },
    /// The site did not take the list of members to tell when this one comes and goes.
    PresenceRefused {
        /// Why.
        error: Error,
    },
    /// A message of a kind that this version does not know. It was skipped, and not acked.
    Unknown {
        /// Its op.
        op: String,
        /// Its id.
        id: Option<MsgId>,
    },
}

/// The events of a [`crate::Client`], as a stream. A message that was acked in this client's life does not come
/// twice; one that was not may.
#[derive(Debug)]
pub struct Events {
    queue: mpsc::Receiver<Event>,
    shared: Arc<Shared>,
    ended: bool,
}

impl Events {
    pub(super) fn new(queue: mpsc::Receiver<Event>, shared: Arc<Shared>) -> Self {
        Self { queue, shared, ended: false }
    }

    /// The next event. After an error, or when the client was closed, there are none.
    pub async fn next(&mut self) -> Option<Result<Event, Error>> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    fn last(&mut self) -> Option<Result<Event, Error>> {
        let first = !std::mem::replace(&mut self.ended, true);
        match &*self.shared.state.borrow() {
            State::Ended(Error::Closed | Error::Quit(Quit::LogoutOk)) => None,
            State::Ended(error) => first.then(|| Err(error.clone())),
            State::Down | State::Up(_) => None,
        }
    }
}

impl Stream for Events {
    type Item = Result<Event, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match ready!(this.queue.poll_recv(cx)) {
                Some(Event::Message(received)) if this.shared.settled_before(received.stamp.id) => {}
                Some(event) => return Poll::Ready(Some(Ok(event))),
                None => return Poll::Ready(this.last()),
            }
        }
    }
}
