//! An organization's sites.

use axum::{Json, extract::State, response::Response};
use serde::Deserialize;
use serde_json::{Map, Value};
use tmtp_store::{SiteId, admin::OrgSite};
use utoipa::ToSchema;

use super::{
    Shared,
    body::{Asked, At, Given},
    caller::Caller,
    headers::{Expected, created, tagged},
    page::{Listed, Paging, Search},
    problem::Problem,
    show::SiteShown,
};
use crate::{Need, SiteChange, SitePlan};

/// A site to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteNew {
    /// What clients are shown.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// The host names that are to lead to it.
    #[schema(min_items = 1)]
    hosts: Vec<String>,
    /// Settings that differ from the defaults, as `{"registration": "open"}`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    settings: Option<Map<String, Value>>,
}

/// What to change of a site; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SitePatch {
    /// What clients are shown.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// The host names that are to lead to it, in place of those that do.
    #[schema(min_items = 1)]
    hosts: Option<Vec<String>>,
    /// Settings to change.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    settings: Option<Map<String, Value>>,
}

fn answer(caller: &Caller, site: OrgSite) -> Response {
    let version = site.version;
    tagged(SiteShown::to(caller, site), version)
}

/// List an organization's sites.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites", tag = "sites", operation_id = "listSites",
    params(("org" = i64, Path), Paging, Search), responses((status = 200, body = Listed<SiteShown>)))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    Asked(paging): Asked<Paging>,
    Asked(search): Asked<Search>,
) -> Result<Json<Listed<SiteShown>>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    view.org(org).await?.ok_or_else(|| Problem::absent("organization"))?;
    let rows = view.org_sites(org, &paging.found(search)?).await?;
    Ok(Json(paging.listed(rows, |found| found.site.id, |site| SiteShown::to(&caller, site))?))
}

/// Make a site.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites", tag = "sites", operation_id = "createSite",
    request_body = SiteNew,
    params(("org" = i64, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again makes nothing new")),
    responses((status = 201, body = SiteShown)))]
pub(super) async fn create(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    given: Given<SiteNew>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Administer)?;
    let SiteNew { name, hosts, settings } = given.body;
    let plan = SitePlan { name, hosts, settings: settings.unwrap_or_default() };
    let made = api.registry.create_site(&caller.by, given.once.as_ref(), org, &plan).await?;
    Ok(created(
        made,
        |it| format!("/api/v1/orgs/{}/sites/{}", it.org.0, it.site.id.0),
        |it| answer(&caller, it),
    ))
}

/// Show a site.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}", tag = "sites", operation_id = "showSite",
    params(("org" = i64, Path), ("site" = i64, Path)), responses((status = 200, body = SiteShown)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Look)?;
    let found = api.registry.view_of(org).await?.org_site(org, SiteId(site)).await?;
    found.map(|site| answer(&caller, site)).ok_or_else(|| Problem::absent("site"))
}

/// Change a site.
#[utoipa::path(patch, path = "/api/v1/orgs/{org}/sites/{site}", tag = "sites", operation_id = "changeSite",
    request_body = SitePatch,
    params(("org" = i64, Path), ("site" = i64, Path),
        ("If-Match" = String, Header, description = "The ETag that you read, or `*`")),
    responses((status = 200, body = SiteShown)))]
pub(super) async fn change(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    Expected(version): Expected,
    given: Given<SitePatch>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Administer)?;
    let SitePatch { name, hosts, settings } = given.body;
    let wanted = SiteChange { name, hosts, suspended: None, settings: settings.unwrap_or_default() };
    Ok(answer(&caller, api.registry.change_site(&caller.by, (org, SiteId(site)), version, &wanted).await?))
}

/// How long a site is to be closed before it is erased.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SiteClose {
    /// Days; 30 where it is left out. 0: now.
    #[schema(minimum = 0, maximum = 365)]
    grace_days: Option<u32>,
}

/// Days of grace where nobody says how many.
const GRACE_DAYS: u32 = 30;

/// Close a site: nobody gets in, and after a time of grace all that is in it is erased.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/close", tag = "sites", operation_id = "closeSite",
    request_body = SiteClose, params(("org" = i64, Path), ("site" = i64, Path)),
    responses((status = 200, body = SiteShown)))]
pub(super) async fn close(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    given: Given<SiteClose>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Administer)?;
    let days = given.body.grace_days.unwrap_or(GRACE_DAYS);
    Ok(answer(&caller, api.registry.close_site(&caller.by, (org, SiteId(site)), days).await?))
}

/// Open a closed site again, while it is there.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/reopen", tag = "sites", operation_id = "reopenSite",
    params(("org" = i64, Path), ("site" = i64, Path)), responses((status = 200, body = SiteShown)))]
pub(super) async fn reopen(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Administer)?;
    Ok(answer(&caller, api.registry.reopen_site(&caller.by, (org, SiteId(site))).await?))
}

/// Suspend a site: nobody may register or log in, and all links are closed.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/suspend", tag = "sites", operation_id = "suspendSite",
    params(("org" = i64, Path), ("site" = i64, Path)), responses((status = 200, body = SiteShown)))]
pub(super) async fn suspend(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
) -> Result<Response, Problem> {
    set_suspended(&api, &caller, org, site, true).await
}

/// End a site's suspension.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/resume", tag = "sites", operation_id = "resumeSite",
    params(("org" = i64, Path), ("site" = i64, Path)), responses((status = 200, body = SiteShown)))]
pub(super) async fn resume(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
) -> Result<Response, Problem> {
    set_suspended(&api, &caller, org, site, false).await
}

async fn set_suspended(
    api: &Shared,
    caller: &Caller,
    org: i64,
    site: i64,
    suspended: bool,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Administer)?;
    let wanted = SiteChange { suspended: Some(suspended), ..SiteChange::default() };
    Ok(answer(caller, api.registry.change_site(&caller.by, (org, SiteId(site)), None, &wanted).await?))
}
