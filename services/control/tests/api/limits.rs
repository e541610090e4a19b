//! What a plan allows, and how much may be asked.

use std::{net::IpAddr, time::Duration};

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_control::Options;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use crate::stage::{Answer, OPERATOR, Stage, json_body};

pub async fn a_plan_bounds_the_number_of_sites(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let limits = json!({"limits": {"sites_max": 2}});
    stage.send(OPERATOR, Method::PATCH, &ours.at(""), &limits).await?.good()?;
    let site = |n| json!({"name": "x", "hosts": [format!("more{n}.example")]});
    stage.post(ours.key("owner"), &ours.at("/sites"), &site(1)).await?.made()?;
    let said = stage.post(ours.key("owner"), &ours.at("/sites"), &site(2)).await?.problem(409, "plan")?;
    assert!(said.contains("2 sites") && said.contains("provider"), "{said}");
    Ok(())
}

pub async fn sites_made_at_one_moment_do_not_pass_the_plan(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let limits = json!({"limits": {"sites_max": 3}});
    stage.send(OPERATOR, Method::PATCH, &ours.at(""), &limits).await?.good()?;
    let make = async |n: u32| {
        let body = json!({"name": "x", "hosts": [format!("more{n}.example")]});
        stage.post(OPERATOR, &ours.at("/sites"), &body).await
    };
    let made = futures::future::try_join_all((0..8).map(make)).await?;
    assert_eq!(made.iter().filter(|answer| answer.status == 201).count(), 2);
    Ok(())
}

pub async fn a_plan_is_a_ceiling_for_settings_old_and_new(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let limits = json!({"limits": {"message_octets_max": 1000, "nodes_per_member_max": 3, "members_max": 50,
        "messages_per_day_max": 900}});
    stage.send(ours.key("owner"), Method::PATCH, &ours.at(""), &limits).await?.problem(403, "forbidden")?;
    stage.send(OPERATOR, Method::PATCH, &ours.at(""), &limits).await?.good()?;
    let lowered = stage.get(OPERATOR, &ours.in_site("")).await?.good()?;
    assert_eq!(lowered["settings"]["message_octets_max"], 1000);
    assert_eq!(lowered["settings"]["nodes_per_member_max"], 3);
    assert_eq!(
        (&lowered["settings"]["members_max"], &lowered["settings"]["messages_per_day_max"]),
        (&json!(50), &json!(900))
    );
    let other = stage.get(OPERATOR, &theirs.in_site("")).await?.good()?;
    assert_eq!(other["settings"]["nodes_per_member_max"], 100);
    let beyond = json!({"settings": {"message_octets_max": 1001}});
    let refused = stage.send(ours.key("owner"), Method::PATCH, &ours.in_site(""), &beyond).await?;
    assert!(refused.problem(409, "plan")?.contains("message_octets_max is 1001"));
    for beyond in [json!({"members_max": 51}), json!({"messages_per_day_max": 901})] {
        let beyond = json!({"settings": beyond});
        stage
            .send(ours.key("owner"), Method::PATCH, &ours.in_site(""), &beyond)
            .await?
            .problem(409, "plan")?;
    }
    let body = json!({"name": "x", "hosts": ["more.example"]});
    let made = stage.post(ours.key("owner"), &ours.at("/sites"), &body).await?.made()?;
    assert_eq!(made["settings"]["message_octets_max"], 1000);
    Ok(())
}

#[tokio::test]
async fn requests_are_counted_by_key_and_the_rest_is_told_when_to_come_back() -> Result<()> {
    let stage = Stage::with(Options { requests_per_minute_max: 40, ..Options::default() }).await?;
    let ours = stage.tenant("ours").await?;
    let mut last = 40;
    let refused = loop {
        let answer = stage.get(ours.key("owner"), "/me").await?;
        assert_eq!(answer.header("ratelimit-policy"), "\"minute\";q=40;w=60");
        if answer.status == 429 {
            break answer;
        }
        let left = answer.header("ratelimit").split(';').nth(1).unwrap_or_default().to_owned();
        let left: u32 = left.trim_start_matches("r=").parse()?;
        assert!(left < 40);
        last = left;
    };
    assert_eq!(last, 0);
    assert!(refused.header("retry-after").parse::<u32>()? <= 60);
    refused.problem(429, "too-many")?;
    assert!(stage.get(ours.key("admin"), "/me").await?.status.is_success(), "another key");
    stage.clock.put_forward(60_000);
    assert!(stage.get(ours.key("owner"), "/me").await?.status.is_success(), "the next minute");
    Ok(())
}

#[tokio::test]
async fn who_guesses_keys_is_soon_told_to_wait_and_others_at_the_same_address_are_not() -> Result<()> {
    let stage = Stage::with(Options { requests_per_minute_max: 5, ..Options::default() }).await?;
    let mut statuses = Vec::new();
    for n in 0..7 {
        statuses.push(stage.get(&format!("tmtp_guess{n}"), "/me").await?.status.as_u16());
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429]);
    stage.get(OPERATOR, "/me").await?.good()?;
    Ok(())
}

pub async fn a_body_too_large_is_refused(stage: &Stage) -> Result<()> {
    let body = json!({"name": "x".repeat(70_000)});
    stage.post(OPERATOR, "/orgs", &body).await?.problem(413, "too-large")?;
    Ok(())
}

