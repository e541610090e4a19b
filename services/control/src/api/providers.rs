//! An organization's sign-in providers.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tmtp_store::{Provider, ProviderId, ProviderSettings, admin::ProviderFault};
use utoipa::ToSchema;

use super::{
    Shared,
    body::{Asked, At, Given},
    caller::Caller,
    headers::{Expected, created, tagged},
    page::{Listed, Paging},
    problem::Problem,
    times::shown,
};
use crate::{Need, ProviderPlan};

/// What can be set of a provider. What is left out is found where it publishes it, or stays.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProviderSet {
    /// What this service is called at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<String>,
    /// For whom its tokens may be (`aud`); without, for `client_id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    audiences: Option<Vec<String>>,
    /// Where members sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    login_url: Option<String>,
    /// Where their clients get the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_url: Option<String>,
    /// Where its keys are.
    #[serde(skip_serializing_if = "Option::is_none")]
    keys_url: Option<String>,
    /// What is asked for; `openid email` at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<String>,
    /// More parameters of the login address, as `prompt=login`. Everybody can see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    login_params: Option<String>,
    /// More parameters of the token's form. Everybody can see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_params: Option<String>,
    /// Only who has a verified e-mail address at one of these domains.
    #[serde(skip_serializing_if = "Option::is_none")]
    email_domains: Option<Vec<String>>,
    /// Only who is in one of these groups.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<String>>,
    /// The claim that lists groups; `groups` at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    groups_claim: Option<String>,
}

/// A provider to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderNew {
    /// What members are shown.
    #[schema(min_length = 1, max_length = 200)]
    label: String,
    /// Who it says it is (`iss`): its address.
    issuer: String,
    /// The rest.
    settings: ProviderSet,
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProviderPatch {
    /// What members are shown.
    label: Option<String>,
    /// Who it says it is.
    issuer: Option<String>,
    /// The rest.
    #[serde(default)]
    settings: ProviderSet,
}

/// A provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderShown {
    /// Its id.
    pub id: i64,
    /// What members are shown.
    pub label: String,
    /// Who it says it is.
    pub issuer: String,
    /// Its settings, all of them.
    #[schema(value_type = Object)]
    pub settings: ProviderSettings,
    /// Its version; the ETag in quotation marks.
    pub version: i64,
    /// When it was added.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// Since when its keys cannot be had: soon nobody can register through it. It is looked at every ten minutes.
    #[schema(format = DateTime)]
    pub down_since: Option<String>,
    /// Why not, and what to do.
    pub fault: Option<String>,
}

impl ProviderShown {
    fn new(provider: Provider, fault: Option<ProviderFault>) -> Self {
        Self {
            down_since: fault.as_ref().map(|fault| shown(fault.since_ms)),
            fault: fault.map(|fault| fault.why),
            id: provider.id.0,
            label: provider.label,
            issuer: provider.issuer,
            settings: provider.settings,
            version: provider.version,
            created_at: shown(provider.created_ms),
        }
    }
}

/// What a look at a provider gave.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderChecked {
    /// Whether its keys can be had.
    pub reachable: bool,
    /// Why not, and what to do.
    pub detail: Option<String>,
}

fn plan(label: Option<String>, issuer: Option<String>, settings: &ProviderSet) -> ProviderPlan {
    ProviderPlan { label, issuer, settings: serde_json::to_value(settings).unwrap_or(Value::Null) }
}

/// List an organization's sign-in providers.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/providers", tag = "providers", operation_id = "listProviders",
    params(("org" = i64, Path), Paging), responses((status = 200, body = Listed<ProviderShown>)))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Listed<ProviderShown>>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    view.org(org).await?.ok_or_else(|| Problem::absent("organization"))?;
    let rows = view.providers(org, &paging.page()?).await?;
    let faults = view.provider_faults(org).await?;
    let shown = |provider: Provider| {
        let fault = faults.get(&provider.id).cloned();
        ProviderShown::new(provider, fault)
    };
    Ok(Json(paging.listed(rows, |provider| provider.id, shown)?))
}

/// Add a sign-in provider. What it publishes about itself is looked up.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/providers", tag = "providers", operation_id = "createProvider",
    request_body = ProviderNew,
    params(("org" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again makes nothing new")),
    responses((status = 201, body = ProviderShown)))]
pub(super) async fn create(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    given: Given<ProviderNew>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Administer)?;
    let ProviderNew { label, issuer, settings } = given.body;
    let plan = plan(Some(label), Some(issuer), &settings);
    let made = api.registry.create_provider(&caller.by, given.once.as_ref(), org, &plan).await?;
    let path = |made: &Provider| format!("/api/v1/orgs/{}/providers/{}", org.0, made.id.0);
    Ok(created(made, path, |made| {
        let version = made.version;
        tagged(ProviderShown::new(made, None), version)
    }))
}

/// Show a sign-in provider.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/providers/{provider}", tag = "providers",
    operation_id = "showProvider", params(("org" = i64, Path), ("provider" = i64, Path)),
    responses((status = 200, body = ProviderShown)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At((org, provider)): At<(i64, i64)>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let found = view.provider(org, ProviderId(provider)).await?.ok_or_else(|| Problem::absent("provider"))?;
    let (version, fault) = (found.version, view.provider_faults(org).await?.remove(&found.id));
    Ok(tagged(ProviderShown::new(found, fault), version))
}

/// Change a sign-in provider. With another issuer, what that one publishes is looked up.
#[utoipa::path(patch, path = "/api/v1/orgs/{org}/providers/{provider}", tag = "providers",
    operation_id = "changeProvider", request_body = ProviderPatch,
    params(("org" = i64, Path), ("provider" = i64, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = ProviderShown)))]
pub(super) async fn change(
    State(api): State<Shared>,
    caller: Caller,
    At((org, provider)): At<(i64, i64)>,
    Expected(version): Expected,
    given: Given<ProviderPatch>,
) -> Result<Response, Problem> {
    let at = (caller.at(org, Need::Administer)?, ProviderId(provider));
    let ProviderPatch { label, issuer, settings } = given.body;
    let plan = plan(label, issuer, &settings);
    let changed = api.registry.change_provider(&caller.by, at, version, &plan).await?;
    let version = changed.version;
    let fault = api.registry.view_of(at.0).await?.provider_faults(at.0).await?.remove(&changed.id);
    Ok(tagged(ProviderShown::new(changed, fault), version))
}

/// Remove a sign-in provider: it vouches for nobody any more. Members who came through it stay.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/providers/{provider}", tag = "providers",
    operation_id = "removeProvider", params(("org" = i64, Path), ("provider" = i64, Path)),
    responses((status = 204)))]
pub(super) async fn remove(
    State(api): State<Shared>,
    caller: Caller,
    At((org, provider)): At<(i64, i64)>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Administer)?;
    api.registry.remove_provider(&caller.by, org, ProviderId(provider)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look whether a sign-in provider can be reached now.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/providers/{provider}/check", tag = "providers",
    operation_id = "checkProvider", params(("org" = i64, Path), ("provider" = i64, Path)),
    responses((status = 200, body = ProviderChecked)))]
pub(super) async fn check(
    State(api): State<Shared>,
    caller: Caller,
    At((org, provider)): At<(i64, i64)>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Help)?;
    let detail = api.registry.check_provider(org, ProviderId(provider)).await?;
    Ok(Json(ProviderChecked { reachable: detail.is_none(), detail }).into_response())
}
