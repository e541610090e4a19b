//! Section 5: delivery.

use std::{collections::HashSet, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use tmtp_testkit::{
    ask, client::Client, received::Received, sentences, server::Server, suite::Sentence, talk::unique,
};
use tokio::time::{Instant, timeout};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        what_is_not_acked_comes_again_after_a_reconnect_in_order,
        what_is_not_acked_comes_again_after_30_seconds,
        what_is_not_acked_comes_again_and_again_in_order,
        what_was_acked_never_comes_again,
        what_was_acked_on_a_link_that_was_cut_never_comes_again_after_an_answer,
        user_messages_go_ahead_of_all_others,
        many_messages_are_sent_ahead_of_their_acks,
        an_old_queue_of_hundreds_comes_in_order,
        acks_may_come_in_any_order,
        an_ack_of_an_unknown_id_is_ignored,
        an_ack_does_not_reach_another_nodes_queue,
        ids_of_one_sender_grow_whatever_edge_it_uses,
        an_evicted_nodes_unacked_messages_go_to_its_new_link,
        messages_meet_members_on_every_edge,
    ]
}

async fn what_is_not_acked_comes_again_after_a_reconnect_in_order(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let mut first = Vec::new();
    for n in 0..8 {
        alice.accepted(&ask::post(&[&bob.me.uid]), &[n]).await?;
        first.push(bob.queued().await?);
    }
    bob.ack(first[3].id()).await?;
    let account = bob.quit().await?;
    for _ in 0..3 {
        let mut bob = server.login(&account).await?;
        for (n, before) in first.iter().enumerate().filter(|(n, _)| *n != 3) {
            let again = bob.queued().await?;
            ensure!(again.framed == before.framed && again.data == before.data, "{n}: {again}");
        }
        drop(bob);
    }
    Ok(())
}

async fn what_is_not_acked_comes_again_after_30_seconds(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    alice.accepted(&ask::post(&[&bob.me.uid]), b"acked").await?;
    alice.accepted(&ask::post(&[&bob.me.uid]), b"not acked").await?;
    bob.take("delivery").await?;
    let first = bob.recv().await?;
    let sent = Instant::now();
    ensure!(timeout(Duration::from_secs(15), bob.next()).await.is_err(), "came again much too soon");
    // Keeps the link from looking idle.
    bob.send(&ask::pulse(), b"").await?;
    let again = bob.recv().await?;
    let waited = sent.elapsed();
    ensure!(again.framed == first.framed && again.data == b"not acked", "{again}");
    ensure!(
        (Duration::from_secs(29)..Duration::from_secs(40)).contains(&waited),
        "came again after {waited:?}"
    );
    bob.ack(again.id()).await?;
    bob.expect_nothing().await
}

/// What comes next to the first of them, which waits longer than a silent link may. Pulses keep them all.
pub async fn much_later(clients: &mut [&mut Client]) -> Result<Received> {
    for _ in 0..5 {
        let first = clients.first_mut().context("a client")?;
        if let Ok(message) = timeout(Duration::from_secs(10), first.queued()).await {
            return message;
        }
        for client in &mut *clients {
            client.send(&ask::pulse(), b"").await?;
        }
    }
    bail!("nothing comes")
}

async fn what_is_not_acked_comes_again_and_again_in_order(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    bob.may_repeat = true;
    let mut first = Vec::new();
    for n in 0..4 {
        alice.accepted(&ask::post(&[&bob.me.uid]), &[n]).await?;
        first.push(bob.queued().await?);
    }
    bob.ack(first.remove(1).id()).await?;
    for round in 0..2 {
        for before in &first {
            let again = much_later(&mut [&mut bob]).await?;
            ensure!(again.framed == before.framed && again.data == before.data, "round {round}: {again}");
        }
    }
    for message in &first {
        bob.ack(message.id()).await?;
    }
    bob.expect_nothing().await
}

