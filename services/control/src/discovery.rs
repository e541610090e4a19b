//! What OpenID Connect providers publish about themselves: their documents and their keys.

use serde_json::Value;
use tmtp_platform::OutsideError;

use crate::{Error, Registry, Result};

/// Most letters of an address.
pub(crate) const LETTERS: usize = 1_000;

/// The document of a provider, which must call itself by its issuer.
pub(crate) struct Published {
    url: String,
    about: Value,
}

impl Published {
    /// One of its addresses.
    pub fn address(&self, field: &str) -> Result<String> {
        let found = self.about[field].as_str().filter(|url| url.len() <= LETTERS);
        found.map(str::to_owned).ok_or_else(|| Error::Provider(format!("{} has no {field}", self.url)))
    }

    /// Whether a list has this in it; `None` when there is no such list.
    pub fn lists(&self, field: &str, wanted: &str) -> Option<bool> {
        self.about[field].as_array().map(|list| list.iter().any(|one| one == wanted))
    }
}

impl Registry {
    /// OpenID Connect Discovery 1.0, section 4.
    pub(crate) async fn published(&self, issuer: &str) -> Result<Published> {
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let octets = self.outside().get(&url).await.map_err(|error| unreachable(&error))?;
        let no_json = |_| Error::Provider(format!("{url} is no JSON"));
        let about: Value = serde_json::from_slice(&octets).map_err(no_json)?;
        if about["issuer"] != issuer {
            let says = about["issuer"].as_str().unwrap_or_default().chars().take(200).collect::<String>();
            return Err(Error::Provider(format!("the provider calls itself \"{says}\": that is its issuer")));
        }
        Ok(Published { url, about })
    }

    /// Whether a provider's keys can be had, one of them of use.
    pub(crate) async fn check_keys(&self, url: &str) -> Result<()> {
        let octets = self.outside().get(url).await.map_err(|error| unreachable(&error))?;
        let keys: Value = serde_json::from_slice(&octets).unwrap_or_default();
        let is_useful = |key: &Value| matches!(key["kty"].as_str(), Some("RSA" | "EC" | "OKP"));
        if keys["keys"].as_array().is_some_and(|keys| keys.iter().any(is_useful)) {
            return Ok(());
        }
        Err(Error::Provider(format!("{url} has no keys for RS256, ES256 or EdDSA")))
    }

    /// Whether people may be sent to an address, or a token asked for there.
    pub(crate) fn check_web(&self, name: &str, url: &str) -> Result<()> {
        let is_web = url.starts_with("https://") || (self.private_providers && url.starts_with("http://"));
        let wrong = || Error::Provider(format!("{name} is an address that begins with https://"));
        if is_web { Ok(()) } else { Err(wrong()) }
    }
}

fn unreachable(error: &OutsideError) -> Error {
    Error::Provider(error.to_string())
}
