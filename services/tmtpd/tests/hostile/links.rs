//! What hostile links do, one kind a sentence.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result, ensure};
use futures::future::join_all;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use tmtp_testkit::{
    ask,
    client::{Client, encode},
    received::frame,
    sentences,
    server::Server,
    suite::Sentence,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{Instant, sleep, timeout},
};

use crate::{check_growth, memory};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        fuzzed_headers_end_a_link_or_are_answered,
        fuzzed_headers_of_strangers_end_a_link_or_are_answered,
        deep_nesting_is_withstood,
        huge_numbers_are_withstood,
        invalid_utf8_is_withstood,
        an_announced_body_reserves_nothing,
        a_header_at_one_octet_a_second_is_cut_off,
        bodies_at_one_octet_a_second_hold_up_nobody,
        thousands_of_silent_connections_keep_nobody_out,
        silent_connections_from_many_addresses_keep_nobody_out,
        garbage_instead_of_tls_is_closed,
        garbage_inside_of_tls_is_closed,
        clients_that_never_read_cost_little,
        stale_acks_by_the_thousand_are_ignored,
        logins_with_wrong_secrets_are_only_refused,
        connections_cut_at_any_octet_are_withstood,
    ]
}

/// What a stranger may say. None of these lets anybody in, as they stand.
const VALID_OF_STRANGERS: [&str; 6] = [
    r#"{"op":0,"id":"1"}"#,
    r#"{"op":1,"newnode":"","newalias":"somebody else"}"#,
    r#"{"op":1,"newnode":"laptop","newalias":"short","oidc":{"id_token":"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln","Scope":"openid","expires_in":3600}}"#,
    r#"{"op":1,"newnode":"laptop","oidc":null}"#,
    r#"{"op":2,"uid":"%+123456789BCDFGHJKLMNPQRSTVWXYZ","node":"BCDFGHJKBCDFGHJKBCDFGHJKBCDFGHJKBCDFGHJK"}"#,
    r#"{"op":2,"uid":"x","node":"BCDFGHJK"}"#,
];

const VALID: [&str; 9] = [
    r#"{"op":3,"id":"1","newalias":"somebody else"}"#,
    r#"{"op":4,"id":"1","for":[{"id":"x"}],"type":"add"}"#,
    r#"{"op":5,"id":"1","gid":"a group","from":"f","to":"t","datalen":3}"#,
    r#"{"op":6,"id":"1","act":"drop","gid":"a group","to":"a"}"#,
    r#"{"op":7,"id":"1","for":[{"id":"x","type":1}],"datahead":1,"datasum":5,"datalen":3}"#,
    r#"{"op":8,"id":"1","for":[{"id":"x","type":2}],"notefor":[],"fornotself":true,"notelen":1,"datalen":3}"#,
    r#"{"op":9,"id":"1","from":"f","to":"t","datalen":3}"#,
    r#"{"op":10,"id":"18a5f1b2c3d4e5f6"}"#,
    r#"{"op":11}"#,
];

fn mutated(rng: &mut StdRng, valid: &[&str]) -> Vec<u8> {
    let mut json = valid[rng.random_range(0..valid.len())].as_bytes().to_vec();
    for _ in 0..rng.random_range(1..6) {
        let at = rng.random_range(0..json.len());
        match rng.random_range(0..4) {
            0 => json[at] = rng.random(),
            1 => drop(json.remove(at)),
            2 => json.insert(at, b"{}[]\",:0-9eE.\\u\0\xff"[rng.random_range(0..17)]),
            _ => {
                let part = json[at..].to_vec();
                json.splice(at..at, part);
            }
        }
    }
    [format!("{:04x}", json.len()).as_bytes(), &json, b"abc"].concat()
}

async fn fuzzed_headers_end_a_link_or_are_answered(server: &Server) -> Result<()> {
    let seed = u64::from(rand::random::<u32>());
    let account = server.member("Fuzz").await?.me;
    for round in 0..150_u64 {
        let mut rng = StdRng::seed_from_u64(seed + round);
        let (mut client, _) = Client::login(&server.address(), &account).await?;
        for _ in 0..5 {
            if client.send_raw(&mutated(&mut rng, &VALID)).await.is_err() {
                break;
            }
        }
        let _ = client.send(&ask::quit(), b"").await;
        answers_or_ends(client).await.with_context(|| format!("seed {seed} round {round}"))?;
    }
    Ok(())
}