async fn what_was_acked_never_comes_again(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    for round in 0..5 {
        for n in 0..10 {
            alice.accepted(&ask::post(&[&bob.me.uid]), &[n]).await?;
        }
        for n in 0..10 {
            ensure!(bob.take("delivery").await?.data == [n], "round {round}");
        }
        // Quit comes right behind the last ack.
        let account = bob.quit().await?;
        bob = server.enter(&account).await?;
        bob.expect_nothing().await?;
    }
    Ok(())
}

async fn what_was_acked_on_a_link_that_was_cut_never_comes_again_after_an_answer(
    server: &Server,
) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let bob = server.member("Bob").await?.quit().await?;
    alice.accepted(&ask::post(&[&bob.uid]), b"x").await?;
    let mut client = server.login(&bob).await?;
    let delivery = client.take("delivery").await?;
    client.take("login").await?;
    client.expect_nothing().await?;
    drop(client);
    // The old link's last acks may still be on their way, and are then fenced off by the new login: what they were for
    // comes once more, is acked, and is gone for good.
    for _ in 0..5 {
        let mut client = server.login(&bob).await?;
        let next = client.queued().await?;
        let settled = next.op() == "login";
        ensure!(settled || next.id() == delivery.id() || next.data.starts_with(b"nothing"), "{next}");
        client.ack(next.id()).await?;
        client.quit().await?;
        if settled {
            return Ok(());
        }
    }
    anyhow::bail!("an ack was never made durable")
}

async fn user_messages_go_ahead_of_all_others(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let (mut first, second) = server.two_nodes("Bob").await?;
    let second = second.quit().await?;
    for n in 0..3 {
        alice.accepted(&ask::post(&[&second.uid]), &[n]).await?;
        first.take("delivery").await?;
    }
    for _ in 0..2 {
        first.accepted(&ask::newalias(&unique("Robert")), b"").await?;
        first.take("user").await?;
    }
    let mut second = server.login(&second).await?;
    let mut came = Vec::new();
    for _ in 0..6 {
        came.push(second.queued().await?);
    }
    let ops: Vec<&str> = came.iter().map(|m| m.op()).collect();
    ensure!(ops == ["user", "user", "delivery", "delivery", "delivery", "login"], "{ops:?}");
    ensure!(came[0].id() < came[1].id() && came[2].id() < came[3].id() && came[3].id() < came[4].id());
    ensure!(came[0].id() > came[4].id());
    Ok(())
}

async fn many_messages_are_sent_ahead_of_their_acks(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    for n in 0..20 {
        alice.accepted(&ask::post(&[&bob.me.uid]), &[n]).await?;
    }
    let mut came = Vec::new();
    for n in 0..20 {
        let message = bob.queued().await?;
        ensure!(message.data == [n]);
        came.push(message);
    }
    for message in came.iter().rev() {
        bob.ack(message.id()).await?;
    }
    bob.expect_nothing().await
}

async fn an_old_queue_of_hundreds_comes_in_order(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let bob = server.member("Bob").await?.quit().await?;
    let mut sent = Vec::new();
    for n in 0..400_u32 {
        sent.push(alice.accepted(&ask::post(&[&bob.uid]), &n.to_be_bytes()).await?);
    }
    ensure!(sent.is_sorted() && sent.iter().collect::<HashSet<_>>().len() == 400);
    let mut client = server.login(&bob).await?;
    for (n, id) in (0..400_u32).zip(&sent) {
        let message = client.take("delivery").await?;
        ensure!(message.id() == id && message.data == n.to_be_bytes(), "{n}: {message}");
    }
    client.take("login").await?;
    client.expect_nothing().await
}

async fn acks_may_come_in_any_order(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let mut came = Vec::new();
    for n in 0..6 {
        alice.accepted(&ask::post(&[&bob.me.uid]), &[n]).await?;
        came.push(bob.queued().await?);
    }
    for n in [4, 1, 5, 1, 1] {
        bob.ack(came[n].id()).await?;
    }
    let account = bob.quit().await?;
    let mut bob = server.login(&account).await?;
    for n in [0, 2, 3] {
        ensure!(bob.take("delivery").await?.data == [n]);
    }
    bob.take("login").await?;
    bob.expect_nothing().await
}

