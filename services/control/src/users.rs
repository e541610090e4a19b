//! People who administer: invited, changed, removed.

use serde_json::{Value, json};
use tmtp_platform::Secret;
use tmtp_store::admin::{CallerId, Change, MailOf, NewUser, OrgId, User, UserId};

use crate::{
    By, Created, Error, Once, Registry, Result, Role, check,
    door::{Purpose, Refusal},
    orgs::fresh,
    registry::{Done, recall, remember},
};

/// Most octets of an address (RFC 5321).
const EMAIL_OCTETS: usize = 254;
/// Who comes into a demo, and who makes them.
const DEMO_EMAIL: &str = "demo@localhost";
const DEMO: &str = "tmtpd dev";

/// Somebody to invite.
#[derive(Debug, Clone)]
pub struct UserPlan {
    /// The address that they will sign in with.
    pub email: String,
    /// What they are called; empty: they say so themselves.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// What to change of a user. What is left empty stays.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// What they are called.
    pub name: Option<String>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they may not sign in.
    pub suspended: Option<bool>,
}

/// A new link of somebody's.
pub struct Linked {
    /// Whose.
    pub user: User,
    /// What it is for.
    pub purpose: Purpose,
    /// What it carries.
    pub token: Secret,
}

impl Registry {
    /// Makes a user without a password, and a link by which they choose one. The link is returned this once, and not when
    /// the same request comes again.
    ///
    /// # Errors
    /// When there is no such organization, the plan cannot be, the address is taken, or the store fails.
    pub async fn create_user(
        &self,
        by: &By,
        once: Option<&Once>,
        org: OrgId,
        plan: &UserPlan,
    ) -> Result<(Created<User>, Option<Secret>)> {
        let email = check_email(&plan.email)?;
        if !plan.name.is_empty() {
            check::name(&plan.name)?;
        }
        plan.role.check_for(org)?;
        let now_ms = self.now_ms();
        let mut change = self.admin.begin_of(org).await?;
        if let Some(id) = recall(&mut change, by, once).await? {
            let made = change.user(org, UserId(id)).await?.ok_or(Error::Absent("user"))?;
            return Ok((Created::Before(made), None));
        }
        if org != OrgId::PROVIDER && change.org(org).await?.is_none() {
            return Err(Error::Absent("organization"));
        }
        let (name, role) = (plan.name.clone(), plan.role.name().to_owned());
        let new = NewUser { org, email, name, role, now_ms };
        let made = change.add_user(&new).await?.ok_or(Refusal::Taken)?;
        self.count_letter(&mut change, org, &made.email).await?;
        self.begin_mail(&mut change, MailOf { org, site: None, id: made.id.0 }).await?;
        let token = self.add_link(&mut change, org, Some(&made), Purpose::Invitation).await?;
        remember(&mut change, by, once, made.id.0, now_ms).await?;
        self.record_new_user(&mut change, by, &made).await?;
        change.commit().await?;
        Ok((Created::New(made), Some(token)))
    }

    /// Changes a user who still has this version. Who is suspended is out at once.
    ///
    /// # Errors
    /// When there is none, it has another version, the change cannot be, or the store fails.
    pub async fn change_user(
        &self,
        by: &By,
        (org, id): (OrgId, UserId),
        version: Option<i64>,
        wanted: &UserChange,
    ) -> Result<User> {
        let mut change = self.admin.begin_of(org).await?;
        let before = change.lock_account(org, id).await?.ok_or(Error::Absent("user"))?.user;
        fresh(version, before.version)?;
        let after = wanted.of(&before)?;
        if after == before {
            return Ok(before);
        }
        let is_self = by.caller == CallerId::User(id);
        if is_self && (after.role != before.role || after.suspended) {
            return Err(Refusal::Yourself.into());
        }
        let after = change.change_user(&after).await?.ok_or(Error::Stale { now: before.version })?;
        if after.suspended {
            change.end_user_sessions(org, id, None).await?;
            change.drop_user_links(org, id).await?;
        }
        let values = (user_value(&before), user_value(&after));
        self.record_user(&mut change, by, "user.change", &after, values).await?;
        change.commit().await?;
        Ok(after)
    }

