//! Sign-in providers of an organization. One site's own sign-in is the provider of another's here: a real one, at an
//! address of this machine.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_control::Registry;
use tokio_util::sync::CancellationToken;

use crate::stage::{OPERATOR, Stage, Tenant};

/// The issuer that the sign-in of a tenant's site is.
async fn issuer(stage: &Stage, tenant: &Tenant) -> Result<String> {
    let body = json!({"settings": {"registration": "invitation"}});
    stage.send(tenant.key("admin"), Method::PATCH, &tenant.in_site(""), &body).await?.good()?;
    Ok(stage.url(&format!("/oidc/{}", tenant.site)))
}

pub async fn a_provider_is_looked_up_where_it_publishes_itself(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let issuer = issuer(stage, &theirs).await?;
    let body = json!({"label": "Their people", "issuer": issuer,
        "settings": {"client_id": "tmtp", "email_domains": ["theirs.example"]}});
    let made = stage.post(ours.key("admin"), &ours.at("/providers"), &body).await?.made()?;
    let settings = &made["settings"];
    assert_eq!(settings["login_url"], format!("{issuer}/authorize"));
    assert_eq!(settings["token_url"], format!("{issuer}/token"));
    assert_eq!((&settings["scopes"], &settings["groups_claim"]), (&json!("openid email"), &json!("groups")));
    let check = ours.at(&format!("/providers/{}/check", made["id"]));
    let found = stage.post(ours.key("support"), &check, &json!({})).await?.good()?;
    assert_eq!(found, json!({"reachable": true, "detail": null}));
    stage.post(theirs.key("admin"), &theirs.in_site("/suspend"), &json!({})).await?.good()?;
    let found = stage.post(ours.key("support"), &check, &json!({})).await?.good()?;
    assert_eq!(found["reachable"], false);
    assert!(found["detail"].as_str().is_some_and(|detail| detail.contains("404")), "{found}");
    let log = stage.get(ours.key("owner"), &ours.at("/audit?action=provider.")).await?.good()?;
    assert_eq!(log["items"][0]["became"]["label"], "Their people");
    Ok(())
}

pub async fn a_provider_that_publishes_nothing_is_given_by_hand(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let issuer = issuer(stage, &theirs).await?;
    let mut body = json!({"label": "Silent", "issuer": "http://127.0.0.1:1", "settings": {"client_id": "tmtp",
        "login_url": format!("{issuer}/authorize"), "token_url": format!("{issuer}/token")}});
    let said = stage.post(ours.key("admin"), &ours.at("/providers"), &body).await?.problem(422, "invalid")?;
    assert!(said.contains("keys_url by hand"), "{said}");
    body["settings"]["keys_url"] = json!(format!("{issuer}/keys"));
    let made = stage.post(ours.key("admin"), &ours.at("/providers"), &body).await?.made()?;
    assert_eq!(made["settings"]["login_url"], body["settings"]["login_url"]);
    Ok(())
}

pub async fn a_provider_is_changed_at_its_latest_version_and_removed(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let path = ours.at(&format!("/providers/{}", ours.provider));
    let before = stage.get(ours.key("auditor"), &path).await?;
    let tag = before.header("etag").to_owned();
    let body = json!({"label": "New", "settings": {"groups": ["staff"]}});
    let patch = |tag: &str| {
        crate::stage::json_body(
            stage.ask(ours.key("admin"), Method::PATCH, &path).header("if-match", tag),
            &body,
        )
    };
    let changed = crate::stage::Answer::of(patch(&tag)).await?.good()?;
    assert_eq!((&changed["label"], &changed["settings"]["groups"]), (&json!("New"), &json!(["staff"])));
    assert_eq!(changed["settings"]["client_id"], "us", "what was left out stays");
    crate::stage::Answer::of(patch(&tag)).await?.problem(412, "stale")?;
    assert_eq!(stage.send(ours.key("admin"), Method::DELETE, &path, &Value::Null).await?.status, 204);
    stage.get(ours.key("admin"), &path).await?.problem(404, "absent")?;
    Ok(())
}

