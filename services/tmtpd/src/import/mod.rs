//! `tmtpd import`: a site that ran elsewhere, with its members, devices and messages that wait. Members notice nothing but a
//! change in DNS.
//!
//! [`survey`] looks at everything first; [`load`] brings it over when nothing is wrong with it.

pub mod args;
mod letter;
mod load;
mod record;
mod report;
mod survey;

use std::path::Path;

use anyhow::{Context, bail, ensure};
use args::{Import, Mnm};
use serde_json::json;
use tmtp_control::Sites;
use tmtp_platform::{Clock, SystemClock};
use tmtp_store::{Site, Store};

use crate::settings::{Role, Settings};
use crate::{check, print};
use load::{Came, Place};
use survey::Survey;

/// Carries out one command.
pub async fn run(settings: &Settings, Import::Mnm(from): &Import) -> anyhow::Result<()> {
    check::for_role(settings, Role::Control)?;
    settings.bodies.check().context("bodies")?;
    settings.log.install()?;
    let store = tmtp_store::open(&settings.store).await.with_context(|| settings.store.shown_url())?;
    let bus = tmtp_bus::open(&settings.bus).await.context("bus")?;
    let sites = Sites::new(store.clone(), bus);
    let site = find(&sites, from.site.as_deref()).await?;
    let mut survey = Survey::take(from, &site.settings, SystemClock.unix_nanos())?;
    for name in load::taken(&*store, &site, &survey).await? {
        survey.report.fault(Path::new(&name), "somebody else at the site has this name");
    }
    print::line(&survey.report);
    let faults = survey.report.faults();
    if faults > 0 && !from.leave_out_faulty {
        // The dry run ends as the import would: a script that asks first goes by the code.
        let refused = if from.dry_run { "the import would be refused" } else { "the import is refused" };
        bail!(
            "nothing was changed; {refused} for the {faults} faults above: mend them, or leave out what is at fault with --leave-out-faulty"
        );
    }
    if from.dry_run {
        print::line("nothing was changed");
        return Ok(());
    }
    let came = bring(settings, &*store, &site, (from, &survey)).await?;
    let became = json!({
        "members": came.members, "aliases": came.aliases, "groups": came.groups, "messages": came.messages,
        "left_out": faults.max(came.taken.len() as u64),
    });
    sites.note_import(site.id, became).await?;
    say(&came, from.leave_out_faulty)
}

/// The site that it becomes.
async fn find(sites: &Sites, which: Option<&str>) -> anyhow::Result<Site> {
    if let Some(which) = which {
        return Ok(sites.find(which).await?);
    }
    let mut all = sites.list().await?;
    ensure!(all.len() == 1, "there are {} sites: say which, with --site", all.len());
    all.pop().context("no site")
}

async fn bring(
    settings: &Settings,
    store: &dyn Store,
    site: &Site,
    (from, survey): (&Mnm, &Survey),
) -> anyhow::Result<Came> {
    let bodies = tmtp_store::open_bodies(&settings.bodies, store).context("bodies")?;
    let admin = store.admin();
    let (_, scope) = load::scope(&admin, site.id).await?;
    let place = Place {
        store,
        bodies: &*bodies,
        admin,
        site,
        scope,
        qstore: &from.qstore,
        inline_octets_max: settings.delivery.limits.inline_octets_max as u64,
        now_ms: SystemClock.unix_ms(),
    };
    load::everything(&place, survey).await.context("the import stopped; the same command goes on with it")
}

fn say(came: &Came, may_leave_out: bool) -> anyhow::Result<()> {
    let Came { members, aliases, groups, messages, taken } = came;
    print::line(format_args!(
        "came now: {members} members, {aliases} aliases, {groups} groups, {messages} messages; the rest was there"
    ));
    if taken.is_empty() {
        return Ok(());
    }
    let named = taken.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n  ");
    let said = format!("{} names belong to others at the site, and were left out:\n  {named}", taken.len());
    // Somebody at the site took them while it ran.
    ensure!(may_leave_out, said);
    print::line(said);
    Ok(())
}
