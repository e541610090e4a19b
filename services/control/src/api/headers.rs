//! Versions as ETags, and answers that carry them.

use axum::{
    Json,
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::problem::Problem;
use crate::Created;

/// The version that a change is meant for: `If-Match`. `None` is `*`: whatever it is.
pub(crate) struct Expected(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for Expected {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            let detail = "send the ETag of what you read as `If-Match`, so that you do not undo somebody else's change; \
                          `If-Match: *` changes it whatever it is";
            let status = StatusCode::PRECONDITION_REQUIRED;
            return Err(Problem::new(status, "if-match", "If-Match is needed", detail));
        };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let inside = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let Some(tag) = inside else {
            return Err(Problem::bad("If-Match is an ETag, quotation marks included, or `*`"));
        };
        let foreign = |_| {
            let detail = "If-Match is none of our ETags; read it again";
            Problem::new(StatusCode::PRECONDITION_FAILED, "stale", "It was changed meanwhile", detail)
        };
        tag.parse().map(|version| Self(Some(version))).map_err(foreign)
    }
}

/// Something with a version.
pub(crate) fn tagged<T: Serialize>(shown: T, version: i64) -> Response {
    let mut response = Json(shown).into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// An answer to a creation; says when the same request had made it before.
pub(crate) fn created<T>(
    made: Created<T>,
    path: impl FnOnce(&T) -> String,
    show: impl FnOnce(T) -> Response,
) -> Response {
    let is_old = matches!(made, Created::Before(_));
    let made = made.into_inner();
    let path = path(&made);
    let mut response = show(made);
    *response.status_mut() = StatusCode::CREATED;
    if let Ok(path) = HeaderValue::from_str(&path) {
        response.headers_mut().insert(header::LOCATION, path);
    }
    if is_old {
        let replayed = HeaderName::from_static("idempotency-replayed");
        response.headers_mut().insert(replayed, HeaderValue::from_static("true"));
    }
    response
}
