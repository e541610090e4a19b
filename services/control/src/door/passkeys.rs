//! Passkeys (WebAuthn): a device of somebody's signs what it was asked, having seen for itself that it is them. So a passkey
//! is both factors, and there is nothing to type that a wrong page could ask for.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tmtp_platform::Secret;
use tmtp_store::admin::{
    Change, NewPasskey, OrgId, PASSKEYS_MAX, PasskeyChallenge, PasskeyId, StoredPasskey, User, UserId,
};
use url::{Host, Url};
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Uuid, Webauthn, WebauthnBuilder, WebauthnError, WebauthnResult,
};

use super::{Door, Entered, Refusal, SignedIn, Visitor, account, throttle::Who};
use crate::{By, Error, Result, check, keys, user_providers::only_way_of};

/// How long somebody may take with their device.
pub(crate) const ANSWER_SECONDS: u32 = 300;
/// Whom a device shows as the one that asks.
const NAME: &str = "TMTP hosting";

/// What a device is to be asked.
pub struct Question {
    /// For the browser.
    pub options: Value,
    /// What the browser keeps meanwhile.
    pub token: Secret,
}

/// What asks devices, for the pages at this address. Passkeys are bound to a host name: there are none for an address in
/// numbers, but that of the machine itself, which has a name.
pub(super) fn asker(public_url: &str) -> Option<Webauthn> {
    let mut origin = Url::parse(public_url).ok()?;
    match origin.host()? {
        Host::Domain(_) => {}
        Host::Ipv4(ip) if ip.is_loopback() => origin.set_host(Some("localhost")).ok()?,
        Host::Ipv4(_) | Host::Ipv6(_) => return None,
    }
    let host = origin.host_str()?.to_owned();
    WebauthnBuilder::new(&host, &origin).ok()?.rp_name(NAME).build().ok()
}

