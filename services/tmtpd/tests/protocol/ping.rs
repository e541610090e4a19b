//! Section 4: Ping.

use anyhow::{Result, ensure};
use serde_json::json;
use tmtp_testkit::{ask, received::is_msgid, sentences, server::Server, suite::Sentence, talk::unique};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        a_ping_reaches_the_nodes_of_whoever_has_the_alias,
        the_senders_other_nodes_get_a_copy_of_its_ping,
        the_sender_of_a_ping_is_one_of_its_aliases,
        a_ping_to_an_unknown_alias_is_refused,
        a_ping_is_no_way_to_write_to_a_group,
        a_ping_may_be_empty,
        pings_wait_for_those_who_are_away,
    ]
}

async fn a_ping_reaches_the_nodes_of_whoever_has_the_alias(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Bob").await?;
    let mut alice = server.member("Alice").await?;
    let header = ask::ping(&alice.me.alias, &first.me.alias);
    let ack = alice.request(&header, "Grüße".as_bytes()).await?;
    ensure!(is_msgid(ack.must("msgid")?), "{ack}");
    for node in [&mut first, &mut second] {
        let ping = node.take("ping").await?;
        ping.expect(&json!({
            "id": ack.must("msgid")?, "posted": ack.must("posted")?, "from": alice.me.uid,
            "alias": alice.me.alias, "to": node.me.alias, "datalen": 7,
        }))?;
        ensure!(ping.data == "Grüße".as_bytes());
    }
    alice.expect_nothing().await
}

async fn the_senders_other_nodes_get_a_copy_of_its_ping(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let header = ask::ping(&first.me.alias, &bob.me.alias);
    let msgid = first.accepted(&header, b"hi").await?;
    ensure!(second.take("ping").await?.id() == msgid && bob.take("ping").await?.id() == msgid);
    first.expect_nothing().await
}

async fn the_sender_of_a_ping_is_one_of_its_aliases(server: &Server) -> Result<()> {
    let mut bob = server.member("Bob").await?;
    let mut alice = server.member("Alice").await?;
    let (bobs, unknown) = (bob.me.alias.clone(), unique("Nobody"));
    for from in [bobs.as_str(), &unknown, &alice.me.uid.clone()] {
        ensure!(alice.refused(&ask::ping(from, &bobs), b"").await? == "from must identify sender");
    }
    bob.expect_nothing().await
}

async fn a_ping_to_an_unknown_alias_is_refused(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let (own, unknown, uid) = (alice.me.alias.clone(), unique("Nobody"), alice.me.uid.clone());
    for to in [unknown.as_str(), &uid, &"x".repeat(20_000)] {
        alice.refused(&ask::ping(&own, to), b"").await?;
    }
    alice.expect_nothing().await
}

async fn a_ping_is_no_way_to_write_to_a_group(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let gid = unique("Our Group");
    alice.accepted(&ask::invite(&gid, &alice.me.alias.clone(), &bob.me.alias), b"").await?;
    bob.take("invite").await?;
    bob.refused(&ask::ping(&bob.me.alias.clone(), &gid), b"").await?;
    bob.expect_nothing().await
}

async fn a_ping_may_be_empty(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    alice.accepted(&ask::ping(&alice.me.alias.clone(), &bob.me.alias), b"").await?;
    bob.take("ping").await?.expect(&json!({"datalen": 0}))
}

async fn pings_wait_for_those_who_are_away(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let bob = server.member("Bob").await?.quit().await?;
    let own = alice.me.alias.clone();
    for text in ["one", "two", "three"] {
        alice.accepted(&ask::ping(&own, &bob.alias), text.as_bytes()).await?;
    }
    let mut bob = server.login(&bob).await?;
    for text in ["one", "two", "three"] {
        ensure!(bob.take("ping").await?.data == text.as_bytes());
    }
    bob.take("login").await?;
    bob.expect_nothing().await
}
