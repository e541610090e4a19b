//! OhiEdit, and who is told when a member comes and goes.

use serde_json::{Value, json};
use tmtp_delivery::Options;
use tmtp_grpc::delivery::HeartbeatRequest;

use crate::rig::{Device, Rig, settings};

fn ohi(change: &str, who: &[&Device]) -> Value {
    let who: Vec<_> = who.iter().map(|device| json!({"id": device.uid()})).collect();
    json!({"op": 4, "for": who, "type": change})
}

#[tokio::test]
async fn who_is_newly_in_the_set_hears_of_it_once() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let cat = rig.member("Cat Clark").await;
    let mut ears = rig.ears("edge-1");
    ann.done(ohi("init", &[&bob]), "").await;
    assert_eq!(ears.ohi().await, (bob.node(), ann.uid().into(), 1));
    ann.done(ohi("add", &[&bob, &cat]), "").await;
    assert_eq!(ears.ohi().await, (cat.node(), ann.uid().into(), 1));
    ann.done(ohi("drop", &[&cat]), "").await;
    assert_eq!(ears.ohi().await, (cat.node(), ann.uid().into(), 2));
    ann.done(ohi("drop", &[&cat, &bob]), "").await;
    assert_eq!(ears.ohi().await, (bob.node(), ann.uid().into(), 2));
    assert_eq!(ears.ohis_so_far(), 0);
}

#[tokio::test]
async fn add_and_drop_are_told_to_all_own_nodes_and_init_is_not() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    let bob = rig.member("Bob Brown").await;
    ann.done(ohi("init", &[&bob]), "").await;
    assert!(ann.fetch().await.is_empty() && phone.fetch().await.is_empty());
    ann.done(ohi("drop", &[&bob]), "").await;
    for device in [&ann, &phone] {
        let got = device.drain().await;
        assert_eq!((got.len(), got[0].op()), (1, "ohiedit"));
        assert_eq!(got[0].header["for"], json!([{"id": bob.uid()}]));
        assert_eq!(got[0].header["type"], json!("drop"));
    }
}

#[tokio::test]
async fn an_unknown_uid_fails_the_whole_request() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let mut ears = rig.ears("edge-1");
    let mut request = ohi("add", &[&bob]);
    request["for"].as_array_mut().unwrap().push(json!({"id": "nobody"}));
    assert_eq!(ann.refused(request, "").await, "uid \"nobody\" is unknown");
    assert!(ann.fetch().await.is_empty());
    ann.done(ohi("add", &[&bob]), "").await;
    assert_eq!(ears.ohi().await, (bob.node(), ann.uid().into(), 1));
}

#[tokio::test]
async fn who_logs_in_learns_who_is_online() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    assert!(bob.login().await.ohi.is_empty());
    ann.done(ohi("init", &[&bob]), "").await;
    let bob = bob.login().await;
    assert_eq!(bob.ohi, [ann.uid()]);
    ann.end().await;
    assert!(bob.login().await.ohi.is_empty());
}

#[tokio::test]
async fn when_the_last_link_that_sent_it_ends_all_in_the_set_are_told() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let mut phone = ann.add_node().await;
    let bob = rig.member("Bob Brown").await;
    ann.done(ohi("init", &[&bob]), "").await;
    phone.done(ohi("init", &[&bob]), "").await;
    let mut ears = rig.ears("edge-1");
    ann.end().await;
    phone.end().await;
    phone.end().await;
    assert_eq!(ears.ohi().await, (bob.node(), ann.uid().into(), 2));
    assert_eq!(ears.ohis_so_far(), 0);
}

#[tokio::test]
async fn a_new_login_ends_what_the_former_link_said() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    ann.done(ohi("init", &[&bob]), "").await;
    let mut ears = rig.ears("edge-1");
    let mut newer = ann.login().await;
    assert_eq!(ears.ohi().await, (bob.node(), ann.uid().into(), 2));
    assert_eq!(ann.refused(ohi("init", &[&bob]), "").await, "session is over");
    newer.done(ohi("init", &[&bob]), "").await;
    assert_eq!(ears.ohi().await, (bob.node(), ann.uid().into(), 1));
}

#[tokio::test]
async fn the_same_request_over_a_new_link_takes_effect_again() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let mut ears = rig.ears("edge-1");
    for change in ["init", "add"] {
        let mut request = ohi(change, &[&bob]);
        request["id"] = json!("always the same");
        for _ in 0..2 {
            assert_eq!(ann.ask_as(request.clone(), "").await.unwrap().error, None);
            assert_eq!(ears.ohi().await, (bob.node(), ann.uid().into(), 1));
            ann = ann.login().await;
            assert_eq!(ears.ohi().await, (bob.node(), ann.uid().into(), 2));
        }
    }
    let edits = ann.ops().await.iter().filter(|op| *op == "ohiedit").count();
    assert_eq!(edits, 1);
}

#[tokio::test]
async fn a_link_that_ended_leaves_no_set_behind() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    ann.end().await;
    for change in ["init", "add", "drop"] {
        let mut late = ohi(change, &[&bob]);
        late["id"] = json!("late");
        assert_eq!(ann.ask_as(late, "").await.unwrap_err().code(), tonic::Code::Unavailable);
    }
    assert!(bob.login().await.ohi.is_empty());
}

#[tokio::test]
async fn when_an_edge_dies_its_members_are_gone() {
    let rig = Rig::with(Options { edge_silence_seconds: 1, ..Options::default() }, settings()).await;
    let ann = rig.member("Ann Other").await;
    let bob = rig.member("Bob Brown").await.login_on("edge-2").await.unwrap();
    let mut ann = ann.login_on("edge-1").await.unwrap();
    let (stop, mut client) = (tokio_util::sync::CancellationToken::new(), rig.client());
    let beats = stop.clone().run_until_cancelled_owned(async move {
        let mut every = tokio::time::interval(std::time::Duration::from_millis(100));
        loop {
            every.tick().await;
            client.heartbeat(HeartbeatRequest { edge: "edge-2".into() }).await.unwrap();
        }
    });
    let beats: tokio::task::JoinHandle<Option<()>> = tokio::spawn(beats);
    rig.client().heartbeat(HeartbeatRequest { edge: "edge-1".into() }).await.unwrap();
    let mut ears = rig.ears("edge-2");
    ann.done(ohi("init", &[&bob]), "").await;
    assert_eq!(ears.ohi().await, (bob.node(), ann.uid().into(), 1));
    assert_eq!(ears.ohi().await, (bob.node(), ann.uid().into(), 2));
    stop.cancel();
    beats.await.unwrap();
}
