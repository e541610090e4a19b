//! The pages that members see. They need no script, and nothing from anywhere else.

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use tmtp_store::{
    Site,
    admin::{Invitation, InvitationState},
};

use super::authorize::{Wanted, policy};
use crate::api::{Shared, shown};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn<'a> {
    site: &'a str,
    wanted: &'a Wanted,
    code: &'a str,
    error: &'a str,
}

#[derive(Template)]
#[template(path = "welcome.html")]
struct Welcome<'a> {
    site: &'a str,
    name: &'a str,
    alias: &'a str,
    code: &'a str,
    address: &'a str,
    ends: &'a str,
    fault: &'a str,
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct Refusal<'a> {
    title: &'a str,
    why: &'a str,
}

#[derive(Template)]
#[template(path = "stopped.html")]
struct Stopped<'a> {
    why: &'a str,
    back: &'a str,
}

/// The sign-in page; `error` is why it comes again.
pub(super) fn sign_in(site: &str, wanted: &Wanted, code: &str, error: Option<&str>) -> Response {
    render(&SignIn { site, wanted, code, error: error.unwrap_or_default() })
}

/// What an invited person does next.
pub(super) fn welcome(site: &Site, api: &Shared, code: &str, invitation: Option<&Invitation>) -> Response {
    let fault = match invitation.map(|invitation| invitation.state(api.registry.now_ms())) {
        Some(InvitationState::Pending) => "",
        Some(InvitationState::Used) => "This invitation has been used.",
        Some(InvitationState::Expired) => "This invitation has expired. Ask for another one.",
        Some(InvitationState::Revoked) => "This invitation was taken back. Ask whoever invited you.",
        None => {
            "This link has no invitation in it, or it was not copied whole. Open the link of your invitation again."
        }
    };
    let field = |get: fn(&Invitation) -> Option<&str>| invitation.and_then(get).unwrap_or_default();
    let ends = invitation.and_then(|invitation| invitation.expires_ms).map(shown).unwrap_or_default();
    render(&Welcome {
        site: &site.name,
        name: field(|invitation| invitation.name.as_deref()),
        alias: field(|invitation| invitation.alias.as_deref()),
        code,
        address: &api.site_address(site),
        ends: ends.get(..10).unwrap_or_default(),
        fault,
    })
}

/// That something does not work, and why.
pub(super) fn refusal(title: &str, why: &str) -> Response {
    render(&Refusal { title, why })
}

/// That a sign-in came to nothing, why, and the way back.
pub(crate) fn stopped(why: &str, back: &str) -> Response {
    render(&Stopped { why, back })
}

/// How they look.
pub(super) async fn style() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, include_str!("../../templates/style.css")).into_response()
}

fn render(page: &impl Template) -> Response {
    let Ok(text) = page.render() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut response = Html(text).into_response();
    policy(response.headers_mut());
    response
}
