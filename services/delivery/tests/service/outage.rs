//! The database goes away and comes back: what was asked is done once.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tmtp_testkit::postgres::Postgres;
use tokio_util::sync::CancellationToken;
use tonic::Code;

use crate::{
    posts::to_member,
    rig::{Device, Rig, soon},
};

const SENDERS: usize = 8;

/// Posts until the outages are over, and asks again as often as it is told to.
async fn post(mut sender: Device, post: Value, number: usize, over: CancellationToken) -> Vec<u64> {
    let mut ids = Vec::new();
    for count in 0.. {
        if over.is_cancelled() {
            break;
        }
        let mut post = post.clone();
        post["id"] = json!(format!("{number} {count}"));
        let reply = loop {
            match sender.ask_as(post.clone(), "hello").await {
                Ok(reply) => break reply,
                Err(status) => assert_eq!(status.code(), Code::Unavailable),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert_eq!(reply.error, None);
        sender.floor = reply.msgid;
        ids.push(reply.msgid);
    }
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_asked_again_through_an_outage_makes_one_message() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.unwrap().unwrap();
    let postgres = Arc::new(postgres);
    let rig = Rig::on_server(&postgres).await;
    let bob = rig.member("Bob Brown").await;
    let over = CancellationToken::new();
    let mut senders = Vec::new();
    for number in 0..SENDERS {
        let sender = rig.member(&format!("Sender {number:02}")).await;
        senders.push(tokio::spawn(post(sender, to_member(&bob), number, over.clone())));
    }
    for _ in 0..2 {
        let struck = postgres.clone();
        let strike = move || struck.stop_immediate().and_then(|()| struck.start_again());
        tokio::task::spawn_blocking(strike).await.unwrap().unwrap();
    }
    over.cancel();
    let (mut posted, mut count) = (BTreeSet::new(), 0);
    for sender in senders {
        let ids = tokio::time::timeout(Duration::from_secs(60), sender).await.unwrap().unwrap();
        count += ids.len();
        posted.extend(ids);
    }
    assert_eq!(posted.len(), count);
    let mut got = Vec::new();
    loop {
        let page = soon(bob.page(500, 1 << 20, &[])).await;
        let ids: Vec<_> = page.entries.iter().map(|entry| entry.id).collect();
        bob.ack(&ids).await;
        got.extend(ids);
        if !page.more {
            break;
        }
    }
    assert_eq!(got, posted.into_iter().collect::<Vec<_>>());
}
