use jsonwebtoken::{EncodingKey, encode};
use serde_json::json;

use super::*;

const NOW_MS: i64 = 1_800_000_000_000;
const ISSUER: &str = "https://idp.acme.example";
const ACME: Expected<'_> =
    Expected { issuer: ISSUER, client_id: "acme-tmtp", audiences: &["acme-tmtp"], names_party: false };

fn claims(changed: &Value) -> Value {
    let now = NOW_MS / 1_000;
    let mut claims = json!({
        "iss": "https://idp.acme.example", "aud": "acme-tmtp", "sub": "ann", "iat": now, "exp": now + 600,
    });
    for (name, value) in changed.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

/// A provider's key of each kind: what signs, and what is published.
fn pairs() -> Vec<(Algorithm, EncodingKey, Jwk)> {
    let b64 = |octets: &[u8]| BASE64URL_NOPAD.encode(octets);
    let es = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let ed = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let rs = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let (es_raw, ed_raw) = (es.public_key_raw(), ed.public_key_raw());
    let (modulus, exponent) = rsa_parts(rs.public_key_raw());
    let es_jwk =
        json!({"kty": "EC", "crv": "P-256", "kid": "k", "x": b64(&es_raw[1..33]), "y": b64(&es_raw[33..])});
    let ed_jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "alg": "EdDSA", "x": b64(ed_raw)});
    let rs_jwk = json!({"kty": "RSA", "kid": "k", "use": "sig", "n": b64(modulus), "e": b64(exponent)});
    let jwk = |value| serde_json::from_value(value).unwrap();
    vec![
        (Algorithm::ES256, EncodingKey::from_ec_der(&es.serialize_der()), jwk(es_jwk)),
        (Algorithm::EdDSA, EncodingKey::from_ed_der(&ed.serialize_der()), jwk(ed_jwk)),
        (Algorithm::RS256, EncodingKey::from_rsa_der(inside(&rs.serialize_der())), jwk(rs_jwk)),
    ]
}

/// What a DER element holds, and what follows it.
fn element(der: &[u8]) -> (&[u8], &[u8]) {
    let (length, head) = match der[1] {
        short @ ..0x80 => (usize::from(short), 2),
        long => {
            let octets = usize::from(long & 0x7f);
            (der[2..2 + octets].iter().fold(0, |length, octet| length << 8 | usize::from(*octet)), 2 + octets)
        }
    };
    (&der[head..head + length], &der[head + length..])
}

/// The key in a PKCS #8 document: behind a version and an algorithm.
fn inside(der: &[u8]) -> &[u8] {
    let (_, algorithm) = element(element(der).0);
    let (_, key) = element(algorithm);
    element(key).0
}

/// The numbers of an RSAPublicKey (RFC 8017, A.1.1): a sequence of two integers.
fn rsa_parts(der: &[u8]) -> (&[u8], &[u8]) {
    let (modulus, rest) = element(element(der).0);
    let (exponent, _) = element(rest);
    (modulus.strip_prefix(&[0]).unwrap_or(modulus), exponent)
}

fn signed((algorithm, key, _): &(Algorithm, EncodingKey, Jwk), changed: &Value) -> String {
    let head = Header { kid: Some("k".to_owned()), ..Header::new(*algorithm) };
    encode(&head, &claims(changed), key).unwrap()
}

#[test]
fn tokens_signed_in_each_way_that_is_taken_are_good_and_only_with_their_own_key() {
    let pairs = pairs();
    for (at, pair) in pairs.iter().enumerate() {
        let token = signed(pair, &json!({}));
        let head = jsonwebtoken::decode_header(&token).unwrap();
        assert!(is_from(&token, ISSUER), "{:?}", pair.0);
        for (other, (.., key)) in pairs.iter().enumerate() {
            let is_good = check(&token, key, &ACME, NOW_MS).is_some();
            assert_eq!(is_good, at == other, "{:?} with {:?}", pair.0, pairs[other].0);
        }
        assert!(fits(&pair.2, &head));
        let named = Header { kid: Some("other".to_owned()), ..head.clone() };
        assert!(!fits(&pair.2, &named) && fits(&pair.2, &Header { kid: None, ..head }));
    }
    let mut key = pairs[0].2.clone();
    key.common.public_key_use = Some(PublicKeyUse::Encryption);
    assert!(!fits(&key, &Header::new(Algorithm::ES256)), "a key for something else");
    assert!(
        !fits(&pairs[2].2, &Header::new(Algorithm::RS512))
            && !fits(&pairs[2].2, &Header::new(Algorithm::HS256))
    );
}

