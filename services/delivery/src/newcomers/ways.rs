//! `authby` of `tmtprev` (section 4): where a client sends its newcomer to sign in, and where it gets the token.

use std::sync::Arc;

use serde_json::{Value, json};
use tmtp_store::{
    Provider, Site,
    sign_in::{CLIENT, issuer},
};
use url::form_urlencoded::Serializer;

/// Most ways that a client takes.
const WAYS_MAX: usize = 26;
/// Most octets of them all: they go out in a header, and to every edge for every site.
const OCTETS_MAX: usize = 16 << 10;

/// The ways to sign in at a site, as a JSON array; `None` where nobody must, or where there is no way.
pub(crate) fn ways(site: &Site, providers: &[Arc<Provider>], sign_in_url: &str) -> Option<String> {
    let (registration, redirect) = (site.settings.registration, site.settings.sign_in_redirect.as_str());
    let mut ways = Vec::new();
    if registration.takes_invitations() && !sign_in_url.is_empty() {
        ways.push(invitation(&issuer(sign_in_url, site.id), redirect));
    }
    if registration.takes_providers() || site.settings.signs_in_again() {
        ways.extend(providers.iter().map(|provider| foreign(provider, redirect)));
    }
    ways.truncate(WAYS_MAX);
    let mut octets = 0;
    ways.retain(|way| {
        octets += way.to_string().len();
        octets <= OCTETS_MAX
    });
    (!ways.is_empty()).then(|| Value::Array(ways).to_string())
}

/// By invitation, at control.
fn invitation(issuer: &str, redirect: &str) -> Value {
    json!({
        "label": "Invitation",
        "login": [format!("{issuer}/authorize"), login(CLIENT, "openid", redirect, "")],
        "token": [format!("{issuer}/token"), token(CLIENT, redirect, "")],
    })
}

/// At a provider of the organization's.
fn foreign(provider: &Provider, redirect: &str) -> Value {
    let settings = &provider.settings;
    json!({
        "label": provider.label,
        "login": [settings.login_url, login(&settings.client_id, &settings.scopes, redirect, &settings.login_params)],
        "token": [settings.token_url, token(&settings.client_id, redirect, &settings.token_params)],
    })
}

fn login(client: &str, scopes: &str, redirect: &str, more: &str) -> String {
    let pairs =
        [("response_type", "code"), ("client_id", client), ("scope", scopes), ("redirect_uri", redirect)];
    params(&pairs, more)
}

fn token(client: &str, redirect: &str, more: &str) -> String {
    params(&[("grant_type", "authorization_code"), ("client_id", client), ("redirect_uri", redirect)], more)
}

/// `more` is encoded already.
fn params(pairs: &[(&str, &str)], more: &str) -> String {
    let mut params = Serializer::new(String::new()).extend_pairs(pairs).finish();
    if !more.is_empty() {
        params.push('&');
        params.push_str(more);
    }
    params
}

#[cfg(test)]
mod tests {
    use tmtp_store::{ProviderId, ProviderSettings, Registration, SiteId, SiteSettings};

    use super::*;

    fn site(registration: Registration) -> Site {
        let settings = SiteSettings { registration, ..SiteSettings::default() };
        let (name, hosts) = ("Acme".to_owned(), Vec::new());
        Site { id: SiteId(7), name, hosts, suspended: false, created_ms: 0, settings }
    }

    fn provider() -> Arc<Provider> {
        let settings = ProviderSettings {
            client_id: "acme".to_owned(),
            login_url: "https://idp.example/login".to_owned(),
            token_url: "https://idp.example/token".to_owned(),
            scopes: "openid email".to_owned(),
            login_params: "prompt=login".to_owned(),
            ..ProviderSettings::default()
        };
        let (label, issuer) = ("Acme".to_owned(), "https://idp.example".to_owned());
        Arc::new(Provider { id: ProviderId(1), label, issuer, settings, version: 1, created_ms: 0 })
    }

    #[test]
    fn an_organizations_providers_are_told_in_their_own_words() {
        let both = site(Registration::InvitationOrProvider);
        let told = ways(&both, &[provider()], "https://admin.example").unwrap();
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!((&told[0]["label"], &told[1]["label"]), (&json!("Invitation"), &json!("Acme")));
        assert_eq!(told[1]["login"][0], "https://idp.example/login");
        assert_eq!(
            told[1]["login"][1],
            "response_type=code&client_id=acme&scope=openid+email&redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2F&prompt=login"
        );
        assert_eq!(told[1]["token"][0], "https://idp.example/token");
        let many = vec![provider(); 40];
        let told: Value =
            serde_json::from_str(&ways(&both, &many, "https://admin.example").unwrap()).unwrap();
        assert_eq!(told.as_array().map(Vec::len), Some(26));
        let mut wordy = Provider::clone(&provider());
        wordy.settings.login_params = "x".repeat(1_000);
        let wordy: Vec<_> = (0..25).map(|_| Arc::new(wordy.clone())).collect();
        let told = ways(&both, &wordy, "https://admin.example").unwrap();
        assert!((14 << 10..16 << 10).contains(&told.len()) && told.contains("Invitation"), "{}", told.len());
        assert_eq!(ways(&site(Registration::Provider), &[], "https://admin.example"), None);
    }

    #[test]
    fn a_client_is_told_where_to_sign_in_and_where_to_get_the_token() {
        let told = ways(&site(Registration::Invitation), &[], "https://admin.example").unwrap();
        let told: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told[0]["login"][0], "https://admin.example/oidc/7/authorize");
        assert_eq!(
            told[0]["login"][1],
            "response_type=code&client_id=tmtp&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2F"
        );
        assert_eq!(told[0]["token"][0], "https://admin.example/oidc/7/token");
        assert_eq!(
            told[0]["token"][1],
            "grant_type=authorization_code&client_id=tmtp&redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2F"
        );
    }

    #[test]
    fn where_nobody_must_sign_in_nothing_is_told() {
        for registration in [Registration::Open, Registration::Closed] {
            assert_eq!(ways(&site(registration), &[provider()], "https://admin.example"), None);
        }
        assert_eq!(ways(&site(Registration::Invitation), &[provider()], ""), None);
    }
}
