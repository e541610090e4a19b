//! The client that stays connected.

use std::time::Duration;

use tmtp_client::{Client, Error, Event, Events, Letter, MsgId, OhiChange, error::Quit, to_member};
use tmtp_wire::{Answer, Request};

use crate::double::{Double, OTHER, delivery, ping, settings};

async fn connected(site: &Double) -> (Client, Events, crate::double::Peer) {
    let (account, settings) = (site.account(), settings());
    let (client, peer) = tokio::join!(Client::connect(&account, settings), site.welcome());
    let (client, mut events) = client.unwrap();
    assert!(matches!(events.next().await, Some(Ok(Event::Connected { .. }))));
    (client, events, peer)
}

/// The next message; what else happens is skipped.
async fn message(events: &mut Events) -> tmtp_client::Received {
    loop {
        if let Event::Message(received) = events.next().await.expect("an event").unwrap() {
            return received;
        }
    }
}

#[tokio::test]
async fn the_first_link_must_succeed() {
    let site = Double::start().await;
    let account = site.account();
    drop(site);
    assert!(matches!(Client::connect(&account, settings()).await, Err(Error::Connect { .. })));
}

#[tokio::test]
async fn a_request_whose_link_is_lost_is_sent_again_over_the_next_one_word_for_word() {
    let site = Double::start().await;
    let (client, events, mut peer) = connected(&site).await;
    drop(events);
    let serve = async {
        let first = peer.asked().await;
        drop(peer);
        // One attempt that leads nowhere, then a good one.
        drop(site.accept().await);
        let mut peer = site.welcome().await;
        let second = peer.asked().await;
        peer.ack(&second, Some(9)).await;
        (first, second)
    };
    let letter = Letter::new("hello").pack().unwrap();
    let (receipt, (first, second)) = tokio::join!(client.post(vec![to_member(OTHER)], letter), serve);
    assert_eq!(receipt.unwrap().msgid, MsgId(9));
    assert_eq!(first.data, second.data);
    assert_eq!(format!("{:?}", first.request), format!("{:?}", second.request));
}

#[tokio::test]
async fn a_link_that_is_silent_for_two_answer_times_is_replaced() {
    let site = Double::start().await;
    let (client, events, mut deaf) = connected(&site).await;
    drop(events);
    let serve = async {
        let (first, second) = (deaf.asked().await, deaf.asked().await);
        let mut peer = site.welcome().await;
        let third = peer.asked().await;
        peer.ack(&third, Some(1)).await;
        let ids = [&first, &second, &third].map(|asked| asked.request.id().unwrap().to_owned());
        assert!(ids.iter().all(|id| *id == ids[0]));
    };
    let (receipt, ()) = tokio::join!(client.ping("Alice Ames", "Bob Bower", "hi"), serve);
    receipt.unwrap();
}

#[tokio::test]
async fn a_request_that_ends_the_link_is_not_tried_again() {
    let site = Double::start().await;
    let (client, events, mut peer) = connected(&site).await;
    drop(events);
    let serve = async {
        peer.asked().await;
        peer.quit("data too long for request type").await;
    };
    let (result, ()) = tokio::join!(client.ping("Alice Ames", "Bob Bower", "hi"), serve);
    assert!(matches!(result, Err(Error::Quit(Quit::BadRequest(_)))), "{result:?}");
}

#[tokio::test]
async fn patience_has_an_end() {
    let site = Double::start().await;
    let (account, mut settings) = (site.account(), settings());
    settings.timing.patience = Duration::from_millis(300);
    let (client, peer) = tokio::join!(Client::connect(&account, settings), site.welcome());
    drop((peer, site));
    let (client, _events) = client.unwrap();
    assert!(client.add_alias("Alice Ames").await.is_err());
}

#[tokio::test]
async fn a_node_that_was_taken_over_stays_away() {
    let site = Double::start().await;
    let (client, mut events, mut peer) = connected(&site).await;
    peer.quit("node connected elsewhere").await;
    let end = events.next().await;
    assert!(matches!(end, Some(Err(Error::Quit(Quit::ConnectedElsewhere)))), "{end:?}");
    assert!(events.next().await.is_none());
    assert!(matches!(client.add_alias("x").await, Err(Error::Quit(Quit::ConnectedElsewhere))));
}

