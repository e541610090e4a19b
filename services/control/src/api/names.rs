//! A site's aliases and groups.

use axum::{Json, extract::State};
use tmtp_store::SiteId;

use super::{
    Shared,
    body::{Asked, At},
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
    let mut view = api.registry.view().await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let rows = view.aliases(&scope, &paging.found(search)?).await?;
    Ok(Json(paging.listed(rows, |found| found.alias.clone(), Into::into)?))
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
    let mut view = api.registry.view().await?;
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
    let mut view = api.registry.view().await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let rows = view.in_group(&scope, &gid, &paging.page()?).await?.ok_or_else(|| Problem::absent("group"))?;
    Ok(Json(paging.listed(rows, |found| found.uid.clone(), Into::into)?))
}
