//! Audit logs: listed, exported, verified.

#![expect(unused_qualifications, reason = "the macro of utoipa writes it so")]

use axum::{
    Json,
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::stream;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tmtp_store::{
    SiteId,
    admin::{AuditFilter, AuditRow, OrgId, Verdict},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api, Shared,
    body::{Asked, At},
    caller::Caller,
    page::{Listed, Paging},
    problem::Problem,
    times,
};
use crate::{Need, Registry, keys::hex};

/// Rows read at a time for an export.
const EXPORTED_AT_ONCE: u32 = 500;

/// Which rows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asking {
    /// Actions that begin like this: `member.` or `site.suspend`.
    #[param(max_length = 100)]
    action: Option<String>,
    /// By this actor, exactly as it is shown.
    #[param(max_length = 300)]
    actor: Option<String>,
    /// At this site.
    site: Option<i64>,
    /// From this time on.
    #[param(format = DateTime)]
    since: Option<String>,
    /// Before this time.
    #[param(format = DateTime)]
    until: Option<String>,
}

impl Asking {
    fn filter(self) -> Result<AuditFilter, Problem> {
        let time = |name: &str, text: Option<String>| text.map(|text| times::read(name, &text)).transpose();
        let (action, actor) = (self.action.unwrap_or_default(), self.actor.unwrap_or_default());
        if action.chars().count() > 100
            || actor.chars().count() > 300
            || action.contains('\0')
            || actor.contains('\0')
        {
            return Err(Problem::bad("action has 100 letters at most, actor 300, and none is NUL"));
        }
        Ok(AuditFilter {
            action,
            actor,
            site: self.site.map(SiteId),
            since_ms: time("since", self.since)?,
            until_ms: time("until", self.until)?,
        })
    }
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeedShown {
    /// Its place in the log.
    pub seq: i64,
    /// When.
    #[schema(format = DateTime)]
    pub at: String,
    /// Who did it.
    pub actor: String,
    /// From which address.
    pub address: String,
    /// What.
    pub action: String,
    /// At which site.
    pub site: Option<i64>,
    /// To what: an id or a uid.
    pub target: String,
    /// What was before, as far as it changed.
    #[schema(value_type = Option<Object>)]
    pub was: Option<Value>,
    /// What is after, as far as it changed.
    #[schema(value_type = Option<Object>)]
    pub became: Option<Value>,
    /// SHA-256 over this row and the hash of the row before, in hexadecimal.
    pub hash: String,
}

impl From<AuditRow> for DeedShown {
    fn from(row: AuditRow) -> Self {
        let value = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        Self {
            seq: row.seq,
            at: times::shown(row.at_ms),
            actor: row.actor,
            address: row.address,
            action: row.action,
            site: row.site.map(|site| site.0),
            target: row.target,
            was: value(row.was),
            became: value(row.became),
            hash: hex(&row.hash),
        }
    }
}

/// Whether a log is as it was written.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerdictShown {
    /// Every row is as it was written, and none is missing.
    pub whole: bool,
    /// How many rows there are, when it is whole.
    pub rows: Option<i64>,
    /// The hash of the last row, when it is whole. Note it down elsewhere: whoever can write to the database could make
    /// a whole new log, but not one with this hash.
    pub head: Option<String>,
    /// The first row that was changed or is missing, when it is not whole.
    pub broken_at: Option<i64>,
}

async fn list_of(
    api: &Api,
    org: OrgId,
    paging: &Paging,
    asking: Asking,
) -> Result<Json<Listed<DeedShown>>, Problem> {
    let before = paging.after::<SeqPlace>()?.map(|place| place.0);
    let size = paging.size()? + 1;
    let rows = api.registry.view_of(org).await?.audit(org, &asking.filter()?, before, size).await?;
    Ok(Json(paging.listed(rows, |row| SeqPlace(row.seq), Into::into)?))
}

struct SeqPlace(i64);

impl super::page::Place for SeqPlace {
    fn text(&self) -> String {
        self.0.to_string()
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
    fn start() -> Self {
        Self(i64::MAX)
    }
}

/// Rows as lines of JSON, the newest first, read as they are sent.
async fn export_of(api: &Api, org: OrgId, asking: Asking) -> Result<Response, Problem> {
    let (registry, filter) = (api.registry.clone(), asking.filter()?);
    let lines = stream::unfold(Some(None), move |before| {
        let (registry, filter) = (registry.clone(), filter.clone());
        async move {
            let before: Option<i64> = before?;
            match page_of_lines(&registry, org, &filter, before).await {
                Ok(None) => None,
                Ok(Some((lines, last))) => Some((Ok(lines), Some(Some(last)))),
                Err(error) => Some((Err(std::io::Error::other(error.to_string())), None)),
            }
        }
    });
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, Body::from_stream(lines)).into_response())
}