/// Whatever was made of what it sent: well-formed answers, or the end; never silence. A header that announces more than came
/// is cut short by the end of the stream.
async fn answers_or_ends(mut client: Client) -> Result<()> {
    let _ = client.shutdown().await;
    while let Some(_answer) = timeout(Duration::from_secs(20), client.next()).await.context("silence")?? {}
    Ok(())
}

/// Their first words, or what comes behind a TmtpRev that was accepted.
async fn fuzzed_headers_of_strangers_end_a_link_or_are_answered(server: &Server) -> Result<()> {
    let seed = u64::from(rand::random::<u32>());
    for round in 0..150_u64 {
        let mut rng = StdRng::seed_from_u64(seed + round);
        let mut client = server.stranger().await?;
        if round % 3 > 0 {
            client.send(&ask::tmtprev(), b"").await?;
        }
        for _ in 0..2 {
            if client.send_raw(&mutated(&mut rng, &VALID_OF_STRANGERS)).await.is_err() {
                break;
            }
        }
        answers_or_ends(client).await.with_context(|| format!("seed {seed} round {round}"))?;
    }
    Ok(())
}

/// A member sends a header; the link ends or goes on, and the server goes on.
async fn ends_or_is_answered(server: &Server, header: &str) -> Result<()> {
    let mut client = server.member("Header").await?;
    client.send_raw(&frame(header)).await?;
    let _ = client.send(&ask::quit(), b"").await;
    let answer = client.response().await?;
    ensure!(answer.op() == "quit" || answer.op() == "ack", "{answer}");
    Ok(())
}

