//! Headers of requests, without their ids (section 3).

use serde_json::{Value, json};

/// TmtpRev.
pub fn tmtprev() -> Value {
    json!({"op": 0, "id": "1"})
}

/// Register; an empty alias for none.
pub fn register(newalias: &str) -> Value {
    json!({"op": 1, "newnode": "laptop", "newalias": if newalias.is_empty() { "_" } else { newalias }})
}

/// Login.
pub fn login(uid: &str, nodeid: &str) -> Value {
    json!({"op": 2, "uid": uid, "node": nodeid})
}

/// UserEdit that adds an alias.
pub fn newalias(alias: &str) -> Value {
    json!({"op": 3, "newalias": alias})
}

/// UserEdit that adds a node.
pub fn newnode(label: &str) -> Value {
    json!({"op": 3, "newnode": label})
}

/// OhiEdit: `add`, `drop` or `init`.
pub fn ohiedit(kind: &str, uids: &[&str]) -> Value {
    json!({"op": 4, "type": kind, "for": to_ids(uids)})
}

/// GroupInvite.
pub fn invite(gid: &str, from: &str, to: &str) -> Value {
    json!({"op": 5, "gid": gid, "from": from, "to": to})
}

/// GroupEdit `join`, without a new alias.
pub fn join(gid: &str) -> Value {
    json!({"op": 6, "act": "join", "gid": gid})
}

/// GroupEdit `join` under a new alias.
pub fn join_as(gid: &str, newalias: &str) -> Value {
    json!({"op": 6, "act": "join", "gid": gid, "newalias": newalias})
}

/// GroupEdit `alias`.
pub fn realias(gid: &str, newalias: &str) -> Value {
    json!({"op": 6, "act": "alias", "gid": gid, "newalias": newalias})
}

/// GroupEdit `drop`.
pub fn drop_from(gid: &str, to: &str) -> Value {
    json!({"op": 6, "act": "drop", "gid": gid, "to": to})
}

/// Post to these members.
pub fn post(uids: &[&str]) -> Value {
    post_to(&uids.iter().map(|uid| to_member(uid)).collect::<Vec<_>>())
}

/// Post to these recipients.
pub fn post_to(to: &[Value]) -> Value {
    json!({"op": 7, "for": to})
}

/// PostNotify: the message to `to`, the notification, this long, to `notefor` as well.
pub fn post_notify(to: &[Value], notefor: &[Value], notelen: usize) -> Value {
    json!({"op": 8, "for": to, "notefor": notefor, "notelen": notelen})
}

/// Ping.
pub fn ping(from: &str, to: &str) -> Value {
    json!({"op": 9, "from": from, "to": to})
}

/// Pulse.
pub fn pulse() -> Value {
    json!({"op": 11})
}

/// Quit.
pub fn quit() -> Value {
    json!({"op": 12})
}

/// The same header with other or more fields.
pub fn with(mut header: Value, fields: &Value) -> Value {
    if let (Some(header), Some(fields)) = (header.as_object_mut(), fields.as_object()) {
        header.extend(fields.clone());
    }
    header
}

/// A member as a recipient.
pub fn to_member(uid: &str) -> Value {
    json!({"id": uid, "type": 1})
}

/// A group as a recipient, the sender included.
pub fn to_group(gid: &str) -> Value {
    json!({"id": gid, "type": 2})
}

/// A group as a recipient, the sender excluded.
pub fn to_others_of(gid: &str) -> Value {
    json!({"id": gid, "type": 3})
}

fn to_ids(uids: &[&str]) -> Vec<Value> {
    uids.iter().map(|uid| json!({"id": uid})).collect()
}
