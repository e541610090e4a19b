//! `tmtpd dev`: starts from nothing, may be killed at any time, and has everything when it starts again.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tmtp_store::{
    StoreOptions,
    admin::{OrgId, UsageDay},
};
use tmtp_testkit::{ask, client::Client, server::Server, talk::unique};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tmtpd");

async fn start(data: &Path, arguments: &[&str]) -> Result<Server> {
    Server::start_dev(Path::new(PROGRAM), data, arguments).await
}

async fn kill_and_start_again(server: &Server) -> Result<()> {
    server.front()?.kill()?;
    server.front()?.start_again()?;
    server.wait_ready().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acked_to_a_sender_is_there_after_kill_9_and_what_a_receiver_acked_is_not() -> Result<()> {
    let data = tempfile::tempdir()?;
    let server = start(data.path(), &[]).await?;
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let phone = bob.add_node("phone").await?;
    let large = vec![7; 300_000];
    for round in 0..3_u8 {
        let small = alice.accepted(&ask::post(&[&bob.me.uid]), &[round]).await?;
        let big = alice.accepted(&ask::post(&[&bob.me.uid]), &large).await?;
        bob.take("delivery").await?.expect(&json!({"id": small}))?;
        let account = bob.quit().await?;
        let last = alice.accepted(&ask::ping(&alice.me.alias.clone(), &account.alias), b"last words").await?;
        kill_and_start_again(&server).await?;
        bob = server.login(&account).await?;
        let delivery = bob.take("delivery").await?;
        ensure!(delivery.id() == big && delivery.data == large);
        ensure!(bob.take("ping").await?.id() == last);
        bob.take("login").await?;
        bob.expect_nothing().await?;
        alice = server.enter(&alice.me).await?;
    }
    let (mut phone, _) = Client::login(&server.address(), &phone).await?;
    let mut deliveries = 0;
    while deliveries < 6 {
        deliveries += usize::from(phone.queued().await?.op() == "delivery");
    }
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_aliases_groups_and_answers_survive_kill_9() -> Result<()> {
    let data = tempfile::tempdir()?;
    let server = start(data.path(), &[]).await?;
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    let gid = unique("Lasting Group");
    alice.accepted(&ask::invite(&gid, &alice.me.alias.clone(), &bob.me.alias), b"").await?;
    bob.take("invite").await?;
    let header = ask::with(ask::post(&[&bob.me.uid]), &json!({"id": "before"}));
    let msgid = alice.accepted(&header, b"once").await?;
    bob.take("delivery").await?;
    let (alice, bob) = (alice.me.clone(), bob.quit().await?);
    kill_and_start_again(&server).await?;

    let mut alice = server.login(&alice).await?;
    ensure!(alice.accepted(&header, b"once").await? == msgid, "the same request made another message");
    let mut bob = server.enter(&bob).await?;
    bob.accepted(&ask::join(&gid), b"").await?;
    bob.take("member").await?;
    let own = bob.me.alias.clone();
    let next = bob.accepted(&ask::ping(&own, &alice.me.alias), b"").await?;
    ensure!(next > msgid, "ids go on growing");
    let error = bob.refused(&ask::newalias(&gid), b"").await?;
    ensure!(error.contains("taken"), "{error}");
    bob.expect_nothing().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_tells_the_addresses_answers_health_and_ends_when_told() -> Result<()> {
    let data = tempfile::tempdir()?;
    let arguments = ["--site-name", "Our Demo", "--login-conflict", "refuse"];
    let server = start(data.path(), &arguments).await?;
    let front = server.front()?;
    let said = std::fs::read_to_string(front.log())?;
    ensure!(said.contains(&format!("={}", server.edges[0])), "no address: {said}");
    for path in ["/livez", "/readyz", "/metrics"] {
        let (status, _) = front.get(path).await?;
        ensure!(status == 200, "{path} answers {status}");
    }
    // Clients that send no server name are served, and the rule for a second login holds.
    let to = server.address_of(0, None);
    let mut first = Client::register(&to, "").await?;
    let mut second = Client::connect(&to).await?;
    second.send_both(&ask::login(&first.me.uid, &first.me.nodeid)).await?;
    second.expect_tmtprev().await?.expect(&json!({"name": "Our Demo"}))?;
    second.expect_quit("node already connected").await?;
    first.expect_nothing().await?;
    front.check_log(&[])?;
    front.stop()?;
    first.expect_closed().await.context("a session outlives its server")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn timings_are_the_protocols_by_default() -> Result<()> {
    let data = tempfile::tempdir()?;
    let server = start(data.path(), &[]).await?;
    let settings = server.command(&["check-config", "--role", "control", "--print"]).await;
    let settings = match settings {
        Ok(settings) => settings,
        // Without a database there is a complaint too; the settings are printed all the same.
        Err(error) => format!("{error:?}"),
    };
    for setting in ["login_seconds = 5", "idle_seconds = 180", "redeliver_seconds = 30"] {
        ensure!(settings.contains(setting), "{setting} not in {settings}");
    }
    Ok(())
}

/// What the demo site was used for, all days together, as the database has it.
async fn used(data: &Path) -> Result<UsageDay> {
    let url = format!("sqlite://{}", data.join("tmtp.sqlite").display());
    let store = tmtp_store::open(&StoreOptions { url, ..StoreOptions::default() }).await?;
    let days = store.admin().view().await?.org_usage(OrgId::DEFAULT, &(0..=i64::MAX)).await?;
    let sum = |value: fn(&UsageDay) -> u64| days.iter().map(value).sum();
    Ok(UsageDay { messages: sum(|day| day.messages), octets: sum(|day| day.octets), ..UsageDay::default() })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acked_is_counted_once_and_what_was_refused_is_not_also_after_kill_9() -> Result<()> {
    let data = tempfile::tempdir()?;
    let server = start(data.path(), &[]).await?;
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    // What the demo's own members sent, and so who else there is.
    let before = used(data.path()).await?;
    for round in 0..3_u64 {
        let request = ask::with(ask::post(&[&bob.me.uid]), &json!({"id": format!("round {round}")}));
        alice.accepted(&request, b"seven..").await?;
        let own = alice.me.alias.clone();
        alice.accepted(&ask::ping(&own, &bob.me.alias), b"ping").await?;
        let two = ask::post_notify(&[ask::to_member(&bob.me.uid)], &[], 2);
        alice.accepted(&two, b"!!nine").await?;
        let gid = unique("Counted Group");
        alice.accepted(&ask::invite(&gid, &own, &bob.me.alias), b"in").await?;
        // Neither is a message: nobody is called so; an edit.
        alice.refused(&ask::post(&["nobody"]), b"to nobody").await?;
        alice.accepted(&ask::newalias(&unique("Alice again")), b"").await?;
        kill_and_start_again(&server).await?;
        alice = server.login(&alice.me).await?;
        bob = server.login(&bob.me).await?;
        // The same once more, as if its ack had been lost.
        alice.accepted(&request, b"seven..").await?;
        let now = used(data.path()).await?;
        let counted = (now.messages - before.messages, now.octets - before.octets);
        ensure!(counted == (4 * (round + 1), 19 * (round + 1)), "{counted:?} after {} rounds", round + 1);
    }
    Ok(())
}
