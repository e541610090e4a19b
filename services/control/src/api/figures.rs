//! Figures of sites: for people as JSON, and for an organization's own Prometheus as text.

use std::fmt::Write as _;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use tmtp_platform::clock::day;
use tmtp_store::{
    Site, SiteId,
    admin::{OrgId, Page, SiteFigures, View},
};
use utoipa::ToSchema;

use super::{Shared, body::At, caller::Caller, latency::LatencyShown, problem::Problem, times::shown};
use crate::{Need, Registry};

/// Sites read at a time.
const AT_ONCE: u32 = 100;
/// Most sites in one answer.
const SITES_MAX: usize = 1_000;

/// What there is at a site, and what waits there; each counted up to a million.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FiguresShown {
    /// Members.
    pub members: u64,
    /// Members who are suspended.
    pub suspended: u64,
    /// Their devices.
    pub nodes: u64,
    /// Devices that are connected now.
    pub connected: u64,
    /// Messages that wait, once for each device.
    pub queued: u64,
    /// Octets of the messages counted.
    pub queued_octets: u64,
    /// When the oldest message that waits was posted.
    #[schema(format = DateTime)]
    pub oldest_at: Option<String>,
    /// Messages that members sent today, in UTC.
    pub messages_today: u64,
    /// How long messages took today.
    pub latency_today: LatencyShown,
}

impl From<SiteFigures> for FiguresShown {
    fn from(figures: SiteFigures) -> Self {
        Self {
            members: figures.members,
            suspended: figures.suspended,
            nodes: figures.nodes,
            connected: figures.connected,
            queued: figures.queued,
            queued_octets: figures.queued_octets,
            oldest_at: figures.oldest_ms.map(shown),
            messages_today: figures.messages_today,
            latency_today: figures.latency_today.into(),
        }
    }
}

/// Show a site's figures.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/sites/{site}/figures", tag = "sites", operation_id = "showFigures",
    params(("org" = i64, Path), ("site" = i64, Path)), responses((status = 200, body = FiguresShown)))]
pub(super) async fn show(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site)): At<(i64, i64)>,
) -> Result<Json<FiguresShown>, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    let scope = Registry::scope(&mut view, org, SiteId(site)).await?;
    Ok(Json(view.figures(&scope, day(api.registry.now_ms())).await?.into()))
}

/// Show the figures of all sites as Prometheus reads them, a thousand sites at most. Scrape it with an auditor's API key.
#[utoipa::path(get, path = "/api/v1/orgs/{org}/metrics", tag = "sites", operation_id = "scrapeFigures",
    params(("org" = i64, Path)), responses((status = 200, content_type = "text/plain", body = String)))]
pub(super) async fn scrape(
    State(api): State<Shared>,
    caller: Caller,
    At(org): At<i64>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Look)?;
    let mut view = api.registry.view_of(org).await?;
    view.org(org).await?.ok_or_else(|| Problem::absent("organization"))?;
    let figures = all(&mut view, org, day(api.registry.now_ms())).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], exposition(&figures)).into_response())
}

/// A site with what is measured of it.
struct Measured {
    site: Site,
    figures: SiteFigures,
    /// When its own certificate ends, where it has one.
    certificate_ends_ms: Option<i64>,
}

async fn all(view: &mut View, org: OrgId, today: i64) -> crate::Result<Vec<Measured>> {
    let mut all = Vec::new();
    let mut page = Page { after: SiteId(0), limit: AT_ONCE, search: String::new() };
    while all.len() < SITES_MAX {
        let sites = view.org_sites(org, &page).await?;
        let Some(last) = sites.last() else { break };
        page.after = last.site.id;
        for found in sites {
            let scope = Registry::scope(view, org, found.site.id).await?;
            let certificate_ends_ms = view.certificate(&scope).await?.map(|own| own.expires_ms);
            let figures = view.figures(&scope, today).await?;
            all.push(Measured { site: found.site, figures, certificate_ends_ms });
        }
    }
    Ok(all)
}

/// A metric's name, what it is, and its value where there is one.
type Metric = (&'static str, &'static str, fn(&Measured) -> Option<f64>);

const METRICS: [Metric; 12] = [
    ("tmtp_site_members", "Members.", |it| Some(it.figures.members as f64)),
    ("tmtp_site_members_suspended", "Members who are suspended.", |it| Some(it.figures.suspended as f64)),
    ("tmtp_site_nodes", "Members' devices.", |it| Some(it.figures.nodes as f64)),
    ("tmtp_site_links", "Devices that are connected.", |it| Some(it.figures.connected as f64)),
    ("tmtp_site_queue_entries", "Messages that wait, once for each device.", |it| {
        Some(it.figures.queued as f64)
    }),
    ("tmtp_site_queue_bytes", "Data that waits, once for each device.", |it| {
        Some(it.figures.queued_octets as f64)
    }),
    ("tmtp_site_queue_oldest_timestamp_seconds", "When the oldest of it was posted.", |it| {
        it.figures.oldest_ms.map(seconds)
    }),
    ("tmtp_site_messages_today", "Messages that members sent since midnight, UTC.", |it| {
        Some(it.figures.messages_today as f64)
    }),
    ("tmtp_site_deliveries_today", "Messages that came to connected devices since midnight, UTC.", |it| {
        Some(it.figures.latency_today.deliveries() as f64)
    }),
    ("tmtp_site_deliveries_within_1s_today", "Those of them that took a second at most.", |it| {
        Some(it.figures.latency_today.within(1_000) as f64)
    }),
    ("tmtp_site_suspended", "1 where nobody may log in.", |it| Some(f64::from(u8::from(it.site.suspended)))),
    ("tmtp_site_certificate_expiry_timestamp_seconds", "When the site's own certificate ends.", |it| {
        it.certificate_ends_ms.map(seconds)
    }),
];

fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}

fn exposition(all: &[Measured]) -> String {
    let mut text = String::new();
    for (name, what, value) in METRICS {
        let _ = writeln!(text, "# HELP {name} {what}\n# TYPE {name} gauge");
        for it in all {
            if let Some(value) = value(it) {
                let host = it.site.hosts.first().map(String::as_str).unwrap_or_default();
                let _ =
                    writeln!(text, "{name}{{site=\"{}\",host=\"{}\"}} {value}", it.site.id.0, escaped(host));
            }
        }
    }
    text
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use tmtp_store::SiteSettings;

    use super::*;

    #[test]
    fn what_a_tenant_named_cannot_break_out_of_its_label() {
        let site = Site {
            id: SiteId(7),
            name: "Acme".to_owned(),
            hosts: vec!["a\"} 1\nb\\".to_owned()],
            suspended: false,
            created_ms: 0,
            settings: SiteSettings::default(),
        };
        let figures = SiteFigures { members: 3, nodes: 4, connected: 1, ..SiteFigures::default() };
        let text = exposition(&[Measured { site, figures, certificate_ends_ms: None }]);
        assert!(text.contains("tmtp_site_members{site=\"7\",host=\"a\\\"} 1\\nb\\\\\"} 3\n"), "{text}");
        assert!(!text.contains("oldest_timestamp_seconds{"), "nothing waits: {text}");
    }
}
