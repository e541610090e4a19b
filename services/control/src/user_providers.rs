//! OpenID Connect providers that an organization's people sign in with: looked up where they are, and kept.

use serde_json::{Value, json};
use tmtp_platform::Secret;
use tmtp_store::admin::{
    Change, OrgId, Page, User, UserId, UserProvider, UserProviderId, UserProviderSettings, View,
};

use crate::{
    By, Created, Error, Once, Registry, Result, Role, check,
    discovery::LETTERS,
    orgs::fresh,
    registry::{Done, recall, remember},
};

/// Most of them that an organization has: people choose among them.
const MOST: usize = 10;
/// Most e-mail domains of one.
const DOMAINS: usize = 100;

/// A provider of people's as somebody wants it. What is left out stays.
#[derive(Debug, Clone, Default)]
pub struct UserProviderPlan {
    /// What people are shown.
    pub label: Option<String>,
    /// Who it says it is.
    pub issuer: Option<String>,
    /// What we are called there.
    pub client_id: Option<String>,
    /// What we prove ourselves with there; empty: nothing.
    pub secret: Option<Secret>,
    /// Only people with an address at one of these.
    pub email_domains: Option<Vec<String>>,
    /// What people may do who are made at their first sign-in; empty: nobody is made.
    pub new_people: Option<String>,
    /// There is no other way in, but for owners.
    pub only_way: Option<bool>,
    /// It asks for a second factor: ours is not asked for.
    pub second_factor_there: Option<bool>,
}

impl Registry {
    /// Adds a provider to an organization.
    ///
    /// # Errors
    /// When something about it cannot be, it cannot be reached, there are too many, or the store fails.
    pub async fn create_user_provider(
        &self,
        by: &By,
        once: Option<&Once>,
        org: OrgId,
        plan: &UserProviderPlan,
    ) -> Result<Created<UserProvider>> {
        let blank = UserProvider {
            id: UserProviderId(0),
            org,
            label: String::new(),
            issuer: String::new(),
            settings: UserProviderSettings::default(),
            has_secret: false,
            version: 0,
            created_ms: self.now_ms(),
        };
        // Before the provider is asked: it may be down by now.
        if let Some(made) = made_before(&mut self.admin.begin_of(org).await?, by, once, org).await? {
            return Ok(Created::Before(made));
        }
        let new = self.completed_for_people(&blank, plan).await?;
        let mut change = self.admin.begin_of(org).await?;
        if let Some(made) = made_before(&mut change, by, once, org).await? {
            return Ok(Created::Before(made));
        }
        change.lock_org(org).await?.ok_or(Error::Absent("organization"))?;
        if all(&mut change, org).await?.len() >= MOST {
            return Err(Error::Plan(format!("an organization's people have at most {MOST} providers")));
        }
        let secret = plan.secret.as_ref().map_or("", |secret| secret.expose());
        let made = change.add_user_provider(&new, secret).await?;
        remember(&mut change, by, once, made.id.0, self.now_ms()).await?;
        let values = (Value::Null, value(&made));
        self.record_user_provider(&mut change, by, "user-provider.create", &made, values).await?;
        change.commit().await?;
        Ok(Created::New(made))
    }

    /// Changes a provider that still has this version.
    ///
    /// # Errors
    /// As for making one; and when there is none, or it has another version.
    pub async fn change_user_provider(
        &self,
        by: &By,
        (org, id): (OrgId, UserProviderId),
        version: Option<i64>,
        plan: &UserProviderPlan,
    ) -> Result<UserProvider> {
        let found = self.view_of(org).await?.user_provider(org, id).await?;
        let before = found.ok_or(Error::Absent("provider"))?;
        fresh(version, before.version)?;
        let after = self.completed_for_people(&before, plan).await?;
        if after == before && plan.secret.is_none() {
            return Ok(before);
        }
        // It was given for one address, and goes to no other.
        let moves = after.issuer != before.issuer || after.settings.token_url != before.settings.token_url;
        if moves && before.has_secret && plan.secret.is_none() {
            let text = "the provider takes secrets at another address than before: give client_secret anew, or an empty one";
            return Err(Error::Provider(text.to_owned()));
        }
        let mut change = self.admin.begin_of(org).await?;
        let stale = Error::Stale { now: before.version + 1 };
        let secret = plan.secret.as_ref().map(Secret::expose);
        let after = change.change_user_provider(&after, secret).await?.ok_or(stale)?;
        let mut values = (value(&before), value(&after));
        if plan.secret.is_some() {
            values.1["secret"] = "changed".into();
        }
        self.record_user_provider(&mut change, by, "user-provider.change", &after, values).await?;
        change.commit().await?;
        Ok(after)
    }

