//! A site's aliases and groups.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use tmtp_store::SiteId;
use utoipa::ToSchema;

use super::{
    Shared,
    body::{Asked, At, Given},
    caller::Caller,
    page::{Listed, Paging, Search},
    problem::Problem,
    show::{AliasShown, GroupShown, InGroupShown},
};
use crate::{Need, Registry};

/// List a site's aliases, those that nobody will have again among them.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/aliases", tag = "names", operation_id = "listAliases",
    params(("org" = i64, Path), ("site" = i64, Path), Paging, Search),
    responses((status = 200, body = Listed<AliasShown>)))]
pub(super) async fn aliases(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    Asked(paging): Asked<Paging>,
    Asked(search): Asked<Search>,
) -> Result<Json<Listed<AliasShown>>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let rows = view.aliases(&scope, &paging.found(search)?).await?;
    Ok(Json(paging.listed(rows, |found| found.alias.clone(), Into::into)?))
}

/// An alias to keep for somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AliasNew {
    /// The alias.
    #[schema(min_length = 1, max_length = 1000)]
    alias: String,
    /// The member who gets it; left out: it is reserved for one to come.
    #[schema(max_length = 256)]
    uid: Option<String>,
}

/// Give an alias to a member, or reserve it for one to come. One that was somebody else's is never given again.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/aliases", tag = "names", operation_id = "keepAlias",
    request_body = AliasNew, params(("org" = i64, Path), ("site" = i64, Path)),
    responses((status = 200, body = AliasShown)))]
pub(super) async fn keep(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    given: Given<AliasNew>,
) -> Result<Json<AliasShown>, Problem> {
    let org = caller.at(org, Need::Administer)?;
    let AliasNew { alias, uid } = given.body;
    let kept = api.registry.keep_alias(&caller.by, (org, SiteId(site)), &alias, uid.as_deref()).await?;
    Ok(Json(kept.into()))
}

/// Retire an alias: whoever has it has it no more, and nobody else gets it.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/aliases/{alias}/retire", tag = "names",
    operation_id = "retireAlias", params(("org" = i64, Path), ("site" = i64, Path), ("alias" = String, Path)),
    responses((status = 200, body = AliasShown)))]
pub(super) async fn retire(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, alias)): At<(i64, i64, String)>,
) -> Result<Json<AliasShown>, Problem> {
    let org = caller.at(org, Need::Administer)?;
    Ok(Json(api.registry.retire_alias(&caller.by, (org, SiteId(site)), &alias).await?.into()))
}

/// Let go of an alias that is reserved.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/sites/{site}/aliases/{alias}", tag = "names",
    operation_id = "freeAlias", params(("org" = i64, Path), ("site" = i64, Path), ("alias" = String, Path)),
    responses((status = 204)))]
pub(super) async fn free(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, alias)): At<(i64, i64, String)>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Administer)?;
    api.registry.free_alias(&caller.by, (org, SiteId(site)), &alias).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List a site's groups.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/groups", tag = "names", operation_id = "listGroups",
    params(("org" = i64, Path), ("site" = i64, Path), Paging, Search),
    responses((status = 200, body = Listed<GroupShown>)))]
pub(super) async fn groups(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    Asked(paging): Asked<Paging>,
    Asked(search): Asked<Search>,
) -> Result<Json<Listed<GroupShown>>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let rows = view.groups(&scope, &paging.found(search)?).await?;
    Ok(Json(paging.listed(rows, |found| found.gid.clone(), Into::into)?))
}

/// List who is in a group.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/groups/{gid}/members", tag = "names",
    operation_id = "listGroupMembers",
    params(("org" = i64, Path), ("site" = i64, Path), ("gid" = String, Path), Paging),
    responses((status = 200, body = Listed<InGroupShown>)))]
pub(super) async fn group(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, gid)): At<(i64, i64, String)>,
    Asked(paging): Asked<Paging>,
) -> Result<Json<Listed<InGroupShown>>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let rows = view.in_group(&scope, &gid, &paging.page()?).await?.ok_or_else(|| Problem::absent("group"))?;
    Ok(Json(paging.listed(rows, |found| found.uid.clone(), Into::into)?))
}

/// Take a member out of a group, until somebody in it invites the member again. All devices of the group are told.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/sites/{site}/groups/{gid}/members/{uid}", tag = "names",
    operation_id = "dropFromGroup",
    params(("org" = i64, Path), ("site" = i64, Path), ("gid" = String, Path), ("uid" = String, Path)),
    responses((status = 204)))]
pub(super) async fn drop_member(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, gid, uid)): At<(i64, i64, String, String)>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Administer)?;
    api.registry.drop_from_group(&caller.by, (org, SiteId(site)), &gid, &uid).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove a group for good. Its members' devices are told, and nobody gets its name again.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/sites/{site}/groups/{gid}", tag = "names",
    operation_id = "removeGroup", params(("org" = i64, Path), ("site" = i64, Path), ("gid" = String, Path)),
    responses((status = 204)))]
pub(super) async fn remove_group(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, gid)): At<(i64, i64, String)>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Administer)?;
    api.registry.remove_group(&caller.by, (org, SiteId(site)), &gid).await?;
    Ok(StatusCode::NO_CONTENT)
}
