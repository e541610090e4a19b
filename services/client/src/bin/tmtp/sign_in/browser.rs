//! The way back from the member's browser: one request to an address of this machine.

use std::time::Duration;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use url::Url;

use super::Flow;
use crate::{
    failure::{Code, Failure},
    screen::Screen,
};

/// How long a member may take to sign in.
const PATIENCE: Duration = Duration::from_secs(600);
/// How long a browser may take to send its request.
const REQUEST: Duration = Duration::from_secs(5);
/// Most octets of a request's first line.
const LINE_MAX: usize = 16 << 10;

const DONE: &str = "You are signed in. You can close this page; your terminal goes on.";
const OTHER: &str = "There is nothing here.";

/// Says where to go, and waits until the browser comes back with a code.
pub async fn wait(flow: &Flow, screen: &Screen) -> Result<String, Failure> {
    let back = Url::parse(&flow.redirect_uri)
        .map_err(|_| Failure::new(Code::Protocol, "the way back from the sign-in is no address"))?;
    let listener = listen(&back).await?;
    let url = format!("{}?{}", flow.way.login.0, flow.login_params());
    screen.show(&json!({"event": "sign_in", "url": url}), || {
        format!("To sign in, open this address in a browser on this machine:\n\n  {url}\n")
    })?;
    let come_back = async {
        loop {
            let (stream, _) =
                listener.accept().await.map_err(|error| Failure::local("the way back", &error))?;
            // What any other page sends here ends nothing.
            if let Some(query) = answer(stream, &back).await
                && flow.is_answer(&query)
            {
                return flow.code(&query);
            }
        }
    };
    let late = |_| Failure::new(Code::TimedOut, "nobody signed in within ten minutes");
    timeout(PATIENCE, come_back).await.map_err(late)?
}

async fn listen(back: &Url) -> Result<TcpListener, Failure> {
    let host = back.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let host = if host == "localhost" { "127.0.0.1" } else { host };
    let ip: std::net::IpAddr = host
        .parse()
        .map_err(|_| Failure::new(Code::Protocol, "the way back from the sign-in is not this machine"))?;
    if !ip.is_loopback() {
        return Err(Failure::new(Code::Protocol, "the way back from the sign-in is not this machine"));
    }
    let port = back.port_or_known_default().unwrap_or(80);
    let in_use = |error| {
        Failure::local(format!("the sign-in leads back to port {port}, which cannot be used"), &error)
            .hint("another TMTP program may be using it: end that one, and try again")
    };
    TcpListener::bind((ip, port)).await.map_err(in_use)
}

/// Answers one request; what it brought, if it is the browser coming back.
async fn answer(mut stream: TcpStream, back: &Url) -> Option<Vec<(String, String)>> {
    let line = timeout(REQUEST, first_line(&mut stream)).await.ok()??;
    let target = line.strip_prefix("GET ")?.split(' ').next()?;
    let url = back.join(target).ok()?;
    let query: Vec<_> = url.query_pairs().into_owned().collect();
    let is_back = url.path() == back.path() && query.iter().any(|(name, _)| name == "state");
    let (status, text) = if is_back { ("200 OK", DONE) } else { ("404 Not Found", OTHER) };
    let reply = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    let said = async { stream.write_all(reply.as_bytes()).await.and(stream.shutdown().await) };
    // Whether the browser shows it or not: the code is here.
    let _ = timeout(REQUEST, said).await;
    is_back.then_some(query)
}

async fn first_line(stream: &mut TcpStream) -> Option<String> {
    let mut octets = Vec::new();
    while !octets.ends_with(b"\r\n\r\n") {
        if octets.len() > LINE_MAX || stream.read_buf(&mut octets).await.ok()? == 0 {
            return None;
        }
    }
    let end = octets.iter().position(|octet| *octet == b'\r')?;
    String::from_utf8(octets.get(..end)?.to_vec()).ok()
}
