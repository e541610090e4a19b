//! All sites with their figures, for the provider's own people: those whose members wait come first.

use std::{cmp::Reverse, sync::Arc};

use axum::{Json, extract::State};
use serde::Serialize;
use tmtp_platform::clock::day;
use tmtp_store::{
    SiteId,
    admin::{SiteFigures, Surveyed},
};
use tokio::{sync::Mutex, time::Instant};
use utoipa::ToSchema;

use super::{
    Shared,
    body::Asked,
    caller::Caller,
    figures::FiguresShown,
    page::{Paging, Place},
    problem::Problem,
    times::shown,
};
use crate::{Need, Registry};

/// For how long the pages after the first are of the same survey.
const KEPT: std::time::Duration = std::time::Duration::from_secs(60);

/// The last survey, and the one way to make another: counting reads whole tables, so never twice at a time.
#[derive(Default)]
pub(crate) struct Surveys(Mutex<Option<Survey>>);

#[derive(Clone)]
struct Survey {
    begun: Instant,
    /// Sites whose members wait come first.
    sites: Arc<[Surveyed]>,
}

impl Surveys {
    /// A survey that began at this moment or later.
    async fn since(&self, moment: Instant, registry: &Registry) -> Result<Survey, Problem> {
        let mut last = self.0.lock().await;
        if let Some(survey) = last.as_ref().filter(|survey| survey.begun >= moment) {
            return Ok(survey.clone());
        }
        let begun = Instant::now();
        let mut sites = registry.admin.survey(day(registry.now_ms())).await.map_err(crate::Error::from)?;
        sites.sort_by_key(place);
        let survey = Survey { begun, sites: sites.into() };
        *last = Some(survey.clone());
        Ok(survey)
    }
}

/// Where a site stands in the list: those of which nothing is known, then those where something has waited longest, then
/// those where most waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Trouble {
    is_known: bool,
    oldest_ms: i64,
    queued: Reverse<u64>,
    site: SiteId,
}

fn place(one: &Surveyed) -> Trouble {
    let figures = one.figures.unwrap_or_default();
    Trouble {
        is_known: one.figures.is_some(),
        oldest_ms: figures.oldest_ms.unwrap_or(i64::MAX),
        queued: Reverse(figures.queued),
        site: one.site,
    }
}

impl Place for Trouble {
    fn text(&self) -> String {
        let Self { is_known, oldest_ms, queued: Reverse(queued), site } = self;
        format!("{} {oldest_ms} {queued} {}", u8::from(*is_known), site.0)
    }

    fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let mut number = || words.next()?.parse::<i64>().ok();
        let (is_known, oldest_ms, queued, site) = (number()? > 0, number()?, number()?, number()?);
        let queued = Reverse(u64::try_from(queued).ok()?);
        Some(Self { is_known, oldest_ms, queued, site: SiteId(site) })
    }

    fn start() -> Self {
        Self { is_known: false, oldest_ms: i64::MIN, queued: Reverse(u64::MAX), site: SiteId(0) }
    }
}

/// A site as those see it who look after all of them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SurveyedShown {
    /// Its id.
    pub id: i64,
    /// Whose it is.
    pub org: i64,
    /// What that is called.
    pub org_name: String,
    /// What clients are shown.
    pub name: String,
    /// Nobody may register or log in.
    pub suspended: bool,
    /// The provider suspended it: its organization cannot resume it.
    pub held: bool,
    /// When it is erased, where it is closed.
    #[schema(format = DateTime)]
    pub closing_at: Option<String>,
    /// What there is, and what waits; none where its database does not answer.
    pub figures: Option<FiguresShown>,
}

impl From<&Surveyed> for SurveyedShown {
    fn from(one: &Surveyed) -> Self {
        Self {
            id: one.site.0,
            org: one.org.0,
            org_name: one.org_name.clone(),
            name: one.name.clone(),
            suspended: one.suspended,
            held: one.held,
            closing_at: one.closing_ms.map(shown),
            figures: one.figures.map(Into::into),
        }
    }
}

/// A page of all sites, and what they are together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SurveyShown {
    /// The sites: first those whose database does not answer, then those where a message has waited longest, then those
    /// where most messages wait.
    pub items: Vec<SurveyedShown>,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
    /// How many sites there are.
    pub sites: u64,
    /// How many of them are suspended.
    pub sites_suspended: u64,
    /// How many of them are in a database that does not answer.
    pub sites_unknown: u64,
    /// What there is at all of them together, those that are known.
    pub all: FiguresShown,
}

/// List all sites with their figures, those first whose members wait. Members, devices and messages that wait are counted up
/// to five million each in a database.
#[utoipa::path(get, path = "/api/v1/provider/figures", tag = "provider", operation_id = "listProviderFigures",
    params(Paging), responses((status = 200, body = SurveyShown)))]
pub(super) async fn list_provider(
    State(api): State<Shared>,
    caller: Caller,
    Asked(paging): Asked<Paging>,
) -> Result<Json<SurveyShown>, Problem> {
    caller.at_provider(Need::Look)?;
    let after: Option<Trouble> = paging.after()?;
    let now = Instant::now();
    let wanted = if after.is_some() { now.checked_sub(KEPT).unwrap_or(now) } else { now };
    let size = paging.size()? as usize;
    let survey = api.surveys.since(wanted, &api.registry).await?;
    let start = after.map_or(0, |after| survey.sites.partition_point(|one| place(one) <= after));
    let rows: Vec<&Surveyed> = survey.sites.iter().skip(start).take(size + 1).collect();
    let page = paging.listed(rows, |one| place(one), SurveyedShown::from)?;
    let count = |of: fn(&Surveyed) -> bool| survey.sites.iter().filter(|one| of(one)).count() as u64;
    Ok(Json(SurveyShown {
        items: page.items,
        next: page.next,
        sites: survey.sites.len() as u64,
        sites_suspended: count(|one| one.suspended),
        sites_unknown: count(|one| one.figures.is_none()),
        all: sum(&survey.sites).into(),
    }))
}

fn sum(sites: &[Surveyed]) -> SiteFigures {
    let mut all = SiteFigures::default();
    sites.iter().filter_map(|one| one.figures.as_ref()).for_each(|figures| all.add(figures));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(id: i64, waits: Option<(Option<i64>, u64)>) -> Surveyed {
        let figures =
            waits.map(|(oldest_ms, queued)| SiteFigures { oldest_ms, queued, ..SiteFigures::default() });
        Surveyed {
            org: tmtp_store::admin::OrgId(1),
            org_name: "Acme".to_owned(),
            site: SiteId(id),
            name: "Acme".to_owned(),
            suspended: false,
            held: false,
            closing_ms: None,
            figures,
        }
    }

    #[test]
    fn what_waits_longest_comes_first_and_what_is_not_known_before_it() {
        let mut sites = [
            site(1, Some((None, 0))),
            site(2, Some((Some(200), 9))),
            site(3, Some((Some(200), 10))),
            site(4, Some((Some(100), 1))),
            site(5, None),
            site(6, Some((None, 0))),
        ];
        sites.sort_by_key(place);
        assert_eq!(sites.each_ref().map(|one| one.site.0), [5, 4, 3, 2, 1, 6]);
        let places = sites.each_ref().map(place);
        assert!(Trouble::start() < places[0]);
        assert_eq!(places.map(|place| Trouble::read(&place.text())), places.map(Some));
        assert_eq!(Trouble::read("1 2 -3 4"), None);
        assert_eq!(Trouble::read("1 2"), None);
    }
}
