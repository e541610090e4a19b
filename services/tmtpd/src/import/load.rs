//! Brings over what a survey found. Each step is a transaction of its own, and finds what came before: an import that was
//! interrupted goes on where it was.

mod letters;
mod people;
mod taken;

use std::path::Path;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use tmtp_store::{
    Admin, Bodies, Site, SiteId, Store,
    admin::{OrgId, Scope},
};

use super::survey::Survey;
pub use taken::taken;

/// Where it goes.
pub struct Place<'a> {
    pub store: &'a dyn Store,
    pub bodies: &'a dyn Bodies,
    pub admin: Admin,
    pub site: &'a Site,
    pub scope: Scope,
    /// Where its messages are.
    pub qstore: &'a Path,
    /// Data up to this many octets goes into a message's row.
    pub inline_octets_max: u64,
    pub now_ms: i64,
}

/// What came now; the rest was there.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Came {
    pub members: u64,
    pub aliases: u64,
    pub groups: u64,
    pub messages: u64,
    /// Names that somebody else at the site had.
    pub taken: Vec<String>,
}

/// The way into a site.
///
/// # Errors
/// When the store fails.
pub async fn scope(admin: &Admin, site: SiteId) -> anyhow::Result<(OrgId, Scope)> {
    let mut view = admin.view().await?;
    let org = view.org_of_site(site).await?.context("the site is gone")?;
    Ok((org, view.scope(org, site).await?.context("the site is gone")?))
}

/// Brings it all over.
///
/// # Errors
/// When the store fails, or a file changed since it was looked at.
pub async fn everything(place: &Place<'_>, survey: &Survey) -> anyhow::Result<Came> {
    let steps = survey.users.len() + survey.aliases.len() + survey.groups.len() + survey.waiting.len();
    let bar = ProgressBar::new(steps as u64);
    if let Ok(style) = ProgressStyle::with_template("{msg:9} {wide_bar} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    let mut came = Came::default();
    bar.set_message("members");
    place.members(survey, &mut came, &bar).await.context("members")?;
    bar.set_message("aliases");
    place.make_way(survey).await.context("aliases")?;
    place.aliases(survey, &mut came, &bar).await.context("aliases")?;
    bar.set_message("groups");
    place.groups(survey, &mut came, &bar).await.context("groups")?;
    bar.set_message("messages");
    place.letters(survey, &mut came, &bar).await.context("messages")?;
    bar.finish_and_clear();
    Ok(came)
}
