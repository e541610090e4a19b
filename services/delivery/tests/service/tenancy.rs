//! Two sites with the same names: nothing of one does anything at the other.

use serde_json::json;

use crate::{
    posts::to_member,
    rig::{Device, EDGE, Rig, settings},
};

#[tokio::test]
async fn the_same_names_at_two_sites_are_different_members_and_groups() {
    let rig = Rig::new().await;
    let other = rig.another_site(settings()).await;
    let mut here = Vec::new();
    let mut there = Vec::new();
    for alias in ["Ann Other", "Bob Brown"] {
        here.push(rig.member(alias).await);
        there.push(Device::register(rig.client(), other, EDGE, Some(alias)).await);
    }
    let ping = json!({"op": 9, "from": "Ann Other", "to": "Bob Brown"});
    here[0].done(ping, "hello").await;
    assert_eq!((here[1].drain().await.len(), there[1].drain().await.len()), (1, 0));
    let invite = json!({"op": 5, "gid": "The Group", "from": "Ann Other", "to": "Bob Brown"});
    here[0].done(invite.clone(), "").await;
    let join = json!({"op": 6, "gid": "The Group", "act": "join"});
    assert!(there[1].refused(join.clone(), "").await.contains("unknown"));
    there[0].done(invite, "").await;
    there[1].done(join, "").await;
    let post = json!({"op": 7, "for": [{"id": "The Group", "type": 2}]});
    here[1].drain().await;
    there[1].drain().await;
    there[0].done(post, "for the group there").await;
    assert_eq!((here[1].fetch().await.len(), there[1].fetch().await.len()), (0, 1));
}

#[tokio::test]
async fn a_uid_a_secret_and_an_id_of_one_site_do_nothing_at_another() {
    let rig = Rig::new().await;
    let other = rig.another_site(settings()).await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let mut eve = Device::register(rig.client(), other, EDGE, Some("Eve Extra")).await;
    let unknown = format!("recipient \"{}\" is unknown", bob.uid());
    assert_eq!(eve.refused(to_member(&bob), "hello").await, unknown);
    let who = json!({"op": 4, "for": [{"id": bob.uid()}], "type": "init"});
    assert!(eve.refused(who, "").await.contains("unknown"));
    let id = ann.done(to_member(&bob), &"x".repeat(50_000)).await.msgid;
    let mut elsewhere = bob.clone();
    elsewhere.session.site = other;
    assert_eq!(elsewhere.login_on(EDGE).await.err().as_deref(), Some("login failed"));
    assert!(elsewhere.page(10, 1000, &[]).await.fenced);
    assert!(elsewhere.body(id).await.is_err());
    elsewhere.ack(&[id]).await;
    eve.ack(&[id]).await;
    elsewhere.end().await;
    assert!(!bob.page(10, 1000, &[]).await.fenced);
    assert_eq!(bob.fetch().await.len(), 1);
}
