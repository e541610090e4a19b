//! The way in over a provider of one's organization: which there are, the way there, and the way back.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tmtp_store::admin::{OrgId, UserProviderId};
use utoipa::ToSchema;

use super::{
    Api, Shared,
    body::{Asked, Given},
    cookie,
    door::{bounded, welcome},
    limiter::Who,
    problem::Problem,
};
use crate::{
    door::{Arrived, JOURNEY_SECONDS, Returned, Visitor},
    sign_in,
};

/// Where providers send people back to, and most letters of what they send along.
pub(super) const RETURN: &str = "/sign-in/return";
const LETTERS: usize = 4_000;

/// Who looks for a way in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WaysWanted {
    /// The address of the account.
    #[schema(max_length = 254)]
    email: String,
    /// The id of the organization whose account it is. Without, it is the one that the address belongs to.
    org: Option<i64>,
}

/// The ways in over a provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct Ways {
    /// The providers, none where there is only the password.
    providers: Vec<Way>,
}

/// A way in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Way {
    /// The provider's id.
    id: i64,
    /// What people know it as.
    label: String,
}

/// Who goes to a provider.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Departure {
    /// The address of the account.
    #[schema(max_length = 254)]
    email: String,
    /// The id of one of its ways in.
    provider: i64,
    /// The organization that the ways were asked of, if one was named.
    org: Option<i64>,
}

/// Where to go.
#[derive(Serialize, ToSchema)]
pub(crate) struct Destination {
    /// The address at the provider, for the browser.
    url: String,
}

/// A code of a second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodeGiven {
    /// The code, or a recovery code.
    #[schema(max_length = 32)]
    code: String,
}

/// The redirect address to register at providers.
pub(super) fn return_url(api: &Api) -> String {
    format!("{}{RETURN}", api.public_url)
}

/// Ask which providers of its organization's an account can sign in with.
#[utoipa::path(post, path = "/api/v1/sign-in/ways", tag = "sign-in", operation_id = "signInWays",
    request_body = WaysWanted, responses((status = 200, body = Ways)))]
pub(super) async fn ways(State(api): State<Shared>, given: Given<WaysWanted>) -> Result<Json<Ways>, Problem> {
    let WaysWanted { email, org } = given.body;
    bounded("email", Some(&email), 254)?;
    let found = api.door.providers_for(&email, org.map(OrgId)).await?;
    let providers = found.into_iter().map(|one| Way { id: one.id.0, label: one.label }).collect();
    Ok(Json(Ways { providers }))
}

/// Go to a provider to sign in there. What binds its answer to this browser comes as a cookie, good for ten minutes.
#[utoipa::path(post, path = "/api/v1/sign-in/leave", tag = "sign-in", operation_id = "leaveForProvider",
    request_body = Departure, responses((status = 200, body = Destination)))]
pub(super) async fn leave(State(api): State<Shared>, given: Given<Departure>) -> Result<Response, Problem> {
    let Departure { email, provider, org } = given.body;
    bounded("email", Some(&email), 254)?;
    let leaving =
        api.door.leave(&email, (org.map(OrgId), UserProviderId(provider)), &return_url(&api)).await?;
    let mut response = Json(Destination { url: leaving.url }).into_response();
    keep(&mut response, cookie::journey(leaving.token.expose(), JOURNEY_SECONDS));
    Ok(response)
}

/// What a provider sends people back with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer {
    state: String,
    code: String,
    error: String,
    iss: String,
}

/// Comes back from a provider. A page, not of the API: a browser is sent here.
pub(super) async fn come_back(
    State(api): State<Shared>,
    visitor: Visitor,
    headers: HeaderMap,
    Asked(answer): Asked<Answer>,
) -> Response {
    let Answer { state, code, error, iss } = answer;
    if api.limiter.count(Who::stranger(visitor.address)).remaining.is_none() {
        let why = "Too many sign-ins come from where you are. Wait a minute, then begin anew.";
        return stopped(&api, StatusCode::TOO_MANY_REQUESTS, why);
    }
    if [&state, &code, &error, &iss].iter().any(|text| text.len() > LETTERS) {
        return stopped(
            &api,
            StatusCode::BAD_REQUEST,
            "The provider sent more than a sign-in needs. Begin anew.",
        );
    }
    let token = cookie::read_journey(&headers).unwrap_or_default().to_owned();
    let returned = Returned { state, code, error, iss };
    match api.door.come_back(&visitor, &token, &returned, &return_url(&api)).await {
        Ok(Arrived::In(entered)) => {
            let mut response = to_console(&api, "");
            keep(&mut response, cookie::journey("", 0));
            keep(&mut response, cookie::keep(entered.token.expose(), api.session_seconds));
            response
        }
        Ok(Arrived::CodeNeeded(token)) => {
            let mut response = to_console(&api, "sign-in/code");
            keep(&mut response, cookie::journey(token.expose(), JOURNEY_SECONDS));
            response
        }
        Err(error) => {
            let problem = Problem::from(error);
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            stopped(&api, status, &problem.detail)
        }
    }
}

/// Give the code of a second factor, after a provider has vouched for the rest.
#[utoipa::path(post, path = "/api/v1/sign-in/code", tag = "sign-in", operation_id = "finishSignIn",
    request_body = CodeGiven, responses((status = 200, body = super::me::Me)))]
pub(super) async fn finish(
    State(api): State<Shared>,
    visitor: Visitor,
    headers: HeaderMap,
    given: Given<CodeGiven>,
) -> Result<Response, Problem> {
    bounded("code", Some(&given.body.code), 32)?;
    let token = cookie::read_journey(&headers).unwrap_or_default();
    let entered = api.door.finish(&visitor, token, &given.body.code).await?;
    let mut response = welcome(&api, &entered).await?;
    keep(&mut response, cookie::journey("", 0));
    Ok(response)
}

/// Has the browser keep this beside what else the response has it keep.
pub(super) fn keep(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// To a page of the console. The session's cookie is for our own pages only, so it is not sent along with this very request,
/// but with those that the page makes.
fn to_console(api: &Api, page: &str) -> Response {
    let url = format!("{}/#/{page}", api.public_url);
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(url) = HeaderValue::from_str(&url) {
        response.headers_mut().insert(header::LOCATION, url);
    }
    response
}

/// A page that says why, what to do, and leads back.
fn stopped(api: &Api, status: StatusCode, why: &str) -> Response {
    let mut letters = why.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let why = format!("{first}{}.", letters.as_str().trim_end_matches('.'));
    let mut page = sign_in::stopped(&why, &format!("{}/#/", api.public_url));
    *page.status_mut() = status;
    page
}
