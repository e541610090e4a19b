//! Whom the tokens of an organization's own OpenID Connect provider let in.

use jsonwebtoken::jwk::Jwk;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tmtp_oidc::{Claims, Expected};
use tmtp_store::{Identity, Provider, ProviderSettings};

use super::voucher::{Voucher, digest};

/// What a sound token says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Vouched {
    /// Whoever shows it may come in.
    For(Voucher),
    /// It is a sound token, but for somebody whom the organization's rules do not admit.
    ForAnother,
}

/// Checks a token with the key that signed it.
pub(super) fn check(token: &str, key: &Jwk, provider: &Provider, now_ms: i64) -> Option<Vouched> {
    let settings = &provider.settings;
    let audiences = settings.audiences();
    let expected = Expected {
        issuer: &provider.issuer,
        client_id: &settings.client_id,
        audiences: &audiences,
        names_party: false,
    };
    let claims = tmtp_oidc::check(token, key, &expected, now_ms)?;
    if !is_admitted(&claims, settings) {
        return Some(Vouched::ForAnother);
    }
    let (digest, identity) = (digest(token)?, identity(&claims, provider));
    let Claims { ends_ms: expires_ms, issued_ms, .. } = claims;
    Some(Vouched::For(Voucher { digest, expires_ms, issued_ms, identity, invitation: None, alias: None }))
}

/// Whoever has the same subject at the same provider is the same person.
fn identity(claims: &Claims, provider: &Provider) -> Option<Identity> {
    let subject = claims.text("sub");
    let hash = || Sha256::digest(subject).to_vec();
    (!subject.is_empty()).then(|| Identity { issuer: provider.issuer.clone(), subject_hash: hash() })
}

fn is_admitted(claims: &Claims, settings: &ProviderSettings) -> bool {
    let domain = claims.verified_email().and_then(|email| email.rsplit_once('@')).map(|(_, domain)| domain);
    let is_at_home = domain
        .is_some_and(|domain| settings.email_domains.iter().any(|one| one.eq_ignore_ascii_case(domain)));
    let groups = claims.others.get(&settings.groups_claim).and_then(Value::as_array);
    let is_in =
        |wanted: &String| groups.is_some_and(|groups| groups.iter().any(|one| one == wanted.as_str()));
    (settings.email_domains.is_empty() || is_at_home)
        && (settings.groups.is_empty() || settings.groups.iter().any(is_in))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn admitted(said: &Value, settings: &ProviderSettings) -> bool {
        let others = said.as_object().cloned().unwrap_or_default();
        is_admitted(&Claims { ends_ms: 0, issued_ms: None, others }, settings)
    }

    #[test]
    fn who_is_not_in_the_rules_is_another() {
        let domains = ProviderSettings {
            email_domains: vec!["acme.example".to_owned()],
            ..ProviderSettings::default()
        };
        assert!(admitted(&json!({"email": "ann@ACME.example", "email_verified": true}), &domains));
        assert!(admitted(&json!({"email": "ann@acme.example", "email_verified": "true"}), &domains));
        for other in [
            json!({}),
            json!({"email": "ann@acme.example"}),
            json!({"email": "ann@acme.example", "email_verified": false}),
            json!({"email": "ann@evil.example", "email_verified": true}),
            json!({"email": "ann@acme.example.evil.example", "email_verified": true}),
            json!({"email": "acme.example", "email_verified": true}),
        ] {
            assert!(!admitted(&other, &domains), "{other}");
        }
        let groups = ProviderSettings {
            groups: vec!["staff".to_owned(), "partners".to_owned()],
            groups_claim: "groups".to_owned(),
            ..ProviderSettings::default()
        };
        assert!(admitted(&json!({"groups": ["x", "partners"]}), &groups));
        for other in
            [json!({}), json!({"groups": "staff"}), json!({"groups": ["Staff"]}), json!({"roles": ["staff"]})]
        {
            assert!(!admitted(&other, &groups), "{other}");
        }
    }
}
