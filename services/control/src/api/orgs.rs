//! Organizations.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use serde::Deserialize;
use tmtp_store::admin::{Org, OrgId, OrgLimits, Page};
use utoipa::ToSchema;

use super::{
    Shared,
    body::{Asked, At, Given},
    caller::Caller,
    headers::{Expected, created, tagged},
    page::{Listed, Paging, Search},
    problem::Problem,
    show::OrgShown,
};
use crate::{Need, OrgChange};

/// Limits to set; those left out stay, or are the defaults.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SomeLimits {
    /// Most sites.
    sites_max: Option<u32>,
    /// Most octets of data in one message that a site may allow.
    message_octets_max: Option<u64>,
    /// Most members that a site may allow.
    members_max: Option<u32>,
    /// Most devices of a member that a site may allow.
    nodes_per_member_max: Option<u32>,
    /// Most octets waiting for one device that a site may allow.
    queued_octets_max: Option<u64>,
    /// Most messages a day that a site may allow.
    messages_per_day_max: Option<u64>,
}

impl SomeLimits {
    fn over(&self, limits: &OrgLimits) -> OrgLimits {
        OrgLimits {
            sites_max: self.sites_max.unwrap_or(limits.sites_max),
            message_octets_max: self.message_octets_max.unwrap_or(limits.message_octets_max),
            members_max: self.members_max.unwrap_or(limits.members_max),
            messages_per_day_max: self.messages_per_day_max.unwrap_or(limits.messages_per_day_max),
            nodes_per_member_max: self.nodes_per_member_max.unwrap_or(limits.nodes_per_member_max),
            queued_octets_max: self.queued_octets_max.unwrap_or(limits.queued_octets_max),
        }
    }
}

/// An organization to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrgNew {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it may have.
    limits: Option<SomeLimits>,
}

/// What to change of an organization; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrgPatch {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200)]
    name: Option<String>,
    /// What it may have: for operators. Settings of its sites beyond that are lowered to it.
    limits: Option<SomeLimits>,
}

/// List the organizations that you can see.
#[utoipa::path(get, path = "/api/v1/orgs", tag = "organizations", operation_id = "listOrgs", params(Paging, Search),
    responses((status = 200, body = Listed<OrgShown>)))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    Asked(paging): Asked<Paging>,
    Asked(search): Asked<Search>,
) -> Result<Json<Listed<OrgShown>>, Problem> {
    let mut page: Page<OrgId> = paging.found(search)?;
    if caller.org != OrgId::PROVIDER {
        let own = api.registry.view_of(caller.org).await?.org(caller.org).await?;
        page.after = page.after.max(OrgId(caller.org.0 - 1));
        let word = page.search.to_ascii_lowercase();
        let is_it = |org: &Org| org.id > page.after && org.name.to_ascii_lowercase().contains(&word);
        let own = own.into_iter().filter(is_it).collect();
        return Ok(Json(paging.listed(own, |org| org.id, Into::into)?));
    }
    let rows = api.registry.view().await?.orgs(&page).await?;
    Ok(Json(paging.listed(rows, |org| org.id, Into::into)?))
}

/// Make an organization.
#[utoipa::path(post, path = "/api/v1/orgs", tag = "organizations", operation_id = "createOrg", request_body = OrgNew,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again makes nothing new")),
    responses((status = 201, body = OrgShown)))]
pub(super) async fn create(
    State(api): State<Shared>,
    caller: Caller,
    given: Given<OrgNew>,
) -> Result<Response, Problem> {
    caller.at_provider(Need::Operate)?;
    let OrgNew { name, limits } = given.body;
    let limits = limits.unwrap_or_default().over(&OrgLimits::default());
    let made = api.registry.create_org(&caller.by, given.once.as_ref(), &name, &limits).await?;
    Ok(created(
        made,
        |org| format!("/api/v1/orgs/{}", org.id.0),
        |org| {
            let version = org.version;
            tagged(OrgShown::from(org), version)
        },
    ))
}

/// Show an organization.
#[utoipa::path(get, path = "/api/v1/orgs/{org}", tag = "organizations", operation_id = "showOrg",
    params(("org" = i64, Path)), responses((status = 200, body = OrgShown)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Look)?;
    let found =
        api.registry.view_of(org).await?.org(org).await?.ok_or_else(|| Problem::absent("organization"))?;
    let version = found.version;
    Ok(tagged(OrgShown::from(found), version))
}

/// Remove an organization that has no sites any more: its people, keys and sign-in providers. Its audit log stays.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}", tag = "organizations", operation_id = "removeOrg",
    params(("org" = i64, Path)), responses((status = 204)))]
pub(super) async fn remove(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Operate)?;
    api.registry.remove_org(&caller.by, org).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Change an organization.
#[utoipa::path(patch, path = "/api/v1/orgs/{org}", tag = "organizations", operation_id = "changeOrg",
    request_body = OrgPatch,
    params(("org" = i64, Path), ("If-Match" = String, Header, description = "The ETag that you read, or `*`")),
    responses((status = 200, body = OrgShown)))]
pub(super) async fn change(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    Expected(version): Expected,
    given: Given<OrgPatch>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Own)?;
    let limits = match &given.body.limits {
        Some(some) => {
            caller.at(org.0, Need::Operate)?;
            let absent = || Problem::absent("organization");
            let now = api.registry.view_of(org).await?.org(org).await?.ok_or_else(absent)?;
            Some(some.over(&now.limits))
        }
        None => None,
    };
    let wanted = OrgChange { name: given.body.name, limits };
    let changed = api.registry.change_org(&caller.by, org, version, &wanted).await?;
    let version = changed.version;
    Ok(tagged(OrgShown::from(changed), version))
}
