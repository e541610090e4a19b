//! The way to a provider: which there are for somebody, and with what they are sent there. All that binds the answer to the
//! browser comes from one secret that the browser keeps; here is only its hash.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};
use tmtp_platform::Secret;
use tmtp_store::admin::{OrgId, User, UserProvider, UserProviderId, UserSignIn, View};
use url::Url;

use super::{Door, links::INVITED_MAX};
use crate::{Error, Result, keys, user_providers::all, users::looked_up};

/// How long somebody may take at their provider, and for a code after it.
pub(crate) const JOURNEY_SECONDS: u32 = 600;
const JOURNEY_MS: i64 = JOURNEY_SECONDS as i64 * 1_000;
/// What is asked for.
const SCOPES: &str = "openid email profile";

/// Somebody on the way to a provider.
pub struct Leaving {
    /// Where to.
    pub url: String,
    /// What their browser keeps meanwhile.
    pub token: Secret,
}

/// What of a journey is derived from its secret.
pub(super) enum Part {
    State,
    Nonce,
    Verifier,
}

impl Part {
    pub fn of(&self, token: &str) -> String {
        let name = match self {
            Self::State => "state",
            Self::Nonce => "nonce",
            Self::Verifier => "verifier",
        };
        BASE64URL_NOPAD.encode(&Sha256::digest(format!("{name} {token}")))
    }
}

/// Those of somebody's own organization that take them; where there is none, what a stranger gets.
async fn own_or_at_domain(view: &mut View, user: &User) -> Result<Vec<UserProvider>> {
    let mut own = all(view, user.org).await?;
    own.retain(|provider| provider.settings.takes(&user.email));
    if own.is_empty() { at_domain(view, &user.email).await } else { Ok(own) }
}

/// Those for whoever has the address, where no organization was named.
async fn unasked(view: &mut View, email: &str) -> Result<Vec<UserProvider>> {
    match view.find_account(email).await? {
        Some(account) if account.user.org != OrgId::PROVIDER => own_or_at_domain(view, &account.user).await,
        // The provider's own people get what a stranger gets, and get in by none of it.
        Some(_) => at_domain(view, email).await,
        None => {
            let mut found = at_domain(view, email).await?;
            let invited = view.find_invited(email, INVITED_MAX).await?;
            for user in invited.iter().filter(|user| user.org != OrgId::PROVIDER) {
                let theirs = all(view, user.org).await?;
                let is_new = |one: &UserProvider| found.iter().all(|other| other.id != one.id);
                let new: Vec<_> = theirs.into_iter().filter(is_new).collect();
                found.extend(new);
            }
            Ok(found)
        }
    }
}

/// Those of the organization that named the address' domain first.
async fn at_domain(view: &mut View, email: &str) -> Result<Vec<UserProvider>> {
    let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
    Ok(view.user_providers_at(domain).await?)
}

impl Door {
    /// The providers that are shown to somebody with this address: those of the organization with which they have a password.
    /// Where it has none that takes the address, or nobody has a password with it, those of the organization that named the
    /// address' domain first, and then, of an address without a password, those of others that invited it. So the answer does
    /// not tell whether there is such a person, but where several organizations name one domain; and none can put its own
    /// provider before another's people.
    ///
    /// Who has a password with another organization than the one whose account they want to use says which it is: `asked`.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn providers_for(&self, email: &str, asked: Option<OrgId>) -> Result<Vec<UserProvider>> {
        let email = looked_up(email);
        let mut view = self.registry.view().await?;
        let mut found = match asked {
            Some(org) => all(&mut view, org).await?,
            None => unasked(&mut view, &email).await?,
        };
        found.retain(|provider| provider.settings.takes(&email));
        Ok(found)
    }

    /// Sends somebody to one of their providers (OpenID Connect Core 1.0, 3.1.2.1; RFC 7636).
    ///
    /// # Errors
    /// When it is none of theirs, or the store fails.
    pub async fn leave(
        &self,
        email: &str,
        (asked, id): (Option<OrgId>, UserProviderId),
        redirect_uri: &str,
    ) -> Result<Leaving> {
        let all = self.providers_for(email, asked).await?;
        let provider = all.into_iter().find(|one| one.id == id).ok_or(Error::Absent("provider"))?;
        let token = keys::random_letters();
        let mut change = self.registry.admin.begin().await?;
        change.add_user_sign_in(&self.under_way(&token, &provider)).await?;
        change.commit().await?;
        let wrong = |_| Error::Provider("the provider's sign-in page has no address".to_owned());
        let mut url = Url::parse(&provider.settings.login_url).map_err(wrong)?;
        let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(Part::Verifier.of(&token)));
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &provider.settings.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", SCOPES)
            .append_pair("state", &Part::State.of(&token))
            .append_pair("nonce", &Part::Nonce.of(&token))
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("login_hint", &looked_up(email));
        Ok(Leaving { url: url.into(), token: token.into() })
    }

    /// What is kept of a sign-in with this secret; nobody's yet.
    pub(super) fn under_way(&self, token: &str, provider: &UserProvider) -> UserSignIn {
        UserSignIn {
            hash: keys::key_hash(token).to_vec(),
            org: provider.org,
            provider: provider.id,
            user: None,
            expires_ms: self.registry.now_ms() + JOURNEY_MS,
        }
    }
}
