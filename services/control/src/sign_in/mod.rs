//! Each site's own sign-in: a small OpenID Connect provider, which turns an invitation into the token that its member
//! registers with. Authorization code with PKCE, for clients on the member's own machine.
//!
//! [`authorize`] has the page where the member enters the code of an invitation, or comes with it from its link
//! ([`join`]); [`token`] gives the client the token; [`published`] is what anybody may know.

mod authorize;
mod join;
mod keys;
mod pages;
mod published;
mod redirect;
mod token;

pub(crate) use pages::stopped;

use std::net::IpAddr;

use axum::{
    Router,
    routing::{get, post},
};
use tmtp_store::{
    Site, SiteId,
    sign_in::{CLIENT, issuer},
};

use crate::api::{Shared, Who};

/// How long a code of ours is good: the client exchanges it at once.
const GRANT_MS: i64 = 5 * 60_000;
/// How long a token is good: the client registers at once.
const TOKEN_SECONDS: i64 = 10 * 60;

/// The routes.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/oidc/{site}/.well-known/openid-configuration", get(published::configuration))
        .route("/oidc/{site}/keys", get(published::keys))
        .route("/oidc/{site}/authorize", get(authorize::ask).post(authorize::answer))
        .route("/oidc/{site}/token", post(token::exchange))
        .route("/join/{site}", get(join::welcome))
        .route("/oidc/style.css", get(pages::style))
}

/// The site, where there is one at which members sign in.
async fn find(api: &Shared, site: i64) -> crate::Result<Option<Site>> {
    let found = api.registry.view().await?.site(SiteId(site)).await?;
    Ok(found.filter(|site| !site.suspended && site.settings.registration.takes_invitations()))
}

/// Counts what an address tries; `false` when it was too much.
fn may_try(api: &Shared, address: IpAddr) -> bool {
    api.limiter.count(Who::stranger(address)).remaining.is_some()
}
