//! Limits that a site sets, and the hostile requests that section 7 tells of.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tmtp_testkit::{
    ask,
    client::{Client, encode},
    sentences,
    server::Server,
    suite::Sentence,
    talk::unique,
};
use tokio::time::{Instant, sleep};

use crate::{CHANGING, SCARCE, SLOW};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        a_queue_over_its_limit_takes_no_more,
        a_member_has_no_more_links_than_its_site_allows,
        requests_come_no_faster_than_the_site_allows,
        a_change_of_a_sites_limits_reaches_links_that_are_open,
        a_request_whose_ack_would_be_too_long_is_refused,
        a_request_whose_message_would_be_too_long_is_refused,
        names_of_thousands_of_octets_are_refused,
        a_datalen_near_the_end_of_its_range_is_refused,
        a_request_under_way_is_not_delayed_by_a_bad_one_elsewhere,
    ]
}

async fn a_queue_over_its_limit_takes_no_more(server: &Server) -> Result<()> {
    let to = server.address_at(SCARCE);
    let bob = Client::register(&to, "").await?.quit().await?;
    let mut carol = Client::register(&to, "").await?;
    let mut alice = Client::register(&to, "").await?;
    for n in 0..5 {
        alice.accepted(&ask::post(&[&bob.uid]), &[n]).await?;
    }
    for n in 5..8 {
        alice.refused(&ask::post(&[&carol.me.uid, &bob.uid]), &[n]).await?;
    }
    carol.expect_nothing().await?;
    let (mut bob, _) = Client::login(&to, &bob).await?;
    for n in 0..5 {
        ensure!(bob.take("delivery").await?.data == [n]);
    }
    bob.take("login").await?;
    // After `logout ok` all acks count.
    let bob = bob.quit().await?;
    alice.accepted(&ask::post(&[&bob.uid]), b"room again").await?;
    let (mut bob, _) = Client::login(&to, &bob).await?;
    ensure!(bob.take("delivery").await?.data == b"room again");
    Ok(())
}

async fn a_member_has_no_more_links_than_its_site_allows(server: &Server) -> Result<()> {
    let to = || server.address_at(SCARCE);
    let mut first = Client::register(&to(), "").await?;
    let (two, three) = (first.add_node("phone").await?, first.add_node("tablet").await?);
    let second = Client::enter_first(&to(), &two).await?;
    let mut refused = Client::connect(&to()).await?;
    refused.send_both(&ask::login(&three.uid, &three.nodeid)).await?;
    refused.expect_tmtprev().await?;
    refused.expect_quit("login failed").await?;
    // The two are served on, and a link that has ended makes room.
    first.take("login").await?;
    first.expect_nothing().await?;
    second.quit().await?;
    Client::login(&to(), &three).await?;
    Ok(())
}

/// Only how long it takes at the least can be said of a machine that may be busy.
async fn requests_come_no_faster_than_the_site_allows(server: &Server) -> Result<()> {
    let mut client = Client::register(&server.address_at(SLOW), &unique("Slow")).await?;
    five_a_second(&mut client).await
}

async fn five_a_second(client: &mut Client) -> Result<()> {
    let mut requests = Vec::new();
    for n in 0..20 {
        let ping = ask::with(ask::ping(&client.me.alias, &client.me.alias), &json!({"id": n.to_string()}));
        requests.extend(encode(&ping, b"")?);
    }
    let began = Instant::now();
    client.send_raw(&requests).await?;
    for n in 0..20 {
        ensure!(client.response().await?.id() == n.to_string());
    }
    // Five at once, the other fifteen five a second.
    ensure!(began.elapsed() >= Duration::from_millis(2900), "20 requests took {:?}", began.elapsed());
    Ok(())
}

/// At every edge, without a new login, and before long.
async fn a_change_of_a_sites_limits_reaches_links_that_are_open(server: &Server) -> Result<()> {
    let mut links = Vec::new();
    for edge in 0..server.edges.len() {
        let to = server.address_of(edge, Some(CHANGING));
        let mut three = Vec::new();
        for _ in 0..3 {
            three.push(Client::register(&to, &unique("Changing")).await?);
        }
        links.extend(<[Client; 3]>::try_from(three));
    }
    let config = server.config();
    let set = ["message_octets_max=100", "header_octets_max=2000", "requests_per_second_max=5"];
    server.command(&[&["site", "set", "--config", &config, CHANGING][..], &set].concat()).await?;
    for [mut wordy, mut chatty, mut quick] in links {
        quit_before_long(&mut wordy, 3, &[b'x'; 101], "data too long for request type").await?;
        quit_before_long(&mut chatty, 3_000, b"x", "invalid header length").await?;
        five_a_second(&mut quick).await?;
    }
    Ok(())
}

