//! What a client asks: section 3.

mod check;
mod encode;
mod fields;
mod size;

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
    TmtpRev {
        /// The version that the client asks for.
        id: String,
    },
    /// Op 1.
    Register {
        /// The label of the first node.
        newnode: String,
        /// A first alias; `"_"` is read as none.
        newalias: Option<String>,
        /// The OpenID Connect token as it came: a JSON object.
        oidc: Option<Box<RawValue>>,
    },
    /// Op 2.
    Login {
        /// The member.
        uid: String,
        /// The node's secret, not yet decoded.
        node: String,
        /// The OpenID Connect token as it came, where the site wants a fresh one now and then: a JSON object.
        oidc: Option<Box<RawValue>>,
    },
    /// Op 3.
    UserEdit {
        /// The request's id.
        id: String,
        /// What to add.
        edit: UserEdit,
    },
    /// Op 4.
    OhiEdit {
        /// The request's id.
        id: String,
        /// The uids of `for`; never empty.
        who: Vec<String>,
        /// What becomes of them.
        change: OhiChange,
    },
    /// Op 5.
    GroupInvite {
        /// The request's id.
        id: String,
        /// The group.
        gid: String,
        /// An alias of the sender.
        from: String,
        /// The alias to invite.
        to: String,
    },
    /// Op 6.
    GroupEdit {
        /// The request's id.
        id: String,
        /// The group.
        gid: String,
        /// What to do.
        act: GroupAct,
    },
    /// Op 7.
    Post {
        /// The request's id.
        id: String,
        /// Who it goes to.
        post: Post,
    },
    /// Op 8. The data is the notification, then the message.
    PostNotify {
        /// The request's id.
        id: String,
        /// Who the message goes to.
        post: Post,
        /// The notification.
        note: Note,
    },
    /// Op 9.
    Ping {
        /// The request's id.
        id: String,
        /// An alias of the sender.
        from: String,
        /// The alias of the receiver.
        to: String,
    },
    /// Op 10.
    Ack {
        /// As sent; whether it is a message's id is for the receiver to see.
        id: String,
    },
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
    Join {
        /// The new alias.
        newalias: Option<String>,
    },
    /// A joined member changes its alias.
    Alias {
        /// The new alias.
        newalias: String,
    },
    /// The member known to the group as `to` leaves, or is barred.
    Drop {
        /// The alias that the group has recorded for the member.
        to: String,
    },
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
    /// The text to quit with: always [`Error::Header`]. What comes after the check of the link's state
    /// is up to [`Head::check`].
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let fields = fields::read(json).ok_or(Error::Header)?;
        let head = check::head(fields).ok_or(Error::Header)?;
        if size::fits(&head, json.len()) { Ok(head) } else { Err(Error::Header) }
    }

    /// The checks with a text of their own, to be made once the request is allowed in the link's state.
    ///
    /// # Errors
    /// [`Error::DataTooLong`], [`Error::DataTooShort`] or [`Error::NoRecipients`].
    pub fn check(&self, message_octets_max: u64) -> Result<(), Error> {
        match &self.request {
            Request::Ping { .. } | Request::GroupInvite { .. } if self.data_len > crate::TEXT_OCTETS_MAX => {
                Err(Error::DataTooLong)
            }
            Request::Post { .. } | Request::PostNotify { .. } if self.data_len > message_octets_max => {
                Err(Error::DataTooLong)
            }
            Request::PostNotify { note, .. } if self.data_len <= note.len => Err(Error::DataTooShort),
            Request::PostNotify { post, note, .. } if note.for_not_self && post.to.is_empty() => {
                Err(Error::NoRecipients)
            }
            _ => Ok(()),
        }
    }

    /// The header as a client sends it: four length digits and canonical JSON.
    ///
    /// # Errors
    /// [`Error::HeaderLength`] when it would be too long to send.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        encode::object(self).frame().map(Into::into)
    }
}

impl Request {
    /// The id to answer with; none for Register, Login, Pulse, Quit and Ack (which is not answered).
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::TmtpRev { id }
            | Self::UserEdit { id, .. }
            | Self::OhiEdit { id, .. }
            | Self::GroupInvite { id, .. }
            | Self::GroupEdit { id, .. }
            | Self::Post { id, .. }
            | Self::PostNotify { id, .. }
            | Self::Ping { id, .. } => Some(id),
            Self::Register { .. } | Self::Login { .. } | Self::Ack { .. } | Self::Pulse | Self::Quit => None,
        }
    }

    /// A short constant name for logs and metrics, as in section 3.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TmtpRev { .. } => "tmtprev",
            Self::Register { .. } => "register",
            Self::Login { .. } => "login",
            Self::UserEdit { .. } => "useredit",
            Self::OhiEdit { .. } => "ohiedit",
            Self::GroupInvite { .. } => "groupinvite",
            Self::GroupEdit { .. } => "groupedit",
            Self::Post { .. } => "post",
            Self::PostNotify { .. } => "postnotify",
            Self::Ping { .. } => "ping",
            Self::Ack { .. } => "ack",
            Self::Pulse => "pulse",
            Self::Quit => "quit",
        }
    }
}

impl OhiChange {
    /// As `type` has it on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Drop => "drop",
            Self::Init => "init",
        }
    }

    /// The change of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Add, Self::Drop, Self::Init].into_iter().find(|change| change.name() == name)
    }
}

impl RecipientKind {
    /// As `type` has it on the wire.
    pub fn number(self) -> u8 {
        match self {
            Self::Member => 1,
            Self::Group => 2,
            Self::GroupNotSelf => 3,
        }
    }

    /// The kind of that number.
    pub fn from_number(number: u64) -> Option<Self> {
        match number {
            1 => Some(Self::Member),
            2 => Some(Self::Group),
            3 => Some(Self::GroupNotSelf),
            _ => None,
        }
    }
}
