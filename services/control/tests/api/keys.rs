//! API keys: made, ended, used.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{OPERATOR, Stage};

pub async fn a_revoked_key_is_refused_at_once(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let (_, key, id) = &ours.keys[1];
    assert!(stage.get(key, "/me").await?.status.is_success());
    for _ in 0..2 {
        let path = ours.at(&format!("/keys/{id}"));
        assert_eq!(stage.send(ours.key("owner"), Method::DELETE, &path, &Value::Null).await?.status, 204);
    }
    stage.get(key, "/me").await?.problem(401, "unauthorized")?;
    let shown = stage.get(ours.key("owner"), &ours.at(&format!("/keys/{id}"))).await?.good()?;
    assert!(shown["revoked_at"].is_string(), "{shown}");
    let log = stage.get(OPERATOR, &ours.at("/audit?action=key.revoke")).await?.good()?;
    assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "twice is as good as once");
    Ok(())
}

pub async fn a_key_ends_when_it_was_said_to(stage: &Stage) -> Result<()> {
    let soon = jiff_in(stage, 30_000);
    let body = json!({"name": "short", "role": "auditor", "expires_at": soon});
    let made = stage.post(OPERATOR, "/orgs/1/keys", &body).await?.made()?;
    let key = made["key"].as_str().context("a key")?;
    assert!(stage.get(key, "/me").await?.status.is_success());
    stage.clock.put_forward(31_000);
    stage.get(key, "/me").await?.problem(401, "unauthorized")?;
    let past = json!({"name": "past", "role": "auditor", "expires_at": "2020-01-01T00:00:00Z"});
    assert!(stage.post(OPERATOR, "/orgs/1/keys", &past).await?.problem(422, "invalid")?.contains("future"));
    Ok(())
}

fn jiff_in(stage: &Stage, ms: i64) -> String {
    use tmtp_platform::Clock as _;
    tmtp_wire::Posted(stage.clock.unix_ms() + ms).to_string()
}

pub async fn the_last_use_of_a_key_is_shown(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let (_, key, id) = &ours.keys[3];
    let path = ours.at(&format!("/keys/{id}"));
    assert_eq!(stage.get(OPERATOR, &path).await?.good()?["used_at"], Value::Null);
    stage.get(key, "/me").await?.good()?;
    assert!(stage.get(OPERATOR, &path).await?.good()?["used_at"].is_string());
    Ok(())
}

pub async fn an_organization_has_no_operators_and_the_provider_no_owners(stage: &Stage) -> Result<()> {
    for (path, role) in [("/orgs/1/keys", "operator"), ("/provider/keys", "owner"), ("/orgs/1/keys", "king")]
    {
        let refused = stage.post(OPERATOR, path, &json!({"name": "x", "role": role})).await?;
        assert!(refused.problem(422, "invalid")?.contains(role));
    }
    stage
        .post(OPERATOR, "/orgs/4711/keys", &json!({"name": "x", "role": "owner"}))
        .await?
        .problem(404, "absent")?;
    Ok(())
}

pub async fn a_providers_auditor_looks_everywhere_and_changes_nothing(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let made =
        stage.post(OPERATOR, "/provider/keys", &json!({"name": "x", "role": "auditor"})).await?.made()?;
    let key = made["key"].as_str().context("a key")?;
    stage.get(key, &ours.in_site("/members")).await?.good()?;
    stage.get(key, "/provider/audit").await?.good()?;
    stage.get(key, "/provider/keys").await?.problem(403, "forbidden")?;
    stage.post(key, &ours.in_site("/suspend"), &json!({})).await?.problem(403, "forbidden")?;
    stage.post(key, "/orgs", &json!({"name": "x"})).await?.problem(403, "forbidden")?;
    Ok(())
}

pub async fn the_first_operators_key_is_made_once(stage: &Stage) -> Result<()> {
    let registry = tmtp_control::Registry::new(&stage.store, stage.bus.clone(), stage.clock.clone());
    let first = registry.first_operator().await?.context("a key")?;
    assert!(registry.first_operator().await?.is_none());
    assert_eq!(stage.get(first.key.expose(), "/me").await?.good()?["role"], "operator");
    stage.clock.put_forward(25 * 3_600_000);
    stage.get(first.key.expose(), "/me").await?.problem(401, "unauthorized")?;
    assert!(registry.first_operator().await?.is_some(), "nobody could get in otherwise");
    Ok(())
}

pub async fn a_key_for_one_site_reaches_nothing_else(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let owner = ours.key("owner");
    let second = json!({"name": "second", "hosts": ["second.ours.example"]});
    let second = stage.post(owner, &ours.at("/sites"), &second).await?.made()?["id"].clone();
    let key_for = |site: &Value| json!({"name": "script", "role": "owner", "site": site});
    let made = stage.post(owner, &ours.at("/keys"), &key_for(&json!(ours.site))).await?.made()?;
    assert_eq!(made["site"], ours.site);
    let key = made["key"].as_str().context("a key")?;
    assert_eq!(stage.get(key, "/me").await?.good()?["role"], "owner");
    for path in ["", "/members", "/aliases", "/figures"] {
        stage.get(key, &ours.in_site(path)).await?.good()?;
    }
    let rename = json!({"name": "renamed"});
    stage.send(key, Method::PATCH, &ours.in_site(""), &rename).await?.good()?;
    let site = ours.site;
    for path in [
        ours.at(""),
        ours.at("/sites"),
        ours.at("/keys"),
        ours.at("/users"),
        ours.at("/audit"),
        ours.at(&format!("/sites/{second}")),
        ours.at(&format!("/sites/{site}0")),
        ours.at(&format!("/sites/%3{}", second.to_string().chars().next().context("a digit")?)),
        theirs.in_site(""),
        "/orgs".to_owned(),
        "/provider/keys".to_owned(),
    ] {
        let said = stage.get(key, &path).await?.problem(403, "forbidden")?;
        assert!(said.contains(&format!("site {site} alone")), "{path}: {said}");
    }
    // Of another organization's site there is none; and the provider's keys are for no site.
    stage.post(owner, &ours.at("/keys"), &key_for(&json!(theirs.site))).await?.problem(404, "absent")?;
    let operators = json!({"name": "script", "role": "operator", "site": ours.site});
    stage.post(OPERATOR, "/provider/keys", &operators).await?.problem(404, "absent")?;
    Ok(())
}
