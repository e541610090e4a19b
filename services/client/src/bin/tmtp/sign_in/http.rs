//! The parts of a sign-in that need no browser.

use std::time::Duration;

use reqwest::{Response, StatusCode, header, redirect::Policy};
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::Flow;
use crate::failure::{Code, Failure};

/// How long a server may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Most octets of an answer.
const ANSWER_MAX: u64 = 64 << 10;

/// Enters an invitation's code, and gives the code for the token.
pub async fn redeem(flow: &Flow, invitation: &str) -> Result<String, Failure> {
    let mut form = form_urlencoded::Serializer::new(flow.login_params());
    form.append_pair("invitation", invitation);
    let response = post(&flow.way.login.0, form.finish()).await?;
    if response.status() != StatusCode::SEE_OTHER {
        return Err(refused(response).await);
    }
    let place = response.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
    let place = place.and_then(|place| Url::parse(place).ok());
    let odd = || Failure::new(Code::Protocol, "the sign-in leads nowhere");
    let query: Vec<_> = place.ok_or_else(odd)?.query_pairs().into_owned().collect();
    flow.code(&query)
}

/// Exchanges the code for the token.
pub async fn exchange(flow: &Flow, code: &str) -> Result<String, Failure> {
    let mut form = form_urlencoded::Serializer::new(flow.way.token.1.clone());
    form.append_pair("code", code).append_pair("code_verifier", &flow.verifier);
    let response = post(&flow.way.token.0, form.finish()).await?;
    if !response.status().is_success() {
        return Err(refused(response).await);
    }
    text(response).await
}

async fn post(url: &str, form: String) -> Result<Response, Failure> {
    let client = reqwest::Client::builder().timeout(PATIENCE).redirect(Policy::none()).build();
    let client = client.map_err(|error| Failure::new(Code::Local, error.to_string()))?;
    let sent = client
        .post(url)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .body(form)
        .send()
        .await;
    sent.map_err(|error| {
        let code = if error.is_timeout() { Code::TimedOut } else { Code::Unreachable };
        Failure::new(code, format!("the sign-in at {url} does not answer: {error}"))
    })
}

async fn refused(response: Response) -> Failure {
    let status = response.status();
    let said: Value = serde_json::from_str(&text(response).await.unwrap_or_default()).unwrap_or_default();
    let why = ["detail", "error_description", "error"].into_iter().find_map(|name| said[name].as_str());
    let why = why.map_or_else(|| format!("status {status}"), ToOwned::to_owned);
    Failure::new(Code::Refused, format!("the sign-in was refused: {why}"))
}

async fn text(mut response: Response) -> Result<String, Failure> {
    let lost = |error: reqwest::Error| Failure::new(Code::Unreachable, error.to_string());
    let mut octets = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        octets.extend_from_slice(&chunk);
        if octets.len() as u64 > ANSWER_MAX {
            return Err(Failure::new(Code::Protocol, "the sign-in's answer is too long"));
        }
    }
    String::from_utf8(octets).map_err(|_| Failure::new(Code::Protocol, "the sign-in's answer is no text"))
}