impl Door {
    /// Somebody's passkeys, the oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn passkeys(&self, of: &SignedIn) -> Result<Vec<StoredPasskey>> {
        Ok(self.registry.view().await?.passkeys(of.user.org, of.user.id).await?)
    }

    /// Begins to add a passkey of somebody's, who proves that it is them where they have a password.
    ///
    /// # Errors
    /// When the password is wrong, there are too many or cannot be any, or the store fails.
    pub async fn offer_passkey(&self, by: &By, of: &SignedIn, password: &str) -> Result<Question> {
        let asker = self.asker()?;
        self.prove_if_any(by, of, password).await?;
        let (org, user) = (of.user.org, of.user.id);
        let mut change = self.registry.admin.begin().await?;
        let known = change.passkeys(org, user).await?;
        require_room(&known)?;
        let known = known.iter().map(passkey).collect::<Result<Vec<_>>>()?;
        let known = known.iter().map(|passkey| passkey.cred_id().clone()).collect();
        let shown = if of.user.name.is_empty() { &of.user.email } else { &of.user.name };
        let (question, state) = asker
            .start_passkey_registration(handle(org, user), &of.user.email, shown, Some(known))
            .map_err(|error| unsound(&error, Refusal::NoPasskey))?;
        let mut options = json(&question)?;
        // Found by the device itself: people sign in without saying who they are.
        let wanted = &mut options["publicKey"]["authenticatorSelection"];
        wanted["residentKey"] = json!("required");
        wanted["requireResidentKey"] = json!(true);
        let token = self.ask(&mut change, Some((org, user)), &state).await?;
        change.commit().await?;
        Ok(Question { options, token })
    }

    /// Adds a passkey, by what the device answered.
    ///
    /// # Errors
    /// When it is no answer to what was asked, somebody has it, or the store fails.
    pub async fn add_passkey(
        &self,
        by: &By,
        of: &SignedIn,
        token: &str,
        label: &str,
        answer: &Value,
    ) -> Result<StoredPasskey> {
        check::name(label)?;
        let answer: RegisterPublicKeyCredential = understood(answer)?;
        let asked = self.asked(token).await?;
        if asked.of != Some((of.user.org, of.user.id)) {
            return Err(Refusal::PasskeyLate.into());
        }
        let state: PasskeyRegistration = read(&asked.state)?;
        let added = self.asker()?.finish_passkey_registration(&answer, &state);
        let added = added.map_err(|error| unsound(&error, Refusal::NoPasskey))?;
        let new = NewPasskey {
            org: of.user.org,
            user: of.user.id,
            credential: added.cred_id().to_vec(),
            label: label.to_owned(),
            kept: json(&added)?.to_string(),
            now_ms: self.registry.now_ms(),
        };
        let mut change = self.registry.admin.begin().await?;
        account::lock(&mut change, of, None).await?;
        require_room(&change.passkeys(of.user.org, of.user.id).await?)?;
        let added = change.add_passkey(&new).await?;
        let added = added.ok_or(Refusal::State("this passkey is somebody's already"))?;
        let values = (Value::Null, shown(&added));
        self.registry.record_user(&mut change, by, "user.passkey", &of.user, values).await?;
        change.commit().await?;
        Ok(added)
    }

    /// Removes a passkey of somebody's own, who proves that it is them where they have a password.
    ///
    /// # Errors
    /// When the password is wrong, there is no such passkey, or the store fails.
    pub async fn remove_passkey(&self, by: &By, of: &SignedIn, password: &str, id: PasskeyId) -> Result<()> {
        self.prove_if_any(by, of, password).await?;
        let mut change = self.registry.admin.begin().await?;
        account::lock(&mut change, of, None).await?;
        let removed = change.remove_passkey(of.user.org, of.user.id, id).await?;
        let removed = removed.ok_or(Error::Absent("passkey"))?;
        let values = (shown(&removed), Value::Null);
        self.registry.record_user(&mut change, by, "user.passkey-removed", &of.user, values).await?;
        Ok(change.commit().await?)
    }

    /// Begins a sign-in with a passkey, of whomever the device says that they are.
    ///
    /// # Errors
    /// When there cannot be any, or the store fails.
    pub async fn ask_passkey(&self) -> Result<Question> {
        let (question, state) =
            self.asker()?.start_discoverable_authentication().map_err(|e| unsound(&e, Refusal::Passkey))?;
        let mut change = self.registry.admin.begin().await?;
        let token = self.ask(&mut change, None, &state).await?;
        change.commit().await?;
        Ok(Question { options: json!({ "publicKey": json(&question)?["publicKey"] }), token })
    }

    /// Lets somebody in by what their device answered.
    ///
    /// # Errors
    /// [`Refusal`]s, or when the store fails.
    pub async fn by_passkey(&self, visitor: &Visitor, token: &str, answer: &Value) -> Result<Entered> {
        let address = Who::address(visitor.address);
        self.throttle.attempt(&[address])?;
        let entered = self.enter_by_passkey(visitor, token, answer).await;
        if entered.is_ok() {
            self.throttle.take_back(address);
        }
        entered
    }

    async fn enter_by_passkey(&self, visitor: &Visitor, token: &str, answer: &Value) -> Result<Entered> {
        let answer: PublicKeyCredential = understood(answer)?;
        let asker = self.asker()?;
        let asked = self.asked(token).await?;
        if asked.of.is_some() {
            return Err(Refusal::Passkey.into());
        }
        let state: DiscoverableAuthentication = read(&asked.state)?;
        let (whose, credential) =
            asker.identify_discoverable_authentication(&answer).map_err(|e| unsound(&e, Refusal::Passkey))?;
        let mut change = self.registry.admin.begin().await?;
        let found = change.find_passkey(credential).await?.ok_or(Refusal::Passkey)?;
        let account = change.lock_account(found.org, found.user).await?.ok_or(Refusal::Passkey)?;
        let user = account.user.clone();
        let finish = |known: &Passkey| asker.finish_discoverable_authentication_v2(&answer, state, known);
        let entered = self.enter_as(visitor, change, account.user, (whose, credential), finish).await;
        if let Err(Error::Refused(Refusal::Passkey)) = &entered {
            self.note_failure(user, visitor.address);
        }
        entered
    }

    /// Lets a passkey's owner in, who is locked, if the device's answer is sound.
    async fn enter_as(
        &self,
        visitor: &Visitor,
        mut change: Change,
        user: User,
        (whose, credential): (Uuid, &[u8]),
        finish: impl FnOnce(&Passkey) -> WebauthnResult<AuthenticationResult>,
    ) -> Result<Entered> {
        // Under the lock it is nobody else's to use or remove: it may have been meanwhile.
        let known = change.find_passkey(credential).await?.filter(|_| !user.suspended);
        let mut known =
            known.filter(|known| handle(known.org, known.user) == whose).ok_or(Refusal::Passkey)?;
        let mut with = passkey(&known)?;
        let answered = finish(&with).map_err(|error| unsound(&error, Refusal::Passkey))?;
        if let Some(label) = only_way_of(&mut change, &user).await? {
            return Err(Refusal::OnlyWay { label, org: user.org.0 }.into());
        }
        if with.update_credential(&answered) == Some(true) {
            known.kept = json(&with)?.to_string();
        }
        change.use_passkey(&known, self.registry.now_ms()).await?;
        let with = json!({"with": "passkey", "passkey": known.label});
        let entered = self.enter(&mut change, visitor, user, with).await?;
        change.commit().await?;
        Ok(entered)
    }

    fn asker(&self) -> Result<&Webauthn> {
        let none = "passkeys need a host name: open the console at one, and name it in control.public_url";
        Ok(self.asker.as_ref().ok_or(Refusal::State(none))?)
    }

    /// Keeps what is asked, until it is answered; what the browser keeps.
    async fn ask(
        &self,
        change: &mut Change,
        of: Option<(OrgId, UserId)>,
        state: &impl Serialize,
    ) -> Result<Secret> {
        let token = keys::random_letters();
        let asked = PasskeyChallenge {
            hash: keys::key_hash(&token).to_vec(),
            of,
            state: json(state)?.to_string(),
            expires_ms: self.registry.now_ms() + i64::from(ANSWER_SECONDS) * 1_000,
        };
        change.add_passkey_challenge(&asked).await?;
        Ok(token.into())
    }

    /// What was asked: whoever answers first has it, whatever comes of the answer.
    async fn asked(&self, token: &str) -> Result<PasskeyChallenge> {
        let mut change = self.registry.admin.begin().await?;
        let asked = change.take_passkey_challenge(&keys::key_hash(token)).await?;
        change.commit().await?;
        let asked = asked.filter(|asked| self.registry.now_ms() < asked.expires_ms);
        Ok(asked.ok_or(Refusal::PasskeyLate)?)
    }

    /// That they know their password, where they have one.
    async fn prove_if_any(&self, by: &By, of: &SignedIn, password: &str) -> Result<()> {
        if of.user.has_password { self.prove(by, of, password).await.map(drop) } else { Ok(()) }
    }
}