#[tokio::test]
async fn requests_beyond_those_that_fit_at_once_are_told_to_come_later() -> Result<()> {
    let stage = Stage::with(Options { requests_at_once_max: 1, ..Options::default() }).await?;
    let many = (0..24).map(|_| async {
        Answer::of(json_body(stage.ask(OPERATOR, Method::GET, "/orgs"), &json!({}))).await
    });
    let answers = futures::future::try_join_all(many).await?;
    assert!(answers.iter().any(|answer| answer.status.is_success()));
    for answer in answers.into_iter().filter(|answer| !answer.status.is_success()) {
        assert_eq!(answer.header("retry-after"), "1");
        answer.problem(503, "busy")?;
    }
    Ok(())
}

#[tokio::test]
async fn who_sends_slowly_takes_no_place_from_others() -> Result<()> {
    let stage = Stage::with(Options { requests_at_once_max: 2, ..Options::default() }).await?;
    let mut slow = Vec::new();
    for _ in 0..8 {
        let mut link = TcpStream::connect(stage.url("").trim_start_matches("http://")).await?;
        let head = "POST /api/v1/sign-in HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n{";
        link.write_all(head.as_bytes()).await?;
        slow.push(link);
    }
    // Each has been read as far as it goes once this one, which came after it, is answered.
    for _ in 0..20 {
        stage.get(OPERATOR, "/me").await?.good()?;
    }
    let mut said = vec![0; 64];
    let mut first = slow.remove(0);
    let octets = timeout(Duration::from_secs(60), first.read(&mut said)).await??;
    assert!(String::from_utf8_lossy(&said[..octets]).starts_with("HTTP/1.1 408"), "{said:?}");
    Ok(())
}

/// A provider that never answers, and what is asked to have it.
async fn silent() -> Result<(TcpListener, Value)> {
    let silent = TcpListener::bind("127.0.0.1:0").await?;
    let issuer = format!("http://{}", silent.local_addr()?);
    Ok((silent, json!({"label": "Silent", "issuer": issuer, "settings": {"client_id": "x"}})))
}

/// The links of so many who wait for its answer.
async fn waiting_for(silent: &TcpListener, count: usize) -> Result<Vec<TcpStream>> {
    let mut waiting = Vec::new();
    while waiting.len() < count {
        waiting.push(timeout(Duration::from_secs(30), silent.accept()).await??.0);
    }
    Ok(waiting)
}

/// However many keys it makes: they wait for a provider that never answers.
#[tokio::test]
async fn an_organization_has_a_share_of_the_places() -> Result<()> {
    let options = Options { requests_at_once_max: 16, private_providers: true, ..Options::default() };
    let stage = Stage::with(options).await?;
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let (silent, body) = silent().await?;
    let mut keys = Vec::new();
    for number in 0..6 {
        let new = json!({"name": format!("key {number}"), "role": "admin"});
        let made = stage.post(ours.key("owner"), &ours.at("/keys"), &new).await?.made()?;
        keys.push(made["key"].as_str().context("a key")?.to_owned());
    }
    let path = ours.at("/providers");
    let many = keys.iter().map(|key| stage.post(key, &path, &body));
    let beside = async {
        // All of them have come by then.
        let _waiting = waiting_for(&silent, 4).await?;
        stage.get(theirs.key("auditor"), &theirs.at("/sites")).await?.good()
    };
    let (answers, beside) = tokio::join!(futures::future::try_join_all(many), beside);
    beside?;
    let refused = answers?.into_iter().filter(|answer| answer.status == 429).count();
    assert_eq!(refused, 2, "a quarter of the places is four");
    Ok(())
}

#[tokio::test]
async fn one_address_has_a_share_of_the_places() -> Result<()> {
    let stage = Stage::with(Options { requests_at_once_max: 8, ..Options::default() }).await?;
    let body = json!({"email": "nobody@acme.example", "password": "not it at all"});
    // Each takes as long as a password does.
    let many =
        (0..12).map(|_| async { Answer::of(json_body(stage.browse(Method::POST, "/sign-in"), &body)).await });
    let answers = futures::future::try_join_all(many).await?;
    let at_once = answers.iter().filter(|answer| answer.status == 429 && answer.header("retry-after") == "1");
    assert!(at_once.count() > 0, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    Ok(())
}

/// Half of them: who asks from elsewhere is answered meanwhile.
#[tokio::test]
async fn one_address_does_not_take_all_places_whoever_asks_from_it() -> Result<()> {
    let options = Options { requests_at_once_max: 8, private_providers: true, ..Options::default() };
    let stage = Stage::with(options).await?;
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let (silent, body) = silent().await?;
    let at = [&ours, &ours, &theirs, &theirs].map(|tenant| (tenant, tenant.at("/providers")));
    let many = at.iter().map(|(tenant, path)| stage.post(tenant.key("owner"), path, &body));
    let beside = async {
        let _waiting = waiting_for(&silent, 4).await?;
        stage.get(OPERATOR, "/me").await?.problem(503, "busy")?;
        let elsewhere = reqwest::Client::builder().local_address(IpAddr::from([127, 0, 0, 2])).build()?;
        let me = elsewhere.get(stage.url("/api/v1/me")).bearer_auth(OPERATOR).send().await?;
        anyhow::Ok(me.status())
    };
    let (answers, status) = tokio::join!(futures::future::try_join_all(many), beside);
    assert_eq!(status?, 200);
    assert!(answers?.iter().all(|answer| answer.status == 422), "the provider was not heard of");
    Ok(())
}
