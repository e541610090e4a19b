//! Queues have limits, and pages have.

use serde_json::json;
use tmtp_grpc::delivery::{RegisterRequest, SessionReply};
use tmtp_platform::{Clock as _, SystemClock};
use tmtp_store::{MemberKey, SiteId, SiteSettings};

use crate::{
    posts::to_member,
    rig::{Client, Device, EDGE, Rig, settings},
};

#[tokio::test]
async fn a_queue_takes_so_many_messages_and_no_more() {
    let rig = Rig::with(Default::default(), SiteSettings { queued_messages_max: 3, ..settings() }).await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let cat = rig.member("Cat Clark").await;
    let full = format!("queue of recipient \"{}\" is full", bob.uid());
    for _ in 0..3 {
        ann.done(to_member(&bob), "hello").await;
    }
    assert_eq!(ann.refused(to_member(&bob), "hello").await, full);
    let both = json!([{"id": cat.uid(), "type": 1}, {"id": bob.uid(), "type": 1}]);
    assert_eq!(ann.refused(json!({"op": 7, "for": both}), "hello").await, full);
    assert!(cat.fetch().await.is_empty());
    bob.drain().await;
    ann.done(json!({"op": 7, "for": both}), "hello").await;
    assert_eq!((bob.fetch().await.len(), cat.fetch().await.len()), (1, 1));
}

#[tokio::test]
async fn a_queue_takes_so_many_octets_and_no_more() {
    let rig = Rig::with(Default::default(), SiteSettings { queued_octets_max: 100_000, ..settings() }).await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    ann.done(to_member(&bob), &"x".repeat(60_000)).await;
    assert!(ann.refused(to_member(&bob), &"x".repeat(60_000)).await.contains("is full"));
    ann.done(to_member(&bob), &"x".repeat(20_000)).await;
}

#[tokio::test]
async fn many_at_once_do_not_pass_the_limit() {
    let rig = Rig::with(Default::default(), SiteSettings { queued_messages_max: 5, ..settings() }).await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let posts = (0..50).map(|number| {
        let (ann, mut post) = (ann.clone(), to_member(&bob));
        post["id"] = json!(format!("{number}"));
        async move { ann.ask_as(post, "hello").await.unwrap().error.is_none() }
    });
    let taken = futures::future::join_all(posts).await.into_iter().filter(|taken| *taken).count();
    assert_eq!((taken, bob.fetch().await.len()), (5, 5));
}

#[tokio::test]
async fn a_full_queue_keeps_nobody_from_logging_in() {
    let rig = Rig::with(Default::default(), SiteSettings { queued_messages_max: 3, ..settings() }).await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    for _ in 0..3 {
        ann.done(to_member(&bob), "hello").await;
    }
    assert_eq!(bob.login().await.fetch().await.len(), 4);
}

#[tokio::test]
async fn a_node_is_not_added_by_a_device_that_could_not_be_told_its_secret() {
    let rig = Rig::with(Default::default(), SiteSettings { queued_messages_max: 1, ..settings() }).await;
    let mut ann = rig.member("Ann Other").await;
    ann.drain().await;
    // A hundred notices find room behind the limit.
    for number in 0..100 {
        ann.done(json!({"op": 3, "newalias": format!("Ann Other {number}")}), "").await;
    }
    let full = format!("queue of recipient \"{}\" is full", ann.uid());
    assert_eq!(ann.refused(json!({"op": 3, "newnode": "laptop"}), "").await, full);
    ann.drain().await;
    ann.done(json!({"op": 3, "newnode": "laptop"}), "").await;
    assert!(ann.ops().await.contains(&"user".to_owned()));
}

