//! What is queued for nodes until they ack it (section 4).

use bytes::Bytes;

use crate::{Error, GroupAct, MsgId, OhiChange, Posted, UserEdit};

/// The fields that every queued message has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// `id`
    pub id: MsgId,
    /// `from`: the sender's uid.
    pub from: String,
    /// `posted`
    pub posted: Posted,
    /// `datalen`: octets of data behind the header.
    pub data_len: u64,
}

/// A queued message, by op.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// `login`
    Login,
    /// `user` with `newalias`
    UserAlias { newalias: String },
    /// `user` with `newnode` (its label) and `nodeid` (its secret)
    UserNode { newnode: String, nodeid: String },
    /// `ohiedit`
    OhiEdit { who: Vec<String>, change: OhiChange },
    /// `invite`
    Invite { gid: String, alias: String, to: String },
    /// `member`; `act` is `invite`, `join`, `alias` or `drop`; `newalias` only with `alias`.
    Member { act: &'static str, gid: String, alias: String, newalias: Option<String> },
    /// `delivery`; `notify` only where it came by PostNotify.
    Delivery { datahead: Option<u64>, datasum: Option<u32>, notify: Option<u64> },
    /// `notify`
    Notify { postid: MsgId, datahead: Option<u64>, datasum: Option<u32> },
    /// `ping`
    Ping { alias: String, to: String },
}

impl Message {
    /// Length digits and canonical JSON with headsum, ready to send; the data follows it.
    ///
    /// # Errors
    /// [`Error::HeaderLength`] when it would pass the longest header.
    pub fn encode(&self, _stamp: &Stamp) -> Result<Bytes, Error> {
        let _ = (UserEdit::NewNode, GroupAct::Join { newalias: None });
        unimplemented!()
    }

    /// Whether it goes ahead of all others in a queue: only `user` messages do (section 5).
    pub fn is_urgent(&self) -> bool {
        matches!(self, Self::UserAlias { .. } | Self::UserNode { .. })
    }
}
