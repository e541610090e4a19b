//! What every node of a load did and saw.

use std::{collections::BTreeSet, ops::RangeInclusive, time::Duration};

/// A request of a load: which node sent it, and its number there. One that makes two messages, such as PostNotify, counts as
/// two, with numbers one after the other, that are sent and acked together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Request {
    /// The node.
    pub node: usize,
    /// 0 for its first request, 1 for its second, and so on.
    pub seq: u32,
}

impl Request {
    /// This one and those that are sent together with it.
    pub fn together(self, messages: usize) -> impl Iterator<Item = Self> {
        (self.seq..).take(messages).map(move |seq| Self { node: self.node, seq })
    }
}

/// Something that a node did or saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When, since the load began.
    pub at: Duration,
    /// On which of its connections: 0 for the first.
    pub link: u32,
    /// What.
    pub deed: Deed,
}

/// What a node did or saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// It sent a request, for the first time or again.
    Sent {
        /// Its number.
        seq: u32,
        /// The nodes that must receive it.
        addressees: BTreeSet<usize>,
    },
    /// A request was acked without an error.
    Acked {
        /// Its number.
        seq: u32,
        /// The message it became; empty where the ack of such a request does not tell.
        msgid: String,
    },
    /// A queued message came.
    Received {
        /// Its id.
        msgid: String,
        /// The load's request that it came from; `None` for `login` and the like.
        request: Option<Request>,
        /// Whether such messages go ahead of all others, as `user` does.
        ahead: bool,
    },
    /// A queued message told that this request became this message.
    Heard {
        /// The request.
        request: Request,
        /// The message.
        msgid: String,
    },
    /// It acked a queued message.
    WroteAck {
        /// The message.
        msgid: String,
    },
    /// `logout ok` came: everything acked on this connection is settled.
    LoggedOut,
    /// Something happened that must never happen.
    Wrong(String),
}

/// What all nodes did and saw, each in the order it happened to it.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// By node.
    pub nodes: Vec<Vec<Event>>,
    /// A time that the server does not remember, since it was brought back from a backup taken at its beginning.
    pub lost: Option<RangeInclusive<Duration>>,
}

impl History {
    /// Whether what was done at this time may be undone.
    pub fn is_lost(&self, at: Duration) -> bool {
        self.lost.as_ref().is_some_and(|lost| lost.contains(&at))
    }

    /// Whether this was before the end of the time that the server does not remember.
    pub fn is_former_life(&self, at: Duration) -> bool {
        self.lost.as_ref().is_some_and(|lost| at <= *lost.end())
    }
}