#[tokio::test]
async fn a_message_that_was_not_acked_comes_again_and_one_that_was_is_acked_again_in_silence() {
    let site = Double::start().await;
    let (client, mut events, mut peer) = connected(&site).await;
    peer.queued(1, &delivery(), b"one").await;
    peer.queued(2, &ping(), b"two").await;
    assert_eq!(message(&mut events).await.stamp.id, MsgId(1));
    assert_eq!(message(&mut events).await.stamp.id, MsgId(2));
    client.ack(MsgId(1)).await;
    assert_eq!(peer.acked().await, MsgId(1).to_string());
    drop(peer);
    // The site never took that ack in.
    let mut peer = site.welcome().await;
    peer.queued(1, &delivery(), b"one").await;
    peer.queued(2, &ping(), b"two").await;
    assert_eq!(message(&mut events).await.stamp.id, MsgId(2));
    assert_eq!(peer.acked().await, MsgId(1).to_string());
}

#[tokio::test]
async fn an_ack_without_a_link_follows_when_the_message_comes_again() {
    let site = Double::start().await;
    let (client, mut events, mut peer) = connected(&site).await;
    peer.queued(1, &ping(), b"").await;
    message(&mut events).await;
    drop(peer);
    assert!(matches!(events.next().await, Some(Ok(Event::Disconnected { .. }))));
    client.ack(MsgId(1)).await;
    let serve = async {
        let mut peer = site.welcome().await;
        peer.queued(1, &ping(), b"").await;
        peer.queued(2, &ping(), b"").await;
        assert_eq!(peer.acked().await, MsgId(1).to_string());
        peer
    };
    let (next, _peer) = tokio::join!(message(&mut events), serve);
    assert_eq!(next.stamp.id, MsgId(2));
}

#[tokio::test]
async fn whom_to_notify_is_said_again_on_every_link() {
    let site = Double::start().await;
    let (account, mut settings) = (site.account(), settings());
    settings.presence = vec![OTHER.into()];
    let serve = async {
        let mut peer = site.welcome().await;
        let init = peer.asked().await;
        assert!(
            matches!(&init.request, Request::OhiEdit { who, change: OhiChange::Init, .. } if *who == [OTHER])
        );
        peer.ack(&init, None).await;
        let add = peer.asked().await;
        peer.ack(&add, None).await;
        drop(peer);
        let mut peer = site.welcome().await;
        let init = peer.asked().await;
        assert!(
            matches!(&init.request, Request::OhiEdit { who, change: OhiChange::Init, .. } if *who == [OTHER, "new"])
        );
        let id = init.request.id().unwrap().to_owned();
        peer.answer(Answer::Ack { id, result: Err("unknown uid".into()) }).await;
        peer
    };
    let run = async {
        let (client, mut events) = Client::connect(&account, settings).await.unwrap();
        client.ohi_edit(vec!["new".into()], OhiChange::Add).await.unwrap();
        while let Some(event) = events.next().await {
            if let Event::PresenceRefused { error: Error::Refused(why) } = event.unwrap() {
                return why;
            }
        }
        panic!("the refusal was not told");
    };
    let (why, _peer) = tokio::join!(run, serve);
    assert_eq!(why, "unknown uid");
}

#[tokio::test]
async fn requests_wait_for_one_another() {
    let site = Double::start().await;
    let (client, events, mut peer) = connected(&site).await;
    drop(events);
    let serve = async {
        let first = peer.asked().await;
        let early = tokio::time::timeout(Duration::from_millis(50), peer.next()).await;
        assert!(early.is_err(), "the second came before the first was answered");
        peer.ack(&first, None).await;
        let second = peer.asked().await;
        peer.ack(&second, None).await;
    };
    let (a, b, ()) = tokio::join!(client.add_alias("first one"), client.add_alias("second one"), serve);
    assert!(a.is_ok() && b.is_ok());
}

#[tokio::test]
async fn closing_says_quit_and_ends_the_events() {
    let site = Double::start().await;
    let (client, mut events, mut peer) = connected(&site).await;
    let serve = async {
        assert!(matches!(peer.asked().await.request, Request::Quit));
        peer.quit("logout ok").await;
    };
    let (goodbye, ()) = tokio::join!(client.close(), serve);
    goodbye.unwrap();
    assert!(events.next().await.is_none());
}
