//! Section 2: the life of a connection, and its timings.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tmtp_testkit::{ask, client::encode, sentences, server::Server, suite::Sentence};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::{IDLE_SECONDS, LOGIN_SECONDS, framing::greeted};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        a_client_may_send_tmtprev_alone_and_leave,
        tmtprev_is_answered_with_the_sites_name_whatever_version_was_asked_for,
        without_a_login_the_server_closes_after_the_time_for_it,
        tmtprev_and_single_octets_do_not_lengthen_that_time,
        a_tls_handshake_that_does_not_come_is_closed_after_the_same_time,
        after_login_silence_ends_a_link_and_pulses_keep_it,
        anything_that_is_received_keeps_a_link,
        what_the_server_sends_keeps_no_link,
        before_tmtprev_an_error_closes_without_a_word,
        register_before_tmtprev_closes_without_a_word,
        quit_is_answered_and_closes,
        an_end_of_stream_closes_without_a_word,
        a_link_may_be_cut_in_the_middle_of_a_message,
        a_pulse_is_not_answered,
    ]
}

async fn a_client_may_send_tmtprev_alone_and_leave(server: &Server) -> Result<()> {
    let began = Instant::now();
    let (mut leaves, mut stays) = (greeted(server).await?, greeted(server).await?);
    // The server does not close by itself once it has answered: who stays may go on.
    stays.send(&ask::register(""), b"").await?;
    ensure!(stays.recv().await?.op() == "registered");
    ensure!(timeout(Duration::from_millis(200), leaves.next()).await.is_err(), "closed before it left");
    leaves.shutdown().await?;
    leaves.expect_closed().await?;
    ensure!(began.elapsed() < Duration::from_secs(LOGIN_SECONDS - 1), "closed when its time was up");
    Ok(())
}

async fn tmtprev_is_answered_with_the_sites_name_whatever_version_was_asked_for(
    server: &Server,
) -> Result<()> {
    for version in ["1", "2", "0", "99999999999", "latest"] {
        let mut client = server.stranger().await?;
        client.send(&json!({"op": 0, "id": version}), b"").await?;
        let answer = client.expect_tmtprev().await?;
        answer.expect(&json!({"name": "Plain & <Simple>", "auth": null, "authby": null}))?;
    }
    Ok(())
}

fn about_the_time_for_login(began: Instant) -> Result<()> {
    let took = began.elapsed();
    let bounds = Duration::from_secs(LOGIN_SECONDS - 1)..Duration::from_secs(LOGIN_SECONDS + 5);
    ensure!(bounds.contains(&took), "took {took:?}");
    Ok(())
}

async fn without_a_login_the_server_closes_after_the_time_for_it(server: &Server) -> Result<()> {
    let began = Instant::now();
    let mut client = server.stranger().await?;
    client.expect_closed().await?;
    about_the_time_for_login(began)
}

async fn tmtprev_and_single_octets_do_not_lengthen_that_time(server: &Server) -> Result<()> {
    let began = Instant::now();
    let mut client = greeted(server).await?;
    for octet in encode(&ask::register(""), b"")?.iter().take(12) {
        sleep(Duration::from_secs(LOGIN_SECONDS) / 10).await;
        if client.send_raw(&[*octet]).await.is_err() {
            break;
        }
    }
    client.expect_closed().await?;
    about_the_time_for_login(began)
}

async fn a_tls_handshake_that_does_not_come_is_closed_after_the_same_time(server: &Server) -> Result<()> {
    let began = Instant::now();
    let mut socket = TcpStream::connect(server.address().socket).await?;
    socket.write_all(&[22, 3, 1]).await?;
    let mut rest = Vec::new();
    let _ = timeout(Duration::from_secs(LOGIN_SECONDS + 15), socket.read_to_end(&mut rest)).await?;
    about_the_time_for_login(began)
}

async fn after_login_silence_ends_a_link_and_pulses_keep_it(server: &Server) -> Result<()> {
    let began = Instant::now();
    let mut silent = server.member("Silent").await?;
    let mut pulsing = server.member("Pulsing").await?;
    silent.patience = Duration::from_secs(IDLE_SECONDS + 20);
    let pulses = async {
        for _ in 0..7 {
            sleep(Duration::from_secs(IDLE_SECONDS) / 6).await;
            pulsing.send(&ask::pulse(), b"").await?;
        }
        pulsing.expect_nothing().await
    };
    let (closed, kept) = tokio::join!(
        async {
            let closed = silent.expect_closed().await;
            (closed, began.elapsed())
        },
        pulses
    );
    closed.0?;
    about_the_time_for_silence(closed.1)?;
    kept
}

