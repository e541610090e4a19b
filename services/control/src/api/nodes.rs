//! Members' devices.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use tmtp_store::{NodeId, SiteId, admin::WhichNodes};

use super::{
    Shared,
    body::{Asked, At},
    caller::Caller,
    page::{Listed, Paging},
    problem::Problem,
    show::NodeShown,
};
use crate::{Need, Registry};

/// Which devices.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NodeFilter {
    /// Only those that are connected, those that are away, or those that messages wait for (`awaited`).
    #[param(pattern = "^(connected|away|awaited)$")]
    state: Option<String>,
}

impl NodeFilter {
    fn which(&self) -> Result<WhichNodes, Problem> {
        match self.state.as_deref() {
            None => Ok(WhichNodes::All),
            Some("connected") => Ok(WhichNodes::Connected),
            Some("away") => Ok(WhichNodes::Away),
            Some("awaited") => Ok(WhichNodes::Awaited),
            Some(name) => Err(Problem::bad(format!("state is connected, away or awaited, not `{name}`"))),
        }
    }
}

/// List the devices of a site's members, with what waits for them.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/nodes", tag = "nodes", operation_id = "listNodes",
    params(("org" = i64, Path), ("site" = i64, Path), Paging, NodeFilter),
    responses((status = 200, body = Listed<NodeShown>)))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    Asked(paging): Asked<Paging>,
    Asked(filter): Asked<NodeFilter>,
) -> Result<Json<Listed<NodeShown>>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let rows = view.nodes(&scope, &paging.page()?, filter.which()?).await?;
    Ok(Json(paging.listed(rows, |node| node.node, Into::into)?))
}

/// Show a device.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/nodes/{node}", tag = "nodes", operation_id = "showNode",
    params(("org" = i64, Path), ("site" = i64, Path), ("node" = i64, Path)),
    responses((status = 200, body = NodeShown)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, node)): At<(i64, i64, i64)>,
) -> Result<Json<NodeShown>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let found = view.node(&scope, NodeId(node)).await?;
    found.map(|node| Json(node.into())).ok_or_else(|| Problem::absent("node"))
}

/// Revoke a device for good: its link is closed, it cannot log in again, and what waits for it is dropped.
#[utoipa::path(delete, path = "/api/v1/orgs/{org}/sites/{site}/nodes/{node}", tag = "nodes",
    operation_id = "revokeNode", params(("org" = i64, Path), ("site" = i64, Path), ("node" = i64, Path)),
    responses((status = 204)))]
pub(super) async fn revoke(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, node)): At<(i64, i64, i64)>,
) -> Result<StatusCode, Problem> {
    let org = caller.at(org, Need::Help)?;
    api.registry.revoke_node(&caller.by, (org, SiteId(site)), NodeId(node)).await?;
    Ok(StatusCode::NO_CONTENT)
}
