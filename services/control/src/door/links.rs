//! Links that sign somebody in once.

use serde_json::{Value, json};
use tmtp_platform::Secret;
use tmtp_store::admin::{Account, Change, NewUser, OrgId, User, UserLink, View};

use super::{Door, Entered, Letters, Purpose, Refusal, Visitor, factors, passwords, throttle::Who};
use crate::{
    By, Registry, Result, Role, check, keys,
    user_providers::only_way_of,
    users::{check_email, looked_up},
};

/// What a link is for and whose, for whoever is about to follow it.
pub struct Looked {
    /// What it is for.
    pub purpose: Purpose,
    /// Whose; `None`: somebody's who is no user yet.
    pub user: Option<User>,
    /// Whose user that is, if not the provider's.
    pub org_name: Option<String>,
}

/// What somebody who follows a link brings.
#[derive(Debug, Default)]
pub struct Followed {
    /// What the link carries.
    pub token: Secret,
    /// The address of somebody who is no user yet.
    pub email: Option<String>,
    /// What they want to be called.
    pub name: Option<String>,
    /// The password that they choose.
    pub password: Secret,
    /// A code, where there is a second factor.
    pub code: Option<String>,
}

impl Door {
    /// Looks at a link without using it.
    ///
    /// # Errors
    /// When it leads nowhere any more, or the store fails.
    pub async fn look(&self, token: &Secret) -> Result<Looked> {
        let mut view = self.registry.view().await?;
        let (link, purpose) = self.registry.live_link(&mut view, token).await?;
        let user = match link.user {
            Some(id) => {
                let user = view.user(link.org, id).await?.filter(|user| !user.suspended);
                Some(user.ok_or(Refusal::Link)?)
            }
            None => None,
        };
        if let Some(user) = user.as_ref().filter(|_| purpose.needs_password()) {
            if let Some(label) = only_way_of(&mut view, user).await? {
                return Err(Refusal::OnlyWay { label, org: user.org.0 }.into());
            }
            if view.find_account(&user.email).await?.is_some_and(|holder| holder.user.id != user.id) {
                return Err(Refusal::HeldElsewhere { org: user.org.0 }.into());
            }
        }
        Ok(Looked { purpose, user, org_name: view.org(link.org).await?.map(|org| org.name) })
    }

    /// Follows a link: it works once.
    ///
    /// # Errors
    /// [`Refusal`]s, or when the store fails.
    pub async fn follow(&self, visitor: &Visitor, followed: &Followed) -> Result<Entered> {
        let Looked { purpose, user, .. } = self.look(&followed.token).await?;
        let email = match &user {
            Some(user) => user.email.clone(),
            None => check_email(followed.email.as_deref().unwrap_or_default())?,
        };
        if let Some(name) = followed.name.as_deref().filter(|name| !name.is_empty()) {
            check::name(name)?;
        }
        let hash = self.hash_for(purpose, followed, &email).await?;
        let mut change = self.registry.admin.begin().await?;
        // In the order of those who change a user and end its links.
        change.lock_address(&email).await?;
        change.take_user_link(&keys::key_hash(followed.token.expose())).await?.ok_or(Refusal::Link)?;
        let user = match user {
            Some(user) => self.welcome(&mut change, visitor, &user, purpose, followed).await?,
            None => self.first(&mut change, visitor, email, followed).await?,
        };
        let user = self.renew(&mut change, visitor, user, &hash).await?;
        let entered = self.enter(&mut change, visitor, user, json!({"with": purpose.name()})).await?;
        change.commit().await?;
        Ok(entered)
    }

    async fn hash_for(&self, purpose: Purpose, followed: &Followed, email: &str) -> Result<String> {
        if !purpose.needs_password() {
            return Ok(String::new());
        }
        passwords::check(followed.password.expose(), email)?;
        self.passwords.hash(followed.password.expose()).await
    }

    /// A user who has an account; they may have a second factor, which a link does not stand in for.
    async fn welcome(
        &self,
        change: &mut Change,
        visitor: &Visitor,
        user: &User,
        purpose: Purpose,
        followed: &Followed,
    ) -> Result<User> {
        let account = change.lock_account(user.org, user.id).await?;
        let account = account.filter(|now| !now.user.suspended).ok_or(Refusal::Link)?;
        if purpose.needs_password() {
            self.check_factor(change, visitor, &account, followed.code.as_deref()).await?;
        }
        let name = followed.name.as_ref().filter(|name| !name.is_empty());
        let named = User { name: name.unwrap_or(&account.user.name).clone(), ..account.user.clone() };
        if named == account.user {
            return Ok(named);
        }
        change.change_user(&named).await?.ok_or(crate::Error::Busy)
    }

    pub(super) async fn check_factor(
        &self,
        change: &mut Change,
        visitor: &Visitor,
        account: &Account,
        code: Option<&str>,
    ) -> Result<()> {
        if account.totp.is_none() {
            return Ok(());
        }
        let code = code.filter(|code| !code.is_empty()).ok_or(Refusal::CodeNeeded)?;
        let who = [Who::account(&account.user.email), Who::address(visitor.address)];
        self.throttle.attempt(&who)?;
        let taken = factors::take(change, account, Some(code), self.registry.now_ms()).await;
        match &taken {
            Ok(_) => who.into_iter().for_each(|who| self.throttle.take_back(who)),
            Err(_) => self.note_failure(account.user.clone(), visitor.address),
        }
        taken.map(drop)
    }

