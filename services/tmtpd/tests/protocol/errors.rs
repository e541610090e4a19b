//! Section 2: the table of errors, row by row. `framing` has the first two rows.

use anyhow::{Context, Result};
use serde_json::json;
use tmtp_testkit::{
    ask, client::Client, received::frame, sentences, server::Server, suite::Sentence, talk::unique,
};

use crate::{CLOSED, REFUSING, SMALL, SUSPENDED, framing::greeted};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        tmtprev_again_is_disallowed_op_repetition,
        any_other_op_before_login_is_disallowed,
        register_or_login_after_login_is_disallowed,
        a_login_whose_node_is_not_base32_is_told_so,
        a_login_with_unknown_uid_or_wrong_node_failed,
        one_members_node_is_no_key_to_another,
        a_closed_site_admits_nobody,
        a_suspended_site_serves_nobody,
        a_site_may_refuse_a_second_login_of_a_node,
        by_default_the_newest_login_wins,
        text_of_140_units_and_420_octets_is_not_too_long,
        text_over_the_limits_is_too_long,
        text_that_is_not_utf8_is_told_so,
        a_post_over_the_sites_limit_is_too_long,
        a_post_notify_over_the_sites_limit_is_too_long,
        a_header_over_the_sites_limit_has_an_invalid_length,
        a_post_notify_without_a_message_is_too_short,
        a_post_notify_to_nobody_is_told_so,
        form_is_checked_before_state,
    ]
}

async fn tmtprev_again_is_disallowed_op_repetition(server: &Server) -> Result<()> {
    for mut client in [greeted(server).await?, server.member("Twice").await?] {
        client.send(&ask::tmtprev(), b"").await?;
        client.expect_quit("disallowed op repetition").await?;
    }
    Ok(())
}

async fn any_other_op_before_login_is_disallowed(server: &Server) -> Result<()> {
    let id = json!({"id": "1"});
    for header in [
        ask::with(ask::newalias("Somebody"), &id),
        ask::with(ask::ohiedit("init", &["x"]), &id),
        ask::with(ask::invite("group name", "a", "b"), &id),
        ask::with(ask::join("group name"), &id),
        ask::with(ask::ping("a", "b"), &id),
        json!({"op": 10, "id": "1"}),
        ask::pulse(),
        ask::quit(),
    ] {
        let mut client = greeted(server).await?;
        client.send(&header, b"").await?;
        client
            .expect_quit("disallowed op on unauthenticated link")
            .await
            .with_context(|| header.to_string())?;
    }
    for header in [ask::post(&["x"]), ask::post_notify(&[ask::to_member("x")], &[], 1)] {
        let mut client = greeted(server).await?;
        client.send(&ask::with(header, &id), b"xx").await?;
        client.expect_quit("disallowed op on unauthenticated link").await?;
    }
    Ok(())
}

async fn register_or_login_after_login_is_disallowed(server: &Server) -> Result<()> {
    for register in [true, false] {
        let mut client = server.member("Twice").await?;
        let header = if register { ask::register("") } else { ask::login(&client.me.uid, &client.me.nodeid) };
        client.send(&header, b"").await?;
        client.expect_quit("disallowed op on connected link").await?;
    }
    Ok(())
}

async fn expect_login_refused(server: &Server, uid: &str, node: &str, error: &str) -> Result<()> {
    let mut client = server.stranger().await?;
    client.send_both(&ask::login(uid, node)).await?;
    client.expect_tmtprev().await?;
    client.expect_quit(error).await.with_context(|| format!("node {:.80}", node))
}

async fn a_login_whose_node_is_not_base32_is_told_so(server: &Server) -> Result<()> {
    let uid = server.member("Owner").await?.me.uid;
    for node in ["0", "abcdefgh", "BCDFGHJ ", "BCDFGHJ", "BCDFGHJA", "=", "BC=DFGHJ", "ééééé"] {
        expect_login_refused(server, &uid, node, "corrupt base32 value").await?;
    }
    Ok(())
}

