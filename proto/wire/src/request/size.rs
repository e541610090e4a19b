//! Whether all that a request leads to can be sent (section 7).

use super::{GroupAct, Head, OhiChange, Request, UserEdit};
use crate::{Answer, ERROR_OCTETS_MAX, HEADER_MAX, Message, MsgId, NAME_OCTETS_MAX, Posted, Stamp};

/// Most octets that JSON makes of one: a character written as `\u003c`.
const ESCAPED_MAX: usize = 6;
/// More than all else that an answer or a queued message adds to a request's own strings.
const ADDED_MAX: usize = ESCAPED_MAX * (ERROR_OCTETS_MAX + NAME_OCTETS_MAX) + 1_024;
/// A request so short that nothing it leads to can be too long.
const SHORT: usize = (HEADER_MAX - ADDED_MAX) / ESCAPED_MAX;

/// Whether the answer and every queued message fit into a header.
pub(super) fn fits(head: &Head, octets: usize) -> bool {
    octets <= SHORT || (answer_fits(&head.request) && queued(&head.request).iter().all(message_fits))
}

/// An ack is longest with an error; one with a receipt is shorter than that.
fn answer_fits(request: &Request) -> bool {
    let longest = |id: &str| Answer::Ack { id: id.into(), result: Err(placeholder(ERROR_OCTETS_MAX)) };
    request.id().is_none_or(|id| longest(id).encode().is_ok())
}

fn message_fits(message: &Message) -> bool {
    let stamp =
        Stamp { id: MsgId::default(), from: secret(20), posted: Posted(0), data_len: i64::MAX as u64 };
    message.encode(&stamp).is_ok()
}

/// The queued messages that hold strings of the request.
fn queued(request: &Request) -> Vec<Message> {
    match request.clone() {
        Request::UserEdit { edit: UserEdit::NewAlias(newalias), .. } => vec![Message::UserAlias { newalias }],
        Request::UserEdit { edit: UserEdit::NewNode(newnode), .. } => {
            vec![Message::UserNode { newnode, nodeid: secret(25) }]
        }
        Request::OhiEdit { who, change: change @ (OhiChange::Add | OhiChange::Drop), .. } => {
            vec![Message::OhiEdit { who, change }]
        }
        Request::GroupInvite { gid, from, to, .. } => vec![
            Message::Member { act: "invite", gid: gid.clone(), alias: to.clone(), newalias: None },
            Message::Invite { gid, alias: from, to },
        ],
        Request::GroupEdit { gid, act, .. } => vec![group_message(gid, act)],
        Request::Ping { from, to, .. } => vec![Message::Ping { alias: from, to }],
        _ => Vec::new(),
    }
}

/// A join or a change of alias names the alias that the group has on record, which the request does not.
fn group_message(gid: String, act: GroupAct) -> Message {
    let recorded = || placeholder(NAME_OCTETS_MAX);
    match act {
        GroupAct::Join { newalias: None } => {
            Message::Member { act: "join", gid, alias: recorded(), newalias: None }
        }
        GroupAct::Join { newalias: Some(alias) } => {
            Message::Member { act: "join", gid, alias, newalias: None }
        }
        GroupAct::Alias { newalias } => {
            Message::Member { act: "alias", gid, alias: recorded(), newalias: Some(newalias) }
        }
        GroupAct::Drop { to } => Message::Member { act: "drop", gid, alias: to, newalias: None },
    }
}

/// A string that JSON makes as long as it can.
fn placeholder(octets: usize) -> String {
    "<".repeat(octets)
}

/// A uid or a node secret of so many octets.
fn secret(octets: usize) -> String {
    crate::base32::encode(&vec![0; octets])
}
