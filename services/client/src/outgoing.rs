//! A request ready to be sent, as often as it takes: always with the same id and the same content.

use tmtp_wire::{
    GroupAct, Head, Note, OhiChange, Post, Recipient, RecipientKind, Request, UserEdit, text::check_text,
};

use crate::{Error, Source, letter::Packed};

/// One request and its data.
#[derive(Debug, Clone)]
pub struct Outgoing {
    request: Request,
    source: Option<Source>,
}

/// A notification that goes along with a post, to more people than the post itself.
#[derive(Debug, Clone)]
pub struct Notification {
    /// Its content.
    pub content: Packed,
    /// Who gets only the notification.
    pub to: Vec<Recipient>,
    /// Keeps the message, not the notification, from the sender's own nodes.
    pub for_not_self: bool,
}

/// A member to send to.
pub fn to_member(uid: impl Into<String>) -> Recipient {
    Recipient { id: uid.into(), kind: RecipientKind::Member }
}

/// A group to send to, the sender included.
pub fn to_group(gid: impl Into<String>) -> Recipient {
    Recipient { id: gid.into(), kind: RecipientKind::Group }
}

/// A group to send to, the sender excluded.
pub fn to_group_not_self(gid: impl Into<String>) -> Recipient {
    Recipient { id: gid.into(), kind: RecipientKind::GroupNotSelf }
}

impl Outgoing {
    fn plain(request: Request) -> Self {
        Self { request, source: None }
    }

    fn short(request: Request, text: &str) -> Result<Self, Error> {
        check_text(text.as_bytes()).map_err(|_| {
            Error::Request("this text is too long: a ping or invitation holds 140 characters".into())
        })?;
        let source = (!text.is_empty()).then(|| Source::bytes(text.to_owned()));
        Ok(Self { request, source })
    }

    /// A post to members and groups.
    pub fn post(to: Vec<Recipient>, content: Packed) -> Self {
        let post = Post { to, datahead: content.datahead, datasum: content.datasum };
        Self { request: Request::Post { id: new_id(), post }, source: Some(content.source) }
    }

    /// A post with a notification.
    pub fn post_notify(to: Vec<Recipient>, content: Packed, notification: Notification) -> Self {
        let Notification { content: short, to: notify_to, for_not_self } = notification;
        let note = Note {
            len: short.source.len(),
            to: notify_to,
            for_not_self,
            head: short.datahead,
            sum: short.datasum,
        };
        let post = Post { to, datahead: content.datahead, datasum: content.datasum };
        let request = Request::PostNotify { id: new_id(), post, note };
        Self { request, source: Some(short.source.then(content.source)) }
    }

    /// A ping, from one of one's own aliases to somebody's.
    ///
    /// # Errors
    /// [`Error::Request`] when the text is too long.
    pub fn ping(from: &str, to: &str, text: &str) -> Result<Self, Error> {
        Self::short(Request::Ping { id: new_id(), from: from.into(), to: to.into() }, text)
    }

    /// An invitation to a group, which is created when its name is free.
    ///
    /// # Errors
    /// [`Error::Request`] when the text is too long.
    pub fn group_invite(gid: &str, from: &str, to: &str, text: &str) -> Result<Self, Error> {
        let (gid, from, to) = (gid.into(), from.into(), to.into());
        Self::short(Request::GroupInvite { id: new_id(), gid, from, to }, text)
    }

    /// Joining or leaving a group, changing an alias in it, dropping a member.
    pub fn group_edit(gid: &str, act: GroupAct) -> Self {
        Self::plain(Request::GroupEdit { id: new_id(), gid: gid.into(), act })
    }

    /// A new alias, or a new node.
    pub fn user_edit(edit: UserEdit) -> Self {
        Self::plain(Request::UserEdit { id: new_id(), edit })
    }

    /// A change to whom to tell when one comes and goes.
    pub fn ohi_edit(who: Vec<String>, change: OhiChange) -> Self {
        Self::plain(Request::OhiEdit { id: new_id(), who, change })
    }

    pub(crate) fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// The header as it goes on the wire, and the id that its ack will carry.
    pub(crate) fn encode(&self) -> Result<(Vec<u8>, String), Error> {
        let data_len = self.source.as_ref().map_or(0, Source::len);
        let id = self.request.id().unwrap_or_default().to_owned();
        let head = Head { request: self.request.clone(), data_len };
        let encoded = head.encode().map_err(|e| Error::Request(e.to_string()))?;
        // What would end the link is better refused here.
        Head::parse(&encoded[4..])
            .map_err(|_| Error::Request("a value is empty, out of range, or too long".into()))?;
        Ok((encoded, id))
    }
}

/// Unique among the requests of a node, also after a restart.
fn new_id() -> String {
    format!("{:016x}", rand::random::<u64>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Letter;

    #[test]
    fn every_kind_of_request_is_one_that_a_site_takes() {
        let letter = || Letter::new("hello").subject("s").pack().unwrap();
        let notification = Notification { content: letter(), to: vec![to_member("u")], for_not_self: false };
        for outgoing in [
            Outgoing::post(vec![to_member("u"), to_group("g"), to_group_not_self("g")], letter()),
            Outgoing::post(Vec::new(), letter()),
            Outgoing::post_notify(vec![to_member("u")], letter(), notification),
            Outgoing::ping("from", "to", "").unwrap(),
            Outgoing::group_invite("g", "from", "to", "text").unwrap(),
            Outgoing::group_edit("g", GroupAct::Join { newalias: None }),
            Outgoing::user_edit(UserEdit::NewNode("n".into())),
            Outgoing::ohi_edit(vec!["u".into()], OhiChange::Init),
        ] {
            let (encoded, id) = outgoing.encode().unwrap();
            let head = Head::parse(&encoded[4..]).unwrap();
            assert_eq!(head.request.id(), Some(id.as_str()));
            assert_eq!(outgoing.encode().unwrap().0, encoded, "a resend says the same");
        }
    }

    #[test]
    fn what_the_site_would_end_the_link_for_is_refused_before_it_is_sent() {
        assert!(Outgoing::ping("a", "b", &"x".repeat(141)).is_err());
        assert!(Outgoing::ping("a", "", "").unwrap().encode().is_err());
        assert!(Outgoing::post(vec![to_member("")], Letter::new("x").pack().unwrap()).encode().is_err());
        assert!(Outgoing::ohi_edit(Vec::new(), OhiChange::Add).encode().is_err());
    }
}
