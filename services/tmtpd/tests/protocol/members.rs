//! Section 4: Register, Login and UserEdit.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tmtp_testkit::{
    ask,
    client::{Account, Client},
    received::{Received, is_base32},
    sentences,
    server::Server,
    suite::Sentence,
    talk::unique,
};

use crate::SMALL;

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        register_answers_registered_and_info_and_queues_nothing,
        a_member_may_register_without_an_alias,
        a_refused_alias_leaves_an_account_that_works,
        an_alias_is_taken_once,
        an_alias_that_people_could_mistake_for_anothers_is_refused,
        an_alias_that_is_short_or_not_printable_is_refused,
        aliases_are_compared_exactly,
        login_queues_login_to_all_nodes_this_one_included,
        login_answers_before_it_sends_what_waits,
        newalias_is_told_to_all_own_nodes,
        a_member_has_as_many_aliases_as_it_likes,
        newalias_is_refused_when_taken_or_short,
        newnode_is_told_to_all_own_nodes_with_its_secret,
        a_new_node_starts_with_a_copy_of_what_is_pending,
        a_new_node_gets_what_is_sent_after_it_was_made,
        nodes_of_a_member_are_limited,
        the_same_request_from_two_nodes_is_two_requests,
    ]
}

async fn register_with(server: &Server, header: &Value) -> Result<(Client, Received)> {
    let mut client = server.stranger().await?;
    client.send_both(header).await?;
    client.expect_tmtprev().await?;
    let registered = client.recv().await?;
    ensure!(registered.op() == "registered", "{registered}");
    client.expect_info().await?;
    let text = |name| registered.text(name).unwrap_or_default().to_owned();
    client.me = Account { uid: text("uid"), nodeid: text("nodeid"), alias: String::new() };
    ensure!(is_base32(&client.me.uid, 32) && is_base32(&client.me.nodeid, 40), "{registered}");
    Ok((client, registered))
}

async fn register_answers_registered_and_info_and_queues_nothing(server: &Server) -> Result<()> {
    let alias = unique("Alice Ames");
    let (mut client, registered) = register_with(server, &ask::register(&alias)).await?;
    registered.expect(&json!({"error": null}))?;
    client.expect_nothing().await?;
    client.accepted(&ask::ping(&alias, &alias), b"me").await?;
    client.take("ping").await?;
    Ok(())
}

async fn a_member_may_register_without_an_alias(server: &Server) -> Result<()> {
    for header in [json!({"op": 1, "newnode": "n"}), json!({"op": 1, "newnode": "n", "newalias": "_"})] {
        for _ in 0..2 {
            let (mut client, registered) = register_with(server, &header).await?;
            registered.expect(&json!({"error": null}))?;
            client.expect_nothing().await?;
            ensure!(client.refused(&ask::ping("_", "_"), b"").await? == "from must identify sender");
        }
    }
    Ok(())
}

async fn a_refused_alias_leaves_an_account_that_works(server: &Server) -> Result<()> {
    let (client, registered) =
        register_with(server, &json!({"op": 1, "newnode": "n", "newalias": "short"})).await?;
    registered.expect(&json!({"error": "newalias must be 8+ characters"}))?;
    let account = client.quit().await?;
    let mut client = server.enter(&account).await?;
    let alias = unique("Long Enough");
    client.accepted(&ask::newalias(&alias), b"").await?;
    client.take("user").await?.expect(&json!({"newalias": alias}))
}

async fn an_alias_that_people_could_mistake_for_anothers_is_refused(server: &Server) -> Result<()> {
    let mut support = server.member("Support Ilse").await?;
    let alias = support.me.alias.clone();
    let mut stranger = server.member("Stranger").await?;
    // In capitals, with an `l` for a capital I, and with a Cyrillic letter.
    for (lookalike, why) in [
        (alias.to_uppercase(), "not available"),
        (alias.to_uppercase().replacen("ILSE", "lLSE", 1), "not available"),
        (alias.replacen('o', "\u{43e}", 1), "mixes letters"),
    ] {
        let error = stranger.refused(&ask::newalias(&lookalike), b"").await?;
        ensure!(error.contains(&lookalike) && error.contains(why), "{error}");
        let error =
            stranger.refused(&ask::invite(&lookalike, &stranger.me.alias.clone(), &alias), b"").await?;
        ensure!(error.contains(why), "{error}");
    }
    // Their own owner may have them.
    support.accepted(&ask::newalias(&alias.to_uppercase()), b"").await?;
    Ok(())
}

