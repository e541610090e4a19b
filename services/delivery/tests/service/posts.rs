//! Post: who gets it, in which order, all or nothing.

use serde_json::{Value, json};

use crate::rig::{Device, Rig};

pub fn to_member(device: &Device) -> Value {
    json!({"op": 7, "for": [{"id": device.uid(), "type": 1}]})
}

#[tokio::test]
async fn a_post_reaches_its_member_with_all_that_the_contract_says() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let mut ears = rig.ears("edge-1");
    let mut post = to_member(&bob);
    post["datahead"] = json!(2);
    post["datasum"] = json!(77);
    let reply = ann.done(post, "hello").await;
    ears.wake(&bob).await;
    let got = bob.fetch().await;
    assert_eq!(got.len(), 1);
    assert_eq!((got[0].id, got[0].op(), got[0].text()), (reply.msgid, "delivery", "hello"));
    assert!(!got[0].urgent);
    let header = &got[0].header;
    assert_eq!(header["from"], json!(ann.uid()));
    assert_eq!(header["posted"], json!(tmtp_wire::Posted(reply.posted).to_string()));
    assert_eq!((&header["datahead"], &header["datasum"]), (&json!(2), &json!(77)));
    assert_eq!(header.get("notify"), None);
    assert!(ann.fetch().await.is_empty());
}

#[tokio::test]
async fn the_senders_other_nodes_get_a_copy_and_the_posting_node_only_when_addressed() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    let bob = rig.member("Bob Brown").await;
    ann.done(to_member(&bob), "one").await;
    assert_eq!((ann.drain().await.len(), phone.drain().await.len()), (0, 1));
    ann.done(to_member(&ann.clone()), "two").await;
    assert_eq!((ann.drain().await.len(), phone.drain().await.len()), (1, 1));
    ann.done(json!({"op": 7, "for": []}), "three").await;
    assert_eq!((ann.drain().await.len(), phone.drain().await.len()), (0, 1));
    assert_eq!(bob.drain().await.len(), 1);
}

#[tokio::test]
async fn a_recipient_listed_hundreds_of_times_gets_one_copy() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let many = vec![json!({"id": bob.uid(), "type": 1}); 500];
    ann.done(json!({"op": 7, "for": many}), "once").await;
    assert_eq!(bob.drain().await.len(), 1);
}

#[tokio::test]
async fn one_unknown_recipient_and_nobody_gets_anything() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    let bob = rig.member("Bob Brown").await;
    let to = json!([{"id": bob.uid(), "type": 1}, {"id": "nobody at all", "type": 1}]);
    let error = ann.refused(json!({"op": 7, "for": to}), "hello").await;
    assert_eq!(error, "recipient \"nobody at all\" is unknown");
    let to = json!([{"id": bob.uid(), "type": 1}, {"id": "no such group", "type": 2}]);
    let error = ann.refused(json!({"op": 7, "for": to}), "hello").await;
    assert_eq!(error, "group \"no such group\" is unknown");
    assert!(bob.fetch().await.is_empty() && phone.fetch().await.is_empty());
}

#[tokio::test]
async fn a_post_that_nobody_receives_is_acked_with_a_fresh_id() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let first = ann.done(json!({"op": 7, "for": []}), "nobody").await;
    let second = ann.done(json!({"op": 7, "for": []}), "nobody").await;
    assert!(first.msgid > 0 && second.msgid > first.msgid && second.posted > 0);
    assert!(ann.fetch().await.is_empty());
}

#[tokio::test]
async fn ids_grow_above_the_floor_across_processes() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let other = rig.another_process().await;
    let clients = [rig.client(), other.client()];
    let mut ids = Vec::new();
    for turn in 0..20 {
        ann.client = clients[turn % 2].clone();
        ids.push(ann.done(to_member(&bob), "in order").await.msgid);
    }
    assert!(ids.is_sorted_by(|a, b| a < b));
    let got: Vec<_> = bob.drain().await.iter().map(|got| got.id).collect();
    assert_eq!(got, ids);
}

#[tokio::test]
async fn a_floor_far_ahead_is_kept_and_a_senseless_one_refused() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let ahead = ann.floor + 3_600_000_000_000;
    ann.floor = ahead;
    assert!(ann.done(to_member(&bob), "hello").await.msgid > ahead);
    ann.floor = u64::MAX;
    let status = ann.ask_as(json!({"op": 7, "id": "x", "for": []}), "hello").await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::InvalidArgument);
}

#[tokio::test]
async fn many_posts_at_once_all_arrive_and_their_ids_differ() {
    let rig = Rig::new().await;
    let bob = rig.member("Bob Brown").await;
    let mut senders = Vec::new();
    for number in 0..10 {
        senders.push(rig.member(&format!("Sender Number {number}")).await);
    }
    let tasks = senders.into_iter().map(|mut sender| {
        let post = to_member(&bob);
        tokio::spawn(async move {
            let mut ids = Vec::new();
            for _ in 0..10 {
                ids.push(sender.done(post.clone(), "hello").await.msgid);
            }
            ids
        })
    });
    let mut ids: Vec<u64> =
        futures::future::join_all(tasks).await.into_iter().flat_map(Result::unwrap).collect();
    ids.sort_unstable();
    let got: Vec<_> = bob.drain().await.iter().map(|got| got.id).collect();
    assert_eq!(got, ids);
    assert!(ids.is_sorted_by(|a, b| a < b));
}

#[tokio::test]
async fn nonsense_from_an_edge_is_an_invalid_argument() {
    let rig = Rig::new().await;
    let ann = rig.member("Ann Other").await;
    let mut request = ann.request(json!({"op": 7, "id": "x", "for": []}), "hello".into());
    request.session = None;
    assert_eq!(code(&ann, request).await, tonic::Code::InvalidArgument);
    let mut request = ann.request(json!({"op": 7, "id": "x", "for": []}), "hello".into());
    request.header = "not json".into();
    assert_eq!(code(&ann, request).await, tonic::Code::InvalidArgument);
    for datalen in [4, 6] {
        let header = json!({"op": 7, "id": "x", "for": [], "datalen": datalen});
        assert_eq!(code(&ann, ann.request(header, "hello".into())).await, tonic::Code::InvalidArgument);
    }
    let request = ann.request(json!({"op": 11}), "".into());
    assert_eq!(code(&ann, request).await, tonic::Code::InvalidArgument);
}

async fn code(ann: &Device, request: tmtp_grpc::delivery::SubmitRequest) -> tonic::Code {
    ann.client.clone().submit(request).await.unwrap_err().code()
}