pub async fn a_provider_that_cannot_be_is_told_why(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let issuer = issuer(stage, &theirs).await?;
    let with = |name: &str, value: Value| {
        let mut body = json!({"label": "Theirs", "issuer": issuer, "settings": {"client_id": "tmtp"}});
        match name {
            "label" | "issuer" => body[name] = value,
            name => body["settings"][name] = value,
        }
        body
    };
    for (body, word) in [
        (with("label", json!("")), "a name"),
        (with("label", json!("Invitation")), "Invitation"),
        (with("issuer", json!("")), "issuer"),
        (with("issuer", json!(format!("{issuer}/"))), "calls itself"),
        (with("issuer", json!("http://127.0.0.1:1")), "does not answer"),
        (with("issuer", json!(stage.url("/api/v1/docs"))), "404"),
        (with("client_id", json!("")), "client_id"),
        (with("scopes", json!("email")), "openid"),
        (with("login_params", json!("state=x")), "login_params"),
        (with("token_params", json!("a=b&code_verifier=x")), "token_params"),
        (with("login_url", json!("javascript:alert(1)")), "login_url"),
        (with("login_url", json!(format!("https://{}", "x".repeat(1_000)))), "1000 letters"),
        (with("keys_url", json!(format!("{issuer}/.well-known/openid-configuration"))), "no keys"),
        (with("email_domains", json!([""])), "email_domains"),
        (with("groups", json!(vec!["x"; 101])), "100"),
        (with("colour", json!("green")), "colour"),
    ] {
        let said =
            stage.post(ours.key("admin"), &ours.at("/providers"), &body).await?.problem(422, "invalid")?;
        assert!(said.contains(word), "{body}: {said}");
    }
    Ok(())
}

pub async fn an_organization_has_as_many_providers_as_a_client_takes(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let body = json!({"label": "Theirs", "issuer": issuer(stage, &theirs).await?, "settings": {"client_id": "tmtp"}});
    // The rig has made one.
    for _ in 1..25 {
        stage.post(ours.key("admin"), &ours.at("/providers"), &body).await?.made()?;
    }
    stage.post(ours.key("admin"), &ours.at("/providers"), &body).await?.problem(409, "plan")?;
    Ok(())
}

#[tokio::test]
async fn tenants_cannot_have_our_own_network_asked() -> Result<()> {
    let stage = Stage::with(tmtp_control::Options { private_providers: false, ..Default::default() }).await?;
    let ours = stage.tenant("ours").await?;
    let port = stage.url("").rsplit_once(':').context("a port")?.1.to_owned();
    for (issuer, word) in [
        (stage.url("/oidc/1"), "may not be asked"),
        (format!("https://127.0.0.1:{port}"), "may not be asked"),
        ("https://[::ffff:10.0.0.1]".to_owned(), "may not be asked"),
        ("https://169.254.169.254/latest".to_owned(), "may not be asked"),
        (format!("https://localhost:{port}"), "no public address"),
    ] {
        let body = json!({"label": "X", "issuer": issuer, "settings": {"client_id": "x"}});
        let said =
            stage.post(ours.key("admin"), &ours.at("/providers"), &body).await?.problem(422, "invalid")?;
        assert!(said.contains(word), "{issuer}: {said}");
    }
    Ok(())
}

pub async fn a_site_lets_some_of_its_organizations_providers_vouch(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let set = async |providers: &str| {
        let body = json!({"settings": {"providers": providers}});
        stage.send(ours.key("admin"), Method::PATCH, &ours.in_site(""), &body).await
    };
    let long = " ".repeat(600);
    for wrong in [&theirs.provider.to_string(), "0", "x", "1,,2", " ", &long] {
        let said = set(wrong).await?.problem(422, "invalid")?;
        assert!(said.contains("providers"), "{said}");
    }
    let own = ours.provider.to_string();
    assert_eq!(set(&own).await?.good()?["settings"]["providers"], own);
    assert_eq!(
        set(&format!(" 0{own}, {own}")).await?.good()?["settings"]["providers"],
        format!("{own},{own}")
    );
    assert_eq!(set("").await?.good()?["settings"]["providers"], "");
    Ok(())
}

