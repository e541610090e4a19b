//! The token endpoint: a client that proves that the code was meant for it gets the token that its member registers with.

use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tmtp_store::{
    Site,
    admin::{Grant, SigningKey},
};

use super::{CLIENT, TOKEN_SECONDS, find, issuer, may_try, published::open};
use crate::api::{At, Peer, Posted, Problem, Shared};

/// What the client sends (RFC 6749, 4.1.3; RFC 7636, 4.5).
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Exchange {
    grant_type: String,
    client_id: String,
    redirect_uri: String,
    code: String,
    code_verifier: String,
}

#[derive(Debug, Serialize)]
struct Claims<'a> {
    iss: String,
    aud: &'a str,
    sub: String,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
}

/// Exchanges a code for a token.
pub(super) async fn exchange(
    State(api): State<Shared>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    At(site): At<i64>,
    Posted(asked): Posted<Exchange>,
) -> Result<Response, Problem> {
    let site = find(&api, site).await?.ok_or_else(|| Problem::absent("site"))?;
    if !may_try(&api, peer.0) {
        return Ok(refused(StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable"));
    }
    if asked.grant_type != "authorization_code" {
        return Ok(refused(StatusCode::BAD_REQUEST, "unsupported_grant_type"));
    }
    let mut change = api.registry.admin.begin().await?;
    // Taken before it is looked at: a code that was guessed wrong once is gone.
    let grant = change.take_grant(site.id, &Sha256::digest(asked.code.as_bytes())).await?;
    change.commit().await?;
    match grant.filter(|grant| is_meant(grant, &asked, api.registry.now_ms())) {
        Some(grant) => tokens(&api, &site, &grant).await,
        None => Ok(refused(StatusCode::BAD_REQUEST, "invalid_grant")),
    }
}

fn is_meant(grant: &Grant, asked: &Exchange, now_ms: i64) -> bool {
    let proven = BASE64URL_NOPAD.encode(&Sha256::digest(asked.code_verifier.as_bytes()));
    asked.client_id == CLIENT
        && asked.redirect_uri == grant.redirect_uri
        && proven == grant.challenge
        && now_ms < grant.expires_ms
}

async fn tokens(api: &Shared, site: &Site, grant: &Grant) -> Result<Response, Problem> {
    let key = api.registry.signing_key(site.id).await?;
    let mut view = api.registry.view().await?;
    let alias = view.kept_alias(site.id, grant.invitation).await?;
    let now = api.registry.now_ms() / 1_000;
    let claims = Claims {
        iss: issuer(&api.public_url, site.id),
        aud: CLIENT,
        sub: grant.invitation.0.to_string(),
        iat: now,
        exp: now + TOKEN_SECONDS,
        jti: random(),
        nonce: grant.nonce.as_deref(),
        alias,
    };
    let id_token = sign(&claims, &key)?;
    let mut response = open(json!({
        "access_token": random(),
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": "openid",
        "id_token": id_token,
    }));
    response.headers_mut().insert(header::PRAGMA, header::HeaderValue::from_static("no-cache"));
    Ok(response)
}

fn sign(claims: &Claims<'_>, key: &SigningKey) -> Result<String, Problem> {
    let mut head = Header::new(Algorithm::ES256);
    head.kid = Some(key.kid.clone());
    let signed = jsonwebtoken::encode(&head, claims, &EncodingKey::from_ec_der(&key.private_key));
    signed.map_err(|error| tmtp_store::Error::Defect(format!("a token could not be signed: {error}")).into())
}

fn random() -> String {
    HEXLOWER.encode(&rand::random::<[u8; 16]>())
}

/// RFC 6749, 5.2.
fn refused(status: StatusCode, error: &str) -> Response {
    let open_to_all = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (status, open_to_all, Json(json!({ "error": error }))).into_response()
}