async fn an_alias_is_taken_once(server: &Server) -> Result<()> {
    let first = server.member("Only One").await?;
    let alias = &first.me.alias;
    let (_, registered) = register_with(server, &ask::register(alias)).await?;
    let error = registered.must("error")?;
    ensure!(error.contains(alias) && error.contains("taken"), "{error}");
    Ok(())
}

async fn an_alias_that_is_short_or_not_printable_is_refused(server: &Server) -> Result<()> {
    for alias in [
        "1234567",
        "ééé",
        "tab\tinside it",
        "line\nbreak here",
        "zero\u{0}octet in it",
        "right to \u{202e}left",
    ] {
        let (_, registered) = register_with(server, &ask::register(alias)).await?;
        ensure!(registered.text("error").is_some(), "{alias:?} was accepted: {registered}");
    }
    let letters = unique("Žofia Müllerová 語 😀");
    let (_, registered) = register_with(server, &ask::register(&letters)).await?;
    registered.expect(&json!({"error": null}))
}

async fn aliases_are_compared_exactly(server: &Server) -> Result<()> {
    let alias = server.member("exact match").await?.me.alias;
    let mut client = server.member("asker of it").await?;
    let me = client.me.alias.clone();
    client.refused(&ask::ping(&me, &format!("{alias} ")), b"").await?;
    client.refused(&ask::ping(&me, &alias.to_uppercase()), b"").await?;
    client.accepted(&ask::ping(&me, &alias), b"").await?;
    Ok(())
}

async fn login_queues_login_to_all_nodes_this_one_included(server: &Server) -> Result<()> {
    let (mut first, second) = server.two_nodes("Many Nodes").await?;
    let account = second.quit().await?;
    let mut second = server.login(&account).await?;
    let (here, there) = (second.take("login").await?, first.take("login").await?);
    here.expect(&json!({"node": "tbd", "from": account.uid, "datalen": 0}))?;
    ensure!(here.id() == there.id(), "{here} {there}");
    first.expect_nothing().await
}

async fn login_answers_before_it_sends_what_waits(server: &Server) -> Result<()> {
    let mut sender = server.member("Sender").await?;
    let account = server.member("Away").await?.quit().await?;
    for n in 0..10 {
        sender.accepted(&ask::post(&[&account.uid]), &[n]).await?;
    }
    // `login` takes tmtprev and info in that order off the wire.
    let mut client = server.login(&account).await?;
    for n in 0..10 {
        ensure!(client.take("delivery").await?.data == [n]);
    }
    client.take("login").await?;
    client.expect_nothing().await
}

async fn newalias_is_told_to_all_own_nodes(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Renamed").await?;
    let alias = unique("Another Name");
    let ack = first.request(&ask::newalias(&alias), b"").await?;
    ack.expect(&json!({"error": null, "msgid": null, "posted": null}))?;
    let (here, there) = (first.take("user").await?, second.take("user").await?);
    here.expect(&json!({"newalias": alias, "newnode": null, "nodeid": null, "from": first.me.uid}))?;
    ensure!(here.id() == there.id());
    second.accepted(&ask::ping(&alias, &alias), b"").await?;
    first.take("ping").await?;
    second.take("ping").await?;
    Ok(())
}

async fn a_member_has_as_many_aliases_as_it_likes(server: &Server) -> Result<()> {
    let mut client = server.member("Alias Number").await?;
    let mut aliases = vec![client.me.alias.clone()];
    for _ in 0..12 {
        let alias = unique("Alias Number");
        client.accepted(&ask::newalias(&alias), b"").await?;
        client.take("user").await?;
        aliases.push(alias);
    }
    for pair in aliases.windows(2) {
        client.accepted(&ask::ping(&pair[0], &pair[1]), b"").await?;
        client.take("ping").await?.expect(&json!({"alias": pair[0], "to": pair[1]}))?;
    }
    Ok(())
}

