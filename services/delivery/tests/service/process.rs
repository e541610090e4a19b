//! A process as a whole: the list of sites, stopping, upkeep.

use bytes::Bytes;
use serde_json::json;
use tmtp_bus::SITES;
use tmtp_delivery::{Error, Options};
use tmtp_grpc::delivery::SitesRequest;
use tmtp_store::{SiteId, admin::OrgId};
use tokio_util::sync::CancellationToken;

use crate::{
    posts::to_member,
    rig::{Rig, settings, soon, until},
};

#[tokio::test]
async fn the_list_of_sites_is_sent_when_it_changed() {
    let rig = Rig::new().await;
    let mut client = rig.client();
    let first = client.sites(SitesRequest { version: -1 }).await.unwrap().into_inner();
    assert_eq!((first.sites.len(), first.sites[0].name.as_str()), (1, "one"));
    assert_eq!(first.sites[0].hosts, ["one.example"]);
    assert!(first.sites[0].open_registration && first.sites[0].limits.is_some());
    let same = client.sites(SitesRequest { version: first.version }).await.unwrap().into_inner();
    assert_eq!((same.version, same.sites.len()), (first.version, 0));
    rig.another_site(settings()).await;
    rig.bus.publish(SITES, Bytes::new());
    until(|| async {
        let request = SitesRequest { version: first.version };
        rig.client().sites(request).await.unwrap().into_inner().sites.len() == 2
    })
    .await;
}

#[tokio::test]
async fn a_suspended_site_is_closed_to_its_members() {
    // It would look by itself too late for this test.
    let rig = Rig::with(Options { sites_poll_seconds: 600, ..Options::default() }, settings()).await;
    let ann = rig.member("Ann Other").await;
    let (_, sites) = rig.store.sites().await.unwrap();
    let mut site = sites.into_iter().find(|site| site.id == SiteId(rig.site)).unwrap();
    site.suspended = true;
    rig.store.change_site(&site).await.unwrap();
    rig.bus.publish(SITES, Bytes::new());
    until(|| async { ann.login_on("edge-1").await.is_err() }).await;
    until(|| async {
        let reply = ann.ask_as(json!({"op": 7, "id": "x", "for": []}), "hello").await.unwrap();
        reply.error.as_deref() == Some("session is over")
    })
    .await;
    assert!(ann.page(10, 1000, &[]).await.fenced);
}

#[tokio::test]
async fn a_stop_finishes_what_is_queued_and_takes_nothing_more() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let other = rig.another_process().await;
    let mut posts = Vec::new();
    for number in 0..50 {
        let (mut ann, mut post) = (ann.clone(), to_member(&bob));
        ann.client = other.client();
        post["id"] = json!(format!("{number}"));
        posts.push(tokio::spawn(async move { ann.ask_as(post, "hello").await }));
    }
    tokio::task::yield_now().await;
    other.stop.cancel();
    soon(other.run).await.unwrap().unwrap();
    let mut acked = 0;
    for post in posts {
        match soon(post).await.unwrap() {
            Ok(reply) => acked += usize::from(reply.error.is_none()),
            Err(status) => assert_eq!(status.code(), tonic::Code::Unavailable),
        }
    }
    assert_eq!(bob.fetch().await.len(), acked);
}

#[tokio::test]
async fn how_long_messages_took_is_counted_of_those_that_did_not_wait_for_their_device() {
    let rig = Rig::new().await;
    let (ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    for number in 0..3 {
        let mut post = to_member(&bob);
        post["id"] = json!(format!("{number}"));
        ann.ask_as(post, "hello").await.unwrap();
    }
    let ids: Vec<u64> = bob.fetch().await.iter().map(|got| got.id).collect();
    let other = rig.another_process().await;
    bob.client = other.client();
    // It came back before the second. An edge of a former release does not tell.
    bob.ack_since(ids[1], &ids[..2]).await;
    bob.ack_since(0, &ids[2..]).await;
    other.stop.cancel();
    soon(other.run).await.unwrap().unwrap();
    let mut view = rig.store.admin().view().await.unwrap();
    let scope = view.scope(OrgId::DEFAULT, SiteId(rig.site)).await.unwrap().unwrap();
    let days = view.usage(&scope, &(0..=i64::MAX)).await.unwrap();
    assert_eq!(days.iter().map(|day| day.latency.deliveries()).sum::<u64>(), 1, "{days:?}");
}

#[tokio::test]
async fn a_second_run_is_an_error() {
    let rig = Rig::new().await;
    rig.member("Ann Other").await;
    let again = rig.process.delivery.clone().run(CancellationToken::new()).await;
    assert!(matches!(again, Err(Error::RunsAlready)));
}

#[tokio::test]
async fn bodies_that_no_message_names_are_swept_up_and_named_ones_stay() {
    let options = Options { sweep_seconds: 1, orphan_age_seconds: 1, ..Options::default() };
    let rig = Rig::with(options, settings()).await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let id = ann.done(to_member(&bob), &"x".repeat(100_000)).await.msgid;
    let mut writer = rig.bodies.create(SiteId(rig.site)).await.unwrap();
    writer.write(Bytes::from_static(b"left behind")).await.unwrap();
    writer.finish().await.unwrap();
    assert_eq!(rig.blobs().await.len(), 2);
    until(|| async { rig.blobs().await.len() == 1 }).await;
    assert_eq!(bob.body(id).await.unwrap().concat().len(), 100_000);
}

#[tokio::test]
async fn requests_are_forgotten_in_time() {
    let options = Options { sweep_seconds: 1, request_memory_seconds: 1, ..Options::default() };
    let rig = Rig::with(options, settings()).await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let mut post = to_member(&bob);
    post["id"] = json!("the same");
    let first = ann.ask_as(post.clone(), "hello").await.unwrap().msgid;
    until(|| async { ann.ask_as(post.clone(), "hello").await.unwrap().msgid != first }).await;
}
