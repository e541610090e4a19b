//! What leaves the server for one connection and is never queued: responses and presence (section 4).

use bytes::Bytes;

use crate::{Error, MsgId, Posted};

/// A response to this connection, or presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To TmtpRev. `auth_by` is the JSON array of `authby`, ready made, where the site uses OpenID Connect.
    TmtpRev { name: String, auth: Option<u8>, auth_by: Option<String> },
    /// To Register; `error` when the alias was refused.
    Registered { uid: String, nodeid: String, error: Option<String> },
    /// `login ok`, with the members online who notify this one.
    Info { ohi: Vec<String> },
    /// To every request with an id but TmtpRev. The receipt for Post, PostNotify, Ping and GroupInvite.
    Ack { id: String, result: Result<Option<Receipt>, String> },
    /// The last word on a link.
    Quit { error: String },
    /// A member came (1) or went (2).
    Ohi { from: String, status: u8 },
}

/// What an `ack` says of a message that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Its id.
    pub msgid: MsgId,
    /// When it was taken.
    pub posted: Posted,
}

impl Answer {
    /// Length digits and canonical JSON, ready to send.
    ///
    /// # Errors
    /// [`Error::HeaderLength`] when it would pass the longest header.
    pub fn encode(&self) -> Result<Bytes, Error> {
        unimplemented!()
    }
}
