//! The sign-in page: a member enters the code of an invitation, and goes back to the client with a code of ours.

use axum::{
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tmtp_store::{
    Site,
    admin::{Grant, Invitation, InvitationState},
};

use super::{CLIENT, GRANT_MS, find, issuer, join, may_try, pages, redirect};
use crate::{
    api::{Asked, At, Peer, Posted, Problem, Shared},
    code_hash,
};

/// Most letters of what a client sends along.
const LETTERS: usize = 1_000;
/// Octets of a code of ours.
const CODE_OCTETS: usize = 32;

/// What the client asks for (OpenID Connect Core 1.0, 3.1.2.1; RFC 7636, 4.3).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    pub response_type: String,
    pub client_id: String,
    pub redirect_uri: String,
    pub scope: String,
    pub state: String,
    pub nonce: String,
    pub code_challenge: String,
    pub code_challenge_method: String,
}

/// The same, and the code of an invitation.
#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    #[serde(flatten)]
    wanted: Wanted,
    #[serde(default)]
    invitation: String,
}

/// Shows the page.
pub(super) async fn ask(
    State(api): State<Shared>,
    At(site): At<i64>,
    Asked(wanted): Asked<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let site = match open_for(&api, site, &wanted).await? {
        Ok(site) => site,
        Err(answer) => return Ok(answer),
    };
    let code = join::code_at_hand(&headers, site.id).unwrap_or_default();
    Ok(pages::sign_in(&site.name, &wanted, &code, None))
}

/// Takes the code, and sends the member back to the client.
pub(super) async fn answer(
    State(api): State<Shared>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    At(site): At<i64>,
    headers: HeaderMap,
    Posted(Filled { wanted, invitation: code }): Posted<Filled>,
) -> Result<Response, Problem> {
    let site = match open_for(&api, site, &wanted).await? {
        Ok(site) => site,
        Err(answer) => return Ok(answer),
    };
    let again = |status: StatusCode, why: &str| {
        if wants_json(&headers) {
            return Problem::new(status, "sign-in", "The sign-in was refused", why).into_response();
        }
        let mut page = pages::sign_in(&site.name, &wanted, &code, Some(why));
        *page.status_mut() = status;
        page
    };
    if !may_try(&api, peer.0) {
        let why = "That was tried too often from where you are. Wait a minute, then try again.";
        return Ok(again(StatusCode::TOO_MANY_REQUESTS, why));
    }
    let found = api.registry.view().await?.invitation_by_code(site.id, &code_hash(&code)).await?;
    match found.ok_or(UNKNOWN).and_then(|found| usable(&found, api.registry.now_ms())) {
        Ok(invitation) => grant(&api, &site, &wanted, &invitation).await,
        Err(why) => Ok(again(StatusCode::UNPROCESSABLE_ENTITY, why)),
    }
}

/// A client that enters the code itself wants no page.
fn wants_json(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|accepted| accepted.as_bytes().starts_with(b"application/json"))
}

const UNKNOWN: &str =
    "There is no invitation with this code. Compare it with your invitation, letter by letter.";

fn usable(invitation: &Invitation, now_ms: i64) -> Result<Invitation, &'static str> {
    match invitation.state(now_ms) {
        InvitationState::Pending => Ok(invitation.clone()),
        InvitationState::Used => Err("This invitation has been used. Ask for another one."),
        InvitationState::Expired => Err("This invitation has expired. Ask for another one."),
        InvitationState::Revoked => Err("This invitation was taken back. Ask whoever invited you."),
    }
}

async fn grant(
    api: &Shared,
    site: &Site,
    wanted: &Wanted,
    invitation: &Invitation,
) -> Result<Response, Problem> {
    let code = BASE64URL_NOPAD.encode(&rand::random::<[u8; CODE_OCTETS]>());
    let grant = Grant {
        code_hash: Sha256::digest(code.as_bytes()).to_vec().into(),
        invitation: invitation.id,
        challenge: wanted.code_challenge.clone(),
        redirect_uri: wanted.redirect_uri.clone(),
        nonce: Some(wanted.nonce.clone()).filter(|nonce| !nonce.is_empty()),
        expires_ms: api.registry.now_ms() + GRANT_MS,
    };
    let mut change = api.registry.admin.begin().await?;
    change.add_grant(site.id, &grant).await?;
    change.commit().await?;
    let issuer = issuer(&api.public_url, site.id);
    let told = [("code", code.as_str()), ("state", &wanted.state), ("iss", &issuer)];
    Ok(redirect::back(&wanted.redirect_uri, &told))
}

/// The site, where this can be asked there. Nobody is sent to an address that is not the site's own choice; what else is
/// wrong is told to the client there.
async fn open_for(api: &Shared, site: i64, wanted: &Wanted) -> Result<Result<Site, Response>, Problem> {
    let Some(site) = find(api, site).await? else {
        let page = pages::refusal("Nobody can sign in here", "This site takes no invitations at the moment.");
        return Ok(Err((StatusCode::NOT_FOUND, page).into_response()));
    };
    if wanted.client_id != CLIENT || wanted.redirect_uri != site.settings.sign_in_redirect {
        let why = "Your messaging program sent you here in a way that this site does not know. Update it, or ask whoever invited you.";
        let page = pages::refusal("This does not work", why);
        return Ok(Err((StatusCode::BAD_REQUEST, page).into_response()));
    }
    Ok(match fault(wanted) {
        None => Ok(site),
        Some((error, why)) => {
            let issuer = issuer(&api.public_url, site.id);
            let told =
                [("error", error), ("error_description", why), ("state", &wanted.state), ("iss", &issuer)];
            Err(redirect::back(&wanted.redirect_uri, &told))
        }
    })
}

/// What is wrong with a request, as OAuth names it (RFC 6749, 4.1.2.1), and in words.
fn fault(wanted: &Wanted) -> Option<(&'static str, &'static str)> {
    let is_long = [&wanted.state, &wanted.nonce].into_iter().any(|text| text.len() > LETTERS);
    let is_challenge =
        BASE64URL_NOPAD.decode(wanted.code_challenge.as_bytes()).is_ok_and(|hash| hash.len() == 32);
    if wanted.response_type != "code" {
        Some(("unsupported_response_type", "response_type is code"))
    } else if !wanted.scope.split(' ').any(|scope| scope == "openid") {
        Some(("invalid_scope", "scope has openid in it"))
    } else if wanted.code_challenge_method != "S256" || !is_challenge {
        Some((
            "invalid_request",
            "code_challenge is the SHA-256 of the verifier, code_challenge_method is S256",
        ))
    } else if is_long {
        Some(("invalid_request", "state and nonce have at most 1000 letters"))
    } else {
        None
    }
}

/// Sets what the browser may do with a page of this folder.
pub(super) fn policy(headers: &mut HeaderMap) {
    // The last word of a form is a redirect to the client, on this machine.
    const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; \
        form-action 'self' http://127.0.0.1:* http://localhost:* http://[::1]:*";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}
