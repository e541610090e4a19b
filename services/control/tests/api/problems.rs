//! Requests that cannot be carried out.

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::json;

use crate::{
    stage::{Answer, OPERATOR, Stage, json_body},
    tenancy::routes,
};

pub async fn a_request_that_cannot_be_is_told_what_is_wrong(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let sites = ours.at("/sites");
    for (body, word) in [
        (json!({"name": "", "hosts": ["a.example"]}), "name"),
        (json!({"name": "x", "hosts": []}), "host"),
        (json!({"name": "x", "hosts": ["a b"]}), "`a b`"),
        (json!({"name": "x"}), "hosts"),
        (json!({"name": "x", "hosts": ["a.example"], "colour": 1}), "colour"),
        (json!({"name": "x", "hosts": ["a.example"], "settings": {"colour": 1}}), "colour"),
        (json!({"name": "x", "hosts": ["a.example"], "settings": {"registration": "perhaps"}}), "perhaps"),
        (
            json!({"name": "x", "hosts": ["a.example"], "settings": {"queued_messages_max": 0}}),
            "queued_messages_max",
        ),
        (
            json!({"name": "x", "hosts": ["a.example"], "settings": {"queued_messages_max": "9"}}),
            "queued_messages_max",
        ),
    ] {
        let said = stage.post(OPERATOR, &sites, &body).await?.problem(422, "invalid")?;
        assert!(said.contains(word), "{word}: {said}");
    }
    // In words of people, not of a programming language.
    let odd = json!({"name": "x", "hosts": ["a.example"], "settings": {"queued_messages_max": -1}});
    let said = stage.post(OPERATOR, &sites, &odd).await?.problem(422, "invalid")?;
    assert_eq!(said, "queued_messages_max: must be a whole number from 0 to 4294967295, not -1");
    let said = stage.get(OPERATOR, "/orgs?limit=x").await?.problem(400, "bad-request")?;
    assert_eq!(said, "limit: must be a whole number");
    let said = stage.get(OPERATOR, "/orgs/x").await?.problem(400, "bad-request")?;
    assert!(said.ends_with("must be a whole number"), "{said}");
    let said = stage.get(OPERATOR, "/orgs/1/sites/x").await?.problem(400, "bad-request")?;
    assert_eq!(said, "`x` in the path must be a whole number");
    Ok(())
}

pub async fn what_is_no_json_no_path_no_method_is_said_to_be_so(stage: &Stage) -> Result<()> {
    let raw = |kind: &str, body: &str| {
        let request = stage.ask(OPERATOR, Method::POST, "/orgs").header("content-type", kind.to_owned());
        Answer::of(request.body(body.to_owned()))
    };
    raw("application/json", "{\"name\"").await?.problem(400, "bad-request")?;
    raw("application/json; charset=utf-8", "[]").await?.problem(422, "invalid")?;
    raw("text/plain", "{}").await?.problem(415, "not-json")?;
    stage.get(OPERATOR, "/nothing").await?.problem(404, "no-route")?;
    stage.get(OPERATOR, "/orgs/x").await?.problem(400, "bad-request")?;
    stage.get(OPERATOR, "/orgs?limit=0").await?.problem(400, "bad-request")?;
    stage.get(OPERATOR, "/orgs?cursor=!").await?.problem(400, "bad-request")?;
    let wrong = stage.send(OPERATOR, Method::DELETE, "/orgs", &json!({})).await?;
    assert!(wrong.header("allow").contains("POST"), "{:?}", wrong.headers);
    wrong.problem(405, "no-method")?;
    Ok(())
}

/// At every route, also at those that take none.
pub async fn a_query_parameter_that_there_is_not_is_named_beside_those_that_there_are(
    stage: &Stage,
) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    for route in routes()? {
        let path = route.path(&ours.ids())?;
        let request = stage.ask(OPERATOR, route.method.clone(), &format!("{path}?statuz=active"));
        // Ways in are for our own pages.
        let request = request.header("sec-fetch-site", "same-origin");
        let answer = Answer::of(json_body(request, &json!({}))).await?;
        let said = answer.problem(400, "bad-request").with_context(|| format!("{} {path}", route.method))?;
        assert!(said.contains("`statuz`"), "{said}");
    }
    let said = stage.get(OPERATOR, "/orgs?limit=1&Q=x").await?.problem(400, "bad-request")?;
    assert!(said.contains("`Q`") && said.contains("limit, cursor, q"), "{said}");
    let said = stage.get(OPERATOR, "/me?q=x").await?.problem(400, "bad-request")?;
    assert!(said.contains("none is taken here"), "{said}");
    Ok(())
}

pub async fn nothing_is_kept_by_caches(stage: &Stage) -> Result<()> {
    let answer = Answer::of(json_body(stage.ask(OPERATOR, Method::GET, "/me"), &json!({}))).await?;
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    Ok(())
}
