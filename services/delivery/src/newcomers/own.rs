//! Tokens of a site's own sign-in.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::Jwk};
use serde::Deserialize;
use tmtp_oidc::end_ms;
use tmtp_store::{InvitationId, sign_in::CLIENT};

use super::voucher::{Voucher, digest};

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
    if claims.iss != issuer || claims.aud != CLIENT {
        return None;
    }
    Some(Voucher {
        issued_ms: None,
        digest: digest(token)?,
        expires_ms: end_ms(claims.iat, claims.exp, now_ms)?,
        identity: None,
        invitation: Some(InvitationId(claims.sub.parse().ok()?)),
        alias: claims.alias,
    })
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::{Value, json};

    use tmtp_oidc::SKEW_MS;

    use super::*;

    const ISSUER: &str = "https://admin.example/oidc/7";
    const NOW_MS: i64 = 1_800_000_000_000;

    /// A key pair: what signs, and the JWK that is published.
    fn pair(kid: &str) -> (EncodingKey, String) {
        let key = rcgen::KeyPair::generate().unwrap();
        let point = key.public_key_raw();
        let coordinate = |at: std::ops::Range<usize>| data_encoding::BASE64URL_NOPAD.encode(&point[at]);
        let (x, y) = (coordinate(1..33), coordinate(33..65));
        let jwk = json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": x, "y": y});
        (EncodingKey::from_ec_der(&key.serialize_der()), jwk.to_string())
    }

    fn claims(changed: &Value) -> Value {
        let now = NOW_MS / 1_000;
        let mut claims = json!({"iss": ISSUER, "aud": CLIENT, "sub": "42", "iat": now, "exp": now + 600, "alias": "Ann Archer"});
        for (name, value) in changed.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    fn signed(key: &EncodingKey, kid: &str, changed: &Value) -> String {
        let head = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::ES256) };
        encode(&head, &claims(changed), key).unwrap()
    }

    #[test]
    fn a_good_token_vouches_for_an_invitation_and_an_alias() {
        let ((old, old_jwk), (key, jwk)) = (pair("a"), pair("b"));
        let keys = [jwk, old_jwk];
        let found = check(&signed(&key, "b", &json!({})), &keys, ISSUER, NOW_MS).unwrap();
        assert_eq!((found.invitation, found.alias.as_deref()), (Some(InvitationId(42)), Some("Ann Archer")));
        assert_eq!(found.expires_ms, NOW_MS + 600_000 + SKEW_MS);
        assert!(check(&signed(&old, "a", &json!({})), &keys, ISSUER, NOW_MS).is_some(), "an older key");
        let again = check(&signed(&key, "b", &json!({})), &keys, ISSUER, NOW_MS).unwrap();
        assert_eq!(found.digest, again.digest, "however it was signed, the same claims are the same token");
    }

    #[test]
    fn times_are_checked_with_a_little_skew() {
        let (key, jwk) = pair("a");
        let keys = [jwk];
        let good_at = |now_ms| check(&signed(&key, "a", &json!({})), &keys, ISSUER, now_ms).is_some();
        assert!(good_at(NOW_MS - SKEW_MS) && !good_at(NOW_MS - SKEW_MS - 1));
        assert!(good_at(NOW_MS + 600_000 + SKEW_MS - 1) && !good_at(NOW_MS + 600_000 + SKEW_MS));
    }

    #[test]
    fn a_token_of_others_for_others_or_of_no_sense_is_none() {
        let ((key, jwk), (other, _)) = (pair("a"), pair("a"));
        let keys = [jwk];
        for changed in [
            json!({"iss": "https://admin.example/oidc/8"}),
            json!({"aud": "other"}),
            json!({"aud": [CLIENT]}),
            json!({"sub": "ann"}),
            json!({"exp": i64::MAX}),
            json!({"iat": i64::MAX}),
            json!({"exp": null}),
        ] {
            assert_eq!(check(&signed(&key, "a", &changed), &keys, ISSUER, NOW_MS), None, "{changed}");
        }
        assert_eq!(
            check(&signed(&other, "a", &json!({})), &keys, ISSUER, NOW_MS),
            None,
            "another's signature"
        );
        assert_eq!(check(&signed(&key, "b", &json!({})), &keys, ISSUER, NOW_MS), None, "an unknown key");
        assert_eq!(check(&signed(&key, "a", &json!({})), &[], ISSUER, NOW_MS), None);
        let secret = EncodingKey::from_secret(keys[0].as_bytes());
        let head = Header { kid: Some("a".to_owned()), ..Header::new(Algorithm::HS256) };
        let forged = encode(&head, &claims(&json!({})), &secret).unwrap();
        assert_eq!(check(&forged, &keys, ISSUER, NOW_MS), None, "the public key as a secret");
        for odd in ["", ".", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
            assert_eq!(check(odd, &keys, ISSUER, NOW_MS), None, "{odd}");
        }
    }
}