async fn deep_nesting_is_withstood(server: &Server) -> Result<()> {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":[", "]}]")] {
        for depth in [100, 129, 5_000, 32_000 / open.len()] {
            let (open, close) = (open.repeat(depth), close.repeat(depth));
            let unclosed = open.chars().take(60_000).collect::<String>();
            ends_or_is_answered(server, &format!(r#"{{"x":{unclosed}"#)).await?;
            let nested = format!("{open}1{close}");
            for header in [
                format!(r#"{{"op":7,"id":"1","for":{nested},"datalen":1}}"#),
                format!(r#"{{"x":{nested},"op":11}}"#),
                format!(r#"{{"op":{nested}}}"#),
            ] {
                if header.len() <= 0xffff {
                    ends_or_is_answered(server, &header).await?;
                }
            }
        }
    }
    Ok(())
}

async fn huge_numbers_are_withstood(server: &Server) -> Result<()> {
    let digits = "9".repeat(60_000);
    for number in
        ["1e999999999", "-1e999999999", "1e-999999999", "0.1e1", "18446744073709551616", "-0", &digits]
    {
        for header in [
            format!(r#"{{"op":{number},"id":"1"}}"#),
            format!(r#"{{"op":9,"id":"1","from":"f","to":"t","datalen":{number}}}"#),
            format!(r#"{{"op":7,"id":"1","for":[{{"id":"x","type":{number}}}],"datalen":1}}"#),
            format!(r#"{{"op":11,"x":{number}}}"#),
        ] {
            ends_or_is_answered(server, &header).await?;
        }
    }
    Ok(())
}

async fn invalid_utf8_is_withstood(server: &Server) -> Result<()> {
    for bad in [&b"\xff"[..], b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\x80"] {
        let json = [&br#"{"op":9,"id":"1","from":""#[..], bad, br#"","to":"t"}"#].concat();
        let mut client = server.member("Octets").await?;
        client.send_raw(&[format!("{:04x}", json.len()).as_bytes(), &json].concat()).await?;
        client.expect_quit("invalid header").await?;
    }
    // A lone surrogate cannot be a character of a string either.
    let mut client = server.member("Octets").await?;
    client.send_raw(&frame(r#"{"op":9,"id":"\ud800","from":"f","to":"t"}"#)).await?;
    let answer = client.response().await?;
    ensure!(answer.op() == "quit" || answer.op() == "ack", "{answer}");
    Ok(())
}

async fn an_announced_body_reserves_nothing(server: &Server) -> Result<()> {
    let before = memory(server)?;
    let mut open = Vec::new();
    for octets in [1_u64 << 45, 1 << 40, 1 << 31, 1 << 30].repeat(10) {
        let mut client = server.member("Announcer").await?;
        let header = ask::with(ask::post(&[&client.me.uid]), &json!({"id": "1", "datalen": octets}));
        client.send(&header, b"").await?;
        client.send_raw(&[7; 100_000]).await?;
        open.push(client);
    }
    let mut one_more = server.member("One More").await?;
    one_more.expect_nothing().await?;
    check_growth(server, &before).context("40 announcements")?;
    let mut client = server.member("Announcer").await?;
    let header = ask::with(ask::post(&[&client.me.uid]), &json!({"id": "1", "datalen": 1_u64 << 62}));
    client.send(&header, b"").await?;
    client.expect_quit("data too long for request type").await
}

/// Sends an octet a second until the server has had enough; after how long that was.
async fn dribble(mut client: Client, octets: &[u8], limit: Duration) -> Result<Duration> {
    let began = Instant::now();
    for octet in octets {
        let _ = client.send_raw(&[*octet]).await;
        match timeout(Duration::from_secs(1), client.next()).await {
            Ok(Ok(None)) => return Ok(began.elapsed()),
            _ if began.elapsed() > limit => break,
            _ => {}
        }
    }
    anyhow::bail!("an octet a second is taken for {:?}", began.elapsed())
}

async fn a_header_at_one_octet_a_second_is_cut_off(server: &Server) -> Result<()> {
    let client = server.member("Dribble").await?;
    let own = client.me.alias.clone();
    let header = encode(&ask::with(ask::ping(&own, &own), &json!({"id": "1"})), b"")?;
    let took = dribble(client, &header, Duration::from_secs(25)).await?;
    ensure!(took >= Duration::from_secs(5), "cut off after {took:?}");
    Ok(())
}

/// They are cut off too, but only after minutes: a client may have been away for a moment. That is proved with a clock that
/// runs fast, where the edge reads (`frames.rs`).
async fn bodies_at_one_octet_a_second_hold_up_nobody(server: &Server) -> Result<()> {
    let mut links = Vec::new();
    for _ in 0..60 {
        let mut client = server.member("Dribble").await?;
        let header = ask::with(ask::post(&[&client.me.uid]), &json!({"id": "1", "datalen": 1_000_000}));
        client.send(&header, b"").await?;
        links.push(client);
    }
    let mut other = server.member("Other").await?;
    for _ in 0..10 {
        for client in &mut links {
            client.send_raw(&[7]).await?;
        }
        timeout(Duration::from_secs(10), other.expect_nothing()).await.context("held up")??;
        sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

async fn silent_from(source: [u8; 4], to: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut open = Vec::new();
    for _ in 0..count {
        let Ok(socket) = TcpSocket::new_v4() else { break };
        if socket.bind((source, 0).into()).is_ok()
            && let Ok(Ok(stream)) = timeout(Duration::from_secs(2), socket.connect(to)).await
        {
            open.push(stream);
        }
    }
    open
}

async fn thousands_of_silent_connections_keep_nobody_out(server: &Server) -> Result<()> {
    let to = server.address_of(0, None).socket;
    let open = silent_from([127, 0, 0, 9], to, 3_000).await;
    ensure!(open.len() > 2_500, "only {} connections were made", open.len());
    for _ in 0..10 {
        Client::register(&server.address_of(0, Some("site.test")), "").await?.expect_nothing().await?;
    }
    // All but those within the limit of their address were closed at once, and the rest are after 5 seconds.
    closes_all(open).await
}

async fn silent_connections_from_many_addresses_keep_nobody_out(server: &Server) -> Result<()> {
    let to = server.address_of(0, None).socket;
    let open: Vec<TcpStream> = join_all((10..20).map(|n| silent_from([127, 0, 0, n], to, 200)))
        .await
        .into_iter()
        .flatten()
        .collect();
    ensure!(open.len() > 1_500, "only {} connections were made", open.len());
    for _ in 0..10 {
        Client::register(&server.address_of(0, Some("site.test")), "").await?.expect_nothing().await?;
    }
    closes_all(open).await
}

async fn closes_all(open: Vec<TcpStream>) -> Result<()> {
    let ends = open.into_iter().map(|mut stream| async move {
        let mut rest = Vec::new();
        timeout(Duration::from_secs(15), stream.read_to_end(&mut rest)).await.is_ok()
    });
    ensure!(join_all(ends).await.into_iter().all(|closed| closed), "silent connections stay open");
    Ok(())
}

async fn garbage_instead_of_tls_is_closed(server: &Server) -> Result<()> {
    let mut rng = StdRng::seed_from_u64(rand::random());
    let mut noise = vec![0; 20_000];
    for round in 0..60 {
        rng.fill(&mut noise[..]);
        let garbage: &[u8] = match round % 4 {
            0 => &noise,
            1 => b"GET / HTTP/1.1\r\nHost: site.test\r\n\r\n",
            2 => b"\x16\x03\x01\xff\xff\x01\x00\xff\xfb\x03\x03",
            _ => b"000f{\"op\":0,\"id\":\"1\"}",
        };
        let mut stream = TcpStream::connect(server.address().socket).await?;
        let _ = stream.write_all(garbage).await;
        let mut rest = Vec::new();
        let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut rest))
            .await
            .context("garbage is listened to")?;
        ensure!(rest.len() < 200, "garbage was answered with {} octets", rest.len());
    }
    Ok(())
}

async fn garbage_inside_of_tls_is_closed(server: &Server) -> Result<()> {
    let seed = u64::from(rand::random::<u32>());
    let mut rng = StdRng::seed_from_u64(seed);
    let mut noise = vec![0; 100_000];
    for round in 0..30 {
        rng.fill(&mut noise[..]);
        let mut client = server.stranger().await?;
        if round % 2 == 1 {
            client.send(&ask::tmtprev(), b"").await?;
            client.expect_tmtprev().await?;
        }
        let _ = client.send_raw(&noise).await;
        let mut closed = false;
        for _ in 0..3 {
            closed |= matches!(timeout(Duration::from_secs(20), client.next()).await, Ok(Ok(None) | Err(_)));
        }
        ensure!(closed, "noise is listened to, seed {seed}");
    }
    Ok(())
}

async fn clients_that_never_read_cost_little(server: &Server) -> Result<()> {
    let before = memory(server)?;
    let mut sender = server.member("Sender").await?;
    let mut deaf = Vec::new();
    for _ in 0..20 {
        deaf.push(server.member("Deaf").await?);
    }
    let uids: Vec<String> = deaf.iter().map(|c| c.me.uid.clone()).collect();
    let uids: Vec<&str> = uids.iter().map(String::as_str).collect();
    for _ in 0..50 {
        sender.accepted(&ask::post(&uids), &[7; 200_000]).await?;
    }
    // 200 MB are waiting for them now.
    check_growth(server, &before)?;
    sender.expect_nothing().await?;
    for client in &mut deaf {
        ensure!(client.take("delivery").await?.data.len() == 200_000);
    }
    Ok(())
}

async fn stale_acks_by_the_thousand_are_ignored(server: &Server) -> Result<()> {
    let mut client = server.member("Stale").await?;
    let mut acks = Vec::new();
    for n in 0..3_000_u64 {
        acks.extend(encode(&json!({"op": 10, "id": format!("{:016x}", n * 0x0123_4567_89ab)}), b"")?);
    }
    client.patience = Duration::from_secs(60);
    client.send_raw(&acks).await?;
    client.expect_nothing().await
}

async fn logins_with_wrong_secrets_are_only_refused(server: &Server) -> Result<()> {
    let account = server.member("Target").await?.me;
    for n in 0..60 {
        let mut client = server.stranger().await?;
        let guess = format!("{:B<40}", "BCDFGHJK".repeat(n % 5));
        client.send_both(&ask::login(&account.uid, &guess)).await?;
        client.expect_tmtprev().await?;
        client.expect_quit("login failed").await?;
    }
    server.enter(&account).await?;
    Ok(())
}

async fn connections_cut_at_any_octet_are_withstood(server: &Server) -> Result<()> {
    let account = server.member("Cut").await?.me;
    let mut whole = encode(&ask::tmtprev(), b"")?;
    whole.extend(encode(&ask::login(&account.uid, &account.nodeid), b"")?);
    whole.extend(encode(&ask::with(ask::post(&[&account.uid]), &json!({"id": "1"})), &[7; 50])?);
    for octets in (0..whole.len()).step_by(3) {
        let mut client = server.stranger().await?;
        client.send_raw(&whole[..octets]).await?;
        if octets % 2 == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    }
    // A Login that was whole when its link was cut may still be on its way through the cluster. The newest one wins, so each
    // of them may end our link once, and none twice.
    let logins_on_their_way = whole.len() / 3;
    for _ in 0..=logins_on_their_way {
        let served =
            async { server.login(&account).await?.accepted(&ask::post(&[&account.uid]), b"whole").await };
        match served.await {
            Err(error) if format!("{error:#}").contains("node connected elsewhere") => {}
            answer => return answer.map(drop),
        }
    }
    anyhow::bail!("the node is ended more often than links were cut")
}
