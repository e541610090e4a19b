//! Whether a request comes from our own pages: a browser brings the cookie along whoever made it ask.

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::problem::Problem;

/// Refuses a request that changes something and does not come from the same origin, by what the browser says of it.
pub(super) fn check(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if method.is_safe() || is_same(headers) {
        return Ok(());
    }
    let detail = "with a session, changes are taken from our own pages only: a browser says so by `Sec-Fetch-Site: \
                  same-origin` or an `Origin` that is this host; programs use an API key";
    Err(Problem::new(StatusCode::FORBIDDEN, "cross-site", "This comes from elsewhere", detail))
}

fn is_same(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value: &HeaderValue| value.to_str().unwrap_or_default());
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return site == "same-origin";
    }
    let origin = text(header::ORIGIN).and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    origin.zip(text(header::HOST)).is_some_and(|(origin, host)| origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(method: &Method, given: &[(&'static str, &'static str)]) -> bool {
        let headers = given
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)));
        check(method, &headers.collect()).is_ok()
    }

    #[test]
    fn what_the_browser_says_of_itself_counts_before_the_origin_and_nothing_is_no_good_sign() {
        let host = ("host", "admin.example");
        let ours = ("origin", "https://Admin.example");
        for site in ["same-site", "cross-site", "none", ""] {
            assert!(!passes(&Method::POST, &[host, ours, ("sec-fetch-site", site)]), "{site}");
        }
        assert!(passes(&Method::DELETE, &[("sec-fetch-site", "same-origin")]));
        assert!(passes(&Method::PUT, &[host, ours]));
        for origin in
            ["null", "https://evil.example", "https://admin.example:8443", "https://admin.example.evil"]
        {
            assert!(!passes(&Method::POST, &[host, ("origin", origin)]), "{origin}");
        }
        assert!(!passes(&Method::PATCH, &[host]) && !passes(&Method::POST, &[]));
        assert!(passes(&Method::GET, &[("sec-fetch-site", "cross-site")]));
    }
}
