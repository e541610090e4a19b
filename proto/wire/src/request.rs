//! What a client asks: section 3.

use serde_json::value::RawValue;

use crate::Error;

/// A request's header, checked for form, and how much data follows it.
#[derive(Debug, Clone)]
pub struct Head {
    /// The request.
    pub request: Request,
    /// Octets of data that follow the header.
    pub data_len: u64,
}

/// A request, by op (section 3).
#[derive(Debug, Clone)]
pub enum Request {
    /// Op 0.
    TmtpRev { id: String },
    /// Op 1. A `newalias` of `"_"` is read as none.
    Register { newnode: String, newalias: Option<String>, oidc: Option<Box<RawValue>> },
    /// Op 2. `node` is the secret, not yet decoded.
    Login { uid: String, node: String },
    /// Op 3.
    UserEdit { id: String, edit: UserEdit },
    /// Op 4.
    OhiEdit { id: String, who: Vec<String>, change: OhiChange },
    /// Op 5.
    GroupInvite { id: String, gid: String, from: String, to: String },
    /// Op 6.
    GroupEdit { id: String, gid: String, act: GroupAct },
    /// Op 7.
    Post { id: String, post: Post },
    /// Op 8. The data is the notification, then the message.
    PostNotify { id: String, post: Post, note: Note },
    /// Op 9.
    Ping { id: String, from: String, to: String },
    /// Op 10. `id` as sent; whether it is a message's id is for the receiver to see.
    Ack { id: String },
    /// Op 11.
    Pulse,
    /// Op 12.
    Quit,
}

/// What a UserEdit adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserEdit {
    /// A node, by its label.
    NewNode(String),
    /// An alias.
    NewAlias(String),
}

/// How an OhiEdit changes the set of members to notify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OhiChange {
    /// `add`
    Add,
    /// `drop`
    Drop,
    /// `init`
    Init,
}

/// What a GroupEdit does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupAct {
    /// An invited member joins, under a new alias where one is given.
    Join { newalias: Option<String> },
    /// A joined member changes its alias.
    Alias { newalias: String },
    /// The member known to the group as `to` leaves, or is barred.
    Drop { to: String },
}

/// Who a Post goes to, and what its data declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Post {
    /// `for`
    pub to: Vec<Recipient>,
    /// `datahead`, at most the data's length.
    pub datahead: Option<u64>,
    /// `datasum`
    pub datasum: Option<u32>,
}

/// The notification of a PostNotify.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Note {
    /// `notelen`: octets of the data that are the notification; at least 1.
    pub len: u64,
    /// `notefor`
    pub to: Vec<Recipient>,
    /// `fornotself`
    pub for_not_self: bool,
    /// `notehead`, at most `len`.
    pub head: Option<u64>,
    /// `notesum`
    pub sum: Option<u32>,
}

/// An entry of `for` or `notefor`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Recipient {
    /// A uid or a group name, as `kind` says.
    pub id: String,
    /// `type`
    pub kind: RecipientKind,
}

/// `type` of a recipient (section 4, Post).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecipientKind {
    /// 1: a member.
    Member,
    /// 2: a group, the sender included.
    Group,
    /// 3: a group, the sender excluded.
    GroupNotSelf,
}

impl Head {
    /// Reads a header's JSON and checks it against section 3.
    ///
    /// Also refuses a request whose answer, or whose queued message, could not be sent because its
    /// own header would pass [`crate::HEADER_MAX`] (section 7).
    ///
    /// # Errors
    /// The text to quit with: mostly [`Error::Header`].
    pub fn parse(_json: &[u8]) -> Result<Self, Error> {
        unimplemented!()
    }

    /// The header as a client sends it: four length digits and canonical JSON.
    ///
    /// # Errors
    /// [`Error::HeaderLength`] when it would be too long to send.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        unimplemented!()
    }
}

impl Request {
    /// The id to answer with; none for Register, Login, Pulse, Quit and Ack (which is not answered).
    pub fn id(&self) -> Option<&str> {
        unimplemented!()
    }

    /// A short constant name for logs and metrics, as in section 3.
    pub fn name(&self) -> &'static str {
        unimplemented!()
    }
}
