//! The admin console: a browser app, built beforehand and part of this binary. It has no rights of its own; all that it
//! does goes through the API, as whoever is signed in.

use std::borrow::Cow;

use axum::{
    Router,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "console/dist"]
struct Files;

/// The page; everything else has a hash of its contents in its name.
const PAGE: &str = "index.html";

/// What browsers may do with it: run its script and ask this server. Text becomes markup nowhere but in the framework's
/// own templates.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// A route for each file, the page at `/`.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Files::iter().fold(Router::new(), |router, path| {
        let route = if path == PAGE { "/".to_owned() } else { format!("/{path}") };
        router.route(&route, get(async move || file(&path)))
    })
}

fn file(path: &str) -> Response {
    let contents = Files::get(path).map_or(Cow::Borrowed(&[][..]), |file| file.data);
    let mut response = contents.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(memory(path)));
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// How long browsers may keep a file.
fn memory(path: &str) -> &'static str {
    if path == PAGE { "no-cache" } else { "public, max-age=31536000, immutable" }
}
