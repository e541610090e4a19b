//! A message for scripts (an object with stable fields) and for people (a few lines made of it).

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use tmtp_client::{Message, OhiChange, Received, harmless_line};

use crate::{contacts::Contacts, inbox, screen};

/// The object: everything that the header says, without secrets.
pub fn describe(received: &Received) -> Value {
    let (stamp, message) = (&received.stamp, &received.message);
    let mut object = Map::new();
    object.insert("event".into(), json!("message"));
    object.insert("op".into(), json!(op(message)));
    object.insert("id".into(), json!(stamp.id.to_string()));
    object.insert("from".into(), json!(stamp.from));
    object.insert("posted".into(), json!(stamp.posted.to_string()));
    object.insert("data_len".into(), json!(stamp.data_len));
    if let Value::Object(more) = fields(message) {
        object.extend(more);
    }
    Value::Object(object)
}

fn op(message: &Message) -> &'static str {
    match message {
        Message::Login => "login",
        Message::UserAlias { .. } | Message::UserNode { .. } => "user",
        Message::OhiEdit { .. } => "ohiedit",
        Message::Invite { .. } => "invite",
        Message::Member { .. } => "member",
        Message::Delivery { .. } => "delivery",
        Message::Notify { .. } => "notify",
        Message::Ping { .. } => "ping",
    }
}

fn fields(message: &Message) -> Value {
    match message {
        Message::Login => json!({}),
        Message::UserAlias { newalias } => json!({"newalias": newalias}),
        Message::UserNode { newnode, .. } => json!({"newnode": newnode}),
        Message::OhiEdit { who, change } => {
            let kind = if *change == OhiChange::Add { "add" } else { "drop" };
            json!({"for": who, "type": kind})
        }
        Message::Invite { gid, alias, to } => json!({"gid": gid, "alias": alias, "to": to}),
        Message::Member { act, gid, alias, newalias } => {
            json!({"act": act, "gid": gid, "alias": alias, "newalias": newalias})
        }
        Message::Delivery { notify, .. } => json!({"notify": notify}),
        Message::Notify { postid, .. } => json!({"postid": postid.to_string()}),
        Message::Ping { alias, to } => json!({"alias": alias, "to": to}),
    }
}

/// The lines, as `own` sees them.
pub fn lines(message: &Value, contacts: &Contacts, own: &str) -> String {
    let get = |name: &str| harmless_line(message[name].as_str().unwrap_or_default());
    let name = |uid: &str| match contacts.alias_of(uid) {
        _ if uid == own => "you".to_owned(),
        Some(alias) => harmless_line(alias),
        None => harmless_line(uid),
    };
    let who = name(&get("from"));
    let head = format!("[{}] ", get("posted"));
    let text = message["text"].as_str().unwrap_or_default();
    head + &match get("op").as_str() {
        "ping" => format!("ping from {} to {}: {text}", get("alias"), get("to")),
        "invite" => format!("{} invites {} to the group {}: {text}", get("alias"), get("to"), get("gid")),
        "member" => member(&get("act"), &get("gid"), &get("alias"), &get("newalias")),
        "login" => "you logged in, here or elsewhere".to_owned(),
        "user" if message["newalias"].is_string() => format!("you are now also {}", get("newalias")),
        "user" => format!("node added: {} (its token: tmtp node list)", get("newnode")),
        "ohiedit" => presence(&get("type"), &message["for"], name),
        "notify" => format!("notification from {who} ({}) {}", get("postid"), content(message, text)),
        _ => format!("message from {who} ({}){}", get("id"), content(message, text)),
    }
}

fn presence(kind: &str, members: &Value, name: impl Fn(&str) -> String) -> String {
    let members = members.as_array().into_iter().flatten().filter_map(Value::as_str);
    let names = members.map(name).collect::<Vec<_>>().join(", ");
    match kind {
        "drop" => format!("no longer told when you come and go: {names}"),
        _ => format!("told from now on when you come and go: {names}"),
    }
}

fn member(act: &str, gid: &str, alias: &str, newalias: &str) -> String {
    match act {
        "invite" => format!("group {gid}: {alias} was invited"),
        "join" => format!("group {gid}: {alias} joined"),
        "alias" => format!("group {gid}: {alias} is now {newalias}"),
        _ => format!("group {gid}: {alias} is out"),
    }
}

fn content(message: &Value, text: &str) -> String {
    let mut lines = String::new();
    if let Some(subject) = message["subject"].as_str() {
        let _ = write!(lines, "\nSubject: {}", harmless_line(subject));
    }
    if let Some(thread) = message["thread"].as_str()
        && message["id"].as_str() != Some(thread)
    {
        let _ = write!(lines, "\nThread: {}", harmless_line(thread));
    }
    if !text.is_empty() {
        let _ = write!(lines, "\n{}", text.trim_end());
    }
    if message["text_truncated"].as_bool() == Some(true) {
        let _ = write!(lines, "\n[all of it: {}]", inbox::text_path(message).display());
    }
    for file in message["files"].as_array().into_iter().flatten() {
        let name = harmless_line(file["name"].as_str().unwrap_or_default());
        let size = screen::size(file["size"].as_u64().unwrap_or(0));
        let _ = write!(lines, "\n[{name}, {size}: {}]", file["path"].as_str().unwrap_or_default());
    }
    if message["checksum_ok"].as_bool() == Some(false) {
        lines.push_str("\n[the checksum that the sender gave does not match]");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_told_of_presence_are_shown_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let contacts = Contacts::load(folder.path().join("contacts.json")).unwrap();
        let message =
            json!({"op": "ohiedit", "posted": "then", "for": ["ME", "BOB\u{1b}[2J"], "type": "drop"});
        let line = lines(&message, &contacts, "ME");
        assert!(line.starts_with("[then] no longer told"), "{line}");
        assert!(line.contains(": you, BOB") && !line.contains('\u{1b}'), "{line}");
    }
}
