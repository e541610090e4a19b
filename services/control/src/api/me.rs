//! What is one's own: who one is, where one is signed in, password and second factor.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use tmtp_store::admin::{OrgId, UserSession, UserSessionId};
use utoipa::ToSchema;

use super::{
    Api, Shared,
    body::{At, Given},
    caller::Caller,
    page::Listed,
    problem::Problem,
    times::shown,
};
use crate::door::Refusal;

/// Who you are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Me {
    /// `user` or `key`.
    pub kind: String,
    /// What you, or the key, are called.
    pub name: String,
    /// The address that you sign in with.
    pub email: Option<String>,
    /// What you may do.
    pub role: String,
    /// The organization that you act for; none for the provider's.
    pub org: Option<i64>,
    /// The one site that the key is for; none: all that is the organization's.
    pub site: Option<i64>,
    /// What it is called.
    pub org_name: Option<String>,
    /// Whether you have a second factor; not of keys.
    pub has_totp: Option<bool>,
    /// Whether you have a password; not of keys. Where mail is set up, a first one is chosen by a link that comes by mail.
    pub has_password: Option<bool>,
    /// Whether mail is sent here.
    pub sends_mail: bool,
    /// The port at which members reach sites.
    pub tmtp_port: u16,
}

impl Me {
    /// Somebody who signed in.
    pub async fn user(api: &Api, user: &tmtp_store::admin::User) -> Result<Self, Problem> {
        let (org, org_name) = org_of(api, user.org).await?;
        Ok(Self {
            kind: "user".to_owned(),
            name: user.name.clone(),
            email: Some(user.email.clone()),
            role: user.role.clone(),
            org,
            site: None,
            org_name,
            has_totp: Some(user.has_totp),
            has_password: Some(user.has_password),
            sends_mail: api.mailer.is_set(),
            tmtp_port: api.tmtp_port,
        })
    }

    async fn key(api: &Api, caller: Caller) -> Result<Self, Problem> {
        let (org, org_name) = org_of(api, caller.org).await?;
        Ok(Self {
            kind: "key".to_owned(),
            name: caller.name,
            email: None,
            role: caller.role.name().to_owned(),
            org,
            site: caller.only_site.map(|site| site.0),
            org_name,
            has_totp: None,
            has_password: None,
            sends_mail: api.mailer.is_set(),
            tmtp_port: api.tmtp_port,
        })
    }
}

async fn org_of(api: &Api, org: OrgId) -> Result<(Option<i64>, Option<String>), Problem> {
    if org == OrgId::PROVIDER {
        return Ok((None, None));
    }
    let found = api.registry.view_of(org).await?.org(org).await?;
    Ok((Some(org.0), found.map(|org| org.name)))
}

/// Where somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionShown {
    /// Its id.
    pub id: i64,
    /// It is the one of this request.
    pub current: bool,
    /// From which address it began.
    pub address: String,
    /// What the browser says that it is.
    pub agent: String,
    /// When it began.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it was used last, to the minute.
    #[schema(format = DateTime)]
    pub used_at: String,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordNew {
    /// The one before; not needed where there is none.
    #[schema(max_length = 200)]
    old: Option<String>,
    /// The new one.
    #[schema(min_length = 10, max_length = 200)]
    new: String,
}

/// A second factor that is offered.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotpOffer {
    /// For an authenticator, by hand.
    secret: String,
    /// For its camera, as a QR code.
    uri: String,
}

/// What an authenticator shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// Six digits.
    #[schema(min_length = 6, max_length = 32)]
    code: String,
}

/// What to come in with when the authenticator is lost.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecoveryCodes {
    /// Each works once. They are shown this once.
    recovery_codes: Vec<String>,
}

/// That it is you.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordGiven {
    /// Your password.
    #[schema(max_length = 200)]
    password: String,
}

/// A wrong password of somebody who is signed in is no reason to sign in again.
pub(super) fn not_out(error: crate::Error) -> Problem {
    let is_wrong = matches!(error, crate::Error::Refused(Refusal::Credentials));
    let mut problem = Problem::from(error);
    if is_wrong {
        problem.status = StatusCode::FORBIDDEN.as_u16();
        "the password is wrong".clone_into(&mut problem.detail);
    }
    problem
}

