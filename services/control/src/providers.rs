//! Sign-in providers of organizations: looked up where they are, kept, and told to all who let newcomers in.

use serde_json::{Value, json};
use tmtp_store::{
    Provider, ProviderId, ProviderSettings, Site, SiteId,
    admin::{Change, OrgId, Page},
};
use url::form_urlencoded;

use crate::{
    By, Created, Error, Once, Registry, Result, check,
    discovery::LETTERS,
    orgs::fresh,
    registry::{Done, recall, remember},
    wording,
};

/// Most providers of an organization: with the invitation as many as a client takes.
pub(crate) const PROVIDERS_MAX: usize = 25;
/// Sites looked at in one go.
const SITES_AT_ONCE: u32 = 500;
/// Most entries of a list.
const ENTRIES: usize = 100;
/// What a client or the site itself says in an address, and a provider's parameters may not.
const RESERVED: [&str; 9] = [
    "response_type",
    "client_id",
    "scope",
    "redirect_uri",
    "state",
    "code",
    "code_challenge",
    "code_challenge_method",
    "code_verifier",
];

/// A provider as somebody wants it. What is left out is found where the provider publishes it, or stays.
#[derive(Debug, Clone, Default)]
pub struct ProviderPlan {
    /// What members are shown.
    pub label: Option<String>,
    /// Who it says it is.
    pub issuer: Option<String>,
    /// What to change of its settings.
    pub settings: Value,
}

/// What a provider publishes about itself, unless it was given by hand: our name for it, and that in its document.
const PUBLISHED: [(&str, &str); 3] =
    [("login_url", "authorization_endpoint"), ("token_url", "token_endpoint"), ("keys_url", "jwks_uri")];

impl Registry {
    /// Adds a provider to an organization.
    ///
    /// # Errors
    /// When something about it cannot be, it cannot be reached, there are too many, or the store fails.
    pub async fn create_provider(
        &self,
        by: &By,
        once: Option<&Once>,
        org: OrgId,
        plan: &ProviderPlan,
    ) -> Result<Created<Provider>> {
        let blank = Provider {
            id: ProviderId(0),
            label: String::new(),
            issuer: String::new(),
            settings: ProviderSettings {
                scopes: "openid email".to_owned(),
                groups_claim: "groups".to_owned(),
                ..ProviderSettings::default()
            },
            version: 0,
            created_ms: self.now_ms(),
        };
        // Before the provider is asked: it may be down by now.
        if let Some(made) = made_before(&mut self.admin.begin_of(org).await?, by, once, org).await? {
            return Ok(Created::Before(made));
        }
        let new = self.completed(&blank, plan).await?;
        let mut change = self.admin.begin_of(org).await?;
        if let Some(made) = made_before(&mut change, by, once, org).await? {
            return Ok(Created::Before(made));
        }
        change.lock_org(org).await?.ok_or(Error::Absent("organization"))?;
        if all(&mut change, org).await?.len() >= PROVIDERS_MAX {
            return Err(Error::Plan(format!(
                "an organization has at most {PROVIDERS_MAX} providers: clients take no more"
            )));
        }
        let made = change.add_provider(org, &new).await?;
        remember(&mut change, by, once, made.id.0, self.now_ms()).await?;
        self.record_provider(&mut change, by, org, ("provider.create", Value::Null, value(&made)), made.id)
            .await?;
        change.commit().await?;
        self.tell_all_sites();
        Ok(Created::New(made))
    }

    /// Changes a provider that still has this version.
    ///
    /// # Errors
    /// As for making one; and when there is none, or it has another version.
    pub async fn change_provider(
        &self,
        by: &By,
        (org, id): (OrgId, ProviderId),
        version: Option<i64>,
        plan: &ProviderPlan,
    ) -> Result<Provider> {
        let before = self.view_of(org).await?.provider(org, id).await?.ok_or(Error::Absent("provider"))?;
        fresh(version, before.version)?;
        let after = self.completed(&before, plan).await?;
        if after == before {
            return Ok(before);
        }
        let mut change = self.admin.begin_of(org).await?;
        change.lock_org(org).await?.ok_or(Error::Absent("organization"))?;
        let stale = Error::Stale { now: before.version + 1 };
        let after = change.change_provider(org, &after).await?.ok_or(stale)?;
        if after.settings.keys_url != before.settings.keys_url {
            // They were had a moment ago.
            change.note_provider((org, id), self.now_ms(), None).await?;
        }
        let deed = ("provider.change", value(&before), value(&after));
        self.record_provider(&mut change, by, org, deed, id).await?;
        change.commit().await?;
        self.tell_all_sites();
        Ok(after)
    }

