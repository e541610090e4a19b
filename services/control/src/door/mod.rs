//! How people get in: by password, with a second factor where they have one, by a passkey, by a provider of their
//! organization's, or by a link. Each try is counted before it
//! is made, costs the same whoever it is for, and what came of it stands in the audit log.

mod account;
mod exchange;
mod factors;
mod journey;
mod letters;
mod links;
mod passkeys;
mod passwords;
mod purpose;
mod refusal;
mod returning;
mod sessions;
mod stopped;
mod throttle;

use std::net::IpAddr;

use serde_json::{Value, json};
use tmtp_oidc::Keys;
use tmtp_platform::Secret;
use tmtp_store::admin::{Account, Change, NewUserSession, User};
use webauthn_rs::Webauthn;

pub use factors::Offer;
pub(crate) use journey::JOURNEY_SECONDS;
pub use journey::Leaving;
pub use letters::{Letters, link_url};
pub use links::{Followed, Looked};
pub(crate) use passkeys::ANSWER_SECONDS;
pub use passkeys::Question;
pub use purpose::Purpose;
pub use refusal::Refusal;
pub use returning::{Arrived, Returned};
pub use sessions::SignedIn;
pub use stopped::Stopped;

use crate::{By, Options, Registry, Result, keys, user_providers::only_way_of, users::looked_up};
use passwords::Passwords;
use throttle::{Throttle, Who};

/// Counts that a provider was asked for its keys.
fn count_keys(is_ok: bool) {
    let result = if is_ok { "ok" } else { "failed" };
    metrics::counter!("tmtp_control_provider_keys_total", "result" => result).increment(1);
}

/// Somebody at the door.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Where they come from.
    pub address: IpAddr,
    /// What their browser says that it is.
    pub agent: String,
}

/// Somebody who came in.
pub struct Entered {
    /// Who.
    pub user: User,
    /// What their browser keeps: the session.
    pub token: Secret,
}

/// Lets people in.
pub struct Door {
    registry: Registry,
    passwords: Passwords,
    throttle: Throttle,
    /// Those of the providers that people sign in with.
    keys: Keys,
    /// What asks for passkeys, where there can be any.
    asker: Option<Webauthn>,
    idle_ms: i64,
    session_ms: i64,
}

impl Door {
    /// Into what this registry knows of.
    pub fn new(registry: Registry, options: &Options) -> Self {
        Self {
            throttle: Throttle::new(registry.clock.clone()),
            passwords: Passwords::new(),
            keys: Keys::new(registry.outside(), count_keys),
            asker: passkeys::asker(&options.public_url()),
            idle_ms: i64::from(options.session_idle_seconds) * 1_000,
            session_ms: i64::from(options.session_seconds) * 1_000,
            registry,
        }
    }

    /// By password, and a code where there is a second factor.
    ///
    /// # Errors
    /// [`Refusal`]s, or when the store fails.
    pub async fn by_password(
        &self,
        visitor: &Visitor,
        email: &str,
        password: &str,
        code: Option<&str>,
    ) -> Result<Entered> {
        let email = looked_up(email);
        let account = Who::account(&email);
        self.throttle.attempt(&[account, Who::address(visitor.address)])?;
        let entered = self.check_password(visitor, &email, password, code).await;
        match &entered {
            Ok(_) => self.throttle.clear(account),
            // Nobody guessed anything; but to forget all tries now would give those for the code away.
            Err(crate::Error::Refused(Refusal::CodeNeeded | Refusal::OnlyWay { .. })) => {
                self.throttle.take_back(account);
            }
            Err(_) => return entered,
        }
        self.throttle.take_back(Who::address(visitor.address));
        entered
    }

    async fn check_password(
        &self,
        visitor: &Visitor,
        email: &str,
        password: &str,
        code: Option<&str>,
    ) -> Result<Entered> {
        let found = self.registry.view().await?.find_account(email).await?;
        let hash = found.as_ref().map_or("", |account| account.password.as_str());
        let is_right = self.passwords.is_right(password, hash).await?;
        let account = found.ok_or(Refusal::Credentials)?;
        let entered = match is_right && !account.user.suspended {
            true => self.enter_by_password(visitor, &account, code).await,
            false => Err(Refusal::Credentials.into()),
        };
        if let Err(crate::Error::Refused(Refusal::Credentials)) = &entered {
            self.note_failure(account.user, visitor.address);
        }
        entered
    }

    async fn enter_by_password(
        &self,
        visitor: &Visitor,
        checked: &Account,
        code: Option<&str>,
    ) -> Result<Entered> {
        let mut change = self.registry.admin.begin().await?;
        let account = change.lock_account(checked.user.org, checked.user.id).await?;
        // It may have been changed while its password was being compared.
        let account = account.filter(|now| now.password == checked.password && !now.user.suspended);
        let account = account.ok_or(Refusal::Credentials)?;
        // Only now that the password was right: who guesses learns nothing.
        if let Some(label) = only_way_of(&mut change, &account.user).await? {
            return Err(Refusal::OnlyWay { label, org: account.user.org.0 }.into());
        }
        let factor = factors::take(&mut change, &account, code, self.registry.now_ms()).await?;
        let with = json!({"with": "password", "second_factor": factor});
        let entered = self.enter(&mut change, visitor, account.user, with).await?;
        change.commit().await?;
        Ok(entered)
    }

    /// Begins a session: the last step before the commit.
    async fn enter(
        &self,
        change: &mut Change,
        visitor: &Visitor,
        user: User,
        with: Value,
    ) -> Result<Entered> {
        let (now_ms, token) = (self.registry.now_ms(), keys::random_letters());
        let session = NewUserSession {
            org: user.org,
            user: user.id,
            hash: keys::key_hash(&token).to_vec(),
            address: visitor.address.to_string(),
            agent: visitor.agent.clone(),
            now_ms,
        };
        change.add_user_session(&session).await?;
        change.note_sign_in(&user, now_ms).await?;
        let by = By::user(&user, visitor.address);
        self.registry.record_user(change, &by, "user.sign-in", &user, (Value::Null, with)).await?;
        Ok(Entered { user, token: token.into() })
    }

    /// Logs a failure in a task of its own: whether there is such an account does not show in how long the answer takes.
    fn note_failure(&self, user: User, address: IpAddr) {
        let registry = self.registry.clone();
        tokio::spawn(async move {
            let by = By { actor: "somebody at the door".to_owned(), ..By::user(&user, address) };
            let noted = async {
                let mut change = registry.admin.begin().await?;
                let none = (Value::Null, Value::Null);
                registry.record_user(&mut change, &by, "user.sign-in-failed", &user, none).await?;
                Ok::<_, crate::Error>(change.commit().await?)
            };
            if let Err(error) = noted.await {
                tracing::warn!(%error, user = user.id.0, "a failed sign-in could not be logged");
            }
        });
    }
}
