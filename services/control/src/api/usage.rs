//! What sites were used for, day by day: as JSON, and as CSV for spreadsheets.

#![expect(unused_qualifications, reason = "the macro of utoipa writes it so")]

use std::{fmt::Write as _, ops::RangeInclusive};

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::stream;
use serde::{Deserialize, Serialize};
use tmtp_platform::clock::day;
use tmtp_store::{
    Site, SiteId,
    admin::{OrgId, Page, USAGE_DAYS, UsageDay},
};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api, Shared,
    body::{Asked, At},
    caller::Caller,
    latency::LatencyShown,
    problem::Problem,
    times,
};
use crate::{Need, Registry};

/// Days shown where nobody says how many.
const DAYS: i64 = 30;
/// Sites read at a time for a table.
const SITES_AT_ONCE: u32 = 10;
/// The table's first line.
const COLUMNS: &str = "site,name,day,members,active,messages,octets,links_peak,\
                       deliveries,deliveries_within_1s,delivery_p95_ms\r\n";

/// Which days.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Asking {
    /// The first day, in UTC; 29 days before the last where it is left out.
    #[param(format = Date)]
    from: Option<String>,
    /// The last day; today where it is left out.
    #[param(format = Date)]
    to: Option<String>,
}

impl Asking {
    fn days(&self, today: i64) -> Result<RangeInclusive<i64>, Problem> {
        let read = |name: &str, text: &Option<String>| {
            text.as_deref().map(|text| times::read_day(name, text)).transpose()
        };
        let to = read("to", &self.to)?.unwrap_or(today);
        let from = read("from", &self.from)?.unwrap_or(to - DAYS + 1);
        if from > to {
            return Err(Problem::invalid("from is after to: the first day comes first"));
        }
        if to - from >= USAGE_DAYS {
            return Err(Problem::invalid(format!(
                "ask for {USAGE_DAYS} days at most: usage is not kept for longer"
            )));
        }
        Ok(from..=to)
    }
}

/// What was done on a day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageDayShown {
    /// Which, in UTC.
    #[schema(format = Date)]
    pub day: String,
    /// Members, when they were last counted on that day; every ten minutes. None: they were not counted yet.
    pub members: Option<u64>,
    /// Members who logged in on that day, or stayed connected from the day before.
    pub active: u64,
    /// Messages that members sent and that were taken: posts, pings and invitations to groups.
    pub messages: u64,
    /// Octets of their data.
    pub octets: u64,
    /// Most links at one time, looked at every minute.
    pub links_peak: u64,
    /// How long messages took.
    pub latency: LatencyShown,
}

impl From<UsageDay> for UsageDayShown {
    fn from(usage: UsageDay) -> Self {
        let members = counted(&usage);
        let UsageDay { day, active, messages, octets, links_peak, latency, .. } = usage;
        let (day, latency) = (times::shown_day(day), latency.into());
        Self { day, members, active, messages, octets, links_peak, latency }
    }
}

/// How many members there were. Where there was somebody although none was counted, nobody has counted yet.
fn counted(usage: &UsageDay) -> Option<u64> {
    let is_used = usage.active + usage.messages + usage.links_peak > 0;
    (usage.members > 0 || !is_used).then_some(usage.members)
}

/// Day by day. Days on which nothing was counted are left out.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsageShown {
    /// The first day asked for.
    #[schema(format = Date)]
    pub from: String,
    /// The last one.
    #[schema(format = Date)]
    pub to: String,
    /// In ascending order.
    pub days: Vec<UsageDayShown>,
    /// Messages on all of them.
    pub messages: u64,
    /// Octets on all of them.
    pub octets: u64,
}

fn usage(asked: &RangeInclusive<i64>, days: Vec<UsageDay>) -> Json<UsageShown> {
    let sum = |value: fn(&UsageDay) -> u64| days.iter().map(value).sum();
    Json(UsageShown {
        from: times::shown_day(*asked.start()),
        to: times::shown_day(*asked.end()),
        messages: sum(|day| day.messages),
        octets: sum(|day| day.octets),
        days: days.into_iter().map(Into::into).collect(),
    })
}

/// Show what a site was used for, day by day.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/usage", tag = "sites", operation_id = "showUsage",
    params(("org" = i64, Path), ("site" = i64, Path), Asking), responses((status = 200, body = UsageShown)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    Asked(asking): Asked<Asking>,
) -> Result<Json<UsageShown>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    let days = asking.days(today(&api))?;
    Ok(usage(&days, view.usage(&scope, &days).await?))
}

/// The same as CSV.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/usage.csv", tag = "sites", operation_id = "exportUsage",
    params(("org" = i64, Path), ("site" = i64, Path), Asking),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn export(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
    Asked(asking): Asked<Asking>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let found = view.org_site(org, SiteId(site)).await?.ok_or_else(|| Problem::absent("site"))?;
    let scope = Registry::scope(&mut view, org, found.site.id).await?;
    let days = asking.days(today(&api))?;
    let mut text = COLUMNS.to_owned();
    lines(&mut text, &found.site, view.usage(&scope, &days).await?);
    Ok(table(&days, Body::from(text)))
}

/// Show what all sites of an organization were used for together, day by day. Of the most links it is the sum of each
/// site's most.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/usage", tag = "organizations", operation_id = "showOrgUsage",
    params(("org" = i64, Path), Asking), responses((status = 200, body = UsageShown)))]