fn about_the_time_for_silence(took: Duration) -> Result<()> {
    let bounds = Duration::from_secs(IDLE_SECONDS - 1)..Duration::from_secs(IDLE_SECONDS + 10);
    ensure!(bounds.contains(&took), "closed after {took:?}");
    Ok(())
}

/// Now and then, until a link that was silent meanwhile would long be closed.
const WHILES: u32 = 8;
const A_WHILE: Duration = Duration::from_secs(IDLE_SECONDS / 6);

async fn anything_that_is_received_keeps_a_link(server: &Server) -> Result<()> {
    let mut acks = server.member("Acks").await?;
    let mut asks = server.member("Asks").await?;
    let mut posts = server.member("Posts").await?;
    let to_nobody = ask::ping(&asks.me.alias, "nobody at all");
    let data = [7; WHILES as usize + 1];
    let long = ask::with(ask::post(&[&posts.me.uid]), &json!({"id": "long", "datalen": data.len()}));
    posts.send(&long, b"").await?;
    for at in 0..WHILES as usize {
        sleep(A_WHILE).await;
        acks.ack("0000000000000001").await?;
        asks.refused(&to_nobody, b"").await?;
        posts.send_raw(&data[at..=at]).await?;
    }
    posts.send_raw(&data[..1]).await?;
    posts.response().await?.expect(&json!({"op": "ack", "id": "long", "error": null}))?;
    ensure!(posts.take("delivery").await?.data == data);
    acks.expect_nothing().await?;
    asks.expect_nothing().await
}

async fn what_the_server_sends_keeps_no_link(server: &Server) -> Result<()> {
    let mut sender = server.member("Sender").await?;
    let mut silent = server.member("Silent").await?;
    let began = Instant::now();
    let post = ask::post(&[&silent.me.uid]);
    let posts = async {
        for _ in 0..WHILES {
            sender.accepted(&post, b"are you there?").await?;
            sleep(A_WHILE).await;
        }
        anyhow::Ok(())
    };
    let hears = async {
        let mut heard = 0;
        while let Some(message) = silent.next().await? {
            ensure!(message.op() == "delivery", "{message}");
            heard += 1;
        }
        anyhow::Ok((heard, began.elapsed()))
    };
    let (posted, heard) = tokio::join!(posts, timeout(Duration::from_secs(IDLE_SECONDS + 20), hears));
    posted?;
    let (heard, took) = heard.context("it is not closed")??;
    ensure!(heard >= 4, "only {heard} messages came meanwhile");
    about_the_time_for_silence(took)
}

async fn before_tmtprev_an_error_closes_without_a_word(server: &Server) -> Result<()> {
    for octets in [
        &b"zzzz"[..],
        b"0000",
        b"0009{\"op\":xx}",
        b"0009{\"op\":12}",
        b"0009{\"op\":11}",
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        let mut client = server.stranger().await?;
        client.send_raw(octets).await?;
        client.expect_closed().await?;
    }
    Ok(())
}

async fn register_before_tmtprev_closes_without_a_word(server: &Server) -> Result<()> {
    let account = server.member("Known").await?.me;
    for header in [ask::register(""), ask::login(&account.uid, &account.nodeid)] {
        let mut client = server.stranger().await?;
        client.send(&header, b"").await?;
        client.expect_closed().await?;
    }
    Ok(())
}

async fn quit_is_answered_and_closes(server: &Server) -> Result<()> {
    server.member("Quitter").await?.quit().await?;
    Ok(())
}

async fn an_end_of_stream_closes_without_a_word(server: &Server) -> Result<()> {
    let mut client = server.member("Leaver").await?;
    client.shutdown().await?;
    client.expect_closed().await
}

async fn a_link_may_be_cut_in_the_middle_of_a_message(server: &Server) -> Result<()> {
    let receiver = server.member("Receiver").await?;
    let mut sender = server.member("Cut").await?;
    let header = ask::with(ask::post(&[&receiver.me.uid]), &json!({"id": "cut"}));
    let whole = encode(&header, &[7; 200_000])?;
    sender.send_raw(&whole[..100_000]).await?;
    let account = sender.me.clone();
    drop(sender);
    let mut sender = server.enter(&account).await?;
    sender.expect_nothing().await?;
    let mut receiver = receiver;
    receiver.expect_nothing().await
}

async fn a_pulse_is_not_answered(server: &Server) -> Result<()> {
    let mut client = server.member("Pulse").await?;
    client.send(&ask::pulse(), b"").await?;
    client.expect_nothing().await
}