/// Who you are.
#[utoipa::path(get, path = "/api/v1/me", tag = "me", operation_id = "me",
    responses((status = 200, body = Me)))]
pub(super) async fn me(State(api): State<Shared>, caller: Caller) -> Result<Json<Me>, Problem> {
    Ok(Json(match &caller.person {
        Some(person) => Me::user(&api, &person.user).await?,
        None => Me::key(&api, caller).await?,
    }))
}

/// List where you are signed in, the newest first.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "me", operation_id = "listMySessions",
    responses((status = 200, body = Listed<SessionShown>)))]
pub(super) async fn sessions(
    State(api): State<Shared>,
    caller: Caller,
) -> Result<Json<Listed<SessionShown>>, Problem> {
    let person = caller.person()?;
    let show = |session: UserSession| SessionShown {
        id: session.id.0,
        current: session.id == person.session,
        address: session.address,
        agent: session.agent,
        created_at: shown(session.created_ms),
        used_at: shown(session.used_ms),
    };
    let items = api.door.sessions(person).await?.into_iter().map(show).collect();
    Ok(Json(Listed { items, next: None }))
}

/// End one of your sessions.
#[utoipa::path(delete, path = "/api/v1/me/sessions/{session}", tag = "me", operation_id = "endMySession",
    params(("session" = i64, Path)), responses((status = 204)))]
pub(super) async fn end_session(
    State(api): State<Shared>,
    caller: Caller,
    At(session): At<i64>,
) -> Result<StatusCode, Problem> {
    api.door.end_session(&caller.by, caller.person()?, UserSessionId(session)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Set a new password, and end your other sessions.
#[utoipa::path(put, path = "/api/v1/me/password", tag = "me", operation_id = "setMyPassword",
    request_body = PasswordNew, responses((status = 204)))]
pub(super) async fn set_password(
    State(api): State<Shared>,
    caller: Caller,
    given: Given<PasswordNew>,
) -> Result<StatusCode, Problem> {
    let PasswordNew { old, new } = given.body;
    let old = old.unwrap_or_default();
    // A password holds the address for good, and a provider that the organization runs itself may have said that it is theirs.
    if !caller.person()?.user.has_password && api.letters().are_sent() {
        let text = "a first password is chosen by a link that comes to your address by mail: sign out, and say on the sign-in \
                    page that you have forgotten it; an address has a password with one organization";
        return Err(crate::Error::from(Refusal::State(text)).into());
    }
    api.door.set_password(&caller.by, caller.person()?, &old, &new).await.map_err(not_out)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begin to set up a second factor.
#[utoipa::path(post, path = "/api/v1/me/totp", tag = "me", operation_id = "offerMyTotp",
    request_body = PasswordGiven, responses((status = 200, body = TotpOffer)))]
pub(super) async fn offer_totp(
    State(api): State<Shared>,
    caller: Caller,
    given: Given<PasswordGiven>,
) -> Result<Json<TotpOffer>, Problem> {
    let password = &given.body.password;
    let offer = api.door.offer_totp(&caller.by, caller.person()?, password).await.map_err(not_out)?;
    Ok(Json(TotpOffer { secret: offer.secret, uri: offer.uri }))
}

/// Make the second factor count, with a code of it.
#[utoipa::path(post, path = "/api/v1/me/totp/confirm", tag = "me", operation_id = "confirmMyTotp",
    request_body = Code, responses((status = 200, body = RecoveryCodes)))]
pub(super) async fn confirm_totp(
    State(api): State<Shared>,
    caller: Caller,
    given: Given<Code>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let recovery_codes = api.door.confirm_totp(&caller.by, caller.person()?, &given.body.code).await?;
    Ok(Json(RecoveryCodes { recovery_codes }))
}

/// Remove your second factor.
#[utoipa::path(delete, path = "/api/v1/me/totp", tag = "me", operation_id = "removeMyTotp",
    request_body = PasswordGiven, responses((status = 204)))]
pub(super) async fn remove_totp(
    State(api): State<Shared>,
    caller: Caller,
    given: Given<PasswordGiven>,
) -> Result<StatusCode, Problem> {
    let password = &given.body.password;
    api.door.remove_totp(&caller.by, caller.person()?, password).await.map_err(not_out)?;
    Ok(StatusCode::NO_CONTENT)
}
