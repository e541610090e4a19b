//! What is queued for nodes until they ack it (section 4).

use bytes::Bytes;

use crate::{
    Error, MsgId, OhiChange, Posted,
    json::{Entry, Object, Value},
};

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
    /// `user` for a new alias
    UserAlias {
        /// The alias.
        newalias: String,
    },
    /// `user` for a new node
    UserNode {
        /// Its label.
        newnode: String,
        /// Its secret.
        nodeid: String,
    },
    /// `ohiedit`
    OhiEdit {
        /// The uids that were added or dropped.
        who: Vec<String>,
        /// Which of the two.
        change: OhiChange,
    },
    /// `invite`
    Invite {
        /// The group.
        gid: String,
        /// The sender's alias.
        alias: String,
        /// The invited alias.
        to: String,
    },
    /// `member`
    Member {
        /// `invite`, `join`, `alias` or `drop`.
        act: &'static str,
        /// The group.
        gid: String,
        /// The member's alias; with `alias` the former one.
        alias: String,
        /// The new alias; only with `alias`.
        newalias: Option<String>,
    },
    /// `delivery`
    Delivery {
        /// As the sender gave it.
        datahead: Option<u64>,
        /// As the sender gave it.
        datasum: Option<u32>,
        /// How many were addressed; only where it came by PostNotify.
        notify: Option<u64>,
    },
    /// `notify`
    Notify {
        /// The id of the message that it announces.
        postid: MsgId,
        /// The sender's `notehead`.
        datahead: Option<u64>,
        /// The sender's `notesum`.
        datasum: Option<u32>,
    },
    /// `ping`
    Ping {
        /// The sender's alias.
        alias: String,
        /// The receiver's alias.
        to: String,
    },
}

impl Message {
    /// Length digits and canonical JSON with headsum, ready to send; the data follows it.
    ///
    /// # Errors
    /// [`Error::HeaderLength`] when it would pass the longest header.
    pub fn encode(&self, stamp: &Stamp) -> Result<Bytes, Error> {
        self.object()
            .with("id", stamp.id.to_string())
            .with("from", &stamp.from)
            .with("posted", stamp.posted.to_string())
            .with("datalen", stamp.data_len)
            .frame_with_headsum()
    }

    fn object(&self) -> Object<'_> {
        match self {
            Self::Login => Object::of("login").with("node", "tbd"),
            Self::UserAlias { newalias } => Object::of("user").with("newalias", newalias),
            Self::UserNode { newnode, nodeid } => {
                Object::of("user").with("newnode", newnode).with("nodeid", nodeid)
            }
            Self::OhiEdit { who, change } => {
                Object::of("ohiedit").with("for", ids(who)).with("type", change.name())
            }
            Self::Invite { gid, alias, to } => {
                Object::of("invite").with("gid", gid).with("alias", alias).with("to", to)
            }
            Self::Member { act, gid, alias, newalias } => Object::of("member")
                .with("act", *act)
                .with("gid", gid)
                .with("alias", alias)
                .with_some("newalias", newalias.as_ref()),
            Self::Delivery { datahead, datasum, notify } => {
                data_fields(Object::of("delivery"), *datahead, *datasum).with_some("notify", *notify)
            }
            Self::Notify { postid, datahead, datasum } => {
                data_fields(Object::of("notify"), *datahead, *datasum).with("postid", postid.to_string())
            }
            Self::Ping { alias, to } => Object::of("ping").with("alias", alias).with("to", to),
        }
    }

    /// Whether it goes ahead of all others in a queue: only `user` messages do (section 5).
    pub fn is_urgent(&self) -> bool {
        matches!(self, Self::UserAlias { .. } | Self::UserNode { .. })
    }
}

fn data_fields(object: Object<'_>, datahead: Option<u64>, datasum: Option<u32>) -> Object<'_> {
    object.with_some("datahead", datahead).with_some("datasum", datasum)
}

/// A list of uids as section 4 wants it: `[{"id":uid},..]`.
pub(crate) fn ids(who: &[String]) -> Value<'_> {
    Value::Entries(who.iter().map(|uid| Entry { id: uid, kind: None }).collect())
}
