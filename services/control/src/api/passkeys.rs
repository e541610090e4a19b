//! Passkeys: one's own, and the way in with one.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tmtp_store::admin::{PasskeyId, StoredPasskey};
use utoipa::ToSchema;

use super::{
    Shared,
    arrival::keep,
    body::{At, Given},
    caller::Caller,
    cookie,
    door::{bounded, welcome},
    me::{Me, not_out},
    page::Listed,
    problem::Problem,
    times::shown,
};
use crate::door::{ANSWER_SECONDS, Question, Visitor};

/// One of your passkeys.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PasskeyShown {
    /// Its id.
    pub id: i64,
    /// What you call it.
    pub label: String,
    /// When it was added.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When you signed in with it last; none where you never did.
    #[schema(format = DateTime)]
    pub used_at: Option<String>,
}

impl From<StoredPasskey> for PasskeyShown {
    fn from(passkey: StoredPasskey) -> Self {
        Self {
            id: passkey.id.0,
            label: passkey.label,
            created_at: shown(passkey.created_ms),
            used_at: Some(passkey.used_ms).filter(|ms| *ms > 0).map(shown),
        }
    }
}

/// What the browser is to ask a device.
#[derive(Serialize, ToSchema)]
pub(crate) struct PasskeyQuestion {
    /// For `navigator.credentials`, with octets as base64url: its `publicKey` is what `parseCreationOptionsFromJSON` and
    /// `parseRequestOptionsFromJSON` take.
    #[schema(value_type = Object)]
    options: Value,
}

/// That it is you.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordIfAny {
    /// Your password, where you have one.
    #[schema(max_length = 200)]
    password: Option<String>,
}

/// A passkey that a device made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyNew {
    /// What to call it.
    #[schema(min_length = 1, max_length = 100)]
    label: String,
    /// What `navigator.credentials.create` gave, as its `toJSON` writes it.
    #[schema(value_type = Object)]
    credential: Value,
}

/// What a device signed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasskeyAnswer {
    /// What `navigator.credentials.get` gave, as its `toJSON` writes it.
    #[schema(value_type = Object)]
    credential: Value,
}

/// The question, and what binds its answer to this browser.
fn asked(question: Question) -> Response {
    let mut response = Json(PasskeyQuestion { options: question.options }).into_response();
    keep(&mut response, cookie::passkey(question.token.expose(), ANSWER_SECONDS));
    response
}

/// Begin to sign in with a passkey. What binds its answer to this browser comes as a cookie, good for five minutes.
#[utoipa::path(post, path = "/api/v1/sign-in/passkey", tag = "sign-in", operation_id = "askForPasskey",
    responses((status = 200, body = PasskeyQuestion)))]
pub(super) async fn ask(State(api): State<Shared>) -> Result<Response, Problem> {
    Ok(asked(api.door.ask_passkey().await?))
}

/// Sign in with what a device signed. The session comes as a cookie.
#[utoipa::path(post, path = "/api/v1/sign-in/passkey/answer", tag = "sign-in", operation_id = "signInWithPasskey",
    request_body = PasskeyAnswer, responses((status = 200, body = Me)))]
pub(super) async fn enter(
    State(api): State<Shared>,
    visitor: Visitor,
    headers: HeaderMap,
    given: Given<PasskeyAnswer>,
) -> Result<Response, Problem> {
    let token = cookie::read_passkey(&headers).unwrap_or_default();
    let entered = api.door.by_passkey(&visitor, token, &given.body.credential).await?;
    let mut response = welcome(&api, &entered).await?;
    keep(&mut response, cookie::passkey("", 0));
    Ok(response)
}

/// List your passkeys, the oldest first.
#[utoipa::path(get, path = "/api/v1/me/passkeys", tag = "me", operation_id = "listMyPasskeys",
    responses((status = 200, body = Listed<PasskeyShown>)))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
) -> Result<Json<Listed<PasskeyShown>>, Problem> {
    let items = api.door.passkeys(caller.person()?).await?.into_iter().map(Into::into).collect();
    Ok(Json(Listed { items, next: None }))
}

/// Begin to add a passkey.
#[utoipa::path(post, path = "/api/v1/me/passkeys/offer", tag = "me", operation_id = "offerMyPasskey",
    request_body = PasswordIfAny, responses((status = 200, body = PasskeyQuestion)))]
pub(super) async fn offer(
    State(api): State<Shared>,
    caller: Caller,
    given: Given<PasswordIfAny>,
) -> Result<Response, Problem> {
    let password = given.body.password.unwrap_or_default();
    bounded("password", Some(&password), 200)?;
    let question = api.door.offer_passkey(&caller.by, caller.person()?, &password).await;
    Ok(asked(question.map_err(not_out)?))
}

/// Add a passkey that a device made.
#[utoipa::path(post, path = "/api/v1/me/passkeys", tag = "me", operation_id = "addMyPasskey",
    request_body = PasskeyNew, responses((status = 201, body = PasskeyShown)))]
pub(super) async fn add(
    State(api): State<Shared>,
    caller: Caller,
    headers: HeaderMap,
    given: Given<PasskeyNew>,
) -> Result<Response, Problem> {
    let PasskeyNew { label, credential } = given.body;
    bounded("label", Some(&label), 100)?;
    let token = cookie::read_passkey(&headers).unwrap_or_default();
    let added = api.door.add_passkey(&caller.by, caller.person()?, token, &label, &credential).await?;
    let mut response = (StatusCode::CREATED, Json(PasskeyShown::from(added))).into_response();
    keep(&mut response, cookie::passkey("", 0));
    Ok(response)
}

/// Remove one of your passkeys.
#[utoipa::path(delete, path = "/api/v1/me/passkeys/{passkey}", tag = "me", operation_id = "removeMyPasskey",
    params(("passkey" = i64, Path)), request_body = PasswordIfAny, responses((status = 204)))]
pub(super) async fn remove(
    State(api): State<Shared>,
    caller: Caller,
    At(passkey): At<i64>,
    given: Given<PasswordIfAny>,
) -> Result<StatusCode, Problem> {
    let password = given.body.password.unwrap_or_default();
    bounded("password", Some(&password), 200)?;
    let id = PasskeyId(passkey);
    api.door.remove_passkey(&caller.by, caller.person()?, &password, id).await.map_err(not_out)?;
    Ok(StatusCode::NO_CONTENT)
}