pub(super) async fn show_org(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    Asked(asking): Asked<Asking>,
) -> Result<Json<UsageShown>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    view.org(org).await?.ok_or_else(|| Problem::absent("organization"))?;
    let days = asking.days(today(&api))?;
    Ok(usage(&days, view.org_usage(org, &days).await?))
}

/// What each site of an organization was used for, as CSV: a line for each site and day.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/usage.csv", tag = "organizations", operation_id = "exportOrgUsage",
    params(("org" = i64, Path), Asking),
    responses((status = 200, content_type = "text/csv", body = String)))]
pub(super) async fn export_org(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
    Asked(asking): Asked<Asking>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Look)?;
    api.registry.view_of(org).await?.org(org).await?.ok_or_else(|| Problem::absent("organization"))?;
    let days = asking.days(today(&api))?;
    let (registry, asked) = (api.registry.clone(), days.clone());
    let pieces = stream::unfold(Some(SiteId(0)), move |after| {
        let (registry, days) = (registry.clone(), asked.clone());
        async move {
            let after = after?;
            match page_of_lines(&registry, org, &days, after).await {
                Ok(None) => None,
                Ok(Some((lines, last))) => Some((Ok(lines), Some(last))),
                Err(error) => Some((Err(std::io::Error::other(error.to_string())), None)),
            }
        }
    });
    let first = stream::iter([Ok(Bytes::from_static(COLUMNS.as_bytes()))]);
    Ok(table(&days, Body::from_stream(futures::StreamExt::chain(first, pieces))))
}

fn today(api: &Api) -> i64 {
    day(api.registry.now_ms())
}

fn table(days: &RangeInclusive<i64>, body: Body) -> Response {
    let (from, to) = (times::shown_day(*days.start()), times::shown_day(*days.end()));
    let mut response = ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], body).into_response();
    let name = format!("attachment; filename=\"usage-{from}-{to}.csv\"");
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    response
}

/// The lines of the sites that come after one; `None` when there are none.
async fn page_of_lines(
    registry: &Registry,
    org: OrgId,
    days: &RangeInclusive<i64>,
    after: SiteId,
) -> crate::Result<Option<(Bytes, SiteId)>> {
    let mut view = registry.view_of(org).await?;
    let sites = view.org_sites(org, &Page { after, limit: SITES_AT_ONCE, search: String::new() }).await?;
    let Some(last) = sites.last().map(|found| found.site.id) else { return Ok(None) };
    let mut text = String::new();
    for found in sites {
        let scope = Registry::scope(&mut view, org, found.site.id).await?;
        lines(&mut text, &found.site, view.usage(&scope, days).await?);
    }
    Ok(Some((text.into(), last)))
}

fn lines(text: &mut String, site: &Site, days: Vec<UsageDay>) {
    let (id, name) = (site.id.0, cell(&site.name));
    for day in days {
        let members = counted(&day).map(|members| members.to_string()).unwrap_or_default();
        let UsageDay { day, active, messages, octets, links_peak, latency, .. } = day;
        let day = times::shown_day(day);
        let _ = write!(text, "{id},{name},{day},{members},{active},{messages},{octets},{links_peak},");
        let (deliveries, in_time) = (latency.deliveries(), latency.within(1_000));
        let p95 = latency.percentile_ms(95).map(|ms| ms.to_string()).unwrap_or_default();
        let _ = write!(text, "{deliveries},{in_time},{p95}\r\n");
    }
}

/// A text that a tenant chose: whatever it holds, it stays one cell, and no spreadsheet takes it for a formula.
fn cell(text: &str) -> String {
    let is_formula = text
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    format!("\"{}{}\"", if is_formula { "'" } else { "" }, text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tenant_named_is_one_cell_and_no_formula() {
        assert_eq!(cell("Acme, Ltd"), "\"Acme, Ltd\"");
        assert_eq!(cell("a\"b\r\nc"), "\"a\"\"b\r\nc\"");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\u{ff1d}1"] {
            assert_eq!(cell(formula), format!("\"'{formula}\""));
        }
    }

    #[test]
    fn members_whom_nobody_has_counted_yet_are_not_none() {
        let of = |members, active| UsageDay { members, active, ..UsageDay::default() };
        assert_eq!(counted(&of(0, 1)), None);
        assert_eq!(UsageDayShown::from(of(0, 1)).members, None);
        assert_eq!([counted(&of(3, 1)), counted(&of(0, 0))], [Some(3), Some(0)]);
    }

    #[test]
    fn thirty_days_are_shown_unless_others_are_asked_for_and_no_more_than_are_kept() {
        let asked = |from: &str, to: &str| {
            let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            Asking { from: text(from), to: text(to) }.days(20_784)
        };
        assert_eq!(asked("", "").unwrap(), 20_755..=20_784);
        assert_eq!(asked("2026-11-26", "").unwrap(), 20_783..=20_784);
        assert_eq!(asked("2026-01-01", "2026-01-01").unwrap(), 20_454..=20_454);
        assert!(asked("2026-01-02", "2026-01-01").unwrap_err().detail.contains("from is after to"));
        assert!(asked("2020-01-01", "").unwrap_err().detail.contains("400 days"));
        assert!(asked("yesterday", "").unwrap_err().detail.contains("from is a day as"));
    }
}
