//! A request that comes again is answered alike, and delivers nothing new.

use serde_json::{Value, json};

use crate::{
    posts::to_member,
    rig::{Device, EDGE, Rig},
};

fn as_x(mut header: Value) -> Value {
    header["id"] = json!("x \u{0}: x");
    header
}

async fn receipt(device: &Device, header: &Value, data: &str) -> (u64, i64) {
    let reply = device.ask_as(header.clone(), data).await.unwrap();
    assert_eq!(reply.error, None);
    (reply.msgid, reply.posted)
}

#[tokio::test]
async fn a_request_unacked_on_this_link_is_answered_alike() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let post = as_x(to_member(&bob));
    let first = receipt(&ann, &post, "hello").await;
    assert_eq!(receipt(&ann, &post, "hello").await, first);
    assert_eq!(bob.fetch().await.len(), 1);
    assert_ne!(receipt(&ann, &post, "other").await, first);
    assert_eq!(bob.fetch().await.len(), 2);
}

#[tokio::test]
async fn a_request_acked_on_this_link_is_a_new_one() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let post = as_x(to_member(&bob));
    let first = receipt(&ann, &post, "hello").await;
    ann.floor = first.0;
    ann.acked_through = first.0;
    let second = receipt(&ann, &post, "hello").await;
    assert!(second.0 > first.0);
    assert_eq!(receipt(&ann, &post, "hello").await, second);
    assert_eq!(bob.fetch().await.len(), 2);
}

#[tokio::test]
async fn a_request_of_an_earlier_link_is_answered_alike_at_any_process() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let post = as_x(to_member(&bob));
    let first = receipt(&ann, &post, "hello").await;
    let other = rig.another_process().await;
    ann.client = other.client();
    let mut ann = ann.login().await;
    ann.acked_through = first.0 + 1000;
    assert_eq!(receipt(&ann, &post, "hello").await, first);
    assert_eq!(bob.fetch().await.len(), 1);
}

#[tokio::test]
async fn another_node_may_ask_the_same() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    let bob = rig.member("Bob Brown").await;
    let post = as_x(to_member(&bob));
    assert_ne!(receipt(&ann, &post, "hello").await, receipt(&phone, &post, "hello").await);
    assert_eq!(bob.fetch().await.len(), 2);
}

#[tokio::test]
async fn equal_requests_at_the_same_moment_make_one_message() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let post = as_x(to_member(&bob));
    let all = futures::future::join_all((0..20).map(|_| receipt(&ann, &post, "hello"))).await;
    assert!(all.iter().all(|one| *one == all[0]));
    assert_eq!(bob.fetch().await.len(), 1);
}

#[tokio::test]
async fn equal_requests_at_the_same_moment_are_refused_alike() {
    let rig = Rig::new().await;
    let ann = rig.member("Ann Other").await;
    let post = as_x(json!({"op": 7, "for": [{"id": "nobody", "type": 1}]}));
    let all = futures::future::join_all((0..20).map(|_| ann.ask_as(post.clone(), "hello"))).await;
    for reply in all {
        assert_eq!(reply.unwrap().error.as_deref(), Some("recipient \"nobody\" is unknown"));
    }
}

#[tokio::test]
async fn a_request_refused_before_is_looked_at_again() {
    let rig = Rig::new().await;
    let ann = rig.member("Ann Other").await;
    let ping = as_x(json!({"op": 9, "from": "Ann Other", "to": "Bob Brown"}));
    assert!(ann.ask_as(ping.clone(), "hello").await.unwrap().error.is_some());
    let bob = rig.member("Bob Brown").await;
    receipt(&ann, &ping, "hello").await;
    assert_eq!(bob.fetch().await.len(), 1);
}

#[tokio::test]
async fn edits_are_not_done_twice() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let edits = [
        json!({"op": 3, "id": "1", "newalias": "Annabel Other"}),
        json!({"op": 3, "id": "2", "newnode": "phone"}),
        json!({"op": 5, "id": "3", "gid": "Desk of Ann", "from": "Ann Other", "to": "Bob Brown"}),
    ];
    for edit in &edits {
        assert_eq!(receipt(&ann, edit, "").await, receipt(&ann, edit, "").await);
    }
    let join = json!({"op": 6, "id": "4", "act": "join", "gid": "Desk of Ann"});
    assert_eq!(receipt(&bob, &join, "").await, receipt(&bob, &join, "").await);
    assert_eq!(ann.ops().await, ["user", "user", "member", "member"]);
    assert_eq!(bob.ops().await, ["invite", "member"]);
}

#[tokio::test]
async fn a_large_body_sent_twice_is_kept_once() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let (post, data) = (as_x(to_member(&bob)), "x".repeat(100_000));
    let first = receipt(&ann, &post, &data).await;
    assert_eq!(receipt(&ann, &post, &data).await, first);
    crate::rig::until(|| async { rig.blobs().await.len() == 1 }).await;
    assert_eq!(bob.body(first.0).await.unwrap().concat(), data.as_bytes());
}

/// Asks for this twice; the second time another process, which must wake the asker and these.
async fn repeats_and_wakes(rig: &Rig, asker: &mut Device, edit: Value, told: &[&Device]) {
    let edit = as_x(edit);
    let first = receipt(asker, &edit, "").await;
    let other = rig.another_process().await;
    let mut ears = rig.ears(EDGE);
    asker.client = other.client();
    assert_eq!(receipt(asker, &edit, "").await, first);
    ears.wake_all(&[told, &[asker]].concat()).await;
}

#[tokio::test]
async fn whoever_repeats_an_edit_wakes_those_who_were_told_of_it() {
    let rig = Rig::new().await;
    let (mut ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let alias = json!({"op": 3, "newalias": "Annie Other"});
    repeats_and_wakes(&rig, &mut ann, alias, &[]).await;
    let invite = json!({"op": 5, "gid": "Desk of Ann", "from": "Ann Other", "to": "Bob Brown"});
    repeats_and_wakes(&rig, &mut ann, invite, &[&bob]).await;
    let join = json!({"op": 6, "gid": "Desk of Ann", "act": "join"});
    repeats_and_wakes(&rig, &mut bob, join, &[&ann]).await;
    let ohi = json!({"op": 4, "for": [{"id": ann.uid()}], "type": "add"});
    repeats_and_wakes(&rig, &mut bob, ohi, &[]).await;
}