async fn page_of_lines(
    registry: &Registry,
    org: OrgId,
    filter: &AuditFilter,
    before: Option<i64>,
) -> crate::Result<Option<(Bytes, i64)>> {
    let rows = registry.view_of(org).await?.audit(org, filter, before, EXPORTED_AT_ONCE).await?;
    let Some(last) = rows.last().map(|row| row.seq) else { return Ok(None) };
    let mut lines = Vec::new();
    for row in rows {
        lines.extend(serde_json::to_vec(&DeedShown::from(row)).unwrap_or_default());
        lines.push(b'\n');
    }
    Ok(Some((lines.into(), last)))
}

async fn verify_of(api: &Api, org: OrgId) -> Result<Json<VerdictShown>, Problem> {
    let none = VerdictShown { whole: false, rows: None, head: None, broken_at: None };
    Ok(Json(match api.registry.view_of(org).await?.verify_audit(org).await? {
        Verdict::Whole { rows, head } => {
            VerdictShown { whole: true, rows: Some(rows), head: Some(hex(&head)), ..none }
        }
        Verdict::Broken { seq } => VerdictShown { broken_at: Some(seq), ..none },
    }))
}

/// List what was done in an organization, the newest first.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/audit", tag = "audit", operation_id = "listAudit",
    params(("org" = i64, Path), Paging, Asking), responses((status = 200, body = Listed<DeedShown>)))]
pub(super) async fn list(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    Asked(paging): Asked<Paging>,
    Asked(asking): Asked<Asking>,
) -> Result<Json<Listed<DeedShown>>, Problem> {
    list_of(&api, caller.at(org, Need::Audit)?, &paging, asking).await
}

/// Export an organization's audit log as lines of JSON, the newest first.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/audit/export", tag = "audit", operation_id = "exportAudit",
    params(("org" = i64, Path), Asking),
    responses((status = 200, body = DeedShown, content_type = "application/x-ndjson")))]
pub(super) async fn export(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    Asked(asking): Asked<Asking>,
) -> Result<Response, Problem> {
    export_of(&api, caller.at(org, Need::Audit)?, asking).await
}

/// Check that an organization's audit log is as it was written.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/audit/verify", tag = "audit", operation_id = "verifyAudit",
    params(("org" = i64, Path)), responses((status = 200, body = VerdictShown)))]
pub(super) async fn verify(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
) -> Result<Json<VerdictShown>, Problem> {
    verify_of(&api, caller.at(org, Need::Audit)?).await
}

/// List what was done with the provider's own keys, the newest first.
#[utoipa::path(get, path = "/api/v1/provider/audit", tag = "provider", operation_id = "listProviderAudit",
    params(Paging, Asking), responses((status = 200, body = Listed<DeedShown>)))]
pub(super) async fn list_provider(
    State(api): State<Shared>,
    caller: Caller,
    Asked(paging): Asked<Paging>,
    Asked(asking): Asked<Asking>,
) -> Result<Json<Listed<DeedShown>>, Problem> {
    list_of(&api, caller.at_provider(Need::Audit)?, &paging, asking).await
}

/// Export the provider's audit log as lines of JSON, the newest first.
#[utoipa::path(get, path = "/api/v1/provider/audit/export", tag = "provider", operation_id = "exportProviderAudit",
    params(Asking), responses((status = 200, body = DeedShown, content_type = "application/x-ndjson")))]
pub(super) async fn export_provider(
    State(api): State<Shared>,
    caller: Caller,
    Asked(asking): Asked<Asking>,
) -> Result<Response, Problem> {
    export_of(&api, caller.at_provider(Need::Audit)?, asking).await
}

/// Check that the provider's audit log is as it was written.
#[utoipa::path(get, path = "/api/v1/provider/audit/verify", tag = "provider", operation_id = "verifyProviderAudit",
    responses((status = 200, body = VerdictShown)))]
pub(super) async fn verify_provider(
    State(api): State<Shared>,
    caller: Caller,
) -> Result<Json<VerdictShown>, Problem> {
    verify_of(&api, caller.at_provider(Need::Audit)?).await
}