async fn a_login_with_unknown_uid_or_wrong_node_failed(server: &Server) -> Result<()> {
    let me = server.member("Owner").await?.me;
    let other = "B".repeat(40);
    let (long_uid, long_node) = ("B".repeat(30_000), "BCDFGHJK".repeat(3_000));
    for (uid, node) in [
        ("nobody", me.nodeid.as_str()),
        (&"%".repeat(32), &me.nodeid),
        (&me.uid.to_lowercase(), &me.nodeid),
        (&long_uid, &me.nodeid),
        (&me.uid, &other),
        (&me.uid, &me.nodeid[..32]),
        (&me.uid, &long_node),
    ] {
        expect_login_refused(server, uid, node, "login failed").await?;
    }
    Ok(())
}

async fn one_members_node_is_no_key_to_another(server: &Server) -> Result<()> {
    let (one, other) = (server.member("One").await?.me, server.member("Other").await?.me);
    expect_login_refused(server, &one.uid, &other.nodeid, "login failed").await
}

async fn a_closed_site_admits_nobody(server: &Server) -> Result<()> {
    let mut client = Client::connect(&server.address_at(CLOSED)).await?;
    client.send_both(&ask::register("Anybody at all")).await?;
    client.expect_tmtprev().await?;
    client.expect_quit("register failure").await
}

async fn a_suspended_site_serves_nobody(server: &Server) -> Result<()> {
    let to = server.address_at(SUSPENDED);
    let account = Client::register(&to, "").await?.quit().await?;
    let config = server.config();
    server.command(&["site", "suspend", "--config", &config, SUSPENDED]).await?;
    for edge in 0..server.edges.len() {
        let to = server.address_of(edge, Some(SUSPENDED));
        Client::refused_before_long(&to, &ask::login(&account.uid, &account.nodeid), "login failed").await?;
        Client::refused_before_long(&to, &ask::register(""), "register failure").await?;
    }
    server.command(&["site", "resume", "--config", &config, SUSPENDED]).await?;
    Ok(())
}

async fn a_site_may_refuse_a_second_login_of_a_node(server: &Server) -> Result<()> {
    let to = server.address_of(0, Some(REFUSING));
    let mut first = Client::register(&to, "").await?;
    // At the same edge, and at every other.
    for edge in 0..=server.edges.len() {
        let mut second = Client::connect(&server.address_of(edge, Some(REFUSING))).await?;
        second.send_both(&ask::login(&first.me.uid, &first.me.nodeid)).await?;
        second.expect_tmtprev().await?;
        second.expect_quit("node already connected").await?;
    }
    first.expect_nothing().await?;
    let account = first.quit().await?;
    Client::enter(&server.address_at(REFUSING), &account).await?;
    Ok(())
}

async fn by_default_the_newest_login_wins(server: &Server) -> Result<()> {
    let to = server.addresses();
    let mut old = Client::register(&to[0], &unique("Eager")).await?;
    // At another edge, at the same one, and back at the first.
    let newest = [to.len() - 1, to.len() - 1, 0];
    for edge in newest {
        let (new, _) = Client::login(&to[edge], &old.me).await?;
        old.expect_quit("node connected elsewhere").await?;
        old = new;
    }
    // None of the links acked anything.
    for _ in newest {
        old.take("login").await?;
    }
    old.expect_nothing().await
}

async fn text_of_140_units_and_420_octets_is_not_too_long(server: &Server) -> Result<()> {
    let mut client = server.member("Wordy").await?;
    let alias = client.me.alias.clone();
    for text in ["x".repeat(140), "語".repeat(140), "😀".repeat(70)] {
        client.accepted(&ask::ping(&alias, &alias), text.as_bytes()).await?;
        anyhow::ensure!(client.take("ping").await?.data == text.as_bytes());
    }
    Ok(())
}

async fn text_over_the_limits_is_too_long(server: &Server) -> Result<()> {
    for text in
        ["x".repeat(141), "語".repeat(140) + "x", "😀".repeat(71), "x".repeat(421), "x".repeat(50_000)]
    {
        let mut client = server.member("Too Wordy").await?;
        let alias = client.me.alias.clone();
        for header in [ask::ping(&alias, &alias), ask::invite("any group", &alias, &alias)] {
            let mut client = server.enter(&client.me).await?;
            client.send(&ask::with(header, &json!({"id": "1"})), text.as_bytes()).await?;
            client.expect_quit("data too long for request type").await?;
        }
        client.expect_quit("node connected elsewhere").await?;
    }
    Ok(())
}

