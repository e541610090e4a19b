//! Section 7: a request that is sent again makes nothing twice.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tmtp_testkit::{
    ask,
    client::{Account, Client, encode},
    sentences,
    server::Server,
    suite::Sentence,
    talk::unique,
};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        a_post_sent_again_over_a_new_link_makes_one_message,
        a_post_sent_again_after_a_link_was_cut_before_its_ack_makes_one_message,
        a_post_notify_sent_again_makes_one_message,
        a_ping_sent_again_makes_one_message,
        an_invitation_sent_again_makes_one_invitation,
        a_newalias_sent_again_is_not_refused_as_taken,
        a_newnode_sent_again_makes_one_node,
        a_join_sent_again_is_not_refused,
        the_same_id_with_other_content_is_another_request,
        the_same_request_after_its_ack_on_the_same_link_is_another_request,
        requests_sent_twice_at_once_make_one_message_each,
        a_large_post_sent_again_makes_one_message,
    ]
}

/// Sends a request, and the same over a new link, after the first link ended in good order. Both acks.
async fn twice(server: &Server, account: &Account, header: &Value, data: &[u8]) -> Result<[Value; 2]> {
    let header = ask::with(header.clone(), &json!({"id": "twice"}));
    let mut acks = Vec::new();
    for _ in 0..2 {
        let mut client = server.login(account).await?;
        acks.push(Value::Object(client.request(&header, data).await?.header));
        client.quit().await?;
    }
    Ok([acks[0].clone(), acks[1].clone()])
}

async fn makes_one(
    server: &Server,
    make: fn(&Account, &Client) -> Value,
    data: &[u8],
    op: &str,
) -> Result<()> {
    let account = server.member("Repeater").await?.quit().await?;
    let mut bob = server.member("Bob").await?;
    let header = make(&account, &bob);
    let [first, second] = twice(server, &account, &header, data).await?;
    ensure!(first == second && first["msgid"].is_string(), "{first} {second}");
    ensure!(bob.take(op).await?.id() == first["msgid"]);
    bob.expect_nothing().await
}

async fn a_post_sent_again_over_a_new_link_makes_one_message(server: &Server) -> Result<()> {
    makes_one(server, |_, bob| ask::post(&[&bob.me.uid]), b"once", "delivery").await
}

async fn a_post_sent_again_after_a_link_was_cut_before_its_ack_makes_one_message(
    server: &Server,
) -> Result<()> {
    let mut bob = server.member("Bob").await?;
    let alice = server.member("Alice").await?.quit().await?;
    for round in 0..5_u8 {
        let header = ask::with(ask::post(&[&bob.me.uid]), &json!({"id": format!("round {round}")}));
        for _ in 0..3 {
            let mut client = server.login(&alice).await?;
            client.send(&header, &[round]).await?;
        }
        let mut client = server.login(&alice).await?;
        let msgid = client.accepted(&header, &[round]).await?;
        let delivery = bob.take("delivery").await?;
        ensure!(delivery.id() == msgid && delivery.data == [round], "round {round}: {delivery}");
    }
    bob.expect_nothing().await
}

async fn a_post_notify_sent_again_makes_one_message(server: &Server) -> Result<()> {
    let account = server.member("Repeater").await?.quit().await?;
    let mut bob = server.member("Bob").await?;
    let header = ask::post_notify(&[ask::to_member(&bob.me.uid)], &[], 1);
    let [first, second] = twice(server, &account, &header, b"nm").await?;
    ensure!(first == second, "{first} {second}");
    let mut ops = Vec::new();
    for _ in 0..2 {
        let message = bob.queued().await?;
        bob.ack(message.id()).await?;
        ops.push(message.op().to_owned());
    }
    ops.sort();
    ensure!(ops == ["delivery", "notify"], "{ops:?}");
    bob.expect_nothing().await
}

async fn a_ping_sent_again_makes_one_message(server: &Server) -> Result<()> {
    makes_one(server, |me, bob| ask::ping(&me.alias, &bob.me.alias), b"once", "ping").await
}

async fn an_invitation_sent_again_makes_one_invitation(server: &Server) -> Result<()> {
    makes_one(server, |me, bob| ask::invite(&unique("Group"), &me.alias, &bob.me.alias), b"once", "invite")
        .await
}

