use jsonwebtoken::{EncodingKey, encode};
use serde_json::json;
use tmtp_store::ProviderId;

use super::*;

const NOW_MS: i64 = 1_800_000_000_000;

fn provider() -> Provider {
    let settings = ProviderSettings { client_id: "acme-tmtp".to_owned(), ..ProviderSettings::default() };
    let (label, issuer) = ("Acme".to_owned(), "https://idp.acme.example".to_owned());
    Provider { id: ProviderId(1), label, issuer, settings, version: 1, created_ms: 0 }
}

fn with(change: impl FnOnce(&mut ProviderSettings)) -> Provider {
    let mut provider = provider();
    change(&mut provider.settings);
    provider
}

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

fn admitted(vouched: &Option<Vouched>) -> bool {
    matches!(vouched, Some(Vouched::For(Voucher { invitation: None, alias: None, .. })))
}

#[test]
fn tokens_signed_in_each_way_that_is_taken_are_good_and_only_with_their_own_key() {
    let pairs = pairs();
    for (at, pair) in pairs.iter().enumerate() {
        let token = signed(pair, &json!({}));
        let head = jsonwebtoken::decode_header(&token).unwrap();
        assert!(is_from(&token, &provider()), "{:?}", pair.0);
        for (other, (.., key)) in pairs.iter().enumerate() {
            let is_good = admitted(&check(&token, key, &provider(), NOW_MS));
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
    let good = |changed: Value, provider: &Provider| {
        admitted(&check(&signed(pair, &changed), &pair.2, provider, NOW_MS))
    };
    assert!(good(json!({"aud": ["x", "acme-tmtp"], "azp": "acme-tmtp"}), &provider()));
    assert!(good(json!({"exp": now - 59, "iat": (now as f64) - 600.5}), &provider()), "a little skew");
    let several = with(|settings| settings.audiences = vec!["a".to_owned(), "b".to_owned()]);
    assert!(good(json!({"aud": "b"}), &several) && !good(json!({}), &several));
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
        assert!(!good(bad.clone(), &provider()), "{bad}");
    }
}

#[test]
fn who_is_not_in_the_rules_is_another() {
    let pair = &pairs()[1];
    let vouched =
        |changed: Value, provider: &Provider| check(&signed(pair, &changed), &pair.2, provider, NOW_MS);
    let domains = with(|settings| settings.email_domains = vec!["acme.example".to_owned()]);
    assert!(admitted(&vouched(json!({"email": "ann@ACME.example", "email_verified": true}), &domains)));
    assert!(admitted(&vouched(json!({"email": "ann@acme.example", "email_verified": "true"}), &domains)));
    for other in [
        json!({}),
        json!({"email": "ann@acme.example"}),
        json!({"email": "ann@acme.example", "email_verified": false}),
        json!({"email": "ann@evil.example", "email_verified": true}),
        json!({"email": "ann@acme.example.evil.example", "email_verified": true}),
        json!({"email": "acme.example", "email_verified": true}),
    ] {
        assert_eq!(vouched(other.clone(), &domains), Some(Vouched::ForAnother), "{other}");
    }
    let groups = with(|settings| {
        settings.groups = vec!["staff".to_owned(), "partners".to_owned()];
        settings.groups_claim = "groups".to_owned();
    });
    assert!(admitted(&vouched(json!({"groups": ["x", "partners"]}), &groups)));
    for other in
        [json!({}), json!({"groups": "staff"}), json!({"groups": ["Staff"]}), json!({"roles": ["staff"]})]
    {
        assert_eq!(vouched(other.clone(), &groups), Some(Vouched::ForAnother), "{other}");
    }
}

#[test]
fn what_is_no_token_is_nobodys() {
    for odd in ["", "..", "a.b.c", "e30.e30.", "e30.bm90IGpzb24."] {
        assert!(!is_from(odd, &provider()), "{odd}");
        assert_eq!(check(odd, &pairs()[0].2, &provider(), NOW_MS), None, "{odd}");
    }
}
