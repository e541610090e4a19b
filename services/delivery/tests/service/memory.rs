//! What a process remembers of members decides nothing by itself.

use tmtp_store::{MemberKey, SiteId};

use crate::{
    posts::to_member,
    rig::{Device, Rig},
};

async fn suspend(rig: &Rig, device: &Device, suspended: bool) {
    let key = MemberKey { site: SiteId(device.session.site), uid: device.uid().to_owned() };
    let mut tx = rig.store.begin(&[]).await.unwrap();
    assert!(tx.suspend_member(&key, suspended).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_node_added_by_another_process_gets_what_is_posted_next() {
    let rig = Rig::new().await;
    let elsewhere = rig.another_process().await;
    let (mut ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    ann.done(to_member(&bob), "bob is remembered here").await;
    bob.drain().await;
    bob.client = elsewhere.client();
    let phone = bob.add_node().await;
    ann.done(to_member(&bob), "for both").await;
    assert_eq!(bob.fetch().await.last().unwrap().text(), "for both");
    assert_eq!(phone.fetch().await.last().unwrap().text(), "for both");
}

#[tokio::test]
async fn whoever_was_suspended_gets_and_sends_nothing_and_is_back_at_once() {
    let rig = Rig::new().await;
    let (mut ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    ann.done(to_member(&bob), "both are remembered").await;
    let unknown = format!("recipient \"{}\" is unknown", bob.uid());
    for _ in 0..2 {
        suspend(&rig, &bob, true).await;
        assert_eq!(ann.refused(to_member(&bob), "too late").await, unknown);
        assert!(bob.ask(to_member(&ann), "too late").await.error.is_some());
        suspend(&rig, &bob, false).await;
        ann.done(to_member(&bob), "again").await;
        bob.done(to_member(&ann), "again").await;
    }
    assert_eq!(bob.fetch().await.len(), 3);
}

#[tokio::test]
async fn a_revoked_node_posts_nothing_more() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    ann.done(to_member(&bob), "ann is remembered").await;
    let mut phone = ann.add_node().await;
    phone.done(to_member(&bob), "so is her phone").await;
    let mut tx = rig.store.begin(&[]).await.unwrap();
    tx.revoke_node(SiteId(phone.session.site), tmtp_store::NodeId(phone.node())).await.unwrap();
    tx.commit().await.unwrap();
    assert!(phone.ask(to_member(&bob), "too late").await.error.is_some());
    ann.done(to_member(&bob), "still here").await;
    assert_eq!(bob.fetch().await.len(), 3);
}
