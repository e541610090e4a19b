//! An id_token checked (OpenID Connect Core 1.0, 3.1.3.7).

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, decode,
    jwk::{AlgorithmParameters as Kind, Jwk, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Claims, end_ms};

/// What signs tokens that are taken.
const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// Whose a token must be, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who it says it is: `iss`.
    pub issuer: &'a str,
    /// What we are called there.
    pub client_id: &'a str,
    /// For whom it may be: `aud`.
    pub audiences: &'a [&'a str],
    /// Whether one that is for several must name us as the party that asked for it (`azp`); without, it may.
    pub names_party: bool,
}

#[derive(Debug, Deserialize)]
struct Said {
    iss: String,
    aud: Audience,
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
    azp: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Whether a token says that it is this issuer's. Nothing is proven by that.
pub fn is_from(token: &str, issuer: &str) -> bool {
    let claims = token.split('.').nth(1).and_then(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
    let claims: Option<Value> = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
    claims.is_some_and(|claims| claims["iss"] == issuer)
}

/// Checks a token with the key that signed it; `None` when it is not good.
pub fn check(token: &str, key: &Jwk, expected: &Expected<'_>, now_ms: i64) -> Option<Claims> {
    // The algorithm must be of the key's own family: the library refuses others. Times are checked below, by a clock that
    // tests can set; who and for whom as well.
    let algorithms = ALGORITHMS.into_iter().filter(|algorithm| suits(key, *algorithm)).collect();
    let mut rules = Validation { algorithms, ..Validation::default() };
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let said = decode::<Said>(token, &DecodingKey::from_jwk(key).ok()?, &rules).ok()?.claims;
    if expected.names_party && said.iat.is_none() {
        return None;
    }
    let begins = said.nbf.unwrap_or(0.0).max(said.iat.unwrap_or(0.0));
    let ends_ms = end_ms(begins as i64, said.exp as i64, now_ms)?;
    let is_theirs = said.iss == expected.issuer && is_for_us(&said, expected);
    let issued_ms = said.iat.map(|iat| (iat as i64).saturating_mul(1_000));
    is_theirs.then_some(Claims { ends_ms, issued_ms, others: said.others })
}

/// Whether a key may check a token with this head.
pub(crate) fn fits(key: &Jwk, head: &Header) -> bool {
    let is_for_this = key.common.key_algorithm.is_none_or(|alg| alg.to_string() == format!("{:?}", head.alg));
    let is_for_signing = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
    let is_named = head.kid.is_none() || key.common.key_id == head.kid;
    is_for_this && is_for_signing && is_named && suits(key, head.alg)
}

fn suits(key: &Jwk, algorithm: Algorithm) -> bool {
    matches!(
        (&key.algorithm, algorithm),
        (Kind::RSA(_), Algorithm::RS256)
            | (Kind::EllipticCurve(_), Algorithm::ES256)
            | (Kind::OctetKeyPair(_), Algorithm::EdDSA)
    )
}

fn is_for_us(said: &Said, expected: &Expected<'_>) -> bool {
    let given: Vec<&str> = match &said.aud {
        Audience::One(one) => vec![one],
        Audience::Many(many) => many.iter().map(String::as_str).collect(),
    };
    // Of several parties the one that asked for it is named; where that is strict, also of one, if at all.
    let is_ours = |azp: &str| azp == expected.client_id || expected.audiences.contains(&azp);
    let is_asked_by_us = said.azp.as_deref().map_or(!expected.names_party || given.len() == 1, is_ours);
    let is_alone = given.len() == 1 && !expected.names_party;
    given.iter().any(|one| expected.audiences.contains(one)) && (is_alone || is_asked_by_us)
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
