//! What a provider says of somebody who came back from it: the code exchanged for a token, and the token checked.

use axum::http::HeaderValue;
use data_encoding::BASE64;
use serde_json::Value;
use tmtp_oidc::{Claims, Expected};
use tmtp_store::admin::UserProvider;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::{Door, Stopped, journey::Part};
use crate::Result;

/// Most octets of a token, and letters of the name of an error.
const TOKEN_OCTETS: usize = 16 << 10;
const ERROR_LETTERS: usize = 60;
/// Most letters of a subject (OpenID Connect Core 1.0, section 2).
const SUBJECT_LETTERS: usize = 255;
/// What a provider answers that does not know us, or not so (RFC 6749, 5.2).
const MISSET: [&str; 4] =
    ["invalid_client", "unauthorized_client", "unsupported_grant_type", "redirect_uri_mismatch"];

impl Door {
    /// What the provider vouches for, for the sign-in with this secret.
    pub(super) async fn vouched(
        &self,
        provider: &UserProvider,
        token: &str,
        code: &str,
        redirect_uri: &str,
    ) -> Result<Claims> {
        let label = provider.label.clone();
        let given = self.exchange(provider, token, code, redirect_uri).await?;
        let settings = &provider.settings;
        let key = self.keys.find(&settings.keys_url, &given).await;
        let key = key.map_err(|_| Stopped::Down { label: label.clone() })?;
        let expected = Expected {
            issuer: &provider.issuer,
            client_id: &settings.client_id,
            audiences: &[&settings.client_id],
            names_party: true,
        };
        let claims = key.and_then(|key| tmtp_oidc::check(&given, &key, &expected, self.registry.now_ms()));
        let is_of_this = |claims: &Claims| {
            let subject = claims.text("sub");
            claims.text("nonce") == Part::Nonce.of(token) && (1..=SUBJECT_LETTERS).contains(&subject.len())
        };
        Ok(claims.filter(is_of_this).ok_or(Stopped::Unsound { label })?)
    }

    /// The id_token for a code (RFC 6749, 4.1.3).
    async fn exchange(
        &self,
        provider: &UserProvider,
        token: &str,
        code: &str,
        redirect_uri: &str,
    ) -> Result<String> {
        let settings = &provider.settings;
        let secret = self.registry.view().await?.user_provider_secret(provider.org, provider.id).await?;
        let in_header = !secret.is_empty() && !settings.secret_in_form;
        let mut fields = vec![
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", redirect_uri.to_owned()),
            ("code_verifier", Part::Verifier.of(token)),
            ("client_id", settings.client_id.clone()),
        ];
        let proof = in_header.then(|| basic(&settings.client_id, &secret)).flatten();
        if !secret.is_empty() && !in_header {
            fields.push(("client_secret", secret));
        }
        let form = Serializer::new(String::new()).extend_pairs(fields).finish();
        let answer = self.registry.outside().post_form(&settings.token_url, form, proof).await;
        let label = provider.label.clone();
        let why = match answer {
            Ok((200, octets)) => {
                let said: Value = serde_json::from_slice(&octets).unwrap_or_default();
                let given = said["id_token"].as_str().filter(|given| given.len() <= TOKEN_OCTETS);
                return Ok(given.map(str::to_owned).ok_or(Stopped::Unsound { label })?);
            }
            Ok((400..=499, octets)) => {
                let said: Value = serde_json::from_slice(&octets).unwrap_or_default();
                let error = named(said["error"].as_str().unwrap_or("no reason given"));
                let is_misset = MISSET.contains(&error.as_str());
                return Err(if is_misset {
                    Stopped::Misset { label, error }
                } else {
                    Stopped::Declined { label, error }
                }
                .into());
            }
            Ok((status, _)) => format!("it answers with status {status}"),
            Err(error) => error.to_string(),
        };
        tracing::warn!(
            org = provider.org.0,
            provider = provider.id.0,
            why,
            "a provider of people's gives no tokens: an organization's people cannot sign in with it"
        );
        Err(Stopped::Down { label }.into())
    }
}

/// What a provider said, as far as it can be shown.
pub(super) fn named(error: &str) -> String {
    let is_plain = |letter: &char| letter.is_ascii_alphanumeric() || "_-. ".contains(*letter);
    error.chars().filter(is_plain).take(ERROR_LETTERS).collect()
}

/// Id and secret as a header has them (RFC 6749, 2.3.1).
fn basic(id: &str, secret: &str) -> Option<HeaderValue> {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(id), encoded(secret));
    let mut value = HeaderValue::from_str(&format!("Basic {}", BASE64.encode(pair.as_bytes()))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_provider_says_is_shown_without_what_could_be_markup_and_not_at_any_length() {
        assert_eq!(named("access_denied"), "access_denied");
        assert_eq!(named("<b>no\u{202e}</b>"), "bnob");
        assert_eq!(named(&"x".repeat(500)).len(), ERROR_LETTERS);
    }

    #[test]
    fn id_and_secret_are_encoded_before_they_are_joined() {
        let header = basic("a:b", "c d").unwrap();
        assert_eq!(header.to_str().unwrap(), format!("Basic {}", BASE64.encode(b"a%3Ab:c+d")));
        assert!(header.is_sensitive());
    }
}