/// Posts such messages, whose ids have so many letters, until the link is closed for one.
async fn quit_before_long(client: &mut Client, letters: usize, data: &[u8], error: &str) -> Result<()> {
    let own = client.me.uid.clone();
    for n in 0..150 {
        let id = json!({"id": format!("{n:0>letters$}")});
        client.send(&ask::with(ask::post(&[&own]), &id), data).await?;
        let answer = client.response().await?;
        if answer.op() == "quit" {
            return answer.expect(&json!({"error": error}));
        }
        // Delivery may know sooner than the edge, and refuses what the edge passed on.
        if answer.text("error").is_none() {
            client.take("delivery").await?;
        }
        sleep(Duration::from_millis(100)).await;
    }
    bail!("taken on, and no {error}")
}

async fn expect_invalid(server: &Server, make: impl Fn(&Client) -> Value, data: &[u8]) -> Result<()> {
    let mut client = server.member("Overlong").await?;
    let header = make(&client);
    client.send(&header, data).await?;
    client.expect_quit("invalid header").await.with_context(|| format!("{header:.100}"))?;
    server.enter(&client.me).await?.expect_nothing().await
}

/// Six octets of JSON in an answer for each octet of a request.
fn swelling(octets: usize) -> String {
    "<".repeat(octets)
}

async fn a_request_whose_ack_would_be_too_long_is_refused(server: &Server) -> Result<()> {
    let id = json!({"id": swelling(11_000)});
    expect_invalid(server, |me| ask::with(ask::post(&[&me.me.uid]), &id), b"x").await?;
    expect_invalid(server, |me| ask::with(ask::ping(&me.me.alias, &me.me.alias), &id), b"").await?;
    expect_invalid(server, |_| ask::with(ask::newalias(&unique("Other")), &id), b"").await?;
    let mut client = server.member("Long Ids").await?;
    let own = client.me.uid.clone();
    client.accepted(&ask::with(ask::post(&[&own]), &json!({"id": swelling(9_000)})), b"x").await?;
    client.take("delivery").await?;
    Ok(())
}

async fn a_request_whose_message_would_be_too_long_is_refused(server: &Server) -> Result<()> {
    let id = json!({"id": "1"});
    expect_invalid(server, |_| ask::with(ask::newnode(&swelling(11_000)), &id), b"").await
}

async fn names_of_thousands_of_octets_are_refused(server: &Server) -> Result<()> {
    let mut client = server.member("Patient").await?;
    let own = client.me.alias.clone();
    for long in ["x".repeat(8_000), "é".repeat(20_000), "\u{1}".repeat(5_000)] {
        client.refused(&ask::newalias(&long), b"").await?;
        client.refused(&ask::ping(&own, &long), b"").await?;
        client.refused(&ask::ping(&long, &own), b"").await?;
        client.refused(&ask::invite(&long, &own, &own), b"").await?;
        client.refused(&ask::join(&long), b"").await?;
        client.refused(&ask::post(&[&long]), b"x").await?;
        client.refused(&ask::post_to(&[ask::to_group(&long)]), b"x").await?;
        client.refused(&ask::ohiedit("init", &[&long]), b"").await?;
    }
    client.expect_nothing().await
}

async fn a_datalen_near_the_end_of_its_range_is_refused(server: &Server) -> Result<()> {
    for datalen in [i64::MAX as u64, i64::MAX as u64 - 1, 1 << 62, 1 << 40] {
        let mut client = server.member("Announcer").await?;
        let own = client.me.uid.clone();
        client.send(&ask::with(ask::post(&[&own]), &json!({"id": "1", "datalen": datalen})), b"").await?;
        client.expect_quit("data too long for request type").await?;
    }
    Ok(())
}

async fn a_request_under_way_is_not_delayed_by_a_bad_one_elsewhere(server: &Server) -> Result<()> {
    let mut good = server.member("Good").await?;
    let mut bad = server.member("Bad").await?;
    let own = good.me.alias.clone();
    bad.send_raw(b"ffff{").await?;
    good.accepted(&ask::ping(&own, &own), b"").await?;
    good.take("ping").await?;
    Ok(())
}