    /// Removes a provider: nobody signs in with it any more. Passwords are a way in again, sessions last as long as they would.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn remove_user_provider(&self, by: &By, org: OrgId, id: UserProviderId) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        let before = change.user_provider(org, id).await?.ok_or(Error::Absent("provider"))?;
        change.remove_user_provider(org, id).await?;
        let values = (value(&before), Value::Null);
        self.record_user_provider(&mut change, by, "user-provider.remove", &before, values).await?;
        change.commit().await?;
        Ok(())
    }

    /// Asks a provider for what it publishes, and compares; what is wrong, in words.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn check_user_provider(&self, org: OrgId, id: UserProviderId) -> Result<Option<String>> {
        let found = self.view_of(org).await?.user_provider(org, id).await?;
        let found = found.ok_or(Error::Absent("provider"))?;
        let mut now = found.settings.clone();
        let looked = self.discover_for_people(&found.issuer, &mut now).await;
        Ok(match looked {
            Err(error) => Some(error.to_string()),
            Ok(()) if now != found.settings => {
                Some("it publishes other addresses than before: give its issuer anew (tmtpd admin user-provider set)".to_owned())
            }
            Ok(()) => None,
        })
    }

    /// Forgets who somebody is at the organization's providers: they are linked anew at their next sign-in.
    ///
    /// # Errors
    /// When there is no such user, or the store fails.
    pub async fn unlink_user(&self, by: &By, org: OrgId, id: UserId) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        let user = change.lock_account(org, id).await?.ok_or(Error::Absent("user"))?.user;
        let count = change.drop_identities(org, id).await?;
        if count > 0 {
            let values = (json!({"identities": count}), Value::Null);
            self.record_user(&mut change, by, "user.unlink", &user, values).await?;
        }
        Ok(change.commit().await?)
    }

    /// The provider as planned, with what it publishes.
    async fn completed_for_people(
        &self,
        before: &UserProvider,
        plan: &UserProviderPlan,
    ) -> Result<UserProvider> {
        let after = planned(before, plan)?;
        checked(&after, plan.secret.as_ref())?;
        // Its issuer given again has it looked up again: its addresses may have moved.
        if plan.issuer.is_none() {
            return Ok(after);
        }
        let mut settings = after.settings.clone();
        self.discover_for_people(&after.issuer, &mut settings).await?;
        Ok(UserProvider { settings, ..after })
    }

    async fn discover_for_people(&self, issuer: &str, settings: &mut UserProviderSettings) -> Result<()> {
        let published = self.published(issuer).await?;
        settings.login_url = published.address("authorization_endpoint")?;
        settings.token_url = published.address("token_endpoint")?;
        settings.keys_url = published.address("jwks_uri")?;
        // Without a word of it, a provider takes the secret in a header (Discovery 1.0, section 3).
        let ways = "token_endpoint_auth_methods_supported";
        settings.secret_in_form = published.lists(ways, "client_secret_basic") == Some(false);
        for (name, url) in
            [("its sign-in page", &settings.login_url), ("its token address", &settings.token_url)]
        {
            self.check_web(name, url)?;
        }
        self.check_keys(&settings.keys_url).await
    }

    async fn record_user_provider(
        &self,
        change: &mut Change,
        by: &By,
        action: &'static str,
        provider: &UserProvider,
        (was, became): (Value, Value),
    ) -> Result<()> {
        let target = provider.id.0.to_string();
        let done = Done { org: provider.org, action, site: None, target: &target, was, became };
        self.record(change, by, done).await.map(drop)
    }
}

