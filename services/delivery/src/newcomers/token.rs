//! Tokens of a site's own sign-in.

use bytes::Bytes;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::Jwk};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tmtp_store::{InvitationId, sign_in::CLIENT};

/// How far the clocks of control and of this process may be apart.
const SKEW_MS: i64 = 60_000;

/// What a token that was checked is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Voucher {
    /// SHA-256 of what was signed: the same for every form that the signature can take.
    pub digest: Bytes,
    /// When it need not be remembered any more.
    pub expires_ms: i64,
    /// The invitation behind it.
    pub invitation: InvitationId,
    /// What the invitation has its member called.
    pub alias: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    exp: i64,
    alias: Option<String>,
}

/// Checks a token of this issuer against the site's keys (each a JWK).
pub(crate) fn check(token: &str, keys: &[String], issuer: &str, now_ms: i64) -> Option<Voucher> {
    let kid = decode_header(token).ok()?.kid?;
    let key = keys
        .iter()
        .filter_map(|key| serde_json::from_str::<Jwk>(key).ok())
        .find(|key| key.common.key_id.as_ref() == Some(&kid))?;
    let mut rules = Validation::new(Algorithm::ES256);
    // Times are checked below, by a clock that tests can set; who and for whom as well.
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let claims = decode::<Claims>(token, &DecodingKey::from_jwk(&key).ok()?, &rules).ok()?.claims;
    let expires_ms = claims.exp.checked_mul(1_000)?.checked_add(SKEW_MS)?;
    let is_current = now_ms < expires_ms && claims.iat.checked_mul(1_000)? <= now_ms.checked_add(SKEW_MS)?;
    if claims.iss != issuer || claims.aud != CLIENT || !is_current {
        return None;
    }
    let (signed, _) = token.rsplit_once('.')?;
    Some(Voucher {
        digest: Sha256::digest(signed).to_vec().into(),
        expires_ms,
        invitation: InvitationId(claims.sub.parse().ok()?),
        alias: claims.alias,
    })
}
