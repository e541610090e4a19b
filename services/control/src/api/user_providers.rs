//! The providers that an organization's people sign in with.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use tmtp_store::admin::{UserId, UserProvider, UserProviderId};
use utoipa::ToSchema;

use super::{
    Api, Shared,
    arrival::return_url,
    body::{Asked, At, Given},
    caller::Caller,
    headers::{Expected, created, tagged},
    page::{Listed, Paging},
    problem::Problem,
    providers::ProviderChecked,
    times::shown,
};
use crate::{Need, UserProviderPlan};

/// A provider to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserProviderNew {
    /// What people are shown: “Sign in with …”.
    #[schema(min_length = 1, max_length = 200)]
    label: String,
    /// Who it says it is (`iss`): its address. Where its parts are is looked up there.
    issuer: String,
    /// The set.
    settings: UserProviderSet,
}

/// What can be set of a provider; what is left out stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserProviderSet {
    /// What this service is called at the provider.
    client_id: Option<String>,
    /// What it proves itself with there; it is never shown. Empty: nothing, PKCE is enough.
    client_secret: Option<String>,
    /// Only people whose address is at one of these domains; at least one.
    email_domains: Option<Vec<String>>,
    /// What people may do who are made at their first sign-in: `admin`, `support` or `auditor`. Empty, as at first: nobody is
    /// made, people are invited.
    #[schema(pattern = "^(admin|support|auditor|)$")]
    new_people_role: Option<String>,
    /// The organization's people sign in at its providers only. Owners can always use their password.
    only_way_in: Option<bool>,
    /// The provider asks for a second factor: people's own is not asked for.
    second_factor_there: Option<bool>,
}

/// What to change.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserProviderPatch {
    /// What people are shown.
    label: Option<String>,
    /// Who it says it is. Given, it is looked up anew.
    issuer: Option<String>,
    /// The set.
    #[serde(default)]
    settings: UserProviderSet,
}

/// A provider that people sign in with.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserProviderShown {
    /// Its id.
    id: i64,
    /// What people are shown.
    label: String,
    /// Who it says it is.
    issuer: String,
    /// Its settings.
    settings: UserProviderRules,
    /// The redirect address to register at the provider, exactly so.
    redirect_url: String,
    /// Its version; the ETag in quotation marks.
    version: i64,
    /// When it was added.
    #[schema(format = DateTime)]
    created_at: String,
}

/// Settings of a provider that people sign in with.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserProviderRules {
    /// What this service is called there.
    client_id: String,
    /// This service proves itself with a secret there.
    has_secret: bool,
    /// Only people whose address is at one of these domains.
    email_domains: Vec<String>,
    /// What people may do who are made at their first sign-in; empty: nobody is made.
    new_people_role: String,
    /// The organization's people have no other way in, but for its owners.
    only_way_in: bool,
    /// The provider asks for a second factor.
    second_factor_there: bool,
}

fn show_it(api: &Api, provider: UserProvider) -> UserProviderShown {
    let settings = provider.settings;
    UserProviderShown {
        id: provider.id.0,
        label: provider.label,
        issuer: provider.issuer,
        settings: UserProviderRules {
            client_id: settings.client_id,
            has_secret: provider.has_secret,
            email_domains: settings.email_domains,
            new_people_role: settings.new_people.unwrap_or_default(),
            only_way_in: settings.only_way,
            second_factor_there: settings.second_factor_there,
        },
        redirect_url: return_url(api),
        version: provider.version,
        created_at: shown(provider.created_ms),
    }
}

fn answer(api: &Api, provider: UserProvider) -> Response {
    let version = provider.version;
    tagged(show_it(api, provider), version)
}

fn plan(label: Option<String>, issuer: Option<String>, set: UserProviderSet) -> UserProviderPlan {
    UserProviderPlan {
        label,
        issuer,
        client_id: set.client_id,
        secret: set.client_secret.map(Into::into),
        email_domains: set.email_domains,
        new_people: set.new_people_role,
        only_way: set.only_way_in,
        second_factor_there: set.second_factor_there,
    }
}

