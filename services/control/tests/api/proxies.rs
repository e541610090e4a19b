//! Whom requests come from where a proxy stands in front.

use anyhow::Result;
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_control::Options;

use crate::stage::{Answer, OPERATOR, Stage, json_body};

/// A stage whose tests connect from a trusted proxy, or from nowhere special.
async fn behind(proxies: &[&str]) -> Result<Stage> {
    allowing(3, proxies).await
}

async fn allowing(requests_per_minute_max: u32, proxies: &[&str]) -> Result<Stage> {
    let trusted_proxies = proxies.iter().map(|network| network.parse()).collect::<Result<_, _>>()?;
    Stage::with(Options { trusted_proxies, requests_per_minute_max, ..Options::default() }).await
}

/// What a stranger at these addresses is told.
async fn knock(stage: &Stage, forwarded: &str) -> Result<u16> {
    let request = stage.ask("tmtp_guess", Method::GET, "/me").header("x-forwarded-for", forwarded);
    Ok(Answer::of(request).await?.status.as_u16())
}

/// Tries until one is too many; gives how many were not.
async fn patience(stage: &Stage, forwarded: &str) -> Result<usize> {
    let mut allowed = 0;
    while knock(stage, forwarded).await? == 401 {
        allowed += 1;
    }
    Ok(allowed)
}

#[tokio::test]
async fn strangers_behind_a_proxy_are_limited_each_for_themselves() -> Result<()> {
    let stage = behind(&["127.0.0.0/8", "10.0.0.0/8"]).await?;
    assert_eq!(patience(&stage, "198.51.100.1").await?, 3);
    assert_eq!(knock(&stage, "192.0.2.5, 198.51.100.1, 10.0.0.7").await?, 429, "what they wrote themselves");
    assert_eq!(patience(&stage, "198.51.100.2, 10.0.0.7").await?, 3);
    assert_eq!(patience(&stage, "2001:db8::1").await?, 3);
    assert_eq!(knock(&stage, "2001:db8::2").await?, 429, "one subscriber");
    Ok(())
}

#[tokio::test]
async fn nobody_else_is_believed() -> Result<()> {
    let stage = behind(&["10.0.0.0/8"]).await?;
    assert_eq!(patience(&stage, "198.51.100.1").await?, 3);
    assert_eq!(knock(&stage, "198.51.100.2").await?, 429, "all of them are one peer");
    Ok(())
}

#[tokio::test]
async fn who_tries_codes_at_a_sites_sign_in_is_known_by_the_clients_address() -> Result<()> {
    let stage = allowing(20, &["127.0.0.1"]).await?;
    let ours = stage.tenant("ours").await?;
    let token = async |from: &str| -> Result<u16> {
        let url = stage.url(&format!("/oidc/{}/token", ours.site));
        let asked = reqwest::Client::new().post(url).header("x-forwarded-for", from);
        let asked = asked.header("content-type", "application/x-www-form-urlencoded");
        Ok(asked.body("grant_type=other").send().await?.status().as_u16())
    };
    let invitations = json!({"settings": {"registration": "invitation"}});
    stage.send(OPERATOR, Method::PATCH, &ours.in_site(""), &invitations).await?.good()?;
    for _ in 0..20 {
        assert_eq!(token("198.51.100.1").await?, 400);
    }
    assert_eq!(token("198.51.100.1").await?, 429);
    assert_eq!(token("198.51.100.2").await?, 400);
    Ok(())
}

#[tokio::test]
async fn the_audit_log_has_the_clients_address() -> Result<()> {
    let stage = behind(&["127.0.0.1"]).await?;
    let request = stage.ask(OPERATOR, Method::POST, "/orgs").header("x-forwarded-for", "198.51.100.1");
    let org = Answer::of(json_body(request, &json!({"name": "Acme"}))).await?.made()?;
    let log = stage.get(OPERATOR, &format!("/orgs/{}/audit", org["id"])).await?.good()?;
    let addresses: Vec<&Value> =
        log["items"].as_array().into_iter().flatten().map(|row| &row["address"]).collect();
    assert_eq!(addresses, ["198.51.100.1"]);
    Ok(())
}