    /// Removes a user for good. They are out at once.
    ///
    /// # Errors
    /// When there is none, it is oneself, or the store fails.
    pub async fn remove_user(&self, by: &By, org: OrgId, id: UserId) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        let user = change.lock_account(org, id).await?.ok_or(Error::Absent("user"))?.user;
        if by.caller == CallerId::User(id) {
            return Err(Refusal::Yourself.into());
        }
        change.remove_user(org, id).await?;
        let values = (user_value(&user), Value::Null);
        self.record_user(&mut change, by, "user.remove", &user, values).await?;
        change.commit().await?;
        Ok(())
    }

    /// Takes a lost second factor from somebody else: their password alone lets them in then. Once is as good as twice. One's
    /// own wants the password, so it goes another way. Whose it was, where there was one: they are to be told.
    ///
    /// # Errors
    /// When there is no such user, it is oneself, or the store fails.
    pub async fn take_totp(&self, by: &By, org: OrgId, id: UserId) -> Result<Option<User>> {
        let mut change = self.admin.begin_of(org).await?;
        let account = change.lock_account(org, id).await?.ok_or(Error::Absent("user"))?;
        if by.caller == CallerId::User(id) {
            return Err(Refusal::State(
                "remove your own second factor under your account, with your password",
            )
            .into());
        }
        change.clear_totp(org, id).await?;
        let taken = account.totp.is_some().then_some(account.user);
        if let Some(user) = &taken {
            let none = (Value::Null, Value::Null);
            self.record_user(&mut change, by, "user.totp-taken", user, none).await?;
        }
        change.commit().await?;
        Ok(taken)
    }

    /// A new link for a user: to choose a password, the first or another one.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn link_user(&self, by: &By, org: OrgId, id: UserId) -> Result<Linked> {
        let mut change = self.admin.begin_of(org).await?;
        let user = change.lock_account(org, id).await?.ok_or(Error::Absent("user"))?.user;
        let purpose = if user.has_password { Purpose::Reset } else { Purpose::Invitation };
        if purpose == Purpose::Invitation {
            self.count_letter(&mut change, org, &user.email).await?;
        }
        self.begin_mail(&mut change, MailOf { org, site: None, id: id.0 }).await?;
        let token = self.add_link(&mut change, org, Some(&user), purpose).await?;
        let became = json!({"purpose": purpose.name()});
        self.record_user(&mut change, by, "user.link", &user, (Value::Null, became)).await?;
        change.commit().await?;
        Ok(Linked { user, purpose, token })
    }

    /// A demo's link for its operator, good for a day; the one of the start before ends.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn demo_link(&self) -> Result<Secret> {
        let by = By { actor: DEMO.to_owned(), ..By::command_line() };
        let mut change = self.admin.begin().await?;
        let role = Role::Operator.name().to_owned();
        let (email, name) = (DEMO_EMAIL.to_owned(), "Demo".to_owned());
        let new = NewUser { org: OrgId::PROVIDER, email, name, role, now_ms: self.now_ms() };
        let user = match change.add_user(&new).await? {
            Some(user) => {
                self.record_new_user(&mut change, &by, &user).await?;
                user
            }
            None => change.find_user(OrgId::PROVIDER, DEMO_EMAIL).await?.ok_or(Error::Busy)?,
        };
        let token = self.add_link(&mut change, user.org, Some(&user), Purpose::Demo).await?;
        change.commit().await?;
        Ok(token)
    }

    pub(crate) async fn record_new_user(&self, change: &mut Change, by: &By, user: &User) -> Result<()> {
        self.record_user(change, by, "user.create", user, (Value::Null, user_value(user))).await
    }

    pub(crate) async fn record_user(
        &self,
        change: &mut Change,
        by: &By,
        action: &'static str,
        user: &User,
        (was, became): (Value, Value),
    ) -> Result<()> {
        let target = user.id.0.to_string();
        let done = Done { org: user.org, action, site: None, target: &target, was, became };
        self.record(change, by, done).await.map(drop)
    }
}

impl UserChange {
    fn of(&self, before: &User) -> Result<User> {
        let mut after = before.clone();
        if let Some(name) = &self.name {
            check::name(name)?;
            after.name.clone_from(name);
        }
        if let Some(role) = self.role {
            role.check_for(before.org)?;
            role.name().clone_into(&mut after.role);
        }
        after.suspended = self.suspended.unwrap_or(before.suspended);
        Ok(after)
    }
}

/// An address in the form in which it is looked up; what is none is empty, which nobody has.
pub(crate) fn looked_up(text: &str) -> String {
    check_email(text).unwrap_or_default()
}

/// The same, refused when no mail could reach it.
pub(crate) fn check_email(text: &str) -> Result<String> {
    let email = text.trim().to_lowercase();
    if email.len() > EMAIL_OCTETS {
        return Err(Error::Email(email));
    }
    check::email(&email)?;
    Ok(email)
}

fn user_value(user: &User) -> Value {
    json!({"email": user.email, "name": user.name, "role": user.role, "suspended": user.suspended})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case_and_must_be_one() {
        assert_eq!(check_email(" Ann@Acme.Example ").unwrap(), "ann@acme.example");
        let long = format!("{}@acme.example", "a".repeat(250));
        for bad in
            ["", "ann", "ann@", "@acme.example", "a@b@c", "a b@c.example", "a\n@c.example", "a@\0", &long]
        {
            assert!(check_email(bad).is_err(), "{bad:?}");
        }
    }
}
