//! What every request passes.

use std::{net::IpAddr, time::Duration};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tmtp_platform::subscriber;
use tmtp_store::{
    SiteId,
    admin::{ApiKey, KeyId, OrgId},
};
use tokio::time::timeout;

use super::{
    Api, BODY_OCTETS, Shared,
    body::{incomplete, too_large},
    caller::Caller,
    cookie,
    limiter::{Left, Who},
    origin,
    problem::Problem,
    serve::Peer,
};
use crate::{By, Role, key_hash};

/// How long a request's body may take to arrive, and then the request.
const ARRIVAL: Duration = Duration::from_secs(10);
const REQUEST: Duration = Duration::from_secs(20);
/// The operator's key of the settings, as an id.
const OPERATOR: KeyId = KeyId(0);

/// Carries a request out in a task of its own, so that one whose client has left is not broken off half-way, within a
/// bound of how many at a time and for how long. It takes a place once it is whole: however slow clients are, they keep none.
pub(super) async fn bound(State(api): State<Shared>, request: Request, next: Next) -> Response {
    let request = match timeout(ARRIVAL, whole(request)).await {
        Ok(Ok(request)) => request,
        Ok(Err(problem)) => return counted(problem.into_response()),
        Err(_) => {
            let detail = format!("the body did not arrive within {} s; send it again", ARRIVAL.as_secs());
            let slow =
                Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "The request is too slow", detail);
            return counted(slow.into_response());
        }
    };
    // Before anybody knows who asks: one subscriber does not take all places by being told to wait.
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map(|peer| subscriber(peer.0.0));
    let share = peer.map(|peer| api.subscribers.take(peer));
    let (Ok(permit), None | Some(Some(_))) = (api.permits.clone().try_acquire_owned(), &share) else {
        return counted(
            Problem::busy("too many requests at this moment; try again in a second").into_response(),
        );
    };
    let running = tokio::spawn(async move {
        let response = next.run(request).await;
        drop((permit, share));
        response
    });
    let response = match timeout(REQUEST, running).await {
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

/// The request with all of its body.
async fn whole(request: Request) -> Result<Request, Problem> {
    let (parts, body) = request.into_parts();
    match Limited::new(body, BODY_OCTETS).collect().await {
        Ok(body) => Ok(Request::from_parts(parts, Body::from(body.to_bytes()))),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(incomplete()),
    }
}

fn counted(mut response: Response) -> Response {
    let status = response.status().as_str().to_owned();
    metrics::counter!("tmtp_control_requests_total", "status" => status).increment(1);
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Lets callers with a good key or session in, so many requests a minute.
pub(super) async fn admit(
    State(api): State<Shared>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let caller = match identify(&api, request.method(), request.headers(), peer.0).await {
        Ok(Some(caller)) => caller,
        // Counted by address. Those who are let in are so whatever others do from there: it may be a proxy's.
        Ok(None) => return count_stranger(&api, peer, Problem::unauthorized()),
        Err(problem) => return problem.into_response(),
    };
    let who = Who::Caller(caller.by.caller);
    within_limits(&api, (who, caller.shares_with()), async {
        if let Err(problem) = caller.reaches(request.uri().path()) {
            return problem.into_response();
        }
        request.extensions_mut().insert(caller);
        next.run(request).await
    })
    .await
}

/// Lets strangers come to the door, so many requests a minute from an address, and none that another site sent there.
pub(super) async fn greet(
    State(api): State<Shared>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    if let Err(problem) = origin::check(request.method(), request.headers()) {
        return count_stranger(&api, peer, problem);
    }
    let who = Who::stranger(peer.0);
    within_limits(&api, (who, who), next.run(request)).await
}

fn count_stranger(api: &Api, peer: Peer, refusal: Problem) -> Response {
    let left = api.limiter.count(Who::stranger(peer.0));
    if left.remaining.is_none() { too_many(left) } else { with_limits(refusal.into_response(), left) }
}

/// Who asks: by key, or else by session, whose changes must come from our own pages.
async fn identify(
    api: &Api,
    method: &Method,
    headers: &HeaderMap,
    address: IpAddr,
) -> Result<Option<Caller>, Problem> {
    if headers.contains_key(header::AUTHORIZATION) {
        return match bearer(headers) {
            Some(key) => by_key(api, key, address).await,
            None => Ok(None),
        };
    }
    let Some(token) = cookie::read(headers) else { return Ok(None) };
    let Some(person) = api.door.session(token).await? else { return Ok(None) };
    origin::check(method, headers)?;
    let (org, role, name) = (person.user.org, person.role, person.user.name.clone());
    let by = By::user(&person.user, address);
    Ok(Some(Caller { org, role, name, only_site: None, by, person: Some(person) }))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

async fn by_key(api: &Api, key: &str, address: IpAddr) -> Result<Option<Caller>, Problem> {
    let Some(Found { org, role, key, name, only_site }) = look_up(api, key).await? else { return Ok(None) };
    let by = By {
        actor: format!("key {} ({name})", key.0),
        address: address.to_string(),
        caller: key.into(),
        is_provider: org == OrgId::PROVIDER,
    };
    Ok(Some(Caller { org, role, name, only_site, by, person: None }))
}

/// What a key is.
struct Found {
    org: OrgId,
    role: Role,
    key: KeyId,
    name: String,
    only_site: Option<SiteId>,
}

async fn look_up(api: &Api, key: &str) -> Result<Option<Found>, Problem> {
    if api.operator == Some(key_hash(key)) {
        let name = "control.operator_key".to_owned();
        let (org, role, key) = (OrgId::PROVIDER, Role::Operator, OPERATOR);
        return Ok(Some(Found { org, role, key, name, only_site: None }));
    }
    let known = |key: ApiKey| {
        let role = Role::by_name(&key.role)?;
        Some(Found { org: key.org, role, key: key.id, name: key.name, only_site: key.only_site })
    };
    Ok(api.registry.authenticate(key).await?.and_then(known))
}

/// Carries out a request of somebody who has one left in this minute, and a place among those of `shares`.
async fn within_limits(
    api: &Api,
    (who, shares): (Who, Who),
    answer: impl Future<Output = Response>,
) -> Response {
    let left = api.limiter.count(who);
    if left.remaining.is_none() {
        return too_many(left);
    }
    let Some(_place) = api.shares.take(shares) else {
        let detail =
            "so many of your requests are carried out at this moment; try again when they are answered";
        return refused(left, detail.to_owned(), 1);
    };
    with_limits(answer.await, left)
}

fn too_many(left: Left) -> Response {
    let detail = format!("{} requests a minute are allowed; try again in {} s", left.most, left.seconds);
    refused(left, detail, left.seconds)
}

fn refused(left: Left, detail: String, retry_seconds: i64) -> Response {
    let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests", detail)
        .with("retry-after", retry_seconds.to_string());
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