async fn an_ack_of_an_unknown_id_is_ignored(server: &Server) -> Result<()> {
    let mut bob = server.member("Bob").await?;
    for id in [
        "0000000000000000",
        "ffffffffffffffff",
        "7fffffffffffffff",
        "nonsense",
        "x".repeat(5000).as_str(),
        " ",
    ] {
        for _ in 0..12 {
            bob.ack(id).await?;
        }
    }
    bob.send(&json!({"op": 10, "id": "1", "type": "ok"}), b"").await?;
    bob.expect_nothing().await
}

async fn an_ack_does_not_reach_another_nodes_queue(server: &Server) -> Result<()> {
    let mut alice = server.member("Alice").await?;
    let (mut first, mut second) = server.two_nodes("Bob").await?;
    let mut carol = server.member("Carol").await?;
    let msgid = alice.accepted(&ask::post(&[&first.me.uid, &carol.me.uid]), b"x").await?;
    first.take("delivery").await?;
    carol.take("delivery").await?;
    alice.ack(&msgid).await?;
    alice.expect_nothing().await?;
    carol.ack(&msgid).await?;
    carol.quit().await?;
    first.quit().await?;
    second.queued().await?;
    let account = second.quit().await?;
    let mut second = server.login(&account).await?;
    ensure!(second.take("delivery").await?.id() == msgid);
    Ok(())
}

async fn ids_of_one_sender_grow_whatever_edge_it_uses(server: &Server) -> Result<()> {
    let mut bob = server.member("Bob").await?;
    let mut alice = server.member("Alice").await?;
    let mut last = String::new();
    for n in 0..12 {
        let id = alice.accepted(&ask::post(&[&bob.me.uid]), &[n]).await?;
        ensure!(id > last, "{id} after {last}");
        last = id;
        // The next is sent over another link, by way of another edge.
        alice = server.enter(&alice.quit().await?).await?;
    }
    for n in 0..12 {
        ensure!(bob.take("delivery").await?.data == [n]);
    }
    Ok(())
}

async fn an_evicted_nodes_unacked_messages_go_to_its_new_link(server: &Server) -> Result<()> {
    for to in server.addresses() {
        let mut alice = server.member("Alice").await?;
        let mut old = Client::register(&server.addresses()[0], &unique("Bob")).await?;
        alice.accepted(&ask::post(&[&old.me.uid]), b"acked").await?;
        let msgid = alice.accepted(&ask::post(&[&old.me.uid]), b"not acked").await?;
        old.take("delivery").await?;
        ensure!(old.queued().await?.id() == msgid);
        let (mut new, _) = Client::login(&to, &old.me).await?;
        let mut ids = Vec::new();
        loop {
            let message = new.queued().await?;
            if message.op() == "login" {
                break;
            }
            ids.push(message.id().to_owned());
        }
        ensure!(ids.contains(&msgid), "at {to:?}: {ids:?}");
        old.expect_quit("node connected elsewhere").await?;
    }
    Ok(())
}

async fn messages_meet_members_on_every_edge(server: &Server) -> Result<()> {
    let mut members = Vec::new();
    for edge in 0..2 * server.edges.len() {
        let to = server.address_of(edge, server.address().host.as_deref());
        members.push(Client::register(&to, &unique("Somewhere")).await?);
    }
    for sender in 0..members.len() {
        let to: Vec<String> = members.iter().map(|m| m.me.uid.clone()).collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        let msgid = members[sender].accepted(&ask::post(&to), b"everywhere").await?;
        for member in &mut members {
            ensure!(member.take("delivery").await?.id() == msgid);
        }
    }
    Ok(())
}