fn require_room(known: &[StoredPasskey]) -> Result<()> {
    let full = Refusal::State("you have as many passkeys as anybody may; remove one first");
    if (known.len() as i64) < PASSKEYS_MAX { Ok(()) } else { Err(full.into()) }
}

/// Who somebody is to their device: nothing that tells anybody else.
fn handle(org: OrgId, user: UserId) -> Uuid {
    Uuid::from_u64_pair(org.0.cast_unsigned(), user.0.cast_unsigned())
}

fn passkey(stored: &StoredPasskey) -> Result<Passkey> {
    read(&stored.kept)
}

/// For the audit log.
fn shown(passkey: &StoredPasskey) -> Value {
    json!({"passkey": passkey.label})
}

/// What a browser sent.
fn understood<T: DeserializeOwned>(answer: &Value) -> Result<T> {
    T::deserialize(answer).map_err(|error| {
        Refusal::Value(format!("credential is not what a browser gives for a passkey: {error}")).into()
    })
}

/// The device's answer is no good.
fn unsound(error: &WebauthnError, refusal: Refusal) -> Error {
    tracing::info!(%error, "a passkey was refused");
    refusal.into()
}

fn json(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| defect(&error))
}

fn read<T: DeserializeOwned>(kept: &str) -> Result<T> {
    serde_json::from_str(kept).map_err(|error| defect(&error))
}

/// What is kept is not what was kept.
fn defect(error: &serde_json::Error) -> Error {
    Error::Store(tmtp_store::Error::Defect(format!("a passkey: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_pages_at_a_host_name_and_on_the_machine_itself() {
        for (url, has_any) in [
            ("https://admin.example", true),
            ("https://admin.example:8443/console", true),
            ("http://localhost:8088", true),
            ("http://127.0.0.1:8088", true),
            ("https://192.0.2.1", false),
            ("https://[2001:db8::1]", false),
            ("", false),
        ] {
            assert_eq!(asker(url).is_some(), has_any, "{url}");
        }
    }

    #[test]
    fn nobody_is_to_a_device_who_somebody_else_is() {
        assert_ne!(handle(OrgId(1), UserId(2)), handle(OrgId(2), UserId(1)));
    }
}
