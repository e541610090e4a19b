//! PostNotify: the message to some, word of it to more.

use serde_json::json;

use crate::rig::{Got, Rig};

/// Op, data and `notify` or `postid` of what waits.
fn seen(got: &[Got]) -> Vec<(String, String)> {
    got.iter().map(|got| (got.op().to_owned(), got.text().to_owned())).collect()
}

fn pair(op: &str, data: &str) -> (String, String) {
    (op.to_owned(), data.to_owned())
}

#[tokio::test]
async fn the_message_goes_to_for_and_the_notification_to_all() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    let (bob, cat) = (rig.member("Bob Brown").await, rig.member("Cat Clark").await);
    let header = json!({"op": 8, "for": [{"id": bob.uid(), "type": 1}],
        "notefor": [{"id": cat.uid(), "type": 1}], "notelen": 4, "notehead": 1, "notesum": 5,
        "datahead": 2, "datasum": 6});
    let reply = ann.done(header, "notemessage").await;
    let got = bob.drain().await;
    assert_eq!(seen(&got), [pair("delivery", "message"), pair("notify", "note")]);
    assert_eq!(got[0].id, reply.msgid);
    assert_eq!(got[0].header["notify"], json!(3));
    assert_eq!((&got[0].header["datahead"], &got[0].header["datasum"]), (&json!(2), &json!(6)));
    assert_eq!(got[1].header["postid"], json!(format!("{:016x}", reply.msgid)));
    assert_eq!((&got[1].header["datahead"], &got[1].header["datasum"]), (&json!(1), &json!(5)));
    assert!(got[1].id > got[0].id);
    assert_eq!(seen(&cat.drain().await), [pair("notify", "note")]);
    assert_eq!(seen(&phone.drain().await), [pair("delivery", "message"), pair("notify", "note")]);
    assert!(ann.fetch().await.is_empty());
}

#[tokio::test]
async fn fornotself_keeps_the_message_from_all_of_the_senders_nodes_and_not_the_notification() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    let bob = rig.member("Bob Brown").await;
    let to = json!([{"id": bob.uid(), "type": 1}, {"id": ann.uid(), "type": 1}]);
    let header = json!({"op": 8, "for": to, "notelen": 4, "fornotself": true});
    ann.done(header, "notemessage").await;
    assert_eq!(seen(&ann.drain().await), [pair("notify", "note")]);
    assert_eq!(seen(&phone.drain().await), [pair("notify", "note")]);
    let got = bob.drain().await;
    assert_eq!(got[0].header["notify"], json!(2));
    assert_eq!(seen(&got), [pair("delivery", "message"), pair("notify", "note")]);
}

#[tokio::test]
async fn an_unknown_recipient_in_either_list_refuses_both_messages() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let (known, unknown) = (json!([{"id": bob.uid(), "type": 1}]), json!([{"id": "nobody", "type": 1}]));
    for (to, noted) in [(&known, &unknown), (&unknown, &known)] {
        let header = json!({"op": 8, "for": to, "notefor": noted, "notelen": 4});
        assert_eq!(ann.refused(header, "notemessage").await, "recipient \"nobody\" is unknown");
    }
    assert!(bob.fetch().await.is_empty());
}

#[tokio::test]
async fn no_message_behind_the_notification_or_nobody_to_send_it_to_is_refused() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let to = json!([{"id": bob.uid(), "type": 1}]);
    let error = ann.refused(json!({"op": 8, "for": to, "notelen": 4}), "note").await;
    assert_eq!(error, "data too short for request type");
    let header = json!({"op": 8, "for": [], "notefor": to, "fornotself": true, "notelen": 4});
    assert_eq!(ann.refused(header, "notemessage").await, "recipient list empty");
    assert!(bob.fetch().await.is_empty());
}

#[tokio::test]
async fn each_part_is_kept_inline_or_as_a_blob_by_its_own_size() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let to = json!([{"id": bob.uid(), "type": 1}]);
    let (note, message) = ("n".repeat(40_000), "m".repeat(50_000));
    let reply = ann.done(json!({"op": 8, "for": to, "notelen": 40_000}), &format!("{note}{message}")).await;
    let got = bob.fetch().await;
    assert_eq!((got[0].data_len, got[1].data_len), (50_000, 40_000));
    assert!(got.iter().all(|got| got.data.is_empty()));
    assert_eq!(bob.body(reply.msgid).await.unwrap().concat(), message.as_bytes());
    assert_eq!(bob.body(got[1].id).await.unwrap().concat(), note.as_bytes());
    ann.done(json!({"op": 8, "for": to, "notelen": 4}), &format!("note{message}")).await;
    let got = bob.fetch().await;
    assert_eq!((got[2].data_len, got[2].data.len()), (50_000, 0));
    assert_eq!(got[3].text(), "note");
}

#[tokio::test]
async fn the_next_message_comes_after_the_notification_whatever_machine_takes_it() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let other = rig.another_process().await;
    // Both processes are far behind this, as a lagging clock would be.
    ann.floor += std::time::Duration::from_secs(3600).as_nanos() as u64;
    for client in [rig.client(), other.client(), rig.client()] {
        let header = json!({"op": 8, "for": [{"id": bob.uid(), "type": 1}], "notelen": 4});
        ann.done(header, "notemessage").await;
        ann.client = client;
    }
    let got = bob.drain().await;
    let ops: Vec<_> = got.iter().map(Got::op).collect();
    assert_eq!(ops, ["delivery", "notify", "delivery", "notify", "delivery", "notify"]);
}
