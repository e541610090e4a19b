//! SubmitBursts: what sessions ask without waiting for answers.

use bytes::Bytes;
use serde_json::{Value, json};
use tmtp_grpc::delivery::{Asked, Burst, SubmitBurstsReply, SubmitBurstsRequest};
use tmtp_store::SiteSettings;

use crate::{
    posts::to_member,
    rig::{Client, Device, Rig, settings},
};

/// Requests of a device as one burst, under ids that count up from `first`.
fn burst(device: &Device, first: usize, requests: &[(Value, &str)], follows: u64) -> Burst {
    let asked = |(at, (header, data)): (usize, &(Value, &str))| {
        let mut header = header.clone();
        header["id"] = json!(format!("burst {}", first + at));
        let request = device.request(header, Bytes::copy_from_slice(data.as_bytes()));
        Asked { header: request.header, data: request.data, ..Asked::default() }
    };
    Burst {
        session: Some(device.session.clone()),
        requests: requests.iter().enumerate().map(asked).collect(),
        floor: device.floor,
        acked_through: device.acked_through,
        follows,
    }
}

async fn submit(mut client: Client, bursts: Vec<Burst>) -> SubmitBurstsReply {
    client.submit_bursts(SubmitBurstsRequest { bursts }).await.unwrap().into_inner()
}

#[tokio::test]
async fn each_request_of_a_burst_is_answered_and_what_is_refused_stops_nothing() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let nobody = json!({"op": 7, "for": [{"id": "nobody", "type": 1}]});
    let requests = [(to_member(&bob), "one"), (nobody, "lost"), (to_member(&bob), "two")];
    let bursts = vec![burst(&ann, 1, &requests, 0), burst(&bob, 1, &[(to_member(&ann), "three")], 0)];
    let reply = submit(rig.client(), bursts).await;
    let [first, refused, last] = reply.bursts[0].replies.as_slice() else { panic!("{reply:?}") };
    assert!(first.error.is_none() && last.error.is_none() && first.msgid < last.msgid);
    assert!(refused.error.as_ref().unwrap().contains("nobody"));
    let got = bob.fetch().await;
    let texts: Vec<_> = got.iter().map(|got| (got.id, got.text())).collect();
    assert_eq!(texts, [(first.msgid, "one"), (last.msgid, "two")]);
    assert_eq!(ann.fetch().await[0].text(), "three");
}

#[tokio::test]
async fn a_burst_submitted_again_makes_no_second_message() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let requests = [(to_member(&bob), "one"), (to_member(&bob), "two")];
    let first = submit(rig.client(), vec![burst(&ann, 1, &requests, 0)]).await;
    let other = rig.another_process().await;
    let second = submit(other.client(), vec![burst(&ann, 1, &requests, 0)]).await;
    let ids = |reply: &SubmitBurstsReply| {
        reply.bursts[0].replies.iter().map(|reply| (reply.msgid, reply.posted)).collect::<Vec<_>>()
    };
    assert_eq!(ids(&first), ids(&second));
    assert_eq!(bob.fetch().await.len(), 2);
}

#[tokio::test]
async fn only_the_process_that_answered_the_request_before_sends_messages_with_its_hints() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let mut ears = rig.ears("edge-1");
    let post = |text| [(to_member(&bob), text)];
    let reply = submit(rig.client(), vec![burst(&ann, 1, &post("one"), 0)]).await;
    ears.wake(&bob).await;
    submit(rig.client(), vec![burst(&ann, 2, &post("two"), reply.instance)]).await;
    let (entry, epoch) = ears.push(&bob).await;
    assert_eq!((&entry.data[..], epoch), (&b"two"[..], bob.session.epoch));
    assert!(bob.fetch().await.iter().any(|got| got.id == entry.id), "it waits in the queue all the same");
    let other = rig.another_process().await;
    submit(other.client(), vec![burst(&ann, 3, &post("three"), reply.instance)]).await;
    ears.wake(&bob).await;
}