async fn text_that_is_not_utf8_is_told_so(server: &Server) -> Result<()> {
    for text in [&b"\xff"[..], b"abc\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80"] {
        for with_group in [false, true] {
            let mut client = server.member("Latin One").await?;
            let own = client.me.alias.clone();
            let header =
                if with_group { ask::invite(&unique("Group"), &own, &own) } else { ask::ping(&own, &own) };
            client.send(&ask::with(header, &json!({"id": "1"})), text).await?;
            client.expect_quit("data not valid UTF8").await?;
        }
    }
    Ok(())
}

async fn a_post_over_the_sites_limit_is_too_long(server: &Server) -> Result<()> {
    let to = server.address_at(SMALL);
    let mut client = Client::register(&to, "").await?;
    let own = client.me.uid.clone();
    client.accepted(&ask::post(&[&own]), &[1; 1000]).await?;
    client.take("delivery").await?;
    let mut client = Client::enter(&to, &client.quit().await?).await?;
    client.send(&ask::with(ask::post(&[&own]), &json!({"id": "1"})), &[1; 1001]).await?;
    client.expect_quit("data too long for request type").await?;
    let mut client = Client::enter(&to, &client.me).await?;
    client.send(&ask::with(ask::post(&[&own]), &json!({"id": "1", "datalen": u64::MAX >> 1})), b"").await?;
    client.expect_quit("data too long for request type").await
}

async fn a_post_notify_over_the_sites_limit_is_too_long(server: &Server) -> Result<()> {
    let to = server.address_at(SMALL);
    let mut client = Client::register(&to, "").await?;
    let header = ask::post_notify(&[ask::to_member(&client.me.uid)], &[], 400);
    client.accepted(&header, &[1; 1000]).await?;
    for op in ["delivery", "notify"] {
        client.take(op).await?;
    }
    client.send(&ask::with(header, &json!({"id": "1"})), &[1; 1001]).await?;
    client.expect_quit("data too long for request type").await
}

async fn a_header_over_the_sites_limit_has_an_invalid_length(server: &Server) -> Result<()> {
    let mut client = Client::register(&server.address_at(SMALL), "").await?;
    let of_octets = |octets: usize| {
        let empty = r#"{"op":11,"x":""}"#;
        frame(&empty.replace(r#""""#, &format!(r#""{}""#, "x".repeat(octets - empty.len()))))
    };
    client.send_raw(&of_octets(2000)).await?;
    client.expect_nothing().await?;
    client.send_raw(&of_octets(2001)).await?;
    client.expect_quit("invalid header length").await
}

async fn a_post_notify_without_a_message_is_too_short(server: &Server) -> Result<()> {
    for notelen in [4, 5, 1 << 40] {
        let mut client = server.member("Short").await?;
        let own = ask::to_member(&client.me.uid);
        let header = ask::with(ask::post_notify(&[own], &[], notelen), &json!({"id": "1"}));
        client.send(&header, b"four").await?;
        client.expect_quit("data too short for request type").await?;
    }
    Ok(())
}

async fn a_post_notify_to_nobody_is_told_so(server: &Server) -> Result<()> {
    let mut client = server.member("Nobody").await?;
    let own = ask::to_member(&client.me.uid);
    let header = ask::with(ask::post_notify(&[], &[own], 1), &json!({"id": "1", "fornotself": true}));
    client.send(&header, b"nm").await?;
    client.expect_quit("recipient list empty").await
}

async fn form_is_checked_before_state(server: &Server) -> Result<()> {
    let mut client = greeted(server).await?;
    client.send(&json!({"op": 7, "id": "1", "datalen": 1}), b"x").await?;
    client.expect_quit("invalid header").await?;
    let mut client = server.member("Form").await?;
    client.send(&json!({"op": 1}), b"").await?;
    client.expect_quit("invalid header").await
}
