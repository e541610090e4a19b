//! The ways in for people, and the way out.

use axum::{
    Json,
    extract::{ConnectInfo, FromRequestParts, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Api, Shared, body::Given, caller::Caller, cookie, me::Me, problem::Problem, serve::Peer};
use crate::door::{Entered, Followed, Visitor};

/// Most letters that are kept of what a browser says that it is.
const AGENT_LETTERS: usize = 200;

/// Who wants to come in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The address of the account.
    #[schema(max_length = 254)]
    email: String,
    /// Its password.
    #[schema(max_length = 200)]
    password: String,
    /// A code of the second factor, or a recovery code, where there is one.
    #[schema(max_length = 32)]
    code: Option<String>,
}

/// A link to look at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkGiven {
    /// What the link carries.
    #[schema(max_length = 200)]
    token: String,
}

/// What a link is for.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkShown {
    /// `demo`, `first`, `invitation` or `reset`.
    purpose: String,
    /// Whose; none for the first operator, who says it.
    email: Option<String>,
    /// What they are called, if they are.
    name: Option<String>,
    /// The organization that they administer; none for the provider.
    org_name: Option<String>,
    /// Whoever follows it chooses a password.
    needs_password: bool,
    /// They have a second factor, whose code is needed.
    needs_code: bool,
}

/// A link to follow.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkFollowed {
    /// What the link carries.
    #[schema(max_length = 200)]
    token: String,
    /// The first operator's address.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// The password that is chosen, where one is needed.
    #[schema(max_length = 200)]
    password: Option<String>,
    /// What to be called.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// A code of the second factor, or a recovery code, where there is one.
    #[schema(max_length = 32)]
    code: Option<String>,
}

/// Who forgot a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Forgotten {
    /// The address of the account.
    #[schema(max_length = 254)]
    email: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let peer = ConnectInfo::<Peer>::from_request_parts(parts, state).await;
        let ConnectInfo(Peer(address)) =
            peer.map_err(|_| Problem::bad("nobody knows where this comes from"))?;
        let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
        let agent = agent.unwrap_or_default().chars().take(AGENT_LETTERS).collect();
        Ok(Self { address, agent })
    }
}

/// Refuses a text beyond its bound, before anybody looks at it.
pub(super) fn bounded(field: &str, text: Option<&str>, letters: usize) -> Result<(), Problem> {
    match text.filter(|text| text.chars().count() > letters) {
        Some(_) => Err(Problem::invalid(format!("{field} has {letters} letters at most"))),
        None => Ok(()),
    }
}

/// Tells somebody who they are, and has their browser keep the session.
pub(super) async fn welcome(api: &Api, entered: &Entered) -> Result<Response, Problem> {
    let mut response = Json(Me::user(api, &entered.user).await?).into_response();
    if let Some(cookie) = cookie::keep(entered.token.expose(), api.session_seconds) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Sign in by password. The session comes as a cookie.
#[utoipa::path(post, path = "/api/v1/sign-in", tag = "sign-in", operation_id = "signIn",
    request_body = Credentials, responses((status = 200, body = Me)))]
pub(super) async fn by_password(
    State(api): State<Shared>,
    visitor: Visitor,
    given: Given<Credentials>,
) -> Result<Response, Problem> {
    let Credentials { email, password, code } = given.body;
    bounded("email", Some(&email), 254)?;
    bounded("password", Some(&password), 200)?;
    bounded("code", code.as_deref(), 32)?;
    let entered = api.door.by_password(&visitor, &email, &password, code.as_deref()).await?;
    welcome(&api, &entered).await
}

/// Look at a link without using it.
#[utoipa::path(post, path = "/api/v1/sign-in/link/look", tag = "sign-in", operation_id = "lookAtLink",
    request_body = LinkGiven, responses((status = 200, body = LinkShown)))]
pub(super) async fn look(
    State(api): State<Shared>,
    given: Given<LinkGiven>,
) -> Result<Json<LinkShown>, Problem> {
    bounded("token", Some(&given.body.token), 200)?;
    let looked = api.door.look(&given.body.token.into()).await?;
    let needs_password = looked.purpose.needs_password();
    let user = looked.user.as_ref();
    Ok(Json(LinkShown {
        purpose: looked.purpose.shown().to_owned(),
        email: user.map(|user| user.email.clone()),
        name: user.map(|user| user.name.clone()).filter(|name| !name.is_empty()),
        needs_code: needs_password && user.is_some_and(|user| user.has_totp),
        org_name: looked.org_name,
        needs_password,
    }))
}

/// Follow a link: it signs you in, once.
#[utoipa::path(post, path = "/api/v1/sign-in/link", tag = "sign-in", operation_id = "followLink",
    request_body = LinkFollowed, responses((status = 200, body = Me)))]
pub(super) async fn follow(
    State(api): State<Shared>,
    visitor: Visitor,
    given: Given<LinkFollowed>,
) -> Result<Response, Problem> {
    let LinkFollowed { token, email, password, name, code } = given.body;
    bounded("token", Some(&token), 200)?;
    bounded("email", email.as_deref(), 254)?;
    bounded("password", password.as_deref(), 200)?;
    bounded("name", name.as_deref(), 200)?;
    bounded("code", code.as_deref(), 32)?;
    let password = password.unwrap_or_default().into();
    let followed = Followed { token: token.into(), email, name, password, code };
    let entered = api.door.follow(&visitor, &followed).await?;
    welcome(&api, &entered).await
}

/// Have a link for a new password sent, to somebody who has an account. The answer is the same to who has none.
#[utoipa::path(post, path = "/api/v1/sign-in/forgotten", tag = "sign-in", operation_id = "forgotPassword",
    request_body = Forgotten, responses((status = 202)))]
pub(super) async fn forgotten(
    State(api): State<Shared>,
    visitor: Visitor,
    given: Given<Forgotten>,
) -> Result<StatusCode, Problem> {
    bounded("email", Some(&given.body.email), 254)?;
    api.door.forgotten(&visitor, &given.body.email, &api.letters())?;
    Ok(StatusCode::ACCEPTED)
}

/// Sign out: the session ends.
#[utoipa::path(post, path = "/api/v1/sign-out", tag = "me", operation_id = "signOut", responses((status = 204)))]
pub(super) async fn sign_out(State(api): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let person = caller.person()?;
    api.door.end_session(&caller.by, person, person.session).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = cookie::keep("", 0) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
