//! Ping: by alias, with a short text.

use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn a_ping_reaches_whoever_has_the_alias_and_the_senders_other_nodes() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    let bob = rig.member("Bob Brown").await;
    let reply = ann.done(json!({"op": 9, "from": "Ann Other", "to": "Bob Brown"}), "hello").await;
    for device in [&bob, &phone] {
        let got = device.drain().await;
        assert_eq!(got.len(), 1);
        assert_eq!((got[0].id, got[0].op(), got[0].text()), (reply.msgid, "ping", "hello"));
        assert_eq!(got[0].header["alias"], json!("Ann Other"));
        assert_eq!(got[0].header["to"], json!("Bob Brown"));
    }
    assert!(ann.fetch().await.is_empty());
}

#[tokio::test]
async fn a_ping_without_text_has_a_length_of_nothing() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    ann.done(json!({"op": 9, "from": "Ann Other", "to": "Bob Brown"}), "").await;
    assert_eq!(bob.fetch().await[0].header["datalen"], json!(0));
}

#[tokio::test]
async fn who_pings_itself_gets_it_on_all_nodes() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    ann.done(json!({"op": 9, "from": "Ann Other", "to": "Ann Other"}), "note to self").await;
    assert_eq!((ann.ops().await, phone.ops().await), (vec!["ping".to_owned()], vec!["ping".to_owned()]));
}

#[tokio::test]
async fn from_must_be_the_senders_and_to_must_be_somebodys() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let error = ann.refused(json!({"op": 9, "from": "Bob Brown", "to": "Bob Brown"}), "x").await;
    assert_eq!(error, "from must identify sender");
    let error = ann.refused(json!({"op": 9, "from": "Ann Other", "to": "Nobody At All"}), "x").await;
    assert_eq!(error, "to \"Nobody At All\" is unknown");
    assert!(bob.fetch().await.is_empty());
}

#[tokio::test]
async fn a_text_too_long_or_not_utf8_is_refused() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let ping = json!({"op": 9, "from": "Ann Other", "to": "Ann Other"});
    assert_eq!(ann.refused(ping.clone(), &"x".repeat(141)).await, "data too long for request type");
    assert_eq!(ann.refused(ping.clone(), &"x".repeat(421)).await, "data too long for request type");
    ann.done(ping.clone(), &"€".repeat(140)).await;
    let header = json!({"op": 9, "id": "x", "from": "Ann Other", "to": "Ann Other", "datalen": 2});
    let request = ann.request(header, bytes::Bytes::from_static(b"\xff\xfe"));
    let reply = ann.client.clone().submit(request).await.unwrap().into_inner();
    assert_eq!(reply.error.as_deref(), Some("data not valid UTF8"));
}
