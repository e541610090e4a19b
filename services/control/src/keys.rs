//! API keys: made, shown once, kept as a hash, found by it.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tmtp_platform::{Secret, clock::DAY_MS};
use tmtp_store::{
    SiteId,
    admin::{ApiKey, KeyId, NewKey, OrgId, Page},
};

use crate::{
    By, Created, Error, Once, Registry, Result, Role, check,
    door::Purpose,
    registry::{Done, recall, remember},
};

/// What every key begins with, so that a leaked one is recognized.
const PREFIX: &str = "tmtp_";
/// Random octets of a key.
const OCTETS: usize = 32;
/// Letters of a key that are shown again, the prefix among them.
const HINT: usize = 10;
/// Most keys of an organization that can be used.
const KEYS_MAX: u64 = 200;
/// The first operator's key is for making a better one.
const FIRST_MS: i64 = DAY_MS;

/// Who makes keys for a demo, and what they are called.
const DEMO: &str = "tmtpd dev";

/// A key to make.
#[derive(Debug, Clone)]
pub struct KeyPlan {
    /// What it is called.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// When it ends: milliseconds since 1970.
    pub expires_ms: Option<i64>,
    /// The one site that it is to be for.
    pub only_site: Option<SiteId>,
}

/// SHA-256 of a key, as it is kept.
pub fn key_hash(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

fn new_secret() -> String {
    format!("{PREFIX}{}", random_letters())
}

/// Letters and digits that nobody guesses: 256 bits of them.
pub(crate) fn random_letters() -> String {
    let octets: [u8; OCTETS] = rand::random();
    BASE32_NOPAD.encode(&octets).to_ascii_lowercase()
}

/// What the first operator gets in with.
pub struct First {
    /// An API key, good for a day.
    pub key: Secret,
    /// What a link carries by which they make themselves an account; as long.
    pub link: Secret,
}

impl Registry {
    /// The key that this is, if it can be used now. Its use is noted.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn authenticate(&self, key: &str) -> Result<Option<ApiKey>> {
        let now = self.now_ms();
        let found = self.view().await?.find_key(&key_hash(key)).await?;
        let live = |key: &ApiKey| key.revoked_ms.is_none() && key.expires_ms.is_none_or(|end| now < end);
        let Some(key) = found.filter(live) else { return Ok(None) };
        if key.used_ms.is_none_or(|used| now - used >= 60_000) {
            self.admin.touch_key(key.id, now).await?;
        }
        Ok(Some(key))
    }

    /// Makes a key. It is returned this once, and not when the same request comes again.
    ///
    /// # Errors
    /// When there is no such organization or site of it, the plan cannot be, or the store fails.
    pub async fn create_key(
        &self,
        by: &By,
        once: Option<&Once>,
        org: OrgId,
        plan: &KeyPlan,
    ) -> Result<(Created<ApiKey>, Option<Secret>)> {
        check::name(&plan.name)?;
        plan.role.check_for(org)?;
        let now = self.now_ms();
        if plan.expires_ms.is_some_and(|end| end <= now) {
            return Err(Error::Time("a key must end in the future".to_owned()));
        }
        let mut change = self.admin.begin_of(org).await?;
        if let Some(id) = recall(&mut change, by, once).await? {
            let made = change.key(org, KeyId(id)).await?.ok_or(Error::Absent("key"))?;
            return Ok((Created::Before(made), None));
        }
        if org != OrgId::PROVIDER && change.lock_org(org).await?.is_none() {
            return Err(Error::Absent("organization"));
        }
        if let Some(site) = plan.only_site {
            Self::scope(&mut change, org, site).await?;
        }
        if change.count_live_keys(org, None, now).await? >= KEYS_MAX {
            let why = format!("there are {KEYS_MAX} keys that can be used: revoke one that nobody needs");
            return Err(Error::Plan(why));
        }
        let secret = new_secret();
        let made = change.add_key(&new_key(by, org, plan, &secret, now)).await?;
        remember(&mut change, by, once, made.id.0, now).await?;
        self.record_key(&mut change, by, "key.create", &made, (Value::Null, key_value(&made))).await?;
        change.commit().await?;
        Ok((Created::New(made), Some(secret.into())))
    }

    /// Ends a key for good. Once is as good as twice.
    ///
    /// # Errors
    /// When the organization has no such key, or the store fails.
    pub async fn revoke_key(&self, by: &By, org: OrgId, id: KeyId) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        if change.key(org, id).await?.ok_or(Error::Absent("key"))?.revoked_ms.is_some() {
            return Ok(());
        }
        let revoked = change.revoke_key(org, id, self.now_ms()).await?.ok_or(Error::Busy)?;
        self.record_key(&mut change, by, "key.revoke", &revoked, (key_value(&revoked), Value::Null)).await?;
        change.commit().await?;
        Ok(())
    }

    /// A key and a link for the first operator, good for a day, where nobody could administer the installation otherwise. However many
    /// processes start at one moment, one of them makes it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn first_operator(&self) -> Result<Option<First>> {
        if self.has_operator(&mut *self.admin.begin().await?).await? {
            return Ok(None);
        }
        let by = By { actor: "first start".to_owned(), ..By::command_line() };
        let now = self.now_ms();
        let plan = KeyPlan {
            name: "first operator".to_owned(),
            role: Role::Operator,
            expires_ms: Some(now + FIRST_MS),
            only_site: None,
        };
        let secret = new_secret();
        let mut change = self.admin.begin().await?;
        let made = change.add_key(&new_key(&by, OrgId::PROVIDER, &plan, &secret, now)).await?;
        self.record_key(&mut change, &by, "key.create", &made, (Value::Null, key_value(&made))).await?;
        let link = self.add_link(&mut change, OrgId::PROVIDER, None, Purpose::First).await?;
        // The log is locked now: whoever came before has committed, and is seen.
        if change.count_live_keys(OrgId::PROVIDER, Some(Role::Operator.name()), now).await? > 1 {
            return Ok(None);
        }
        change.commit().await?;
        Ok(Some(First { key: secret.into(), link }))
    }

    /// A demo's key for its operator, good for a day; the one of the start before ends.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn demo_operator(&self) -> Result<Secret> {
        let by = By { actor: DEMO.to_owned(), ..By::command_line() };
        let page = Page { after: KeyId(0), limit: u32::MAX, search: String::new() };
        let before = self.view().await?.keys(OrgId::PROVIDER, &page).await?;
        for old in before.iter().filter(|key| key.made_by == DEMO && key.revoked_ms.is_none()) {
            self.revoke_key(&by, OrgId::PROVIDER, old.id).await?;
        }
        let expires_ms = Some(self.now_ms() + FIRST_MS);
        let plan = KeyPlan { name: DEMO.to_owned(), role: Role::Operator, expires_ms, only_site: None };
        let (_, secret) = self.create_key(&by, None, OrgId::PROVIDER, &plan).await?;
        secret.ok_or(Error::Busy)
    }

    async fn has_operator(&self, view: &mut tmtp_store::admin::View) -> Result<bool> {
        let role = Role::Operator.name();
        let keys = view.count_live_keys(OrgId::PROVIDER, Some(role), self.now_ms()).await?;
        Ok(keys > 0 || view.count_live_users(OrgId::PROVIDER, role).await? > 0)
    }

    async fn record_key(
        &self,
        change: &mut tmtp_store::admin::Change,
        by: &By,
        action: &'static str,
        key: &ApiKey,
        (was, became): (Value, Value),
    ) -> Result<()> {
        let target = key.id.0.to_string();
        let done = Done { org: key.org, action, site: None, target: &target, was, became };
        self.record(change, by, done).await.map(drop)
    }
}

fn new_key(by: &By, org: OrgId, plan: &KeyPlan, secret: &str, now_ms: i64) -> NewKey {
    NewKey {
        org,
        name: plan.name.clone(),
        role: plan.role.name().to_owned(),
        hash: key_hash(secret).to_vec(),
        hint: secret.chars().take(HINT).collect(),
        made_by: by.actor.clone(),
        now_ms,
        expires_ms: plan.expires_ms,
        only_site: plan.only_site,
    }
}

fn key_value(key: &ApiKey) -> Value {
    let only_site = key.only_site.map(|site| site.0);
    json!({"name": key.name, "role": key.role, "hint": key.hint, "expires_ms": key.expires_ms, "site": only_site})
}

/// A digest as text.
pub(crate) fn hex(digest: &[u8]) -> String {
    HEXLOWER.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_long_recognizable_and_never_the_same() {
        let (one, two) = (new_secret(), new_secret());
        assert_ne!(one, two);
        assert!(one.starts_with(PREFIX) && one.len() == PREFIX.len() + 52, "{one}");
        assert!(
            one.bytes().all(|octet| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_')
        );
    }
}