#[tokio::test]
async fn a_site_sends_so_many_messages_a_day_and_no_more() {
    let rig = Rig::with(Default::default(), SiteSettings { messages_per_day_max: 3, ..settings() }).await;
    let (mut ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let full = "the site has sent its 3 messages of today";
    ann.done(to_member(&bob), "hello").await;
    bob.done(to_member(&ann), "hello").await;
    // Who is refused takes nothing of it.
    ann.refused(json!({"op": 7, "for": [{"id": "nobody", "type": 1}]}), "hello").await;
    let mut again = to_member(&bob);
    again["id"] = json!("the same");
    assert_eq!(ann.ask_as(again.clone(), "hello").await.unwrap().error, None);
    assert_eq!(ann.ask_as(again, "hello").await.unwrap().error, None, "a repetition is no further message");
    for device in [&mut ann, &mut bob] {
        let to = to_member(device);
        assert_eq!(device.refused(to, "hello").await, full);
    }
    let got = bob.ops().await;
    assert_eq!(got.iter().filter(|op| *op == "delivery").count(), 2, "each of Ann's once: {got:?}");
    let other = rig.another_site(settings()).await;
    let mut eve = Device::register(rig.client(), other, EDGE, Some("Eve Extra")).await;
    let to = to_member(&eve);
    eve.done(to, "another site has a limit of its own").await;
}

#[tokio::test]
async fn a_site_takes_so_many_members_and_no_more() {
    for rig in [
        Rig::with(Default::default(), SiteSettings { members_max: 3, ..settings() }).await,
        Rig::on_postgres(Default::default(), SiteSettings { members_max: 3, ..settings() }).await,
    ] {
        let _ann = rig.member("Ann Other").await;
        let newcomers = (0..8u8).map(|number| {
            let seed = bytes::Bytes::from(vec![number; 45]);
            let (site, edge, newnode) = (rig.site, EDGE.to_owned(), "laptop".to_owned());
            let request = RegisterRequest { site, edge, newnode, seed, ..Default::default() };
            let mut client = rig.client();
            async move { (request.clone(), client.register(request).await.unwrap().into_inner()) }
        });
        let replies = futures::future::join_all(newcomers).await;
        let (made, refused): (Vec<_>, Vec<_>) =
            replies.into_iter().partition(|(_, reply)| reply.session.is_some());
        assert_eq!((made.len(), refused.len()), (2, 6));
        assert!(refused.iter().all(|(_, reply)| reply.refused.as_deref() == Some("register failure")));
        // Whoever is a member already may have lost the answer.
        let again = rig.client().register(made[0].0.clone()).await.unwrap().into_inner();
        assert!(again.session.is_some());
        let other = rig.another_site(settings()).await;
        Device::register(rig.client(), other, EDGE, Some("Eve Extra")).await;
    }
}

/// Registers at a site, as so many strangers at once as there are numbers; how many were let in.
async fn strangers(clients: &[Client], site: i64, numbers: std::ops::Range<u8>) -> usize {
    let replies = numbers.zip(clients.iter().cycle()).map(|(number, client)| {
        let (edge, newnode) = (EDGE.to_owned(), "laptop".to_owned());
        let seed = bytes::Bytes::from(vec![number; 45]);
        let request = RegisterRequest { site, edge, newnode, seed, ..Default::default() };
        let mut client = client.clone();
        async move { client.register(request).await.unwrap().into_inner() }
    });
    let replies = futures::future::join_all(replies).await;
    let refused = |reply: &SessionReply| reply.refused.as_deref() == Some("register failure");
    assert!(replies.iter().all(|reply| reply.session.is_some() || refused(reply)), "{replies:?}");
    replies.iter().filter(|reply| reply.session.is_some()).count()
}

#[tokio::test]
async fn a_site_open_to_all_takes_so_many_strangers_an_hour_whatever_process_they_come_to() {
    let slow = SiteSettings { open_registrations_per_hour_max: 20, ..settings() };
    for rig in
        [Rig::with(Default::default(), slow.clone()).await, Rig::on_postgres(Default::default(), slow).await]
    {
        let (site, hour_ms) = (SiteId(rig.site), 60 * 60 * 1000);
        // Who came more than an hour ago, or with somebody's word, is none of them.
        let mut tx = rig.store.begin(&[site]).await.unwrap();
        let now_ms = SystemClock.unix_ms();
        for number in 0..30 {
            let of_old = MemberKey { site, uid: format!("of old {number}") };
            tx.add_stranger(&of_old, now_ms - hour_ms - 1).await.unwrap();
            let invited = MemberKey { site, uid: format!("invited {number}") };
            tx.add_member(&invited, now_ms).await.unwrap();
        }
        // Who came half an hour ago is.
        let early = MemberKey { site, uid: "early".to_owned() };
        tx.add_stranger(&early, now_ms - hour_ms / 2).await.unwrap();
        tx.commit().await.unwrap();
        let other = rig.another_process().await;
        let clients = [rig.client(), other.client()];
        assert_eq!(strangers(&clients, rig.site, 0..60).await, 19);
        // A process that has just begun knows as much.
        let later = rig.another_process().await;
        assert_eq!(strangers(&[later.client()], rig.site, 60..70).await, 0);
        // Who was let in and lost the answer is no further one.
        assert_eq!(strangers(&clients, rig.site, 0..60).await, 19);
        let quick = rig.another_site(settings()).await;
        assert_eq!(strangers(&clients, quick, 0..40).await, 40, "another site has a pace of its own");
    }
}

#[tokio::test]
async fn pages_come_in_order_and_leave_out_what_is_skipped() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(ann.done(to_member(&bob), "hello").await.msgid);
    }
    let page = bob.page(2, 1 << 20, &[]).await;
    assert!(page.more);
    assert_eq!(page.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), ids[..2]);
    let page = bob.page(10, 1 << 20, &[ids[0], ids[3]]).await;
    assert!(!page.more);
    assert_eq!(page.entries.iter().map(|entry| entry.id).collect::<Vec<_>>(), [ids[1], ids[2], ids[4]]);
    let page = bob.page(10, 12, &[]).await;
    assert!(page.more && (1..5).contains(&page.entries.len()));
    let page = bob.page(0, 0, &[]).await;
    assert!(page.more && page.entries.len() == 1);
}

#[tokio::test]
async fn a_stale_or_unknown_ack_does_nothing() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let id = ann.done(to_member(&bob), "hello").await.msgid;
    bob.ack(&[1, 2, id + 1, u64::MAX]).await;
    ann.ack(&[id]).await;
    assert_eq!(bob.fetch().await.len(), 1);
    bob.ack(&[id, id]).await;
    bob.ack(&[id]).await;
    assert!(bob.fetch().await.is_empty());
}