    /// Removes a provider: it vouches for nobody any more. Its members stay.
    ///
    /// # Errors
    /// When there is none, when the members of some site had nowhere left to sign in again, or the store fails.
    pub async fn remove_provider(&self, by: &By, org: OrgId, id: ProviderId) -> Result<()> {
        let mut change = self.admin.begin_of(org).await?;
        change.lock_org(org).await?.ok_or(Error::Absent("organization"))?;
        let before = change.provider(org, id).await?.ok_or(Error::Absent("provider"))?;
        let others: Vec<_> =
            all(&mut change, org).await?.into_iter().map(|one| one.id).filter(|one| *one != id).collect();
        if let Some(site) = needed_at(&mut change, org, id, &others).await? {
            return Err(Error::State(format!(
                "members of the site \"{site}\" sign in again at this provider alone, and could not log in without: add \
                 another one that lets people in there, or set its sign_in_again_days to 0"
            )));
        }
        change.remove_provider(org, id).await?;
        let deed = ("provider.remove", value(&before), Value::Null);
        self.record_provider(&mut change, by, org, deed, id).await?;
        change.commit().await?;
        self.tell_all_sites();
        Ok(())
    }

    /// Asks a provider for its keys now; what is wrong, in words.
    ///
    /// # Errors
    /// When there is none, or the store fails.
    pub async fn check_provider(&self, org: OrgId, id: ProviderId) -> Result<Option<String>> {
        let found = self.view_of(org).await?.provider(org, id).await?.ok_or(Error::Absent("provider"))?;
        self.look_at_provider(org, &found).await
    }

    /// The provider as planned, with what it publishes itself where the plan says nothing.
    async fn completed(&self, before: &Provider, plan: &ProviderPlan) -> Result<Provider> {
        let label = plan.label.clone().unwrap_or_else(|| before.label.clone());
        let issuer = plan.issuer.clone().unwrap_or_else(|| before.issuer.clone());
        let mut settings = merged(&before.settings, &plan.settings)?;
        checked(&label, &issuer, &settings)?;
        let is_by_hand = PUBLISHED.iter().all(|(name, _)| plan.settings[*name].is_string());
        let urls = [&settings.login_url, &settings.token_url, &settings.keys_url];
        if (issuer != before.issuer && !is_by_hand) || urls.iter().any(|url| url.is_empty()) {
            self.discover(&issuer, &plan.settings, &mut settings).await?;
        }
        for (name, url) in [("login_url", &settings.login_url), ("token_url", &settings.token_url)] {
            self.check_web(name, url)?;
        }
        let after = Provider { label, issuer, settings, ..before.clone() };
        if after.settings.keys_url != before.settings.keys_url {
            self.check_keys(&after.settings.keys_url).await?;
        }
        Ok(after)
    }

    /// Looks up what was not given by hand.
    async fn discover(&self, issuer: &str, given: &Value, settings: &mut ProviderSettings) -> Result<()> {
        let by_hand = |error: Error| match error {
            Error::Provider(why) => Error::Provider(format!(
                "{why}; if it publishes nothing, give login_url, token_url and keys_url by hand"
            )),
            other => other,
        };
        let published = self.published(issuer).await.map_err(by_hand)?;
        let urls = [&mut settings.login_url, &mut settings.token_url, &mut settings.keys_url];
        for ((name, field), at) in PUBLISHED.into_iter().zip(urls) {
            if !given[name].is_string() {
                *at = published.address(field).map_err(by_hand)?;
            }
        }
        Ok(())
    }