pub async fn a_provider_stays_where_members_could_not_sign_in_again_without(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let set = async |settings: Value| {
        let body = json!({"settings": settings});
        stage.send(ours.key("admin"), Method::PATCH, &ours.in_site(""), &body).await?.good()
    };
    let path = ours.at(&format!("/providers/{}", ours.provider));
    let remove = async || stage.send(ours.key("admin"), Method::DELETE, &path, &Value::Null).await;
    for registration in ["provider", "closed"] {
        set(json!({"registration": registration, "sign_in_again_days": 30})).await?;
        let said = remove().await?.problem(409, "state")?;
        assert!(said.contains("sign_in_again_days to 0"), "{said}");
    }
    // Another one does, if it lets people in there.
    let body = json!({"label": "Theirs", "issuer": issuer(stage, &theirs).await?, "settings": {"client_id": "tmtp"}});
    let other = stage.post(ours.key("admin"), &ours.at("/providers"), &body).await?.made()?["id"].clone();
    set(json!({"providers": ours.provider.to_string()})).await?;
    remove().await?.problem(409, "state")?;
    set(json!({"providers": format!("{},{other}", ours.provider)})).await?;
    assert_eq!(remove().await?.status, 204);
    Ok(())
}

pub async fn a_provider_that_is_down_is_told_without_anybody_asking(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let body = json!({"label": "Theirs", "issuer": issuer(stage, &theirs).await?, "settings": {"client_id": "tmtp"}});
    let made = stage.post(ours.key("admin"), &ours.at("/providers"), &body).await?.made()?;
    let path = ours.at(&format!("/providers/{}", made["id"]));
    let registry = Registry::new(&stage.store, stage.bus.clone(), stage.clock.clone());
    let registry = registry.allowing_private_providers(true);
    let after_minutes = async |minutes: i64| -> Result<Value> {
        stage.clock.put_forward(minutes * 60_000);
        registry.look_at_providers(&CancellationToken::new()).await?;
        stage.get(ours.key("auditor"), &path).await?.good()
    };
    // The server looks as well, and may be the one whose turn it was.
    let until_down = async |is_down: bool| -> Result<Value> {
        for _ in 0..2_000 {
            let now = stage.get(ours.key("auditor"), &path).await?.good()?;
            if now["down_since"].is_string() == is_down {
                return Ok(now);
            }
        }
        anyhow::bail!("down: not {is_down}")
    };
    assert_eq!(after_minutes(0).await?["down_since"], Value::Null);
    let act = async |word: &str| stage.post(OPERATOR, &theirs.in_site(word), &json!({})).await?.good();
    act("/suspend").await?;
    assert_eq!(after_minutes(5).await?["down_since"], Value::Null, "it was looked at not long ago");
    after_minutes(6).await?;
    let down = until_down(true).await?;
    assert!(
        down["down_since"].is_string() && down["fault"].as_str().is_some_and(|why| why.contains("404")),
        "{down}"
    );
    assert_eq!(after_minutes(11).await?["down_since"], down["down_since"], "it is down since then");
    let list = stage.get(ours.key("auditor"), &ours.at("/providers")).await?.good()?;
    let told: Vec<_> = list["items"].as_array().into_iter().flatten().map(|one| &one["down_since"]).collect();
    assert!(told.contains(&&down["down_since"]), "{list}");
    // It is there again: whoever asks sees it, and so does everybody after.
    act("/resume").await?;
    stage.post(ours.key("support"), &format!("{path}/check"), &json!({})).await?.good()?;
    until_down(false).await?;
    Ok(())
}
