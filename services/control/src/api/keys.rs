//! API keys of an organization, and of the provider.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tmtp_store::{
    SiteId,
    admin::{KeyId, OrgId},
};
use utoipa::ToSchema;

use super::{
    Api, Shared,
    body::{Asked, At, Given},
    caller::Caller,
    headers::created,
    page::{Listed, Paging},
    problem::Problem,
    show::KeyShown,
    times,
};
use crate::{KeyPlan, Need, Role};

/// A key to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyNew {
    /// What it is called: who or what will use it.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it may do. Owners and admins are for organizations, operators for the provider.
    #[schema(pattern = "^(operator|owner|admin|support|auditor)$")]
    role: String,
    /// When it ends; without, never.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// The one site that it is for: it reaches what is under that site's path and nothing else. Without: all that is the
    /// organization's.
    site: Option<i64>,
}

/// A new key.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyMade {
    /// What is kept of it.
    #[serde(flatten)]
    pub shown: KeyShown,
    /// The key itself, this once: it is kept as a hash only. Not there when the same request had made it before.
    pub key: Option<String>,
}

async fn list_of(api: &Api, org: OrgId, paging: &Paging) -> Result<Json<Listed<KeyShown>>, Problem> {
    let mut view = api.registry.view_of(org).await?;
    if org != OrgId::PROVIDER && view.org(org).await?.is_none() {
        return Err(Problem::absent("organization"));
    }
    let rows = view.keys(org, &paging.page()?).await?;
    Ok(Json(paging.listed(rows, |key| key.id, Into::into)?))
}

async fn create_of(
    api: &Api,
    caller: &Caller,
    org: OrgId,
    given: Given<KeyNew>,
) -> Result<Response, Problem> {
    let KeyNew { name, role, expires_at, site } = given.body;
    let unknown =
        || Problem::invalid(format!("role is owner, admin, support, auditor or operator, not `{role}`"));
    let expires_ms = expires_at.map(|text| times::read("expires_at", &text)).transpose()?;
    let role = Role::by_name(&role).ok_or_else(unknown)?;
    let plan = KeyPlan { name, role, expires_ms, only_site: site.map(SiteId) };
    let (made, key) = api.registry.create_key(&caller.by, given.once.as_ref(), org, &plan).await?;
    let path = move |id: KeyId| match org {
        OrgId::PROVIDER => format!("/api/v1/provider/keys/{}", id.0),
        org => format!("/api/v1/orgs/{}/keys/{}", org.0, id.0),
    };
    Ok(created(
        made,
        |made| path(made.id),
        |made| {
            let key = key.map(|key| key.expose().to_owned());
            Json(KeyMade { shown: made.into(), key }).into_response()
        },
    ))
}

async fn show_of(api: &Api, org: OrgId, key: i64) -> Result<Json<KeyShown>, Problem> {
    let found = api.registry.view_of(org).await?.key(org, KeyId(key)).await?;
    found.map(|key| Json(key.into())).ok_or_else(|| Problem::absent("key"))
}

async fn revoke_of(api: &Api, caller: &Caller, org: OrgId, key: i64) -> Result<StatusCode, Problem> {
    api.registry.revoke_key(&caller.by, org, KeyId(key)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List an organization's API keys, those that ended among them.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/keys", tag = "keys", operation_id = "listKeys",
    params(("org" = i64, Path), Paging), responses((status = 200, body = Listed<KeyShown>)))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Listed<KeyShown>>, Problem> {
    list_of(&api, caller.at(org, Need::Own)?, &paging).await
}

/// Make an API key for an organization. It is shown this once.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/keys", tag = "keys", operation_id = "createKey",
    request_body = KeyNew,
    params(("org" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again makes nothing new")),
    responses((status = 201, body = KeyMade)))]
pub(super) async fn create(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    given: Given<KeyNew>,
) -> Result<Response, Problem> {
    create_of(&api, &caller, caller.at(org, Need::Own)?, given).await
}

/// Show an API key, without itself.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/keys/{key}", tag = "keys", operation_id = "showKey",
    params(("org" = i64, Path), ("key" = i64, Path)), responses((status = 200, body = KeyShown)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At((org, key)): At<(i64, i64)>,
) -> Result<Json<KeyShown>, Problem> {
    show_of(&api, caller.at(org, Need::Own)?, key).await
}

/// Revoke an API key: from now on it is refused.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/keys/{key}", tag = "keys", operation_id = "revokeKey",
    params(("org" = i64, Path), ("key" = i64, Path)), responses((status = 204)))]
pub(super) async fn revoke(
    State(api): State<Shared>,
    caller: Caller,
    At((org, key)): At<(i64, i64)>,
) -> Result<StatusCode, Problem> {
    revoke_of(&api, &caller, caller.at(org, Need::Own)?, key).await
}

/// List the provider's API keys.
#[utoipa::path(get, path = "/api/v1/provider/keys", tag = "provider", operation_id = "listProviderKeys",
    params(Paging), responses((status = 200, body = Listed<KeyShown>)))]
pub(super) async fn list_provider(
    State(api): State<Shared>,
    caller: Caller,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Listed<KeyShown>>, Problem> {
    list_of(&api, caller.at_provider(Need::Own)?, &paging).await
}

/// Make an API key for the provider. It is shown this once.
#[utoipa::path(post, path = "/api/v1/provider/keys", tag = "provider", operation_id = "createProviderKey",
    request_body = KeyNew,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again makes nothing new")),
    responses((status = 201, body = KeyMade)))]
pub(super) async fn create_provider(
    State(api): State<Shared>,
    caller: Caller,
    given: Given<KeyNew>,
) -> Result<Response, Problem> {
    create_of(&api, &caller, caller.at_provider(Need::Own)?, given).await
}

/// Show one of the provider's API keys, without itself.
#[utoipa::path(get, path = "/api/v1/provider/keys/{key}", tag = "provider", operation_id = "showProviderKey",
    params(("key" = i64, Path)), responses((status = 200, body = KeyShown)))]
pub(super) async fn show_provider(
    State(api): State<Shared>,
    caller: Caller,
    At(key): At<i64>,
) -> Result<Json<KeyShown>, Problem> {
    show_of(&api, caller.at_provider(Need::Own)?, key).await
}

/// Revoke one of the provider's API keys.
#[utoipa::path(delete, path = "/api/v1/provider/keys/{key}", tag = "provider", operation_id = "revokeProviderKey",
    params(("key" = i64, Path)), responses((status = 204)))]
pub(super) async fn revoke_provider(
    State(api): State<Shared>,
    caller: Caller,
    At(key): At<i64>,
) -> Result<StatusCode, Problem> {
    revoke_of(&api, &caller, caller.at_provider(Need::Own)?, key).await
}