/// The one way in that somebody has, where their password is none: what their provider is called. An owner's password always
/// counts, so that a provider that is gone keeps out nobody for good who has an owner with one.
pub(crate) async fn only_way_of(view: &mut View, user: &User) -> Result<Option<String>> {
    if user.org == OrgId::PROVIDER || Role::by_name(&user.role) == Some(Role::Owner) {
        return Ok(None);
    }
    let found = all(view, user.org).await?.into_iter().find(|provider| provider.settings.only_way);
    Ok(found.map(|provider| provider.label))
}

/// All of an organization's, of which there are few.
pub(crate) async fn all(view: &mut View, org: OrgId) -> Result<Vec<UserProvider>> {
    let page = Page { after: UserProviderId(0), limit: u32::MAX, search: String::new() };
    Ok(view.user_providers(org, &page).await?)
}

/// What the same request made before.
async fn made_before(
    change: &mut Change,
    by: &By,
    once: Option<&Once>,
    org: OrgId,
) -> Result<Option<UserProvider>> {
    let Some(id) = recall(change, by, once).await? else { return Ok(None) };
    change.user_provider(org, UserProviderId(id)).await?.ok_or(Error::Absent("provider")).map(Some)
}

/// Never with the secret.
fn value(provider: &UserProvider) -> Value {
    json!({"label": provider.label, "issuer": provider.issuer, "settings": provider.settings,
        "has_secret": provider.has_secret})
}

fn planned(before: &UserProvider, plan: &UserProviderPlan) -> Result<UserProvider> {
    let mut after = before.clone();
    let settings = &mut after.settings;
    for (at, wanted) in [
        (&mut after.label, &plan.label),
        (&mut after.issuer, &plan.issuer),
        (&mut settings.client_id, &plan.client_id),
    ] {
        if let Some(wanted) = wanted {
            wanted.trim().clone_into(at);
        }
    }
    if let Some(domains) = &plan.email_domains {
        let mut domains: Vec<String> = domains.iter().map(|domain| domain.trim().to_lowercase()).collect();
        domains.sort_unstable();
        domains.dedup();
        settings.email_domains = domains;
    }
    if let Some(role) = &plan.new_people {
        settings.new_people = new_role(role)?;
    }
    settings.only_way = plan.only_way.unwrap_or(settings.only_way);
    settings.second_factor_there = plan.second_factor_there.unwrap_or(settings.second_factor_there);
    after.has_secret = plan.secret.as_ref().map_or(before.has_secret, |secret| !secret.expose().is_empty());
    Ok(after)
}

/// What people may do who are made at their first sign-in. Owners are made by owners.
fn new_role(text: &str) -> Result<Option<String>> {
    match Role::by_name(text) {
        _ if text.is_empty() => Ok(None),
        Some(role @ (Role::Admin | Role::Support | Role::Auditor)) => Ok(Some(role.name().to_owned())),
        _ => Err(Error::Role(
            "people are made as admin, support or auditor, or not at all: owners are invited".to_owned(),
        )),
    }
}

fn checked(provider: &UserProvider, secret: Option<&Secret>) -> Result<()> {
    let wrong = |text: &str| Err(Error::Provider(text.to_owned()));
    check::name(&provider.label)?;
    if provider.issuer.is_empty() || provider.issuer.len() > LETTERS {
        return wrong("issuer is the provider's address, as https://login.acme.example");
    }
    let settings = &provider.settings;
    if settings.client_id.is_empty() || settings.client_id.len() > LETTERS {
        return wrong("client_id is what this service is called at the provider");
    }
    if secret.is_some_and(|secret| secret.expose().len() > LETTERS) {
        return wrong("client_secret has at most 1000 letters");
    }
    if settings.email_domains.is_empty() || settings.email_domains.len() > DOMAINS {
        return wrong(
            "email_domains are 1 to 100 domains, as acme.example: by them people find their provider",
        );
    }
    for domain in &settings.email_domains {
        if check::email(&format!("x@{domain}")).is_err() || !domain.contains('.') || domain.len() > 253 {
            return Err(Error::Provider(format!("email_domains: `{domain}` is no domain, as acme.example")));
        }
    }
    Ok(())
}
