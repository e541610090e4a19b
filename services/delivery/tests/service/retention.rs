//! What waits for longer than its site keeps it.

use bytes::Bytes;
use tmtp_delivery::Options;
use tmtp_platform::{Clock as _, SystemClock};
use tmtp_store::{Body, NewEntry, NewMessage, NodeId, SiteId, SiteSettings};
use tmtp_wire::{Message, MsgId, Posted, Stamp};

use crate::{
    posts::to_member,
    rig::{Device, Rig, settings, until},
};

/// Puts a message into queues that was posted so many days ago.
async fn posted(rig: &Rig, (from, days): (&Device, i64), message: &Message, to: &[&Device]) {
    let then = SystemClock.unix_ms() - days * 24 * 3_600_000;
    let stamp = Stamp { id: MsgId::at(then), from: from.uid().to_owned(), posted: Posted(then), data_len: 2 };
    let head = message.encode(&stamp).unwrap();
    let body = Body::Inline(Bytes::from_static(b"hi"));
    let site = SiteId(rig.site);
    let message = NewMessage { site, id: stamp.id, posted: stamp.posted, head, body, urgent: false };
    let entries: Vec<_> =
        to.iter().map(|device| NewEntry { message: 0, node: NodeId(device.node()) }).collect();
    let mut tx = rig.store.begin(&[]).await.unwrap();
    tx.add_messages(&[message], &entries).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_waits_for_too_long_is_removed_and_its_sender_told_by_the_site() {
    let options = Options { sweep_seconds: 1, ..Options::default() };
    let rig = Rig::with(options, SiteSettings { retention_days: 20, ..settings() }).await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let cat = rig.member("Cat Clark").await;
    let delivery = Message::Delivery { datahead: None, datasum: None, notify: None };
    ann.done(to_member(&bob), "new").await;
    posted(&rig, (&ann, 19), &delivery, &[&bob]).await;
    posted(&rig, (&ann, 21), &delivery, &[&bob, &cat]).await;
    posted(&rig, (&ann, 22), &delivery, &[&bob]).await;
    // Of what nobody wrote, nobody is told.
    posted(&rig, (&cat, 23), &Message::Login, &[&cat]).await;
    until(async || ann.fetch().await.len() == 2 && bob.fetch().await.len() == 2).await;

    let mut notices = ann.drain().await;
    notices.sort_by_key(|notice| notice.text().to_owned());
    let day = |days: i64| Posted(SystemClock.unix_ms() - days * 24 * 3_600_000).to_string()[..10].to_owned();
    let said: Vec<_> = notices.iter().map(|notice| notice.text().to_owned()).collect();
    let one = format!("Not delivered within 20 days, and removed: a message of {} to Cat Clark", day(21));
    let two = format!(
        "Not delivered within 20 days, and removed: 2 messages to Bob Brown, the last of {}",
        day(21)
    );
    assert_eq!(said, [two, one]);
    for notice in &notices {
        assert_eq!(
            (notice.op(), &notice.header["alias"], &notice.header["to"]),
            ("ping", &"one".into(), &"Ann Other".into())
        );
        assert_ne!(notice.header["from"], ann.uid());
    }
    assert!(cat.fetch().await.is_empty());
    // Nobody can answer a site.
    let answer = serde_json::json!({"op": 7, "for": [{"id": notices[0].header["from"], "type": 1}]});
    assert!(ann.refused(answer, "why?").await.contains("unknown"));
}