async fn newalias_is_refused_when_taken_or_short(server: &Server) -> Result<()> {
    let taken = server.member("Taken Name").await?.me.alias;
    let mut client = server.member("Late Comer").await?;
    ensure!(client.refused(&ask::newalias("1234567"), b"").await? == "newalias must be 8+ characters");
    let own = client.me.alias.clone();
    for alias in [taken, own] {
        let error = client.refused(&ask::newalias(&alias), b"").await?;
        ensure!(error.contains(&alias) && error.contains("taken"), "{error}");
    }
    client.refused(&ask::newalias(&"long ".repeat(3000)), b"").await?;
    client.expect_nothing().await
}

async fn newnode_is_told_to_all_own_nodes_with_its_secret(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Collector").await?;
    let ack = first.request(&ask::newnode("tablet <3>"), b"").await?;
    ack.expect(&json!({"error": null, "msgid": null}))?;
    let (here, there) = (first.take("user").await?, second.take("user").await?);
    here.expect(&json!({"newnode": "tablet <3>", "newalias": null}))?;
    ensure!(here.id() == there.id() && here.must("nodeid")? == there.must("nodeid")?);
    ensure!(is_base32(here.must("nodeid")?, 40));
    let account = Account { nodeid: here.must("nodeid")?.to_owned(), ..first.me.clone() };
    Client::enter_first(&server.address(), &account).await?;
    Ok(())
}

async fn a_new_node_starts_with_a_copy_of_what_is_pending(server: &Server) -> Result<()> {
    let mut sender = server.member("Sender").await?;
    let mut first = server.member("Growing").await?;
    let uid = first.me.uid.clone();
    for n in 0..3 {
        sender.accepted(&ask::post(&[&uid]), &[n]).await?;
    }
    let pending: Vec<Received> = [first.queued().await?, first.queued().await?, first.queued().await?].into();
    first.ack(pending[1].id()).await?;
    // The new node's queue is copied once that ack is durable: as soon as a later login does not bring it.
    let account = first.quit().await?;
    let mut first = server.login(&account).await?;
    ensure!(first.queued().await?.id() == pending[0].id() && first.queued().await?.id() == pending[2].id());
    first.take("login").await?;
    let node = first.add_node("new").await?;
    let mut second = server.login(&node).await?;
    let mut came = Vec::new();
    loop {
        let message = second.queued().await?;
        second.ack(message.id()).await?;
        match message.op() {
            "login" => break,
            "user" => {}
            _ => came.push(message),
        }
    }
    let ids: Vec<&str> = came.iter().map(Received::id).collect();
    ensure!(ids == [pending[0].id(), pending[2].id()], "{ids:?}");
    ensure!(came[0].framed == pending[0].framed && came[1].data == pending[2].data);
    // Acked by one node, they still wait for the other.
    let first_account = first.quit().await?;
    let mut first = server.login(&first_account).await?;
    ensure!(first.queued().await?.id() == pending[0].id());
    Ok(())
}

async fn a_new_node_gets_what_is_sent_after_it_was_made(server: &Server) -> Result<()> {
    let mut sender = server.member("Sender").await?;
    let mut first = server.member("Growing").await?;
    let node = first.add_node("new").await?;
    sender.accepted(&ask::post(&[&first.me.uid]), b"for both").await?;
    first.take("delivery").await?;
    let mut second = server.login(&node).await?;
    loop {
        let message = second.queued().await?;
        if message.op() == "delivery" {
            ensure!(message.data == b"for both");
            return Ok(());
        }
    }
}

async fn nodes_of_a_member_are_limited(server: &Server) -> Result<()> {
    let mut client = Client::register(&server.address_at(SMALL), "").await?;
    client.add_node("second").await?;
    client.add_node("third").await?;
    client.refused(&ask::newnode("fourth"), b"").await?;
    client.expect_nothing().await
}

async fn the_same_request_from_two_nodes_is_two_requests(server: &Server) -> Result<()> {
    let (mut first, mut second) = server.two_nodes("Twins").await?;
    let mut receiver = server.member("Receiver").await?;
    let header = ask::with(ask::post(&[&receiver.me.uid]), &json!({"id": "same"}));
    let (one, two) = (first.accepted(&header, b"same").await?, second.accepted(&header, b"same").await?);
    ensure!(one != two);
    ensure!(receiver.take("delivery").await?.id() == one && receiver.take("delivery").await?.id() == two);
    Ok(())
}
