//! The API as a client sees it.

use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::{Method, Response, StatusCode, header};
use serde_json::{Value, json};

use super::args::Server;
use crate::print;

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(30);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How often a request is sent again that comes too soon after others, and after how long a wait at most.
const WAITS: u32 = 5;
const WAIT_MAX: Duration = Duration::from_secs(60);
/// Items asked for at a time.
const PAGE: usize = 200;

/// Asks the API.
pub struct Http {
    client: reqwest::Client,
    base: String,
    key: String,
}

/// Something that was read, and its version.
pub struct Read {
    /// What it is.
    pub value: Value,
    /// Its ETag.
    pub tag: String,
}

impl Http {
    /// For this server and key.
    pub fn new(server: &Server) -> anyhow::Result<Self> {
        if server.key.is_empty() {
            bail!(
                "no API key: give one with --key or TMTP_ADMIN_KEY; `tmtpd dev` prints one, and so does the first start of control"
            );
        }
        let client = reqwest::Client::builder().timeout(ANSWER).connect_timeout(CONNECT).build()?;
        Ok(Self { client, base: server.server.trim_end_matches('/').to_owned(), key: server.key.clone() })
    }

    /// Reads one thing.
    pub async fn get(&self, path: &str) -> anyhow::Result<Value> {
        Ok(self.read(path).await?.value)
    }

    /// Reads one thing, to be changed.
    pub async fn read(&self, path: &str) -> anyhow::Result<Read> {
        let response = self.ask(Method::GET, path, None, &[]).await?;
        let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
        let tag = tag.unwrap_or_default().to_owned();
        Ok(Read { value: value(response).await?, tag })
    }

    /// Reads a list, page by page, up to `most` items.
    pub async fn list(
        &self,
        path: &str,
        query: &[(&str, String)],
        most: usize,
    ) -> anyhow::Result<Vec<Value>> {
        let (mut items, mut cursor) = (Vec::new(), None);
        while items.len() < most {
            let mut query = query.to_vec();
            query.push(("limit", (most - items.len()).min(PAGE).to_string()));
            query.extend(cursor.map(|cursor| ("cursor", cursor)));
            let mut page = self.get(&format!("{path}?{}", joined(&query))).await?;
            if let Some(found) = page["items"].as_array_mut() {
                items.append(found);
            }
            let Some(next) = page["next"].as_str() else { return Ok(items) };
            cursor = Some(next.to_owned());
        }
        // Not to be taken for all that there are, by nobody who reads and by no script's log.
        print::note(format_args!("there are more than these {most}: ask for more with --most"));
        Ok(items)
    }

    /// Reads a text.
    pub async fn text(&self, path: &str) -> anyhow::Result<Response> {
        self.ask(Method::GET, path, None, &[]).await
    }

    /// Makes something. The name makes sure that it is made once, however often this is sent.
    pub async fn create(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        let name = once();
        let headers = [("idempotency-key", name.as_str())];
        value(self.ask(Method::POST, path, Some(body), &headers).await?).await
    }

    /// Changes what was read.
    pub async fn change(&self, path: &str, read: &Read, body: &Value) -> anyhow::Result<Value> {
        value(self.ask(Method::PATCH, path, Some(body), &[("if-match", &read.tag)]).await?).await
    }

