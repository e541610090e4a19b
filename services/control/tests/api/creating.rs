//! Things made and changed.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{Answer, OPERATOR, Stage, json_body};

async fn once(stage: &Stage, path: &str, name: &str, body: &Value) -> Result<Answer> {
    let request = stage.ask(OPERATOR, Method::POST, path).header("idempotency-key", name);
    Answer::of(json_body(request, body)).await
}

pub async fn the_same_creation_again_makes_nothing_new(stage: &Stage) -> Result<()> {
    let (body, other) = (json!({"name": "Acme"}), json!({"name": "Other"}));
    let first = once(stage, "/orgs", "k1", &body).await?;
    assert_eq!((first.header("idempotency-replayed"), first.header("etag")), ("", "\"1\""));
    let (location, first) = (first.header("location").to_owned(), first.made()?);
    assert_eq!(location, format!("/api/v1/orgs/{}", first["id"]));
    let again = once(stage, "/orgs", "k1", &body).await?;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.made()?, first);
    once(stage, "/orgs", "k1", &other).await?.problem(422, "key-reused")?;
    assert_ne!(once(stage, "/orgs", "k2", &body).await?.made()?["id"], first["id"]);
    once(stage, "/orgs", &"x".repeat(201), &body).await?.problem(400, "bad-request")?;
    Ok(())
}

pub async fn two_equal_creations_at_one_moment_make_one_thing(stage: &Stage) -> Result<()> {
    let body = json!({"name": "Acme"});
    let answers = futures::future::try_join_all((0..8).map(|_| once(stage, "/orgs", "k", &body))).await?;
    let ids: std::collections::HashSet<_> = answers
        .into_iter()
        .filter(|answer| answer.status != 409)
        .map(|answer| answer.made().map(|made| made["id"].to_string()))
        .collect::<Result<_>>()?;
    assert_eq!(ids.len(), 1);
    Ok(())
}

pub async fn a_key_is_shown_once_also_when_its_creation_is_repeated(stage: &Stage) -> Result<()> {
    let body = json!({"name": "ci", "role": "owner"});
    let first = once(stage, "/orgs/1/keys", "k1", &body).await?.made()?;
    let again = once(stage, "/orgs/1/keys", "k1", &body).await?.made()?;
    assert_eq!((&again["id"], &again["key"]), (&first["id"], &Value::Null));
    let key = first["key"].as_str().context("a key")?;
    assert_eq!(stage.get(key, "/me").await?.good()?["name"], "ci");
    let list = stage.get(OPERATOR, "/orgs/1/keys").await?.good()?.to_string();
    assert!(!list.contains(key) && list.contains(&key[..10]), "{list}");
    Ok(())
}

pub async fn a_change_of_what_was_changed_meanwhile_is_refused(stage: &Stage) -> Result<()> {
    let tenant = stage.tenant("ours").await?;
    for path in [tenant.at(""), tenant.in_site("")] {
        let read = stage.get(OPERATOR, &path).await?;
        let tag = read.header("etag").to_owned();
        let patch = async |tag: Option<&str>, name: &str| {
            let mut request = stage.ask(OPERATOR, Method::PATCH, &path);
            if let Some(tag) = tag {
                request = request.header("if-match", tag);
            }
            Answer::of(json_body(request, &json!({"name": name}))).await
        };
        let changed = patch(Some(&tag), "one").await?;
        let new_tag = changed.header("etag").to_owned();
        assert_ne!(new_tag, tag);
        assert_eq!(changed.good()?["name"], "one");
        let said = patch(Some(&tag), "two").await?.problem(412, "stale")?;
        assert!(said.contains("read it again"), "{said}");
        patch(Some("\"x\""), "two").await?.problem(412, "stale")?;
        patch(Some("x"), "two").await?.problem(400, "bad-request")?;
        let said = patch(None, "two").await?.problem(428, "if-match")?;
        assert!(said.contains("If-Match"), "{said}");
        let now = stage.get(OPERATOR, &path).await?;
        assert_eq!((now.header("etag"), &now.body["name"]), (new_tag.as_str(), &json!("one")));
        assert_eq!(patch(Some("*"), "three").await?.good()?["name"], "three");
    }
    Ok(())
}

pub async fn a_site_is_changed_suspended_and_resumed(stage: &Stage) -> Result<()> {
    let tenant = stage.tenant("ours").await?;
    let owner = tenant.key("owner");
    let patch = json!({"hosts": ["B.example", "a.example."], "settings": {"login_conflict": "refuse"}});
    let changed = stage.send(owner, Method::PATCH, &tenant.in_site(""), &patch).await?.good()?;
    assert_eq!(changed["hosts"], json!(["a.example", "b.example"]));
    assert_eq!(changed["settings"]["login_conflict"], "refuse");
    assert_eq!((&changed["name"], &changed["settings"]["registration"]), (&json!("ours"), &json!("open")));
    for (word, suspended) in [("suspend", true), ("suspend", true), ("resume", false)] {
        let path = tenant.in_site(&format!("/{word}"));
        assert_eq!(stage.post(owner, &path, &json!({})).await?.good()?["suspended"], suspended);
    }
    let log = stage.get(owner, &tenant.at("/audit?action=site.")).await?.good()?;
    let actions: Vec<_> = log["items"].as_array().context("rows")?.iter().map(|row| &row["action"]).collect();
    assert_eq!(actions, ["site.resume", "site.suspend", "site.change", "site.create"]);
    assert_eq!(log["items"][2]["was"]["settings"], json!({"login_conflict": "evict"}));
    assert_eq!(log["items"][0]["actor"], format!("key {} (owner)", tenant.keys[0].2));
    assert_eq!(log["items"][0]["address"], "127.0.0.1");
    Ok(())
}

pub async fn a_host_that_leads_elsewhere_is_refused_without_a_word_of_whose_it_is(
    stage: &Stage,
) -> Result<()> {
    let (ours, _theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let body = json!({"name": "x", "hosts": ["theirs.example"]});
    let said = stage.post(ours.key("owner"), &ours.at("/sites"), &body).await?.problem(409, "taken")?;
    assert_eq!(said, "the host name theirs.example leads to another site");
    Ok(())
}

pub async fn only_operators_are_told_in_which_database_a_site_is(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let support =
        stage.post(OPERATOR, "/provider/keys", &json!({"name": "x", "role": "support"})).await?.made()?;
    let told = async |key: &str| -> Result<[Value; 2]> {
        let one = stage.get(key, &ours.in_site("")).await?.good()?;
        let all = stage.get(key, &ours.at("/sites")).await?.good()?;
        Ok([one, all["items"][0].clone()])
    };
    for site in told(OPERATOR).await? {
        assert_eq!(site["shard"], "main");
    }
    for key in [ours.key("owner"), support["key"].as_str().unwrap_or_default()] {
        for site in told(key).await? {
            assert!(site["id"] == ours.site && site.get("shard").is_none(), "{site}");
        }
    }
    Ok(())
}
