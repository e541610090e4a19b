//! The cookie that a browser keeps a session in.

use axum::http::{HeaderMap, HeaderValue, header};

/// Its name. With this prefix browsers take it from this very host only, over TLS or from this machine.
pub(crate) const NAME: &str = "__Host-tmtp_session";

/// What a browser keeps while it is at a provider. It comes along with the way back, which another site begins.
const JOURNEY: &str = "__Host-tmtp_sign_in";

/// What a browser keeps while its owner's device is asked for a passkey.
const PASSKEY: &str = "__Host-tmtp_passkey";

/// The session that a request brings.
pub(crate) fn read(headers: &HeaderMap) -> Option<&str> {
    named(headers, NAME)
}

/// What was kept while the browser was at a provider.
pub(crate) fn read_journey(headers: &HeaderMap) -> Option<&str> {
    named(headers, JOURNEY)
}

/// What was kept while a device was asked.
pub(crate) fn read_passkey(headers: &HeaderMap) -> Option<&str> {
    named(headers, PASSKEY)
}

fn named<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, token)| token).filter(|token| !token.is_empty())
}

/// Has a browser keep a session for this long, or forget it: empty, for no time.
pub(crate) fn keep(token: &str, seconds: u32) -> Option<HeaderValue> {
    cookie(&format!("{NAME}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict"))
}

/// Has a browser keep this while it is at a provider, or forget it.
pub(crate) fn journey(token: &str, seconds: u32) -> Option<HeaderValue> {
    cookie(&format!("{JOURNEY}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax"))
}

/// Has a browser keep this while a device is asked, or forget it.
pub(crate) fn passkey(token: &str, seconds: u32) -> Option<HeaderValue> {
    cookie(&format!("{PASSKEY}={token}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict"))
}

fn cookie(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_among_other_cookies_and_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        assert_eq!(read(&headers), None);
        headers
            .append(header::COOKIE, HeaderValue::from_static("a=b; tmtp_session=x; x__Host-tmtp_session=y"));
        assert_eq!(read(&headers), None);
        headers.append(header::COOKIE, HeaderValue::from_static("c=d; __Host-tmtp_session=z"));
        assert_eq!(read(&headers), Some("z"));
    }
}
