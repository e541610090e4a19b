//! Login: who gets in, and who has to go.

use std::time::Duration;

use tmtp_delivery::Options;
use tmtp_grpc::delivery::{HeartbeatRequest, RenewRequest, Standing};
use tmtp_store::{LoginConflict, MemberKey, SiteId, SiteSettings};

use crate::{
    posts::to_member,
    rig::{Rig, settings, until},
};

#[tokio::test]
async fn a_login_is_told_to_all_of_the_members_nodes() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    let ann = ann.login().await;
    let got = ann.fetch().await;
    assert_eq!(got.len(), 1);
    assert_eq!((got[0].op(), got[0].header["node"].as_str()), ("login", Some("tbd")));
    assert_eq!(phone.ops().await, ["login"]);
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_member_are_told_the_same() {
    let rig = Rig::new().await;
    let (ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    bob.secret = ann.secret.clone();
    assert_eq!(bob.login_on("edge-1").await.err().as_deref(), Some("login failed"));
    bob.session.uid = "nobody".into();
    assert_eq!(bob.login_on("edge-1").await.err().as_deref(), Some("login failed"));
    bob.session.uid = "x".repeat(5000);
    assert_eq!(bob.login_on("edge-1").await.err().as_deref(), Some("login failed"));
}

#[tokio::test]
async fn the_newest_login_wins_and_the_former_edge_is_told() {
    let rig = Rig::new().await;
    let (ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    bob.done(to_member(&ann), "waits").await;
    let mut ears = rig.ears("edge-1");
    let newer = ann.login_on("edge-2").await.unwrap();
    assert_eq!(ears.fence().await, (ann.node(), newer.session.epoch));
    assert!(newer.session.epoch > ann.session.epoch);
    assert!(ann.page(10, 1000, &[]).await.fenced);
    let waiting: Vec<_> = newer.fetch().await.iter().map(|got| got.id).collect();
    assert_eq!(waiting.len(), 2);
    ann.ack(&waiting).await;
    assert_eq!(newer.fetch().await.len(), 2);
    let mut ears = rig.ears("edge-2");
    bob.done(to_member(&ann), "for the newer").await;
    ears.wake(&newer).await;
}

#[tokio::test]
async fn a_second_login_on_the_same_edge_is_told_to_it_too() {
    let rig = Rig::new().await;
    let ann = rig.member("Ann Other").await;
    let mut ears = rig.ears("edge-1");
    let newer = ann.login().await;
    assert_eq!(ears.fence().await, (ann.node(), newer.session.epoch));
}

#[tokio::test]
async fn where_the_site_refuses_a_second_login_the_first_one_stays() {
    let refuse = SiteSettings { login_conflict: LoginConflict::Refuse, ..settings() };
    let rig = Rig::with(Options::default(), refuse).await;
    let ann = rig.member("Ann Other").await;
    let mut ears = rig.ears("edge-1");
    assert_eq!(ann.login_on("edge-2").await.err().as_deref(), Some("node already connected"));
    assert_eq!(ears.doubt().await, ann.session);
    assert!(!ann.page(10, 1000, &[]).await.fenced);
    ann.end().await;
    assert!(ann.login_on("edge-2").await.is_ok());
}

#[tokio::test]
async fn a_dead_edge_keeps_nobody_out() {
    let refuse = SiteSettings { login_conflict: LoginConflict::Refuse, ..settings() };
    let rig = Rig::with(Options { edge_silence_seconds: 1, ..Options::default() }, refuse).await;
    let ann = rig.member("Ann Other").await;
    let beat = HeartbeatRequest { edge: ann.edge.clone() };
    let mut client = rig.client();
    assert!(!client.heartbeat(beat.clone()).await.unwrap().into_inner().known);
    assert!(client.heartbeat(beat.clone()).await.unwrap().into_inner().known);
    assert!(ann.login_on("edge-2").await.is_err());
    until(|| async { ann.login_on("edge-2").await.is_ok() }).await;
}

#[tokio::test]
async fn an_edge_that_was_taken_for_dead_gets_its_sessions_back() {
    let rig = Rig::with(Options { edge_silence_seconds: 1, ..Options::default() }, settings()).await;
    let (ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let beat = HeartbeatRequest { edge: "edge-1".into() };
    let mut client = rig.client();
    client.heartbeat(beat.clone()).await.unwrap();
    until(|| async { rig.store.edges().await.unwrap().is_empty() }).await;
    assert!(!client.heartbeat(beat.clone()).await.unwrap().into_inner().known);
    let mut stale = bob.session.clone();
    stale.epoch -= 1;
    let sessions = vec![ann.session.clone(), bob.session.clone(), stale];
    let renew = RenewRequest { edge: "edge-1".into(), sessions: sessions.clone() };
    let standings = client.renew(renew.clone()).await.unwrap().into_inner().standings;
    let (idle, fenced) = (Standing::Idle as i32, Standing::Fenced as i32);
    assert_eq!(standings, [idle, idle, fenced]);
    let mut ears = rig.ears("edge-1");
    bob.done(to_member(&ann), "hello again").await;
    ears.wake(&ann).await;
    let standings = client.renew(renew).await.unwrap().into_inner().standings;
    assert_eq!(standings, [Standing::Waiting as i32, idle, fenced]);
}

#[tokio::test]
async fn a_member_has_so_many_links_and_no_more() {
    let rig = Rig::with(Options::default(), SiteSettings { links_per_member_max: 1, ..settings() }).await;
    let mut ann = rig.member("Ann Other").await;
    ann.done(serde_json::json!({"op": 3, "newnode": "phone"}), "").await;
    let mut phone = ann.clone();
    phone.secret = ann.fetch().await[0].header["nodeid"].as_str().unwrap().into();
    assert_eq!(phone.login_on("edge-1").await.err().as_deref(), Some("login failed"));
    assert!(ann.login_on("edge-1").await.is_ok());
    ann.login().await.end().await;
    assert!(phone.login_on("edge-1").await.is_ok());
}

#[tokio::test]
async fn a_suspended_member_neither_logs_in_nor_posts_nor_receives() {
    let rig = Rig::new().await;
    let (mut ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let mut tx = rig.store.begin(&[]).await.unwrap();
    let key = MemberKey { site: SiteId(rig.site), uid: ann.uid().into() };
    assert!(tx.suspend_member(&key, true).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(ann.login_on("edge-1").await.err().as_deref(), Some("login failed"));
    assert_eq!(ann.refused(to_member(&bob), "hello").await, "session is over");
    let error = bob.refused(to_member(&ann), "hello").await;
    assert_eq!(error, format!("recipient \"{}\" is unknown", ann.uid()));
}

#[tokio::test]
async fn ids_go_on_growing_over_a_new_login_at_another_process() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    ann.floor += Duration::from_secs(3600).as_nanos() as u64;
    let before = ann.done(to_member(&bob), "from the future").await.msgid;
    ann.client = rig.another_process().await.client();
    let mut ann = ann.login().await;
    assert!(ann.floor > before);
    assert!(ann.done(to_member(&bob), "later").await.msgid > before);
}
