//! `authby` of `tmtprev` (section 4): where a client sends its newcomer to sign in, and where it gets the token.

use serde_json::json;
use tmtp_store::{
    Registration, Site,
    sign_in::{CLIENT, issuer},
};
use url::form_urlencoded::Serializer;

/// The ways to sign in at a site, as a JSON array; `None` where nobody must, or where there is no way.
pub(crate) fn ways(site: &Site, sign_in_url: &str) -> Option<String> {
    if site.settings.registration != Registration::Invitation || sign_in_url.is_empty() {
        return None;
    }
    let issuer = issuer(sign_in_url, site.id);
    let redirect = ("redirect_uri", site.settings.sign_in_redirect.as_str());
    let login = params(&[("response_type", "code"), ("client_id", CLIENT), ("scope", "openid"), redirect]);
    let token = params(&[("grant_type", "authorization_code"), ("client_id", CLIENT), redirect]);
    let invitation = json!({
        "label": "Invitation",
        "login": [format!("{issuer}/authorize"), login],
        "token": [format!("{issuer}/token"), token],
    });
    Some(json!([invitation]).to_string())
}

fn params(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use tmtp_store::{SiteId, SiteSettings};

    use super::*;

    fn site(registration: Registration) -> Site {
        let settings = SiteSettings { registration, ..SiteSettings::default() };
        let (name, hosts) = ("Acme".to_owned(), Vec::new());
        Site { id: SiteId(7), name, hosts, suspended: false, created_ms: 0, settings }
    }

    #[test]
    fn a_client_is_told_where_to_sign_in_and_where_to_get_the_token() {
        let told = ways(&site(Registration::Invitation), "https://admin.example").unwrap();
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
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
            assert_eq!(ways(&site(registration), "https://admin.example"), None);
        }
        assert_eq!(ways(&site(Registration::Invitation), ""), None);
    }
}
