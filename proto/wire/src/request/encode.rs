//! Requests as clients send them.

use super::{GroupAct, Head, Note, Post, Recipient, Request, UserEdit};
use crate::{
    json::{Entry, Object, Value},
    message::ids,
};

/// The header of a request.
pub(super) fn object(head: &Head) -> Object<'_> {
    request(&head.request).with_some("datalen", (head.data_len > 0).then_some(head.data_len))
}

fn request(request: &Request) -> Object<'_> {
    match request {
        Request::TmtpRev { id } => op(0).with("id", id),
        Request::Register { newnode, newalias, oidc } => op(1)
            .with("newnode", newnode)
            .with_some("newalias", newalias.as_ref())
            .with_some("oidc", oidc.as_deref().map(Value::Raw)),
        Request::Login { uid, node, oidc } => {
            op(2).with("uid", uid).with("node", node).with_some("oidc", oidc.as_deref().map(Value::Raw))
        }
        Request::UserEdit { id, edit: UserEdit::NewNode(label) } => {
            op(3).with("id", id).with("newnode", label)
        }
        Request::UserEdit { id, edit: UserEdit::NewAlias(alias) } => {
            op(3).with("id", id).with("newalias", alias)
        }
        Request::OhiEdit { id, who, change } => {
            op(4).with("id", id).with("for", ids(who)).with("type", change.name())
        }
        Request::GroupInvite { id, gid, from, to } => {
            op(5).with("id", id).with("gid", gid).with("from", from).with("to", to)
        }
        Request::GroupEdit { id, gid, act } => group_act(op(6).with("id", id).with("gid", gid), act),
        Request::Post { id, post } => post_fields(op(7).with("id", id), post),
        Request::PostNotify { id, post, note } => note_fields(post_fields(op(8).with("id", id), post), note),
        Request::Ping { id, from, to } => op(9).with("id", id).with("from", from).with("to", to),
        Request::Ack { id } => op(10).with("id", id),
        Request::Pulse => op(11),
        Request::Quit => op(12),
    }
}

fn op<'a>(number: u8) -> Object<'a> {
    Object::default().with("op", number)
}

fn group_act<'a>(object: Object<'a>, act: &'a GroupAct) -> Object<'a> {
    match act {
        GroupAct::Join { newalias } => object.with("act", "join").with_some("newalias", newalias.as_ref()),
        GroupAct::Alias { newalias } => object.with("act", "alias").with("newalias", newalias),
        GroupAct::Drop { to } => object.with("act", "drop").with("to", to),
    }
}

fn post_fields<'a>(object: Object<'a>, post: &'a Post) -> Object<'a> {
    object
        .with("for", recipients(&post.to))
        .with_some("datahead", post.datahead)
        .with_some("datasum", post.datasum)
}

fn note_fields<'a>(object: Object<'a>, note: &'a Note) -> Object<'a> {
    object
        .with("notelen", note.len)
        .with_some("notefor", (!note.to.is_empty()).then(|| recipients(&note.to)))
        .with_some("fornotself", note.for_not_self.then_some(Value::Flag(true)))
        .with_some("notehead", note.head)
        .with_some("notesum", note.sum)
}

fn recipients(to: &[Recipient]) -> Value<'_> {
    Value::Entries(to.iter().map(|r| Entry { id: &r.id, kind: Some(r.kind.number()) }).collect())
}
