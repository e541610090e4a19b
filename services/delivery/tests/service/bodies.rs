//! Large bodies: streamed in, streamed out, gone when the last node has them.

use bytes::Bytes;
use serde_json::json;
use tmtp_grpc::delivery::{SubmitChunk, submit_chunk};
use tmtp_store::SiteSettings;
use tonic::Code;

use crate::{
    posts::to_member,
    rig::{Rig, settings, until},
};

fn chunks(octets: usize) -> Vec<Bytes> {
    let all: Vec<u8> = (0..octets).map(|at| (at % 251) as u8).collect();
    all.chunks(50_000).map(Bytes::copy_from_slice).collect()
}

#[tokio::test]
async fn a_body_of_megabytes_streams_in_and_out() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let data = chunks(5 << 20);
    let mut post = to_member(&bob);
    post["id"] = json!("large");
    post["datalen"] = json!(5 << 20);
    let reply = ann.stream(post, data.clone()).await.unwrap();
    assert_eq!(reply.error, None);
    let got = bob.fetch().await;
    assert_eq!((got[0].data_len, got[0].data.len()), (5 << 20, 0));
    let body = bob.body(reply.msgid).await.unwrap();
    assert!(body.iter().all(|piece| piece.len() <= 256 << 10));
    assert_eq!(body.concat(), data.concat());
    bob.ack(&[reply.msgid]).await;
    until(|| async { rig.blobs().await.is_empty() }).await;
    assert_eq!(bob.body(reply.msgid).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_body_goes_on_where_an_earlier_call_broke_off() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    for octets in [1000, 700_000] {
        let data = String::from_utf8((0..octets).map(|at| b'a' + (at % 23) as u8).collect()).unwrap();
        let id = ann.done(to_member(&bob), &data).await.msgid;
        for offset in [0, 1, 999, 65_536, 300_001, 699_999, u64::MAX] {
            let expected =
                usize::try_from(offset).ok().and_then(|at| data.as_bytes().get(at..)).unwrap_or(b"");
            let piece = bob.body_from(id, offset).await.unwrap();
            assert!(expected.starts_with(&piece) && piece.is_empty() == expected.is_empty(), "{offset}");
        }
    }
}

#[tokio::test]
async fn a_small_body_may_stream_too_and_stays_in_its_row() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let mut post = to_member(&bob);
    post["id"] = json!("small");
    post["datalen"] = json!(5);
    let pieces = ["h", "", "ell", "o"].map(|piece| Bytes::from_static(piece.as_bytes()));
    let reply = ann.stream(post.clone(), pieces.into()).await.unwrap();
    assert_eq!(bob.fetch().await[0].text(), "hello");
    assert_eq!(bob.body(reply.msgid).await.unwrap().concat(), b"hello");
    assert!(rig.blobs().await.is_empty());
    let whole = ann.ask_as(post, "hello").await.unwrap();
    assert_eq!(whole.msgid, reply.msgid);
}

#[tokio::test]
async fn a_body_is_gone_only_when_the_last_node_has_it() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let phone = ann.add_node().await;
    let mut bob = rig.member("Bob Brown").await;
    let id = bob.done(to_member(&ann), &"x".repeat(100_000)).await.msgid;
    ann.ack(&[id]).await;
    assert_eq!(ann.body(id).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(phone.body(id).await.unwrap().concat().len(), 100_000);
    phone.ack(&[id]).await;
    until(|| async { rig.blobs().await.is_empty() }).await;
}

#[tokio::test]
async fn too_little_and_too_much_data_leave_nothing_behind() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    for octets in [199_999, 200_001, 150_000, 250_000] {
        let mut post = to_member(&bob);
        post["id"] = json!("x");
        post["datalen"] = json!(200_000);
        let status = ann.stream(post, chunks(octets)).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
    }
    assert!(bob.fetch().await.is_empty());
    until(|| async { rig.blobs().await.is_empty() }).await;
}

#[tokio::test]
async fn a_refused_request_leaves_no_body_behind() {
    let rig = Rig::new().await;
    let mut ann = rig.member("Ann Other").await;
    let to = json!({"op": 7, "for": [{"id": "nobody", "type": 1}]});
    ann.refused(to, &"x".repeat(100_000)).await;
    until(|| async { rig.blobs().await.is_empty() }).await;
}

#[tokio::test]
async fn a_body_over_the_sites_limit_is_refused_before_it_is_written() {
    let rig = Rig::with(Default::default(), SiteSettings { message_octets_max: 100_000, ..settings() }).await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let error = ann.refused(to_member(&bob), &"x".repeat(100_001)).await;
    assert_eq!(error, "data too long for request type");
    let mut post = to_member(&bob);
    post["id"] = json!("announced");
    post["datalen"] = json!(i64::MAX);
    let reply = ann.stream(post, Vec::new()).await.unwrap();
    assert_eq!(reply.error.as_deref(), Some("data too long for request type"));
    ann.done(to_member(&bob), &"x".repeat(100_000)).await;
}

#[tokio::test]
async fn a_stream_begins_with_its_request_and_has_no_second_one() {
    let rig = Rig::new().await;
    let ann = rig.member("Ann Other").await;
    let header = json!({"op": 7, "id": "x", "for": [], "datalen": 5});
    let request = || submit_chunk::Part::Request(ann.request(header.clone(), Bytes::new()));
    let data = || submit_chunk::Part::Data(Bytes::from_static(b"hello"));
    for parts in [vec![data()], vec![], vec![request(), request()], vec![request()]] {
        let parts: Vec<_> = parts.into_iter().map(|part| SubmitChunk { part: Some(part) }).collect();
        let status = rig.client().submit_stream(tokio_stream::iter(parts)).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
    }
}

#[tokio::test]
async fn a_body_is_for_those_alone_who_have_it_in_their_queue() {
    let rig = Rig::new().await;
    let (mut ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let cat = rig.member("Cat Clark").await;
    let id = ann.done(to_member(&bob), &"x".repeat(100_000)).await.msgid;
    assert_eq!(cat.body(id).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(ann.body(id).await.unwrap_err().code(), Code::NotFound);
    assert!(bob.body(id).await.is_ok());
}

#[tokio::test]
async fn a_large_body_for_nobody_is_not_kept() {
    let rig = Rig::new().await;
    let ann = rig.member("Ann Other").await;
    let header = json!({"op": 7, "id": "x", "for": []});
    let reply = ann.ask_as(header, &"x".repeat(100_000)).await.unwrap();
    assert_eq!(reply.error, None);
    until(|| async { rig.blobs().await.is_empty() }).await;
}
