//! Tokens of an organization's own OpenID Connect provider (OpenID Connect Core 1.0, 3.1.3.7).

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation, decode,
    jwk::{Jwk, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::{Map, Value};
use tmtp_store::{Provider, ProviderSettings};

use super::voucher::{Voucher, digest, end_ms};

/// What signs tokens that are taken.
pub(super) const ALGORITHMS: [Algorithm; 3] = [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA];

/// What a sound token says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Vouched {
    /// The newcomer may register.
    For(Voucher),
    /// It is a sound token, but for somebody whom the organization's rules do not admit.
    ForAnother,
}

#[derive(Debug, Deserialize)]
struct Claims {
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

/// Whether a token says that it is this provider's. Nothing is proven by that.
pub(super) fn is_from(token: &str, provider: &Provider) -> bool {
    let claims = token.split('.').nth(1).and_then(|part| BASE64URL_NOPAD.decode(part.as_bytes()).ok());
    let claims: Option<Value> = claims.and_then(|claims| serde_json::from_slice(&claims).ok());
    claims.is_some_and(|claims| claims["iss"] == provider.issuer.as_str())
}

/// Whether a key may check a token with this head.
pub(super) fn fits(key: &Jwk, head: &Header) -> bool {
    let is_for_this = key.common.key_algorithm.is_none_or(|alg| alg.to_string() == format!("{:?}", head.alg));
    let is_for_signing = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
    let is_named = head.kid.is_none() || key.common.key_id == head.kid;
    is_for_this && is_for_signing && is_named && suits(key, head.alg)
}

/// Checks a token with the key that signed it.
pub(super) fn check(token: &str, key: &Jwk, provider: &Provider, now_ms: i64) -> Option<Vouched> {
    // The algorithm must be of the key's own family: the library refuses others. Times are checked below, by a clock that
    // tests can set; who and for whom as well.
    let algorithms = ALGORITHMS.into_iter().filter(|algorithm| suits(key, *algorithm)).collect();
    let mut rules = Validation { algorithms, ..Validation::default() };
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    let claims = decode::<Claims>(token, &DecodingKey::from_jwk(key).ok()?, &rules).ok()?.claims;
    let begins = claims.nbf.or(claims.iat).unwrap_or(0.0);
    let expires_ms = end_ms(begins as i64, claims.exp as i64, now_ms)?;
    if claims.iss != provider.issuer || !is_for_us(&claims, &provider.settings) {
        return None;
    }
    if !is_admitted(&claims.others, &provider.settings) {
        return Some(Vouched::ForAnother);
    }
    Some(Vouched::For(Voucher { digest: digest(token)?, expires_ms, invitation: None, alias: None }))
}

fn suits(key: &Jwk, algorithm: Algorithm) -> bool {
    use jsonwebtoken::jwk::AlgorithmParameters as Kind;
    matches!(
        (&key.algorithm, algorithm),
        (Kind::RSA(_), Algorithm::RS256)
            | (Kind::EllipticCurve(_), Algorithm::ES256)
            | (Kind::OctetKeyPair(_), Algorithm::EdDSA)
    )
}

fn is_for_us(claims: &Claims, settings: &ProviderSettings) -> bool {
    let ours = settings.audiences();
    let given: Vec<&str> = match &claims.aud {
        Audience::One(one) => vec![one],
        Audience::Many(many) => many.iter().map(String::as_str).collect(),
    };
    // Of several parties the one that asked for it is named.
    let is_asked_by_us =
        claims.azp.as_deref().is_none_or(|azp| azp == settings.client_id || ours.contains(&azp));
    given.iter().any(|one| ours.contains(one)) && (given.len() == 1 || is_asked_by_us)
}

fn is_admitted(claims: &Map<String, Value>, settings: &ProviderSettings) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_verified = claims.get("email_verified").is_some_and(|value| value == true || value == "true");
    let domain = text("email").rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
    let is_at_home = settings.email_domains.iter().any(|one| one.eq_ignore_ascii_case(domain));
    let groups = claims.get(&settings.groups_claim).and_then(Value::as_array);
    let is_in =
        |wanted: &String| groups.is_some_and(|groups| groups.iter().any(|one| one == wanted.as_str()));
    (settings.email_domains.is_empty() || (is_verified && is_at_home))
        && (settings.groups.is_empty() || settings.groups.iter().any(is_in))
}

#[cfg(test)]
#[path = "foreign_tests.rs"]
mod tests;
