//! Groups: invited, joined, dropped, barred; and what is posted to them.

use serde_json::{Value, json};

use crate::rig::{Device, Got, Rig};

const GID: &str = "Desk of Ann";

fn invite(from: &str, to: &str) -> Value {
    json!({"op": 5, "gid": GID, "from": from, "to": to})
}

fn act(act: &str) -> Value {
    json!({"op": 6, "gid": GID, "act": act})
}

fn post(kind: u8) -> Value {
    json!({"op": 7, "for": [{"id": GID, "type": kind}]})
}

/// `act`, `alias` and `newalias` of the only message that waits, which is a `member`.
fn word(got: &[Got]) -> (String, String, Option<String>) {
    assert_eq!(got.iter().map(Got::op).collect::<Vec<_>>(), ["member"]);
    let header = &got[0].header;
    assert_eq!(header["gid"], json!(GID));
    let text = |field: &str| header.get(field).map(|value| value.as_str().unwrap().to_owned());
    (text("act").unwrap(), text("alias").unwrap(), text("newalias"))
}

fn told(act: &str, alias: &str) -> (String, String, Option<String>) {
    (act.into(), alias.into(), None)
}

/// Ann's group with Bob joined.
async fn group() -> (Rig, Device, Device) {
    let rig = Rig::new().await;
    let (mut ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    ann.done(invite("Ann Other", "Bob Brown"), "come in").await;
    bob.done(act("join"), "").await;
    ann.drain().await;
    bob.drain().await;
    (rig, ann, bob)
}

#[tokio::test]
async fn an_invitation_creates_the_group_and_both_sides_hear_of_it() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    let bob = rig.member("Bob Brown").await;
    let reply = ann.done(invite("Ann Other", "Bob Brown"), "come in").await;
    assert!(reply.msgid > 0 && reply.posted > 0);
    let got = bob.drain().await;
    assert_eq!((got.len(), got[0].op(), got[0].text(), got[0].id), (1, "invite", "come in", reply.msgid));
    assert_eq!((&got[0].header["gid"], &got[0].header["alias"]), (&json!(GID), &json!("Ann Other")));
    assert_eq!(got[0].header["to"], json!("Bob Brown"));
    assert_eq!(word(&ann.drain().await), told("invite", "Bob Brown"));
    assert_eq!(phone.ops().await, ["invite", "member"]);
}

