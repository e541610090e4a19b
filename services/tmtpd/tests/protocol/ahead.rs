//! Requests that a client sends without waiting for answers (section 1: messages are never interleaved, and may arrive
//! twenty in one read).

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tmtp_testkit::{ask, client::encode, sentences, server::Server, suite::Sentence, talk::unique};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        what_is_sent_ahead_is_answered_and_delivered_in_its_order,
        one_that_is_refused_stops_no_other,
        an_edit_among_posts_keeps_its_place,
        the_last_words_come_after_all_answers,
        a_broken_header_is_told_after_all_answers,
    ]
}

/// Requests under the ids 0, 1, 2.. in one piece.
fn in_one_piece(requests: &[(Value, &[u8])]) -> Result<Vec<u8>> {
    let mut octets = Vec::new();
    for (at, (header, data)) in requests.iter().enumerate() {
        let mut header = header.clone();
        header["id"] = json!(at.to_string());
        header["datalen"] = json!(data.len());
        if data.is_empty() {
            header.as_object_mut().and_then(|fields| fields.remove("datalen"));
        }
        octets.extend(encode(&header, data)?);
    }
    Ok(octets)
}

async fn what_is_sent_ahead_is_answered_and_delivered_in_its_order(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let texts: Vec<String> = (0..60).map(|at| format!("number {at}")).collect();
    let post = ask::post(&[&bob.me.uid]);
    let posts: Vec<_> = texts.iter().map(|text| (post.clone(), text.as_bytes())).collect();
    alice.send_raw(&in_one_piece(&posts)?).await?;
    for (at, text) in texts.iter().enumerate() {
        let ack = alice.response().await?;
        ack.expect(&json!({"op": "ack", "id": at.to_string(), "error": null}))?;
        let delivery = bob.take("delivery").await?;
        ensure!(delivery.data == text.as_bytes() && Some(delivery.id()) == ack.text("msgid"), "{delivery}");
    }
    bob.expect_nothing().await
}

async fn one_that_is_refused_stops_no_other(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let (good, bad) = (ask::post(&[&bob.me.uid]), ask::post(&[&bob.me.uid, "nobody"]));
    alice.send_raw(&in_one_piece(&[(good.clone(), b"one"), (bad, b"lost"), (good, b"two")])?).await?;
    for (id, is_refused) in [("0", false), ("1", true), ("2", false)] {
        let ack = alice.response().await?;
        ensure!(ack.id() == id && ack.text("error").is_some() == is_refused, "{ack}");
    }
    ensure!(bob.take("delivery").await?.data == b"one" && bob.take("delivery").await?.data == b"two");
    bob.expect_nothing().await
}

async fn an_edit_among_posts_keeps_its_place(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let post = ask::post(&[&bob.me.uid]);
    let alias = unique("Alice again");
    let ping = json!({"op": 9, "from": alias, "to": bob.me.alias});
    let requests = [
        (post.clone(), &b"before"[..]),
        (ask::newalias(&alias), b""),
        (ping, b"under the new alias"),
        (post, b"after"),
    ];
    alice.send_raw(&in_one_piece(&requests)?).await?;
    for id in ["0", "1", "2", "3"] {
        alice.response().await?.expect(&json!({"op": "ack", "id": id, "error": null}))?;
    }
    for (op, data) in [("delivery", &b"before"[..]), ("ping", b"under the new alias"), ("delivery", b"after")]
    {
        ensure!(bob.take(op).await?.data == data);
    }
    Ok(())
}

async fn the_last_words_come_after_all_answers(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let mut octets = in_one_piece(&[(ask::post(&[&bob.me.uid]), b"one last word")])?;
    octets.extend(encode(&json!({"op": 12}), b"")?);
    alice.send_raw(&octets).await?;
    alice.response().await.context("an ack")?.expect(&json!({"op": "ack", "id": "0", "error": null}))?;
    alice.expect_quit("logout ok").await?;
    ensure!(bob.take("delivery").await?.data == b"one last word");
    Ok(())
}

async fn a_broken_header_is_told_after_all_answers(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let mut octets = in_one_piece(&[(ask::post(&[&bob.me.uid]), b"x")])?;
    octets.extend(b"zzzz");
    alice.send_raw(&octets).await?;
    alice.response().await.context("an ack")?.expect(&json!({"op": "ack", "id": "0", "error": null}))?;
    alice.expect_quit("invalid header length").await?;
    ensure!(bob.take("delivery").await?.data == b"x");
    Ok(())
}
