//! `tmtpd site ...`: sites by command line.

mod show;

use anyhow::Context;
use tmtp_control::{Change, Heard, Sites};
use tmtp_store::Site;

use crate::args::Site as Command;
use crate::check;
use crate::settings::{Role, Settings};

/// Carries out one command.
pub async fn run(settings: &Settings, command: Command) -> anyhow::Result<()> {
    check::for_role(settings, Role::Control)?;
    settings.log.install()?;
    let store = tmtp_store::open(&settings.store).await.context("store")?;
    let bus = tmtp_bus::open(&settings.bus).await.context("bus")?;
    carry_out(&Sites::new(store, bus), command).await
}

async fn carry_out(sites: &Sites, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Create { name, hosts, settings, json } => {
            changed(&sites.create(&name, &hosts, &settings).await?, json)
        }
        Command::List { json } => show::all(&sites.list().await?, json),
        Command::Show { which, json } => show::one(&sites.find(&which).await?, json),
        Command::Suspend { which, json } => suspend(sites, &which, true, json).await,
        Command::Resume { which, json } => suspend(sites, &which, false, json).await,
        Command::Set { which, name, hosts, settings, json } => {
            let hosts = Some(hosts).filter(|hosts| !hosts.is_empty());
            let change = Change { name, hosts, settings, suspended: None };
            changed(&sites.change(&which, &change).await?, json)
        }
    }
}

async fn suspend(sites: &Sites, which: &str, suspended: bool, json: bool) -> anyhow::Result<()> {
    let change = Change { suspended: Some(suspended), ..Change::default() };
    changed(&sites.change(which, &change).await?, json)
}

fn changed((site, heard): &(Site, Heard), json: bool) -> anyhow::Result<()> {
    show::one(site, json)?;
    if *heard == Heard::Later && !json {
        crate::print::line("\nstored; running processes will see it within seconds");
    }
    Ok(())
}
