//! Register and UserEdit: aliases and nodes.

use serde_json::json;
use tmtp_grpc::delivery::RegisterRequest;
use tmtp_store::SiteSettings;

use crate::{
    posts::to_member,
    rig::{EDGE, Rig, settings},
};

fn newcomer(site: i64, alias: Option<&str>) -> RegisterRequest {
    let newalias = alias.map(Into::into);
    RegisterRequest { site, edge: EDGE.into(), newnode: "laptop".into(), newalias, ..Default::default() }
}

#[tokio::test]
async fn a_new_member_gets_a_uid_and_a_secret_that_lets_it_in() {
    let rig = Rig::new().await;
    let ann = rig.member("Ann Other").await;
    assert_eq!(tmtp_wire::base32::decode(ann.uid()).unwrap().len(), 20);
    assert_eq!(tmtp_wire::base32::decode(&ann.secret).unwrap().len(), 25);
    assert!(ann.fetch().await.is_empty());
    assert_eq!(ann.login().await.ops().await, ["login"]);
}

#[tokio::test]
async fn a_register_tried_again_makes_one_member_and_keeps_its_alias() {
    let rig = Rig::new().await;
    let seed = bytes::Bytes::from(vec![7; 45]);
    let request = RegisterRequest { seed, ..newcomer(rig.site, Some("Ann Other")) };
    let first = rig.client().register(request.clone()).await.unwrap().into_inner();
    let again = rig.client().register(request).await.unwrap().into_inner();
    assert_eq!((&again.alias_error, &again.nodeid), (&None, &first.nodeid));
    let (first, again) = (first.session.unwrap(), again.session.unwrap());
    assert_eq!((&again.uid, again.node), (&first.uid, first.node));
    assert!(again.epoch > first.epoch);
    let other = rig.client().register(newcomer(rig.site, Some("Ann Other"))).await.unwrap().into_inner();
    assert!(other.alias_error.is_some() && other.session.unwrap().uid != first.uid);
}

#[tokio::test]
async fn an_alias_refused_does_not_refuse_the_account() {
    let rig = Rig::new().await;
    let _ann = rig.member("Ann Other").await;
    let texts = [
        ("Ann Other", "newalias \"Ann Other\" is already taken"),
        ("short", "newalias must be 8+ characters"),
        ("bell\u{7} ringing", "newalias \"bell\u{7} ringing\" is invalid"),
    ];
    for (alias, text) in texts {
        let reply = rig.client().register(newcomer(rig.site, Some(alias))).await.unwrap().into_inner();
        assert_eq!(reply.alias_error.as_deref(), Some(text));
        assert!(reply.session.is_some() && !reply.nodeid.is_empty() && reply.refused.is_none());
    }
    let reply = rig.client().register(newcomer(rig.site, Some("_"))).await.unwrap().into_inner();
    assert_eq!(reply.alias_error, None);
}

#[tokio::test]
async fn a_closed_site_and_one_that_does_not_exist_admit_nobody() {
    let rig = Rig::with(Default::default(), SiteSettings::default()).await;
    for site in [rig.site, rig.site + 1000] {
        let reply = rig.client().register(newcomer(site, None)).await.unwrap().into_inner();
        assert_eq!(reply.refused.as_deref(), Some("register failure"));
        assert!(reply.session.is_none() && reply.nodeid.is_empty());
    }
}

#[tokio::test]
async fn the_shortest_alias_is_the_sites_to_set() {
    let rig = Rig::with(Default::default(), SiteSettings { name_octets_min: 3, ..settings() }).await;
    let mut ann = rig.member("Ann").await;
    assert_eq!(ann.refused(json!({"op": 3, "newalias": "Al"}), "").await, "newalias must be 3+ characters");
}