#[tokio::test]
async fn a_member_joins_and_all_who_joined_hear_of_it() {
    let rig = Rig::new().await;
    let (mut ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    ann.done(invite("Ann Other", "Bob Brown"), "").await;
    ann.drain().await;
    bob.drain().await;
    bob.done(act("join"), "").await;
    assert_eq!(word(&ann.drain().await), told("join", "Bob Brown"));
    assert_eq!(word(&bob.drain().await), told("join", "Bob Brown"));
    bob.done(act("join"), "").await;
    assert!(ann.fetch().await.is_empty() && bob.fetch().await.is_empty());
}

#[tokio::test]
async fn a_member_joins_under_an_alias_of_its_own_only() {
    let rig = Rig::new().await;
    let (mut ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    ann.done(invite("Ann Other", "Bob Brown"), "").await;
    bob.done(json!({"op": 3, "newalias": "Robert Brown"}), "").await;
    ann.drain().await;
    let mut join = act("join");
    join["newalias"] = json!("Ann Other");
    assert_eq!(bob.refused(join.clone(), "").await, "newalias \"Ann Other\" is not yours");
    join["newalias"] = json!("Robert Brown");
    bob.done(join, "").await;
    assert_eq!(word(&ann.drain().await), told("join", "Robert Brown"));
}

#[tokio::test]
async fn a_joined_member_changes_its_alias_and_the_former_one_is_told() {
    let (_rig, mut ann, mut bob) = group().await;
    bob.done(json!({"op": 3, "newalias": "Robert Brown"}), "").await;
    bob.drain().await;
    let mut change = act("alias");
    change["newalias"] = json!("Robert Brown");
    bob.done(change, "").await;
    let expected = ("alias".to_owned(), "Bob Brown".to_owned(), Some("Robert Brown".to_owned()));
    assert_eq!(word(&ann.drain().await), expected);
    assert_eq!(word(&bob.drain().await), expected);
    let mut drop = act("drop");
    drop["to"] = json!("Bob Brown");
    assert_eq!(ann.refused(drop, "").await, "to \"Bob Brown\" is unknown");
}

#[tokio::test]
async fn who_leaves_may_come_back_and_who_is_dropped_may_not() {
    let (_rig, mut ann, mut bob) = group().await;
    let mut drop = act("drop");
    drop["to"] = json!("Bob Brown");
    bob.done(drop.clone(), "").await;
    assert_eq!(word(&ann.drain().await), told("drop", "Bob Brown"));
    assert_eq!(word(&bob.drain().await), told("drop", "Bob Brown"));
    bob.done(act("join"), "").await;
    bob.drain().await;
    ann.drain().await;
    ann.done(drop, "").await;
    assert_eq!(word(&ann.drain().await), told("drop", "Bob Brown"));
    assert_eq!(word(&bob.drain().await), told("drop", "Bob Brown"));
    assert!(bob.refused(act("join"), "").await.contains("unknown"));
    assert!(bob.refused(post(2), "hello").await.contains("unknown"));
    ann.done(invite("Ann Other", "Bob Brown"), "").await;
    bob.done(act("join"), "").await;
}

#[tokio::test]
async fn only_a_joined_member_invites_and_only_who_has_not_joined() {
    let (rig, mut ann, mut bob) = group().await;
    let mut cat = rig.member("Cat Clark").await;
    let error = cat.refused(invite("Cat Clark", "Bob Brown"), "").await;
    assert!(error.contains("not a member"), "{error}");
    let error = ann.refused(invite("Ann Other", "Bob Brown"), "").await;
    assert!(error.contains("already a member"), "{error}");
    let error = ann.refused(invite("Ann Other", "Ann Other"), "").await;
    assert!(error.contains("already a member"), "{error}");
    assert_eq!(ann.refused(invite("Bob Brown", "Cat Clark"), "").await, "from must identify sender");
    bob.done(invite("Bob Brown", "Cat Clark"), "").await;
    assert_eq!(cat.ops().await, ["invite"]);
    assert_eq!(word(&ann.drain().await), told("invite", "Cat Clark"));
}

#[tokio::test]
async fn a_name_that_cannot_be_had_creates_no_group() {
    let rig = Rig::new().await;
    let (mut ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let named = |gid: &str| json!({"op": 5, "gid": gid, "from": "Ann Other", "to": "Bob Brown"});
    assert_eq!(ann.refused(named("short"), "").await, "gid must be 8+ characters");
    assert_eq!(ann.refused(named("Bob Brown"), "").await, "gid \"Bob Brown\" is not available");
    assert_eq!(ann.refused(named("bell\u{7} ringing"), "").await, "gid \"bell\u{7} ringing\" is invalid");
    let to_self = json!({"op": 5, "gid": GID, "from": "Ann Other", "to": "Ann Other"});
    assert!(ann.refused(to_self, "").await.contains("already a member"));
    assert!(bob.fetch().await.is_empty() && ann.fetch().await.is_empty());
    bob.done(invite("Bob Brown", "Ann Other"), "").await;
    let taken = bob.refused(json!({"op": 3, "newalias": GID}), "").await;
    assert_eq!(taken, format!("newalias \"{GID}\" is already taken"));
}

#[tokio::test]
async fn two_who_create_the_same_group_at_once_make_one() {
    let rig = Rig::new().await;
    let (mut ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let _cat = rig.member("Cat Clark").await;
    let (one, two) = (invite("Ann Other", "Cat Clark"), invite("Bob Brown", "Cat Clark"));
    let (one, two) = tokio::join!(ann.ask(one, ""), bob.ask(two, ""));
    assert_eq!([one.error, two.error].iter().filter(|error| error.is_none()).count(), 1);
}

#[tokio::test]
async fn a_post_to_a_group_reaches_the_joined_members() {
    let (rig, mut ann, mut bob) = group().await;
    let phone = ann.add_node().await;
    let mut cat = rig.member("Cat Clark").await;
    ann.done(invite("Ann Other", "Cat Clark"), "").await;
    for device in [&ann, &phone, &bob, &cat] {
        device.drain().await;
    }
    ann.done(post(2), "with me").await;
    assert_eq!((ann.drain().await.len(), phone.drain().await.len()), (1, 1));
    assert_eq!((bob.drain().await.len(), cat.drain().await.len()), (1, 0));
    ann.done(post(3), "without me").await;
    assert_eq!((ann.drain().await.len(), phone.drain().await.len()), (0, 1));
    assert_eq!((bob.drain().await.len(), cat.drain().await.len()), (1, 0));
    cat.done(post(2), "from one invited").await;
    assert_eq!((ann.drain().await.len(), bob.drain().await.len(), cat.drain().await.len()), (1, 1, 0));
    bob.done(post(3), "from bob").await;
    assert_eq!((ann.drain().await.len(), bob.drain().await.len()), (1, 0));
}

#[tokio::test]
async fn a_group_is_closed_to_those_outside() {
    let (rig, ann, _bob) = group().await;
    let mut cat = rig.member("Cat Clark").await;
    let unknown = format!("group \"{GID}\" is unknown");
    assert_eq!(cat.refused(post(2), "hello").await, unknown);
    assert_eq!(cat.refused(act("join"), "").await, unknown);
    let mut drop = act("drop");
    drop["to"] = json!("Ann Other");
    assert_eq!(cat.refused(drop, "").await, unknown);
    assert!(ann.fetch().await.is_empty());
}