#[test]
fn a_token_must_be_of_this_issuer_for_us_and_of_this_time() {
    let pair = &pairs()[0];
    let now = NOW_MS / 1_000;
    let good = |changed: Value, expected: &Expected<'_>| {
        check(&signed(pair, &changed), &pair.2, expected, NOW_MS).is_some()
    };
    assert!(good(json!({"aud": ["x", "acme-tmtp"], "azp": "acme-tmtp"}), &ACME));
    assert!(good(json!({"exp": now - 59, "iat": (now as f64) - 600.5}), &ACME), "a little skew");
    let several = Expected { audiences: &["a", "b"], ..ACME };
    assert!(good(json!({"aud": "b"}), &several) && !good(json!({}), &several));
    let strict = Expected { names_party: true, ..ACME };
    assert!(good(json!({"aud": ["x", "acme-tmtp"], "azp": "acme-tmtp"}), &strict));
    assert!(good(json!({"aud": ["acme-tmtp"]}), &strict), "one alone needs no name");
    for bad in
        [json!({"iat": null}), json!({"aud": "acme-tmtp", "azp": "x"}), json!({"nbf": 1, "iat": now + 61})]
    {
        assert!(!good(bad.clone(), &strict), "{bad}");
    }
    let unnamed = json!({"aud": ["x", "acme-tmtp"]});
    assert!(good(unnamed.clone(), &ACME) && !good(unnamed, &strict));
    for bad in [
        json!({"iss": "https://idp.acme.example/"}),
        json!({"aud": "x"}),
        json!({"aud": []}),
        json!({"aud": ["x", "acme-tmtp"], "azp": "x"}),
        json!({"exp": now - 61}),
        json!({"nbf": now + 61}),
        json!({"iat": now + 61}),
        json!({"exp": null}),
        json!({"exp": "never"}),
        json!({"exp": 1e300}),
    ] {
        assert!(!good(bad.clone(), &ACME), "{bad}");
    }
}

#[test]
fn what_is_no_token_is_nobodys() {
    for odd in ["", "..", "a.b.c", "e30.e30.", "e30.bm90IGpzb24."] {
        assert!(!is_from(odd, ISSUER), "{odd}");
        assert_eq!(check(odd, &pairs()[0].2, &ACME, NOW_MS), None, "{odd}");
    }
}

#[test]
fn an_address_counts_when_its_provider_says_that_it_is_verified() {
    let email = |more: Value| {
        let mut others = json!({"email": "ann@acme.example"});
        more.as_object().unwrap().iter().for_each(|(name, value)| others[name] = value.clone());
        let claims = Claims { ends_ms: 0, issued_ms: None, others: others.as_object().unwrap().clone() };
        claims.verified_email().map(str::to_owned)
    };
    for yes in [
        json!({"email_verified": true}),
        json!({"email_verified": "true"}),
        json!({"xms_edov": "1"}),
        json!({"xms_edov": 1}),
    ] {
        assert_eq!(email(yes.clone()).as_deref(), Some("ann@acme.example"), "{yes}");
    }
    for no in [
        json!({}),
        json!({"email_verified": false}),
        json!({"email_verified": false, "xms_edov": 1}),
        json!({"email_verified": 1}),
        json!({"email_verified": "1"}),
        json!({"email_verified": true, "email": ""}),
        json!({"email_verified": true, "email": ["a@b.c"]}),
        json!({"xms_edov": 0}),
    ] {
        assert_eq!(email(no.clone()), None, "{no}");
    }
}