    async fn record_provider(
        &self,
        change: &mut Change,
        by: &By,
        org: OrgId,
        (action, was, became): (&'static str, Value, Value),
        id: ProviderId,
    ) -> Result<()> {
        let target = id.0.to_string();
        self.record(change, by, Done { org, action, site: None, target: &target, was, became })
            .await
            .map(drop)
    }
}

/// What the same request made before.
async fn made_before(
    change: &mut Change,
    by: &By,
    once: Option<&Once>,
    org: OrgId,
) -> Result<Option<Provider>> {
    let Some(id) = recall(change, by, once).await? else { return Ok(None) };
    change.provider(org, ProviderId(id)).await?.ok_or(Error::Absent("provider")).map(Some)
}

pub(crate) async fn all(change: &mut Change, org: OrgId) -> Result<Vec<Provider>> {
    let page = Page { after: ProviderId(0), limit: u32::MAX, search: String::new() };
    Ok(change.providers(org, &page).await?)
}

/// The name of a site whose members have to sign in again now and then, and can at this provider and none of the others.
async fn needed_at(
    change: &mut Change,
    org: OrgId,
    id: ProviderId,
    others: &[ProviderId],
) -> Result<Option<String>> {
    let mut after = SiteId(0);
    loop {
        let page = Page { after, limit: SITES_AT_ONCE, search: String::new() };
        let sites = change.org_sites(org, &page).await?;
        let Some(last) = sites.last() else { return Ok(None) };
        after = last.site.id;
        let needs = |site: &Site| {
            let settings = &site.settings;
            let lets = |id: &ProviderId| settings.lets_vouch(*id);
            settings.signs_in_again() && lets(&id) && !others.iter().any(lets)
        };
        if let Some(found) = sites.into_iter().find(|found| needs(&found.site)) {
            return Ok(Some(found.site.name));
        }
    }
}

fn value(provider: &Provider) -> Value {
    json!({"label": provider.label, "issuer": provider.issuer, "settings": provider.settings})
}

/// Settings with some of them set anew; there is none but those that there are.
fn merged(settings: &ProviderSettings, changes: &Value) -> Result<ProviderSettings> {
    let odd = |said| Error::Setting(format!("a provider's setting cannot be so: {said}"));
    let mut fields = serde_json::to_value(settings).map_err(|error| odd(error.to_string()))?;
    for (name, value) in changes.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        fields[name] = value.clone();
    }
    wording::from_value(fields).map_err(odd)
}

fn checked(label: &str, issuer: &str, settings: &ProviderSettings) -> Result<()> {
    let wrong = |text: &str| Err(Error::Provider(text.to_owned()));
    check::name(label)?;
    if label.eq_ignore_ascii_case("invitation") {
        return wrong("a provider is not called Invitation: that is the site's own way in");
    }
    if issuer.is_empty() || issuer.len() > LETTERS {
        return wrong("issuer is the provider's address, as https://login.acme.example");
    }
    if settings.client_id.is_empty() || settings.client_id.len() > LETTERS {
        return wrong("client_id is what this service is called at the provider");
    }
    if !settings.scopes.split(' ').any(|scope| scope == "openid") || settings.scopes.len() > LETTERS {
        return wrong("scopes are words with spaces between, openid among them");
    }
    for params in [&settings.login_params, &settings.token_params] {
        let mut named = form_urlencoded::parse(params.as_bytes());
        if params.len() > LETTERS || named.any(|(name, _)| RESERVED.contains(&name.as_ref())) {
            return wrong(
                "login_params and token_params are as `prompt=login`, without what sign-in sets itself",
            );
        }
    }
    let urls = [&settings.login_url, &settings.token_url, &settings.keys_url];
    if urls.iter().any(|url| url.len() > LETTERS) {
        return wrong("login_url, token_url and keys_url have at most 1000 letters");
    }
    let lists = [&settings.audiences, &settings.email_domains, &settings.groups];
    let fits = |list: &&Vec<String>| {
        list.len() <= ENTRIES && list.iter().all(|entry| (1..=LETTERS).contains(&entry.len()))
    };
    if !lists.iter().all(fits) || settings.groups_claim.len() > LETTERS {
        return wrong("audiences, email_domains and groups have at most 100 entries, none empty");
    }
    Ok(())
}
