//! Section 7: what clients in the field do.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tmtp_testkit::{
    ask,
    client::{Client, encode},
    sentences,
    server::Server,
    suite::Sentence,
    tls,
};
use tokio::{net::TcpStream, time::timeout};

use crate::PLAIN;

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        a_server_name_may_come_in_any_letter_case,
        a_client_without_a_server_name_meets_the_default_site,
        a_site_may_have_several_host_names,
        an_unknown_server_name_is_not_served,
        tls_1_2_and_1_3_are_served_without_alpn,
        ohiedit_may_follow_login_at_once,
        request_ids_are_echoed_exactly,
        a_small_message_leaves_in_one_write,
        reading_never_waits_for_writing,
        a_slow_reader_slows_only_itself,
        requests_may_be_sent_without_waiting_for_acks,
    ]
}

async fn a_server_name_may_come_in_any_letter_case(server: &Server) -> Result<()> {
    for host in ["PLAIN.TEST", "Plain.Test", "pLAIN.tesT"] {
        let client = Client::register(&server.address_at(host), "").await?;
        server.enter(&client.me).await?;
    }
    Ok(())
}

async fn a_client_without_a_server_name_meets_the_default_site(server: &Server) -> Result<()> {
    let mut client = Client::connect(&server.address_of(0, None)).await?;
    client.send(&ask::tmtprev(), b"").await?;
    client.expect_tmtprev().await?.expect(&json!({"name": "Plain & <Simple>"}))
}

async fn a_site_may_have_several_host_names(server: &Server) -> Result<()> {
    let client = Client::register(&server.address_at("also-plain.test"), "").await?;
    Client::enter(&server.address_at(PLAIN), &client.me).await?;
    Ok(())
}

async fn an_unknown_server_name_is_not_served(server: &Server) -> Result<()> {
    let Ok(mut client) = Client::connect(&server.address_at("nobody.test")).await else { return Ok(()) };
    let _ = client.send(&ask::tmtprev(), b"").await;
    client.expect_closed().await
}

async fn tls_1_2_and_1_3_are_served_without_alpn(server: &Server) -> Result<()> {
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let connector = tls::connector_of(version)?;
        let socket = TcpStream::connect(server.address().socket).await?;
        let stream = connector.connect(PLAIN.try_into()?, socket).await?;
        let (_, connection) = stream.get_ref();
        ensure!(
            connection.protocol_version() == Some(version.version) && connection.alpn_protocol().is_none()
        );
    }
    Ok(())
}

async fn ohiedit_may_follow_login_at_once(server: &Server) -> Result<()> {
    let mut friend = server.member("Friend").await?;
    let account = server.member("Present").await?.quit().await?;
    let mut client = server.stranger().await?;
    let mut all = encode(&ask::tmtprev(), b"")?;
    all.extend(encode(&ask::login(&account.uid, &account.nodeid), b"")?);
    all.extend(encode(&ask::with(ask::ohiedit("init", &[&friend.me.uid]), &json!({"id": "o"})), b"")?);
    client.send_raw(&all).await?;
    client.expect_tmtprev().await?;
    client.expect_info().await?;
    ensure!(client.response().await?.id() == "o");
    ensure!(friend.ohi().await? == (account.uid, 1));
    Ok(())
}

async fn request_ids_are_echoed_exactly(server: &Server) -> Result<()> {
    let mut client = server.member("Odd Ids").await?;
    let alias = client.me.alias.clone();
    let long = "x:y z".repeat(100);
    for id in [
        "a b:c",
        "\u{0}",
        " ",
        "0",
        "null",
        "\"\\/\u{8}\u{c}\n\r\t",
        "é語😀\u{7f}\u{fffd}",
        "</script>",
        &long,
    ] {
        let ack = client.request(&ask::with(ask::ping(&alias, &alias), &json!({"id": id})), b"").await?;
        ensure!(ack.id() == id && ack.text("error").is_none(), "{id:?}: {ack}");
        client.take("ping").await?;
        let ack =
            client.request(&ask::with(ask::ping("nobody at all", &alias), &json!({"id": id})), b"").await?;
        ensure!(ack.id() == id && ack.text("error").is_some(), "{id:?}: {ack}");
    }
    Ok(())
}

async fn a_small_message_leaves_in_one_write(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    bob.expect_nothing().await?;
    for octets in [1, 100, 4_000, 15_000] {
        let before = bob.records();
        alice.accepted(&ask::post(&[&bob.me.uid]), &vec![7; octets]).await?;
        bob.take("delivery").await?;
        let records = bob.records() - before;
        ensure!(records == 1, "header and {octets} octets of data came in {records} TLS records");
    }
    Ok(())
}

async fn reading_never_waits_for_writing(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let mut deaf = server.member("Deaf").await?;
    let mut carol = server.member("Carol").await?;
    // More than all buffers between server and client hold; the client reads none of it.
    for _ in 0..30 {
        alice.accepted(&ask::post(&[&deaf.me.uid]), &vec![7; 1 << 20]).await?;
    }
    for n in 0..200_u8 {
        let header = ask::with(ask::post(&[&carol.me.uid]), &json!({"id": format!("{n}")}));
        deaf.send(&header, &[n; 5_000]).await?;
        ensure!(carol.take("delivery").await?.data == [n; 5_000], "{n}");
    }
    // Everything is still there for it.
    for n in 0..200_u8 {
        ensure!(deaf.response().await?.id() == n.to_string());
    }
    for _ in 0..30 {
        ensure!(deaf.take("delivery").await?.data.len() == 1 << 20);
    }
    Ok(())
}

async fn a_slow_reader_slows_only_itself(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let mut slow = server.member("Slow").await?;
    let mut carol = server.member("Carol").await?;
    for _ in 0..20 {
        alice.accepted(&ask::post(&[&slow.me.uid, &carol.me.uid]), &vec![7; 1 << 20]).await?;
        carol.take("delivery").await?;
    }
    let mut octets = 0;
    for _ in 0..50 {
        octets += slow.read_raw(&mut [0; 100]).await?;
        let ping = ask::ping(&alice.me.alias, &carol.me.alias);
        timeout(Duration::from_secs(10), alice.accepted(&ping, b"")).await.context("slowed")??;
        timeout(Duration::from_secs(10), carol.take("ping")).await.context("slowed")??;
    }
    ensure!(octets > 0);
    Ok(())
}

async fn requests_may_be_sent_without_waiting_for_acks(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice").await?, server.member("Bob").await?);
    let mut all = Vec::new();
    for n in 0..100 {
        all.extend(encode(&ask::with(ask::post(&[&bob.me.uid]), &json!({"id": format!("{n}")})), &[n])?);
    }
    alice.send_raw(&all).await?;
    let mut last = String::new();
    for n in 0..100 {
        let ack = alice.response().await?;
        ensure!(ack.id() == n.to_string() && ack.must("msgid")? > last.as_str(), "{ack}");
        last = ack.must("msgid")?.to_owned();
        ensure!(bob.take("delivery").await?.data == [n]);
    }
    Ok(())
}