/// List the providers that an organization's people sign in with.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/user-providers", tag = "users", operation_id = "listUserProviders",
    params(("org" = i64, Path), Paging), responses((status = 200, body = Listed<UserProviderShown>)))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Listed<UserProviderShown>>, Problem> {
    let org = caller.at(org, Need::Own)?;
    let mut view = api.registry.view_of(org).await?;
    view.org(org).await?.ok_or_else(|| Problem::absent("organization"))?;
    let rows = view.user_providers(org, &paging.page()?).await?;
    Ok(Json(paging.listed(rows, |provider| provider.id, |provider| show_it(&api, provider))?))
}

/// Add a provider that people sign in with. What it publishes about itself is looked up.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/user-providers", tag = "users", operation_id = "createUserProvider",
    request_body = UserProviderNew,
    params(("org" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again makes nothing new")),
    responses((status = 201, body = UserProviderShown)))]
pub(super) async fn create(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    given: Given<UserProviderNew>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Own)?;
    let UserProviderNew { label, issuer, settings } = given.body;
    let plan = plan(Some(label), Some(issuer), settings);
    let made = api.registry.create_user_provider(&caller.by, given.once.as_ref(), org, &plan).await?;
    let path = |made: &UserProvider| format!("/api/v1/orgs/{}/user-providers/{}", org.0, made.id.0);
    Ok(created(made, path, |made| answer(&api, made)))
}

/// Show a provider that people sign in with.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/user-providers/{user_provider}", tag = "users",
    operation_id = "showUserProvider", params(("org" = i64, Path), ("user_provider" = i64, Path)),
    responses((status = 200, body = UserProviderShown)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At((org, provider)): At<(i64, i64)>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Own)?;
    let found = api.registry.view_of(org).await?.user_provider(org, UserProviderId(provider)).await?;
    Ok(answer(&api, found.ok_or_else(|| Problem::absent("provider"))?))
}

/// Change a provider that people sign in with. With its issuer given, what that one publishes is looked up.
#[utoipa::path(patch, path = "/api/v1/orgs/{org}/user-providers/{user_provider}", tag = "users",
    operation_id = "changeUserProvider", request_body = UserProviderPatch,
    params(("org" = i64, Path), ("user_provider" = i64, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = UserProviderShown)))]
pub(super) async fn change(
    State(api): State<Shared>,
    caller: Caller,
    At((org, provider)): At<(i64, i64)>,
    Expected(version): Expected,
    given: Given<UserProviderPatch>,
) -> Result<Response, Problem> {
    let at = (caller.at(org, Need::Own)?, UserProviderId(provider));
    let UserProviderPatch { label, issuer, settings } = given.body;
    let plan = plan(label, issuer, settings);
    Ok(answer(&api, api.registry.change_user_provider(&caller.by, at, version, &plan).await?))
}

/// Remove a provider that people sign in with. People stay, and can use passwords again.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/user-providers/{user_provider}", tag = "users",
    operation_id = "removeUserProvider", params(("org" = i64, Path), ("user_provider" = i64, Path)),
    responses((status = 204)))]
pub(super) async fn remove(
    State(api): State<Shared>,
    caller: Caller,
    At((org, provider)): At<(i64, i64)>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Own)?;
    api.registry.remove_user_provider(&caller.by, org, UserProviderId(provider)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look whether a provider that people sign in with can be reached now.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/user-providers/{user_provider}/check", tag = "users",
    operation_id = "checkUserProvider", params(("org" = i64, Path), ("user_provider" = i64, Path)),
    responses((status = 200, body = ProviderChecked)))]
pub(super) async fn check(
    State(api): State<Shared>,
    caller: Caller,
    At((org, provider)): At<(i64, i64)>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Own)?;
    let detail = api.registry.check_user_provider(org, UserProviderId(provider)).await?;
    Ok(Json(ProviderChecked { reachable: detail.is_none(), detail }).into_response())
}

/// Forget who somebody is at the providers: they are linked anew, by their address, at their next sign-in there.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/users/{user}/identities", tag = "users",
    operation_id = "unlinkUser", params(("org" = i64, Path), ("user" = i64, Path)),
    responses((status = 204)))]
pub(super) async fn unlink(
    State(api): State<Shared>,
    caller: Caller,
    At((org, user)): At<(i64, i64)>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Own)?;
    api.registry.unlink_user(&caller.by, org, UserId(user)).await?;
    Ok(StatusCode::NO_CONTENT)
}
