//! That the API's description names every header that responses carry: looked at with each answer of each test here.

use std::{collections::HashSet, sync::LazyLock};

use anyhow::{Result, ensure};
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::Value;

/// What any answer over HTTP may have.
const USUAL: [&str; 7] = [
    "allow",
    "cache-control",
    "content-length",
    "content-type",
    "date",
    "transfer-encoding",
    "x-content-type-options",
];

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&tmtp_control::api::document()).unwrap_or_default());

/// The operation that was asked, if the description has it.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let method = method.as_str().to_lowercase();
    let matches = |template: &str| {
        let (asked, known): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
        asked.len() == known.len()
            && asked.iter().zip(&known).all(|(asked, known)| asked == known || known.starts_with('{'))
    };
    let found = DOCUMENT["paths"].as_object()?.iter().filter(|(template, _)| matches(template));
    // The most literal one, as the router takes it.
    let (_, item) = found.min_by_key(|(template, _)| template.matches('{').count())?;
    item.get(&method)
}

fn described(operation: &Value, status: StatusCode) -> HashSet<String> {
    let class = format!("{}XX", status.as_u16() / 100);
    let response = &operation["responses"];
    let response = response.get(status.as_str()).unwrap_or(&response[class]);
    response["headers"].as_object().into_iter().flatten().map(|(name, _)| name.to_lowercase()).collect()
}

pub fn check(method: &Method, path: &str, status: StatusCode, headers: &HeaderMap) -> Result<()> {
    let Some(operation) = operation(method, path) else { return Ok(()) };
    let described = described(operation, status);
    for name in headers.keys().map(|name| name.as_str()) {
        ensure!(USUAL.contains(&name) || described.contains(name), "{method} {path} {status} carries {name}");
    }
    Ok(())
}

#[test]
fn headers_are_described_where_they_are_and_not_elsewhere() {
    let has = |method: Method, path: &str, status: u16, name: &str| {
        let operation = operation(&method, &format!("/api/v1{path}")).unwrap();
        described(operation, StatusCode::from_u16(status).unwrap()).contains(name)
    };
    assert!(
        has(Method::GET, "/orgs/1/sites/1", 200, "etag") && !has(Method::GET, "/orgs/1/sites", 200, "etag")
    );
    assert!(
        has(Method::POST, "/orgs", 201, "location")
            && has(Method::POST, "/orgs", 201, "idempotency-replayed")
    );
    assert!(!has(Method::GET, "/orgs", 200, "location") && has(Method::GET, "/orgs", 429, "retry-after"));
    assert!(has(Method::POST, "/sign-in", 200, "set-cookie") && !has(Method::GET, "/me", 200, "set-cookie"));
    assert!(has(Method::GET, "/me", 200, "ratelimit") && has(Method::GET, "/me", 401, "www-authenticate"));
}
