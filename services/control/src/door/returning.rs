//! The way back from a provider: whose browser it is, who the provider says that it is, and who that is here.

use serde_json::{Value, json};
use tmtp_oidc::Claims;
use tmtp_platform::Secret;
use tmtp_store::admin::{Account, Change, NewUser, UserId, UserProvider, UserSignIn};

use super::{Door, Entered, Refusal, Stopped, Visitor, exchange::named, journey::Part, throttle::Who};
use crate::{By, Error, Result, check, keys, registry::Done, users::looked_up};

/// What somebody comes back with (OpenID Connect Core 1.0, 3.1.2.5; RFC 9207).
#[derive(Debug, Clone, Default)]
pub struct Returned {
    /// Which sign-in it is.
    pub state: String,
    /// What the token is given for.
    pub code: String,
    /// Why there is none.
    pub error: String,
    /// Whom it comes from, where the provider says so; empty otherwise.
    pub iss: String,
}

/// How far somebody came.
pub enum Arrived {
    /// They are in.
    In(Entered),
    /// A code of their second factor is needed; what their browser keeps meanwhile.
    CodeNeeded(Secret),
}

impl Door {
    /// Lets somebody in who comes back from a provider, with what their browser kept meanwhile.
    ///
    /// # Errors
    /// [`Refusal`]s, or when the store fails.
    pub async fn come_back(
        &self,
        visitor: &Visitor,
        token: &str,
        returned: &Returned,
        redirect_uri: &str,
    ) -> Result<Arrived> {
        let address = Who::address(visitor.address);
        self.throttle.attempt(&[address])?;
        let arrived = self.arrive(visitor, token, returned, redirect_uri).await;
        let result = match &arrived {
            Ok(_) => "ok",
            Err(Error::Refused(Refusal::Stopped(Stopped::Down { .. }))) => "down",
            Err(Error::Refused(_)) => "refused",
            Err(_) => "failed",
        };
        metrics::counter!("tmtp_control_provider_sign_ins_total", "result" => result).increment(1);
        if arrived.is_ok() {
            self.throttle.take_back(address);
        }
        arrived
    }

    async fn arrive(
        &self,
        visitor: &Visitor,
        token: &str,
        returned: &Returned,
        redirect_uri: &str,
    ) -> Result<Arrived> {
        // Before anything is taken: who makes a browser come here with something made up ends no sign-in of its owner's.
        if token.is_empty() || returned.state != Part::State.of(token) {
            return Err(Stopped::Over.into());
        }
        let provider = self.begun(token).await?;
        let label = provider.label.clone();
        if !returned.iss.is_empty() && returned.iss != provider.issuer {
            return Err(Stopped::Unsound { label }.into());
        }
        if returned.code.is_empty() {
            let error = named(if returned.error.is_empty() { "no code given" } else { &returned.error });
            return Err(Stopped::Declined { label, error }.into());
        }
        let arrived = match self.vouched(&provider, token, &returned.code, redirect_uri).await {
            Ok(claims) => self.recognize(visitor, &provider, &claims).await,
            Err(error) => Err(error),
        };
        if let Err(Error::Refused(refusal)) = &arrived {
            self.note_stopped(visitor, &provider, refusal).await?;
        }
        arrived
    }

    /// Takes the sign-in that is under way; its provider.
    async fn begun(&self, token: &str) -> Result<UserProvider> {
        let mut change = self.registry.admin.begin().await?;
        let begun = change.take_user_sign_in(&keys::key_hash(token)).await?;
        let now = self.registry.now_ms();
        let begun = begun.filter(|begun| begun.user.is_none() && now < begun.expires_ms);
        let UserSignIn { org, provider, .. } = begun.ok_or(Stopped::Over)?;
        let provider = change.user_provider(org, provider).await?.ok_or(Stopped::Over)?;
        change.commit().await?;
        Ok(provider)
    }

    /// Whom the provider means, and in with them, or on to their second factor.
    async fn recognize(&self, visitor: &Visitor, asked: &UserProvider, claims: &Claims) -> Result<Arrived> {
        let mut change = self.registry.admin.begin().await?;
        // It may have been removed or become another meanwhile; its rules are those of now.
        let provider = change.user_provider(asked.org, asked.id).await?;
        let provider = provider.filter(|now| now.issuer == asked.issuer).ok_or(Stopped::Over)?;
        let account = self.person(&mut change, visitor, &provider, claims).await?;
        let arrived = if account.totp.is_some() && !provider.settings.second_factor_there {
            let token = keys::random_letters();
            let begun = UserSignIn { user: Some(account.user.id), ..self.under_way(&token, &provider) };
            change.add_user_sign_in(&begun).await?;
            Arrived::CodeNeeded(token.into())
        } else {
            let factor = if provider.settings.second_factor_there { "the provider's" } else { "none" };
            let with = json!({"with": provider.label, "second_factor": factor});
            Arrived::In(self.enter(&mut change, visitor, account.user, with).await?)
        };
        change.commit().await?;
        Ok(arrived)
    }

