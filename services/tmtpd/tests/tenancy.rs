//! Two sites on one server, with the same aliases and group names: nothing of one does anything at the other.

use std::{path::Path, sync::Arc};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tmtp_testkit::{
    ask,
    client::{Account, Client},
    sentences,
    server::{Layout, Server, Shape, SitePlan},
    suite::{self, Sentence},
    talk::unique,
};

const RED: &str = "red.test";
const BLUE: &str = "blue.test";
/// To be suspended.
const GREEN: &str = "green.test";

fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        a_server_name_leads_to_its_own_site,
        the_same_alias_is_somebody_else_at_the_other_site,
        a_node_of_one_site_cannot_log_in_at_the_other,
        a_uid_of_one_site_is_unknown_at_the_other,
        the_same_group_name_is_another_group,
        an_ack_of_one_site_removes_nothing_at_the_other,
        presence_stays_within_a_site,
        the_same_request_at_both_sites_is_two_requests,
        a_suspended_site_leaves_the_other_alone,
    ]
}

/// Two members with the same alias, one at each site.
async fn namesakes(server: &Server, name: &str) -> Result<(Client, Client)> {
    let alias = unique(name);
    let red = Client::register(&server.address_at(RED), &alias).await?;
    Ok((red, Client::register(&server.address_at(BLUE), &alias).await?))
}

async fn a_server_name_leads_to_its_own_site(server: &Server) -> Result<()> {
    for (host, name) in [(Some(RED), "Red"), (Some(BLUE), "Blue"), (None, "Red")] {
        for edge in 0..server.edges.len() {
            let mut client = Client::connect(&server.address_of(edge, host)).await?;
            client.send(&ask::tmtprev(), b"").await?;
            client.expect_tmtprev().await?.expect(&json!({"name": name}))?;
        }
    }
    Ok(())
}

async fn the_same_alias_is_somebody_else_at_the_other_site(server: &Server) -> Result<()> {
    let (mut red_alice, mut blue_alice) = namesakes(server, "Alice").await?;
    let (mut red_bob, mut blue_bob) = namesakes(server, "Bob").await?;
    let ping = ask::ping(&red_alice.me.alias, &red_bob.me.alias);
    red_alice.accepted(&ping, b"red").await?;
    ensure!(red_bob.take("ping").await?.data == b"red");
    blue_bob.expect_nothing().await?;
    blue_alice.accepted(&ping, b"blue").await?;
    ensure!(blue_bob.take("ping").await?.data == b"blue");
    red_bob.expect_nothing().await?;
    // An alias that exists at one site only is nobody at the other.
    let only_red = unique("Only Red");
    red_bob.accepted(&ask::newalias(&only_red), b"").await?;
    blue_alice.refused(&ask::ping(&blue_alice.me.alias.clone(), &only_red), b"").await?;
    blue_alice.accepted(&ask::newalias(&only_red), b"").await?;
    Ok(())
}

async fn expect_login_failed(server: &Server, host: Option<&str>, account: &Account) -> Result<()> {
    for edge in 0..server.edges.len() {
        let mut client = Client::connect(&server.address_of(edge, host)).await?;
        client.send_both(&ask::login(&account.uid, &account.nodeid)).await?;
        client.expect_tmtprev().await?;
        client.expect_quit("login failed").await?;
    }
    Ok(())
}

async fn a_node_of_one_site_cannot_log_in_at_the_other(server: &Server) -> Result<()> {
    let (red, blue) = namesakes(server, "Alice").await?;
    expect_login_failed(server, Some(BLUE), &red.me).await?;
    expect_login_failed(server, Some(RED), &blue.me).await?;
    expect_login_failed(server, None, &blue.me).await?;
    let mixed = Account { uid: red.me.uid.clone(), nodeid: blue.me.nodeid.clone(), alias: String::new() };
    expect_login_failed(server, Some(RED), &mixed).await?;
    expect_login_failed(server, Some(BLUE), &mixed).await
}

async fn a_uid_of_one_site_is_unknown_at_the_other(server: &Server) -> Result<()> {
    let (mut red, mut blue) = namesakes(server, "Alice").await?;
    let stranger = red.me.uid.clone();
    blue.refused(&ask::post(&[&stranger]), b"x").await?;
    let own = ask::to_member(&blue.me.uid);
    blue.refused(&ask::post_notify(&[own], &[ask::to_member(&stranger)], 1), b"nm").await?;
    for kind in ["init", "add", "drop"] {
        blue.refused(&ask::ohiedit(kind, &[&stranger]), b"").await?;
    }
    blue.expect_nothing().await?;
    red.expect_nothing().await
}

