//! A site's members.

#![expect(unused_qualifications, reason = "the macro of utoipa writes it so")]

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use tmtp_store::SiteId;
use utoipa::IntoParams;

use super::{
    Shared,
    body::{Asked, At},
    caller::Caller,
    page::{Listed, Paging, Search},
    problem::Problem,
    show::{MemberShown, MemberWithNodes},
};
use crate::{Need, Registry};

/// Most devices shown of a member.
const NODES_SHOWN: u32 = 200;

/// Which members.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MemberFilter {
    /// Only those who are suspended, or only those who are not.
    suspended: Option<bool>,
}

/// List a site's members; `q` looks in uids and aliases.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/members", tag = "members", operation_id = "listMembers",
    params(("org" = i64, Path), ("site" = i64, Path), Paging, Search, MemberFilter),
    responses((status = 200, body = Listed<MemberShown>)))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    Asked(paging): Asked<Paging>,
    Asked(search): Asked<Search>,
    Asked(filter): Asked<MemberFilter>,
) -> Result<Json<Listed<MemberShown>>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let rows = view.members(&scope, &paging.found(search)?, filter.suspended).await?;
    Ok(Json(paging.listed(rows, |member| member.uid.clone(), Into::into)?))
}

/// Show a member with its devices.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/members/{uid}", tag = "members",
    operation_id = "showMember", params(("org" = i64, Path), ("site" = i64, Path), ("uid" = String, Path)),
    responses((status = 200, body = MemberWithNodes)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, uid)): At<(i64, i64, String)>,
) -> Result<Json<MemberWithNodes>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let member = view.member(&scope, &uid).await?.ok_or_else(|| Problem::absent("member"))?;
    let nodes = view.nodes_of(&scope, &uid, NODES_SHOWN).await?;
    Ok(Json(MemberWithNodes { member: member.into(), nodes: nodes.into_iter().map(Into::into).collect() }))
}

/// Remove a member for good: its devices, what waits for them, its place in groups. Its aliases go to nobody else.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/sites/{site}/members/{uid}", tag = "members",
    operation_id = "removeMember", params(("org" = i64, Path), ("site" = i64, Path), ("uid" = String, Path)),
    responses((status = 204)))]
pub(super) async fn remove(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, uid)): At<(i64, i64, String)>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Administer)?;
    api.registry.remove_member(&caller.by, (org, SiteId(site)), &uid).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Forget who a member is at its sign-in provider, for somebody whose account there was made anew. Where the site wants people
/// to sign in again, each of its devices asks for that at its next login, and whoever signs in first is the member.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/members/{uid}/forget-sign-in", tag = "members",
    operation_id = "forgetSignIn", params(("org" = i64, Path), ("site" = i64, Path), ("uid" = String, Path)),
    responses((status = 200, body = MemberShown)))]
pub(super) async fn forget_sign_in(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, uid)): At<(i64, i64, String)>,
) -> Result<Json<MemberShown>, Problem> {
    let org = caller.at(org, Need::Administer)?;
    let member = api.registry.forget_sign_in(&caller.by, (org, SiteId(site)), &uid).await?;
    Ok(Json(member.into()))
}

/// Suspend a member: it may not log in, and its links are closed. What is sent to it waits.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/members/{uid}/suspend", tag = "members",
    operation_id = "suspendMember", params(("org" = i64, Path), ("site" = i64, Path), ("uid" = String, Path)),
    responses((status = 200, body = MemberShown)))]
pub(super) async fn suspend(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, uid)): At<(i64, i64, String)>,
) -> Result<Json<MemberShown>, Problem> {
    let org = caller.at(org, Need::Help)?;
    let member = api.registry.suspend_member(&caller.by, (org, SiteId(site)), &uid, true).await?;
    Ok(Json(member.into()))
}

/// End a member's suspension.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/members/{uid}/resume", tag = "members",
    operation_id = "resumeMember", params(("org" = i64, Path), ("site" = i64, Path), ("uid" = String, Path)),
    responses((status = 200, body = MemberShown)))]
pub(super) async fn resume(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, uid)): At<(i64, i64, String)>,
) -> Result<Json<MemberShown>, Problem> {
    let org = caller.at(org, Need::Help)?;
    let member = api.registry.suspend_member(&caller.by, (org, SiteId(site)), &uid, false).await?;
    Ok(Json(member.into()))
}
