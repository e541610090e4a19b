//! What every request passes.

use std::{net::IpAddr, time::Duration};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tmtp_store::admin::{ApiKey, KeyId, OrgId};

use super::{
    Api, Shared,
    caller::Caller,
    limiter::{Left, Who},
    problem::Problem,
    serve::Peer,
};
use crate::{By, Role, key_hash};

/// How long a request may take, its body's arrival included.
const REQUEST: Duration = Duration::from_secs(20);
/// The operator's key of the settings, as an id.
const OPERATOR: KeyId = KeyId(0);

/// Carries a request out in a task of its own, so that one whose client has left is not broken off half-way, within a
/// bound of how many at a time and for how long.
pub(super) async fn bound(State(api): State<Shared>, request: Request, next: Next) -> Response {
    let Ok(permit) = api.permits.clone().try_acquire_owned() else {
        return counted(
            Problem::busy("too many requests at this moment; try again in a second").into_response(),
        );
    };
    let running = tokio::spawn(async move {
        let response = next.run(request).await;
        drop(permit);
        response
    });
    let response = match tokio::time::timeout(REQUEST, running).await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            let detail = "the service has a defect; its operator finds it in the log";
            let defect = StatusCode::INTERNAL_SERVER_ERROR;
            Problem::new(defect, "defect", "Something is wrong on our side", detail).into_response()
        }
        Err(_) => Problem::busy("it takes too long; look whether it took effect before you try again")
            .into_response(),
    };
    counted(response)
}

fn counted(mut response: Response) -> Response {
    let status = response.status().as_str().to_owned();
    metrics::counter!("tmtp_control_requests_total", "status" => status).increment(1);
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Lets callers with a good key in, so many requests a minute.
pub(super) async fn admit(
    State(api): State<Shared>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let (caller, left) = match identify(&api, request.headers(), peer.0).await {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal,
    };
    if left.remaining.is_none() {
        return too_many(left);
    }
    request.extensions_mut().insert(caller);
    with_limits(next.run(request).await, left)
}

async fn identify(api: &Api, headers: &HeaderMap, address: IpAddr) -> Result<(Caller, Left), Response> {
    let found = match bearer(headers) {
        Some(key) => look_up(api, key).await.map_err(|problem| problem.into_response())?,
        None => None,
    };
    let Some((org, role, key, name)) = found else {
        // Counted by address. Those with a good key are let in whatever others do from there: it may be a proxy's.
        let left = api.limiter.count(Who::Address(address));
        let is_too_many = left.remaining.is_none();
        let refusal = || with_limits(Problem::unauthorized().into_response(), left);
        return Err(if is_too_many { too_many(left) } else { refusal() });
    };
    let by = By { actor: format!("key {} ({name})", key.0), address: address.to_string(), key };
    Ok((Caller { org, role, name, by }, api.limiter.count(Who::Key(key.0))))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

type Found = Option<(OrgId, Role, KeyId, String)>;

async fn look_up(api: &Api, key: &str) -> Result<Found, Problem> {
    if api.operator == Some(key_hash(key)) {
        return Ok(Some((OrgId::PROVIDER, Role::Operator, OPERATOR, "control.operator_key".to_owned())));
    }
    let known = |key: ApiKey| Some((key.org, Role::by_name(&key.role)?, key.id, key.name));
    Ok(api.registry.authenticate(key).await?.and_then(known))
}

fn too_many(left: Left) -> Response {
    let detail = format!("{} requests a minute are allowed; try again in {} s", left.most, left.seconds);
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests", detail)
        .with("retry-after", left.seconds.to_string());
    with_limits(problem.into_response(), left)
}

/// The headers of draft-ietf-httpapi-ratelimit-headers.
fn with_limits(mut response: Response, left: Left) -> Response {
    let remaining = left.remaining.unwrap_or(0);
    let lines = [
        ("ratelimit-policy", format!("\"minute\";q={};w=60", left.most)),
        ("ratelimit", format!("\"minute\";r={remaining};t={}", left.seconds)),
    ];
    for (name, value) in lines {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}
