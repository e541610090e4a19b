//! What leaves the server for one connection and is never queued: responses and presence (section 4).

use bytes::Bytes;

use crate::{
    ERROR_OCTETS_MAX, Error, MsgId, Posted,
    json::{self, Object, Value},
};

/// How many uids [`Answer::Info`] takes: they surely fit. The others are left for [`Answer::Ohi`] to tell,
/// lest a member with many contacts could not log in.
pub const INFO_OHI_MAX: usize = 1_800;

/// A response to this connection, or presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To TmtpRev.
    TmtpRev {
        /// The site's name.
        name: String,
        /// How the site uses OpenID Connect, where it does.
        auth: Option<u8>,
        /// The JSON array of `authby`, ready made, where the site uses OpenID Connect.
        auth_by: Option<String>,
    },
    /// To Register.
    Registered {
        /// The new member.
        uid: String,
        /// The secret of its first node.
        nodeid: String,
        /// Why the alias was refused, where it was; the account exists all the same. What passes
        /// [`ERROR_OCTETS_MAX`] is cut off.
        error: Option<String>,
    },
    /// `login ok`
    Info {
        /// The members online who notify this one, of which the first [`INFO_OHI_MAX`] are sent.
        ohi: Vec<String>,
    },
    /// To every request with an id but TmtpRev.
    Ack {
        /// The request's id.
        id: String,
        /// The receipt for Post, PostNotify, Ping and GroupInvite; or what went wrong, of which what
        /// passes [`ERROR_OCTETS_MAX`] is cut off.
        result: Result<Option<Receipt>, String>,
    },
    /// The last word on a link.
    Quit {
        /// Why.
        error: String,
    },
    /// A member came or went.
    Ohi {
        /// The member.
        from: String,
        /// 1: came, 2: went.
        status: u8,
    },
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
    /// [`Error::HeaderLength`] when it would pass the longest header, [`Error::Header`] when `auth_by`
    /// is not JSON.
    pub fn encode(&self) -> Result<Bytes, Error> {
        self.object()?.frame()
    }

    fn object(&self) -> Result<Object<'_>, Error> {
        Ok(match self {
            Self::TmtpRev { name, auth, auth_by } => Object::of("tmtprev")
                .with("id", "1")
                .with("name", name)
                .with_some("auth", *auth)
                .with_some("authby", auth_by.as_deref().map(json::tree).transpose()?),
            Self::Registered { uid, nodeid, error } => Object::of("registered")
                .with("uid", uid)
                .with("nodeid", nodeid)
                .with_some("error", error.as_deref().map(cut)),
            Self::Info { ohi } => Object::of("info").with("info", "login ok").with_some(
                "ohi",
                (!ohi.is_empty()).then(|| Value::Texts(ohi.get(..INFO_OHI_MAX).unwrap_or(ohi))),
            ),
            Self::Ack { id, result } => ack(id, result),
            Self::Quit { error } => Object::of("quit").with("error", error),
            Self::Ohi { from, status } => Object::of("ohi").with("from", from).with("status", *status),
        })
    }
}

fn ack<'a>(id: &'a str, result: &'a Result<Option<Receipt>, String>) -> Object<'a> {
    let ack = Object::of("ack").with("id", id);
    match result {
        Ok(None) => ack,
        Ok(Some(Receipt { msgid, posted })) => {
            ack.with("msgid", msgid.to_string()).with("posted", posted.to_string())
        }
        Err(error) => ack.with("error", cut(error)),
    }
}

/// An error text may name an alias as long as a header: it must not make the answer too long to send.
fn cut(error: &str) -> &str {
    error.get(..error.floor_char_boundary(ERROR_OCTETS_MAX)).unwrap_or(error)
}
