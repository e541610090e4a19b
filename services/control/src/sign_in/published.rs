//! What anybody may know of a site's sign-in: where its parts are, and the keys that its tokens are checked with.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{find, issuer};
use crate::api::{At, Problem, Shared};

/// OpenID Connect Discovery 1.0, section 4.
pub(super) async fn configuration(State(api): State<Shared>, At(site): At<i64>) -> Result<Response, Problem> {
    let site = find(&api, site).await?.ok_or_else(|| Problem::absent("site"))?;
    let issuer = issuer(&api.public_url, site.id);
    Ok(open(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "jti", "nonce", "alias"],
    })))
}

/// The keys (RFC 7517).
pub(super) async fn keys(State(api): State<Shared>, At(site): At<i64>) -> Result<Response, Problem> {
    let site = find(&api, site).await?.ok_or_else(|| Problem::absent("site"))?;
    // Makes the first one, so that whoever asks early finds it.
    api.registry.signing_key(site.id).await?;
    let keys = api.registry.view().await?.signing_keys(site.id).await?;
    let keys: Vec<Value> = keys.iter().filter_map(|key| serde_json::from_str(&key.public_key).ok()).collect();
    Ok(open(json!({ "keys": keys })))
}

/// For clients that are pages of their own.
pub(super) fn open(value: Value) -> Response {
    ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], Json(value)).into_response()
}