#[tokio::test]
async fn whoever_repeats_a_request_wakes_its_receivers_before_it_sends_later_messages_with_its_hints() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let post = |text| [(to_member(&bob), text)];
    submit(rig.client(), vec![burst(&ann, 1, &post("one"), 0)]).await;
    // What was told of it is lost, and so is the answer: the client asks again.
    let other = rig.another_process().await;
    let mut ears = rig.ears("edge-1");
    let reply = submit(other.client(), vec![burst(&ann, 1, &post("one"), 0)]).await;
    ears.wake(&bob).await;
    submit(other.client(), vec![burst(&ann, 2, &post("two"), reply.instance)]).await;
    let (entry, _) = ears.push(&bob).await;
    assert_eq!(&entry.data[..], b"two");
    assert_eq!(bob.fetch().await.len(), 2);
}

#[tokio::test]
async fn whoever_repeats_a_request_wakes_its_receivers_though_their_queues_are_full_by_now() {
    let rig = Rig::with(Default::default(), SiteSettings { queued_messages_max: 1, ..settings() }).await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let requests = [(to_member(&bob), "one"), (to_member(&bob), "too many")];
    let first = submit(rig.client(), vec![burst(&ann, 1, &requests, 0)]).await;
    let other = rig.another_process().await;
    let mut ears = rig.ears("edge-1");
    let again = submit(other.client(), vec![burst(&ann, 1, &requests, 0)]).await;
    for reply in [first, again] {
        let [done, refused] = reply.bursts[0].replies.as_slice() else { panic!("{reply:?}") };
        assert!(done.error.is_none() && refused.error.is_some(), "{reply:?}");
    }
    ears.wake(&bob).await;
    assert_eq!(bob.fetch().await.len(), 1);
}

#[tokio::test]
async fn no_process_sends_a_message_ahead_of_one_whose_hint_another_process_lost() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let carol = rig.member("Carol Cole").await;
    let mut ears = rig.ears("edge-1");
    submit(rig.process_without_bus().await.client(), vec![burst(&ann, 1, &[(to_member(&bob), "one")], 0)])
        .await;
    let reply = submit(rig.client(), vec![burst(&ann, 2, &[(to_member(&carol), "two")], 0)]).await;
    ears.wake(&carol).await;
    submit(rig.client(), vec![burst(&ann, 3, &[(to_member(&bob), "three")], reply.instance)]).await;
    ears.wake(&bob).await;
}

#[tokio::test]
async fn a_message_goes_to_the_edge_and_session_of_its_receiver_at_that_moment() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let mut ears = rig.ears("edge-2");
    let instance = submit(rig.client(), vec![burst(&ann, 1, &[(to_member(&bob), "one")], 0)]).await.instance;
    let bob = bob.login_on("edge-2").await.unwrap();
    submit(rig.client(), vec![burst(&ann, 2, &[(to_member(&bob), "two")], instance)]).await;
    let (entry, epoch) = ears.push(&bob).await;
    assert_eq!((&entry.data[..], epoch), (&b"two"[..], bob.session.epoch));
}

#[tokio::test]
async fn what_a_writer_does_not_commit_is_no_part_of_a_burst() {
    let rig = Rig::new().await;
    let ann = rig.member("Ann Other").await;
    let reply =
        submit(rig.client(), vec![burst(&ann, 1, &[(json!({"op": 3, "newnode": "phone"}), "")], 0)]).await;
    assert_eq!(reply.bursts[0].replies[0].error.as_deref(), Some("request failed"));
}

#[tokio::test]
async fn a_request_again_after_its_ack_is_another_one_behind_one_that_came_before_that_ack() {
    let rig = Rig::new().await;
    let (ann, bob) = (rig.member("Ann Other").await, rig.member("Bob Brown").await);
    let one = (to_member(&bob), "one");
    let msgids = async |bursts| -> Vec<u64> {
        let reply = submit(rig.client(), bursts).await;
        reply.bursts[0].replies.iter().map(|reply| reply.msgid).collect()
    };
    let first = msgids(vec![burst(&ann, 1, std::slice::from_ref(&one), 0)]).await[0];
    // The one before has an id of its own, and the other is the same as the first, id and all.
    let again = || burst(&ann, 0, &[(to_member(&bob), "before"), one.clone()], 0);
    assert_eq!(msgids(vec![again()]).await[1], first, "its ack may not have been read");
    let mut heard = again();
    heard.requests[1].acked_through = first;
    assert!(msgids(vec![heard]).await[1] > first);
}