#[tokio::test]
async fn a_new_alias_is_told_to_all_own_nodes_ahead_of_what_waits() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    let mut bob = rig.member("Bob Brown").await;
    bob.done(to_member(&ann), "earlier").await;
    ann.done(json!({"op": 3, "newalias": "Annabel Other"}), "").await;
    for device in [&ann, &phone] {
        let got = device.fetch().await;
        assert_eq!(got.iter().map(|got| got.op()).collect::<Vec<_>>(), ["user", "delivery"]);
        assert_eq!(got[0].header["newalias"], json!("Annabel Other"));
        assert!(got[0].urgent && got[0].id > got[1].id);
    }
    bob.done(json!({"op": 9, "from": "Bob Brown", "to": "Annabel Other"}), "").await;
    let taken = bob.refused(json!({"op": 3, "newalias": "Annabel Other"}), "").await;
    assert_eq!(taken, "newalias \"Annabel Other\" is already taken");
}

#[tokio::test]
async fn a_new_node_starts_with_a_copy_of_what_waits_for_the_asking_one() {
    let rig = Rig::new().await;
    let (mut ann, mut bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    bob.done(to_member(&ann), "acked").await;
    ann.drain().await;
    let large = "x".repeat(100_000);
    bob.done(to_member(&ann), "pending").await;
    bob.done(to_member(&ann), &large).await;
    let phone = ann.add_node().await;
    let copied = phone.drain().await;
    assert_eq!(copied.iter().map(|got| got.data_len).collect::<Vec<_>>(), [7, 100_000]);
    assert_eq!(copied[0].text(), "pending");
    let kept = ann.fetch().await;
    assert_eq!(kept.iter().map(|got| got.id).collect::<Vec<_>>(), [copied[0].id, copied[1].id]);
    assert_eq!(ann.body(copied[1].id).await.unwrap().concat(), large.as_bytes());
    assert_eq!(phone.uid(), ann.uid());
    assert_ne!(phone.node(), ann.node());
}

#[tokio::test]
async fn a_new_node_is_named_to_the_nodes_there_were() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    ann.done(json!({"op": 3, "newnode": "my phone"}), "").await;
    let got = ann.fetch().await;
    assert_eq!((got[0].op(), &got[0].header["newnode"]), ("user", &json!("my phone")));
    assert!(got[0].urgent);
    assert_eq!(tmtp_wire::base32::decode(got[0].header["nodeid"].as_str().unwrap()).unwrap().len(), 25);
}

#[tokio::test]
async fn what_is_posted_while_a_node_is_added_reaches_both_nodes() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let post = to_member(&ann);
    let senders = (0..4).map(|number| {
        let (mut sender, post) = (bob.clone(), post.clone());
        tokio::spawn(async move {
            for count in 0..10 {
                let mut post = post.clone();
                post["id"] = json!(format!("{number} {count}"));
                assert_eq!(sender.ask_as(post, "hello").await.unwrap().error, None);
                sender.floor = 0;
            }
        })
    });
    let senders: Vec<_> = senders.collect();
    let phone = ann.add_node().await;
    for sender in senders {
        sender.await.unwrap();
    }
    let ids = |got: Vec<crate::rig::Got>| got.into_iter().map(|got| got.id).collect::<Vec<_>>();
    let (at_laptop, at_phone) = (ids(ann.drain().await), ids(phone.drain().await));
    assert_eq!(at_laptop.len(), 40);
    assert_eq!(at_laptop, at_phone);
}

#[tokio::test]
async fn a_member_has_so_many_nodes_and_no_more() {
    let rig = Rig::with(Default::default(), SiteSettings { nodes_per_member_max: 2, ..settings() }).await;
    let mut ann = rig.member("Ann Other").await;
    ann.add_node().await;
    let error = ann.refused(json!({"op": 3, "newnode": "one too many"}), "").await;
    assert_eq!(error, "newnode would exceed 2 nodes");
}

#[tokio::test]
async fn a_site_added_while_delivery_runs_is_found() {
    let rig = Rig::new().await;
    let site = rig.another_site(settings()).await;
    let reply = rig.client().register(newcomer(site, None)).await.unwrap().into_inner();
    assert_eq!(reply.refused, None);
}
