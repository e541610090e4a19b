//! What a request brings, with problems in place of the framework's own errors.

use axum::{
    Form,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request},
    http::{StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::{BODY_OCTETS, problem::Problem};
use crate::{
    Once,
    wording::{self, Fault, of_rejection},
};

/// Most letters of an Idempotency-Key.
const ONCE_LETTERS: usize = 200;

/// A body of JSON, and the name that makes its request a single one.
pub(crate) struct Given<T> {
    pub body: T,
    pub once: Option<Once>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Given<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let name = once_name(&request)?;
        must_be_json(&request)?;
        let what = format!("{} {}\n", request.method(), request.uri().path());
        let octets = Bytes::from_request(request, state).await.map_err(|_| incomplete())?;
        let body = wording::from_json(&octets).map_err(wrong)?;
        let digest = Sha256::new().chain_update(what).chain_update(&octets).finalize().to_vec();
        Ok(Self { body, once: name.map(|name| Once { name, digest }) })
    }
}

fn once_name(request: &Request) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let name = value.to_str().unwrap_or_default();
    if name.is_empty() || name.len() > ONCE_LETTERS {
        return Err(Problem::bad(format!(
            "Idempotency-Key has 1 to {ONCE_LETTERS} visible ASCII letters, as a UUID has"
        )));
    }
    Ok(Some(name.to_owned()))
}

fn must_be_json(request: &Request) -> Result<(), Problem> {
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let detail = "send the body as JSON, with `Content-Type: application/json`";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", "The body is not JSON", detail))
}

pub(super) fn too_large() -> Problem {
    let detail = format!("a body has {BODY_OCTETS} octets at most");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large", detail)
}

pub(super) fn incomplete() -> Problem {
    Problem::bad("the body did not arrive whole; send it again")
}

fn wrong(fault: Fault) -> Problem {
    match fault {
        Fault::Value(said) => Problem::invalid(format!("the body: {said}")),
        Fault::Json(said) => Problem::bad(format!("the body is not JSON: {said}")),
    }
}

/// What a page's form brings.
pub(crate) struct Posted<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let form = Form::<T>::from_request(request, state).await;
        form.map(|Form(posted)| Self(posted))
            .map_err(|rejection| Problem::bad(of_rejection(&rejection.body_text())))
    }
}

/// What stands in the path.
pub(crate) struct At<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(at)| Self(at)).map_err(|rejection| Problem::bad(of_rejection(&rejection.body_text())))
    }
}

/// What stands after the question mark.
pub(crate) struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|Query(asked)| Self(asked))
            .map_err(|rejection| Problem::bad(of_rejection(&rejection.body_text())))
    }
}