    /// Puts something in the place of what a path names.
    pub async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        value(self.ask(Method::PUT, path, Some(body), &[]).await?).await
    }

    /// Asks something that makes nothing.
    pub async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Value> {
        value(self.ask(Method::POST, path, Some(body), &[]).await?).await
    }

    /// Does something to what a path names.
    pub async fn act(&self, path: &str) -> anyhow::Result<Value> {
        value(self.ask(Method::POST, path, Some(&json!({})), &[]).await?).await
    }

    /// Asks for a file that is made for it.
    pub async fn fetch(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let response = self.ask(Method::POST, path, Some(&json!({})), &[]).await?;
        Ok(response.bytes().await.context("the answer broke off")?.to_vec())
    }

    /// Removes what a path names.
    pub async fn delete(&self, path: &str) -> anyhow::Result<()> {
        self.ask(Method::DELETE, path, None, &[]).await.map(drop)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> anyhow::Result<Response> {
        let url = format!("{}/api/v1{path}", self.base);
        let mut request = self.client.request(method, &url).bearer_auth(&self.key);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let request = request.build()?;
        let mut waits = WAITS;
        loop {
            let again = request.try_clone().context("a request that cannot be sent twice")?;
            let response = self.client.execute(again).await.with_context(|| {
                format!(
                    "{} does not answer; is `tmtpd control` (or standalone, dev) running, and --server right?",
                    self.base
                )
            })?;
            match wait_for(&response).filter(|_| waits > 0) {
                _ if response.status().is_success() => return Ok(response),
                None => return Err(refusal(response).await),
                Some(wait) => {
                    print::note(format_args!("the server asks to wait for {} s ...", wait.as_secs()));
                    tokio::time::sleep(wait).await;
                }
            }
            waits -= 1;
        }
    }
}

/// How long to wait where too much was asked for in too short a time, or the server is busy. To ask again is safe: what makes
/// something has an Idempotency-Key, which stays the same.
fn wait_for(response: &Response) -> Option<Duration> {
    if !matches!(response.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        return None;
    }
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds)).filter(|wait| *wait <= WAIT_MAX)
}

async fn value(response: Response) -> anyhow::Result<Value> {
    if response.status() == StatusCode::NO_CONTENT {
        return Ok(Value::Null);
    }
    let text = response.text().await.context("the answer broke off")?;
    serde_json::from_str(&text).context("the answer is not JSON; is that the API?")
}

/// What a problem says, or the status when it is none of ours.
async fn refusal(response: Response) -> anyhow::Error {
    let status = response.status();
    let text = response.text().await.unwrap_or_default();
    let problem: Value = serde_json::from_str(&text).unwrap_or_default();
    match (problem["title"].as_str(), problem["detail"].as_str()) {
        (Some(title), Some(detail)) => anyhow::anyhow!("{title}: {detail}"),
        _ => anyhow::anyhow!("the server answered {status}; is that the API?"),
    }
}

/// A name that nothing was made under yet.
fn once() -> String {
    let octets: [u8; 16] = rand::random();
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// A query, without its question mark.
pub fn joined(query: &[(&str, String)]) -> String {
    let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    pairs.join("&")
}

/// As a text stands in a path or query.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~".contains(&octet) {
            encoded.push(char::from(octet));
        } else {
            encoded.push_str(&format!("%{octet:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::*;

    /// Answers each of so many requests in its turn.
    async fn answering(answers: Vec<&'static str>) -> anyhow::Result<Http> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let server = format!("http://{}", listener.local_addr()?);
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await?;
                let mut asked = Vec::new();
                while !asked.ends_with(b"\r\n\r\n") {
                    asked.push(stream.read_u8().await?);
                }
                stream
                    .write_all(format!("HTTP/1.1 {answer}\r\nconnection: close\r\n\r\n{{}}").as_bytes())
                    .await?;
            }
            std::io::Result::Ok(())
        });
        Http::new(&Server { server, key: "key".to_owned() })
    }

    #[tokio::test]
    async fn what_came_too_soon_is_sent_again_when_the_server_says() {
        let soon = "429 Too Many Requests\r\nretry-after: 0";
        let http = answering(vec![soon, soon, "200 OK"]).await.unwrap();
        assert_eq!(http.get("/me").await.unwrap(), json!({}));
        let http = answering(vec!["429 Too Many Requests\r\nretry-after: 3600"]).await.unwrap();
        assert!(http.get("/me").await.is_err(), "nobody waits for an hour");
        let http = answering(vec!["500 Oh\r\nretry-after: 0"]).await.unwrap();
        assert!(http.get("/me").await.is_err(), "it may have been done");
    }

    #[test]
    fn what_has_a_meaning_in_addresses_is_encoded() {
        assert_eq!(encoded("1B%+é/"), "1B%25%2B%C3%A9%2F");
        assert_eq!(joined(&[("q", "a b".to_owned()), ("limit", "2".to_owned())]), "q=a%20b&limit=2");
    }
}