async fn a_newalias_sent_again_is_not_refused_as_taken(server: &Server) -> Result<()> {
    let account = server.member("Repeater").await?.quit().await?;
    let [first, second] = twice(server, &account, &ask::newalias(&unique("Renamed")), b"").await?;
    ensure!(first == second && first["error"].is_null(), "{first} {second}");
    Ok(())
}

async fn a_newnode_sent_again_makes_one_node(server: &Server) -> Result<()> {
    let account = server.member("Repeater").await?.quit().await?;
    let [first, second] = twice(server, &account, &ask::newnode("once"), b"").await?;
    ensure!(first == second && first["error"].is_null(), "{first} {second}");
    let mut client = server.login(&account).await?;
    let made = client.queued().await?;
    ensure!(made.op() == "user", "{made}");
    ensure!(client.queued().await?.op() == "login", "a second node was made");
    Ok(())
}

async fn a_join_sent_again_is_not_refused(server: &Server) -> Result<()> {
    let account = server.member("Joiner").await?.quit().await?;
    let mut alice = server.member("Alice").await?;
    let gid = unique("Group");
    alice.accepted(&ask::invite(&gid, &alice.me.alias.clone(), &account.alias), b"").await?;
    alice.take("member").await?;
    let [first, second] = twice(server, &account, &ask::join(&gid), b"").await?;
    ensure!(first == second && first["error"].is_null(), "{first} {second}");
    alice.take("member").await?.expect(&json!({"act": "join"}))?;
    alice.expect_nothing().await
}

async fn the_same_id_with_other_content_is_another_request(server: &Server) -> Result<()> {
    let mut bob = server.member("Bob").await?;
    let alice = server.member("Alice").await?.quit().await?;
    for text in ["one", "two", "one, again", "two"] {
        let mut client = server.login(&alice).await?;
        client
            .accepted(&ask::with(ask::post(&[&bob.me.uid]), &json!({"id": "same"})), text.as_bytes())
            .await?;
    }
    for text in ["one", "two", "one, again"] {
        ensure!(bob.take("delivery").await?.data == text.as_bytes());
    }
    bob.expect_nothing().await
}

async fn the_same_request_after_its_ack_on_the_same_link_is_another_request(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let header = ask::with(ask::post(&[&bob.me.uid]), &json!({"id": "same"}));
    let mut last = String::new();
    for _ in 0..3 {
        let msgid = alice.accepted(&header, b"same").await?;
        ensure!(msgid > last);
        ensure!(bob.take("delivery").await?.id() == msgid);
        last = msgid;
    }
    Ok(())
}

/// Neither copy was sent with its ack in hand, whenever that leaves.
async fn requests_sent_twice_at_once_make_one_message_each(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    for round in 0..40_u8 {
        let header = ask::with(ask::post(&[&bob.me.uid]), &json!({"id": format!("round {round}")}));
        let mut twice = encode(&header, &[round])?;
        // Now and then something stands between the two, which gives the first one time.
        if round % 2 == 0 {
            twice.extend(encode(&ask::with(ask::newalias(&unique("Other")), &json!({"id": "other"})), b"")?);
        }
        twice.extend(encode(&header, &[round])?);
        alice.send_raw(&twice).await?;
        let first = alice.response().await?;
        if round % 2 == 0 {
            ensure!(alice.response().await?.id() == "other");
            alice.take("user").await?;
        }
        let second = alice.response().await?;
        ensure!(first.header == second.header && first.text("msgid").is_some(), "{first} {second}");
        ensure!(bob.take("delivery").await?.data == [round]);
    }
    alice.expect_nothing().await?;
    bob.expect_nothing().await
}

async fn a_large_post_sent_again_makes_one_message(server: &Server) -> Result<()> {
    let data: Vec<u8> = (0..=255).cycle().take(3 << 20).collect();
    let account = server.member("Repeater").await?.quit().await?;
    let mut bob = server.member("Bob").await?;
    let [first, second] = twice(server, &account, &ask::post(&[&bob.me.uid]), &data).await?;
    ensure!(first == second, "{first} {second}");
    ensure!(bob.take("delivery").await?.data == data);
    bob.expect_nothing().await
}
