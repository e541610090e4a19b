//! What people change of their own accounts.

use serde_json::{Value, json};
use tmtp_store::admin::{Account, Change};

use super::{Door, Offer, Refusal, SignedIn, factors, passwords, throttle::Who};
use crate::{By, Error, Result};

impl Door {
    /// Sets a new password, and ends all other sessions. The old one must be right, where there is one.
    ///
    /// # Errors
    /// When it is wrong, the new one cannot be, or the store fails.
    pub async fn set_password(&self, by: &By, of: &SignedIn, old: &str, new: &str) -> Result<()> {
        passwords::check(new, &of.user.email)?;
        let checked = if of.user.has_password { Some(self.prove(by, of, old).await?) } else { None };
        let hash = self.passwords.hash(new).await?;
        let mut change = self.registry.admin.begin().await?;
        change.lock_address(&of.user.email).await?;
        lock(&mut change, of, checked.as_deref()).await?;
        if !change.set_password(of.user.org, of.user.id, &hash).await? {
            return Err(Refusal::HeldElsewhere { org: of.user.org.0 }.into());
        }
        change.end_user_sessions(of.user.org, of.user.id, Some(of.session)).await?;
        change.drop_user_links(of.user.org, of.user.id).await?;
        self.note(&mut change, by, of, "user.password").await?;
        Ok(change.commit().await?)
    }

    /// Offers a second factor to somebody who proves that it is them; it counts once it is confirmed.
    ///
    /// # Errors
    /// When there is one, or no first, the password is wrong, or the store fails.
    pub async fn offer_totp(&self, by: &By, of: &SignedIn, password: &str) -> Result<Offer> {
        if of.user.has_totp {
            return Err(
                Refusal::State("there is a second factor; remove it before you set up another").into()
            );
        }
        if !of.user.has_password {
            return Err(Refusal::State("a second factor needs a first: choose a password before").into());
        }
        let checked = self.prove(by, of, password).await?;
        let secret = factors::new_secret();
        let mut change = self.registry.admin.begin().await?;
        lock(&mut change, of, Some(&checked)).await?;
        change.offer_totp(of.user.org, of.user.id, &secret).await?;
        change.commit().await?;
        Ok(factors::offer(&secret, &of.user.email))
    }

    /// Makes the offered second factor count, when the code is of it; returns recovery codes, this once.
    ///
    /// # Errors
    /// When none was offered, the code is wrong, or the store fails.
    pub async fn confirm_totp(&self, by: &By, of: &SignedIn, code: &str) -> Result<Vec<String>> {
        let mut change = self.registry.admin.begin().await?;
        let account = lock(&mut change, of, None).await?;
        let no_offer = Refusal::State("no second factor is being set up; begin anew");
        let secret = account.totp_new.filter(|_| account.totp.is_none()).ok_or(no_offer)?;
        let wrong = || Refusal::Value("the code is wrong; is the clock of the device right?".to_owned());
        let step = factors::step_of(&secret, code, self.registry.now_ms()).ok_or_else(wrong)?;
        let (org, id) = (of.user.org, of.user.id);
        change.confirm_totp(org, id, step).await?;
        let codes = factors::recovery_codes();
        let hashes: Vec<_> = codes.iter().map(|code| factors::recovery_hash(id, code)).collect();
        change.put_recovery_codes(org, id, &hashes).await?;
        self.note(&mut change, by, of, "user.totp").await?;
        change.commit().await?;
        Ok(codes)
    }

    /// Removes the second factor. Once is as good as twice.
    ///
    /// # Errors
    /// When the password is wrong, or the store fails.
    pub async fn remove_totp(&self, by: &By, of: &SignedIn, password: &str) -> Result<()> {
        let checked = self.prove(by, of, password).await?;
        let mut change = self.registry.admin.begin().await?;
        let account = lock(&mut change, of, Some(&checked)).await?;
        change.clear_totp(of.user.org, of.user.id).await?;
        if account.totp.is_some() {
            self.note(&mut change, by, of, "user.totp-removed").await?;
        }
        Ok(change.commit().await?)
    }

    /// That they know their password; returns its hash. Tries count as those at the door do, and stand in the log when
    /// they fail: whoever has a stolen session does not guess unseen.
    pub(super) async fn prove(&self, by: &By, of: &SignedIn, password: &str) -> Result<String> {
        let who = Who::account(&of.user.email);
        self.throttle.attempt(&[who])?;
        let account = self.registry.view().await?.account(of.user.org, of.user.id).await?;
        let hash = account.map(|account| account.password).unwrap_or_default();
        if !self.passwords.is_right(password, &hash).await? {
            let mut change = self.registry.admin.begin().await?;
            self.note(&mut change, by, of, "user.password-wrong").await?;
            change.commit().await?;
            return Err(Refusal::Credentials.into());
        }
        self.throttle.take_back(who);
        Ok(hash)
    }

    async fn note(&self, change: &mut Change, by: &By, of: &SignedIn, action: &'static str) -> Result<()> {
        let none = (Value::Null, json!({"session": of.session.0}));
        self.registry.record_user(change, by, action, &of.user, none).await
    }
}

/// Locks one's account, which must have the password that was checked still.
pub(super) async fn lock(change: &mut Change, of: &SignedIn, checked: Option<&str>) -> Result<Account> {
    let account = change.lock_account(of.user.org, of.user.id).await?.ok_or(Error::Absent("user"))?;
    match checked {
        Some(hash) if hash != account.password => Err(Refusal::Credentials.into()),
        _ => Ok(account),
    }
}