    /// The first operator.
    async fn first(
        &self,
        change: &mut Change,
        visitor: &Visitor,
        email: String,
        followed: &Followed,
    ) -> Result<User> {
        let name = followed.name.clone().unwrap_or_default();
        check::name(&name)?;
        let role = Role::Operator.name().to_owned();
        let new = NewUser { org: OrgId::PROVIDER, email, name, role, now_ms: self.registry.now_ms() };
        let user = change.add_user(&new).await?.ok_or(Refusal::Taken)?;
        self.registry.record_new_user(change, &By::user(&user, visitor.address), &user).await?;
        Ok(user)
    }

    /// Sets the password that was chosen; what let others in before does so no more.
    async fn renew(&self, change: &mut Change, visitor: &Visitor, user: User, hash: &str) -> Result<User> {
        if hash.is_empty() {
            return Ok(user);
        }
        if !change.set_password(user.org, user.id, hash).await? {
            return Err(Refusal::HeldElsewhere { org: user.org.0 }.into());
        }
        change.end_user_sessions(user.org, user.id, None).await?;
        change.drop_user_links(user.org, user.id).await?;
        let by = By::user(&user, visitor.address);
        self.registry.record_user(change, &by, "user.password", &user, (Value::Null, Value::Null)).await?;
        Ok(User { has_password: true, ..user })
    }

    /// Sends a link for a new password, where there is such a user. Returns at once, whether there is or not.
    ///
    /// # Errors
    /// When it is asked for too often.
    pub fn forgotten(&self, visitor: &Visitor, email: &str, letters: &Letters) -> Result<()> {
        let email = looked_up(email);
        self.throttle.attempt(&[Who::mailbox(&email), Who::address(visitor.address)])?;
        let (registry, letters, visitor) = (self.registry.clone(), letters.clone(), visitor.clone());
        tokio::spawn(async move {
            if let Err(error) = registry.send_reset(&email, &visitor, &letters).await {
                tracing::warn!(%error, "a link for a new password could not be sent");
            }
        });
        Ok(())
    }
}

/// Most who are sent a link of those who were invited under an address.
pub(super) const INVITED_MAX: u32 = 5;

impl Registry {
    async fn live_link(&self, view: &mut View, token: &Secret) -> Result<(UserLink, Purpose)> {
        let found = view.find_user_link(&keys::key_hash(token.expose())).await?;
        let link = found.filter(|link| self.now_ms() < link.expires_ms).ok_or(Refusal::Link)?;
        let purpose = Purpose::by_name(&link.purpose).ok_or(Refusal::Link)?;
        Ok((link, purpose))
    }

    async fn send_reset(&self, email: &str, visitor: &Visitor, letters: &Letters) -> Result<()> {
        if !letters.are_sent() {
            return Ok(());
        }
        let mut view = self.view().await?;
        // Who lost the mail with their invitation asks here, too.
        let whose = match view.find_account(email).await? {
            Some(account) => vec![account.user],
            None => view.find_invited(email, INVITED_MAX).await?,
        };
        let mut asking = Vec::new();
        for user in whose {
            if !user.suspended && only_way_of(&mut view, &user).await?.is_none() {
                asking.push(user);
            }
        }
        // Nobody has two connections at a time.
        drop(view);
        for user in asking {
            if let Err(error) = self.send_reset_to(user, visitor, letters).await {
                tracing::warn!(%error, "a link for a new password could not be sent");
            }
        }
        Ok(())
    }

    async fn send_reset_to(&self, user: User, visitor: &Visitor, letters: &Letters) -> Result<()> {
        let by = By { actor: "somebody at the door".to_owned(), ..By::user(&user, visitor.address) };
        let mut change = self.admin.begin().await?;
        let token = self.add_link(&mut change, user.org, Some(&user), Purpose::Forgotten).await?;
        let org = change.org(user.org).await?.map(|org| org.name);
        // Those who have no password get none where somebody else has the address: their organization is not to see that.
        if user.has_password {
            let became = json!({"purpose": Purpose::Forgotten.name()});
            self.record_user(&mut change, &by, "user.link", &user, (Value::Null, became)).await?;
        }
        change.commit().await?;
        letters.send(&user, org.as_deref(), Purpose::Forgotten, &token);
        Ok(())
    }

    /// Makes a link, in place of those of the same purpose.
    pub(crate) async fn add_link(
        &self,
        change: &mut Change,
        org: OrgId,
        user: Option<&User>,
        purpose: Purpose,
    ) -> Result<Secret> {
        let (token, now) = (keys::random_letters(), self.now_ms());
        let link = UserLink {
            hash: keys::key_hash(&token).to_vec(),
            org,
            user: user.map(|user| user.id),
            purpose: purpose.name().to_owned(),
            created_ms: now,
            expires_ms: now + purpose.lifetime_ms(),
        };
        change.add_user_link(&link).await?;
        Ok(token.into())
    }
}