async fn the_same_group_name_is_another_group(server: &Server) -> Result<()> {
    let (mut red_alice, mut blue_alice) = namesakes(server, "Alice").await?;
    let (mut red_bob, mut blue_bob) = namesakes(server, "Bob").await?;
    let gid = unique("The Group");
    let invite = ask::invite(&gid, &red_alice.me.alias, &red_bob.me.alias);
    red_alice.accepted(&invite, b"").await?;
    red_alice.take("member").await?;
    red_bob.take("invite").await?;
    // Bob's namesake is not invited anywhere, and the name is free at the other site.
    blue_bob.refused(&ask::join(&gid), b"").await?;
    blue_bob.refused(&ask::post_to(&[ask::to_group(&gid)]), b"x").await?;
    blue_alice.accepted(&invite, b"").await?;
    blue_alice.take("member").await?;
    blue_bob.take("invite").await?;
    for (bob, alice) in [(&mut red_bob, &mut red_alice), (&mut blue_bob, &mut blue_alice)] {
        bob.accepted(&ask::join(&gid), b"").await?;
        bob.take("member").await?;
        alice.take("member").await?;
    }
    blue_bob.accepted(&ask::post_to(&[ask::to_group(&gid)]), b"blue").await?;
    ensure!(
        blue_alice.take("delivery").await?.data == b"blue"
            && blue_bob.take("delivery").await?.data == b"blue"
    );
    for client in [&mut red_alice, &mut red_bob] {
        client.expect_nothing().await?;
    }
    blue_alice.accepted(&ask::drop_from(&gid, &blue_bob.me.alias), b"").await?;
    red_bob.accepted(&ask::post_to(&[ask::to_others_of(&gid)]), b"still in").await?;
    ensure!(red_alice.take("delivery").await?.data == b"still in");
    Ok(())
}

async fn an_ack_of_one_site_removes_nothing_at_the_other(server: &Server) -> Result<()> {
    let (mut red, mut blue) = namesakes(server, "Alice").await?;
    let own = red.me.uid.clone();
    let msgid = red.accepted(&ask::post(&[&own]), b"x").await?;
    red.queued().await?;
    blue.ack(&msgid).await?;
    blue.expect_nothing().await?;
    blue.quit().await?;
    let account = red.quit().await?;
    let (mut red, _) = Client::login(&server.address_at(RED), &account).await?;
    ensure!(red.take("delivery").await?.id() == msgid);
    Ok(())
}

async fn presence_stays_within_a_site(server: &Server) -> Result<()> {
    let (mut red_alice, mut blue_alice) = namesakes(server, "Alice").await?;
    let (mut red_bob, mut blue_bob) = namesakes(server, "Bob").await?;
    let (red_uid, blue_uid) = (red_alice.me.uid.clone(), blue_alice.me.uid.clone());
    let (red_init, blue_init) =
        (ask::ohiedit("init", &[&red_bob.me.uid]), ask::ohiedit("init", &[&blue_bob.me.uid]));
    tokio::try_join!(red_alice.accepted(&red_init, b""), blue_alice.accepted(&blue_init, b""))?;
    ensure!(red_bob.ohi().await? == (red_uid.clone(), 1) && blue_bob.ohi().await? == (blue_uid.clone(), 1));
    blue_alice.quit().await?;
    ensure!(blue_bob.ohi().await? == (blue_uid, 2));
    let (mut red_mark, mut blue_mark) = namesakes(server, "Mark").await?;
    red_bob.hears_nothing_before(&mut red_mark).await?;
    blue_bob.hears_nothing_before(&mut blue_mark).await?;
    // She who left was the other's namesake: at this site she is there still.
    let bob = red_bob.quit().await?;
    let (_, info) = Client::login(&server.address_at(RED), &bob).await?;
    let mut online = [red_uid, red_mark.me.uid.clone()];
    online.sort();
    let mut told: Vec<&str> = info
        .header
        .get("ohi")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    told.sort_unstable();
    ensure!(told == online, "{info}");
    Ok(())
}

async fn the_same_request_at_both_sites_is_two_requests(server: &Server) -> Result<()> {
    let (mut red, mut blue) = namesakes(server, "Alice").await?;
    let ping = ask::with(ask::ping(&red.me.alias, &red.me.alias), &json!({"id": "same"}));
    let (one, two) = (red.accepted(&ping, b"x").await?, blue.accepted(&ping, b"x").await?);
    ensure!(red.take("ping").await?.id() == one && blue.take("ping").await?.id() == two);
    Ok(())
}

async fn a_suspended_site_leaves_the_other_alone(server: &Server) -> Result<()> {
    server.command(&["site", "suspend", "--config", &server.config(), GREEN]).await?;
    for edge in 0..server.edges.len() {
        let to = server.address_of(edge, Some(GREEN));
        Client::refused_before_long(&to, &ask::register(""), "register failure").await?;
    }
    let (mut red, mut blue) = namesakes(server, "Alice").await?;
    red.expect_nothing().await?;
    blue.expect_nothing().await
}

async fn holds_on(shape: Shape) -> Result<()> {
    let site = |name, hosts| SitePlan { name, hosts, settings: &[] };
    let layout = Layout {
        sites: vec![site("Red", &[RED]), site("Blue", &[BLUE]), site("Green", &[GREEN])],
        ..Layout::default()
    };
    let server = Arc::new(Server::start(shape, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await?);
    suite::run(&server, sentences()).await?;
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sites_share_nothing_on_one_process() -> Result<()> {
    holds_on(Shape::Standalone).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_sites_share_nothing_on_a_cluster() -> Result<()> {
    holds_on(Shape::Cluster).await
}