    /// The organization's person whom the provider means: the one who is linked with it, or else, this first time, the one
    /// whose verified address it is.
    async fn person(
        &self,
        change: &mut Change,
        visitor: &Visitor,
        provider: &UserProvider,
        claims: &Claims,
    ) -> Result<Account> {
        let (org, subject) = (provider.org, claims.text("sub"));
        let known = change.find_identity(org, &provider.issuer, subject).await?;
        let account = match known {
            Some(id) => change.lock_account(org, id).await?.ok_or(Stopped::Over)?,
            None => self.newly_linked(change, visitor, provider, claims).await?,
        };
        let (label, email) = (provider.label.clone(), account.user.email.clone());
        if account.user.suspended {
            return Err(Stopped::Suspended { email }.into());
        }
        if !provider.settings.takes(&email) {
            return Err(Stopped::Elsewhere { label, email }.into());
        }
        Ok(account)
    }

    async fn newly_linked(
        &self,
        change: &mut Change,
        visitor: &Visitor,
        provider: &UserProvider,
        claims: &Claims,
    ) -> Result<Account> {
        let label = provider.label.clone();
        let email = claims.verified_email().ok_or(Stopped::Unverified { label: label.clone() })?;
        let email = looked_up(email);
        if !provider.settings.takes(&email) {
            return Err(Stopped::Elsewhere { label, email }.into());
        }
        // Among the organization's own people alone: what it has its provider say tells it nothing of others', and gets nobody
        // an address, which takes a password.
        let found = match change.find_user(provider.org, &email).await? {
            Some(user) => Some(user.id),
            None => self.made(change, visitor, provider, claims, &email).await?,
        };
        let nobody = || Stopped::Nobody { label: label.clone(), email: email.clone() };
        let id = found.ok_or_else(nobody)?;
        let account = change.lock_account(provider.org, id).await?.ok_or_else(nobody)?;
        let (issuer, subject, now_ms) = (&provider.issuer, claims.text("sub"), self.registry.now_ms());
        if !change.add_identity((provider.org, id), issuer, subject, now_ms).await? {
            return Err(Stopped::Another { label, email }.into());
        }
        let by = By::user(&account.user, visitor.address);
        let became = json!({"with": label, "issuer": issuer});
        self.registry.record_user(change, &by, "user.identity", &account.user, (Value::Null, became)).await?;
        Ok(account)
    }

    /// Makes somebody at their first sign-in, where the organization wants that.
    async fn made(
        &self,
        change: &mut Change,
        visitor: &Visitor,
        provider: &UserProvider,
        claims: &Claims,
        email: &str,
    ) -> Result<Option<UserId>> {
        let Some(role) = provider.settings.new_people.clone() else { return Ok(None) };
        let name = Some(claims.text("name")).filter(|name| check::name(name).is_ok()).unwrap_or_default();
        let (email, name) = (email.to_owned(), name.to_owned());
        let new = NewUser { org: provider.org, email, name, role, now_ms: self.registry.now_ms() };
        let Some(user) = change.add_user(&new).await? else { return Ok(None) };
        self.registry.record_new_user(change, &By::user(&user, visitor.address), &user).await?;
        Ok(Some(user.id))
    }

    /// Lets somebody in whom their provider has vouched for, by a code of their second factor.
    ///
    /// # Errors
    /// [`Refusal`]s, or when the store fails.
    pub async fn finish(&self, visitor: &Visitor, token: &str, code: &str) -> Result<Entered> {
        let hash = keys::key_hash(token);
        let begun = self.registry.view().await?.user_sign_in(&hash).await?;
        let now = self.registry.now_ms();
        let begun = begun.filter(|begun| now < begun.expires_ms).ok_or(Stopped::Over)?;
        let user = begun.user.ok_or(Stopped::Over)?;
        let mut change = self.registry.admin.begin().await?;
        let account = change.lock_account(begun.org, user).await?.filter(|now| !now.user.suspended);
        let account = account.ok_or(Stopped::Over)?;
        let provider = change.user_provider(begun.org, begun.provider).await?.ok_or(Stopped::Over)?;
        change.take_user_sign_in(&hash).await?.ok_or(Stopped::Over)?;
        // A wrong code leaves the sign-in under way: nothing of this is committed then.
        self.check_factor(&mut change, visitor, &account, Some(code)).await?;
        let with = json!({"with": provider.label, "second_factor": "code"});
        let entered = self.enter(&mut change, visitor, account.user, with).await?;
        change.commit().await?;
        Ok(entered)
    }

    /// Logs that somebody whom a provider vouched for was not let in.
    async fn note_stopped(
        &self,
        visitor: &Visitor,
        provider: &UserProvider,
        refusal: &Refusal,
    ) -> Result<()> {
        let by = By {
            actor: "somebody at the door".to_owned(),
            address: visitor.address.to_string(),
            ..By::itself()
        };
        let became = json!({"with": provider.label, "why": refusal.to_string()});
        let mut change = self.registry.admin.begin().await?;
        let (org, action) = (provider.org, "user.sign-in-failed");
        let done = Done { org, action, site: None, target: "", was: Value::Null, became };
        self.registry.record(&mut change, &by, done).await?;
        Ok(change.commit().await?)
    }
}
