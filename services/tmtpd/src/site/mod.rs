//! `tmtpd site ...`: sites by command line.

mod moving;
mod show;

use anyhow::Context;
use tmtp_bus::Kind as BusKind;
use tmtp_control::{Change, Heard, Sites};
use tmtp_store::Site;

use crate::args::Site as Command;
use crate::check;
use crate::settings::{Role, Settings};

/// Carries out one command.
pub async fn run(settings: &Settings, command: Command) -> anyhow::Result<()> {
    check::for_role(settings, Role::Control)?;
    settings.log.install()?;
    let store = tmtp_store::open(&settings.store).await.with_context(|| settings.store.shown_url())?;
    let bus = tmtp_bus::open(&settings.bus).await.context("bus")?;
    let alone = settings.bus.kind == BusKind::Memory;
    if let Command::Move { which, to } = &command {
        let sites = Sites::new(store, bus.clone());
        let site = sites.find(which).await?;
        moving::run(settings, &site, to, bus).await?;
        return sites
            .note_move(site.id, to)
            .await
            .context("the move is not in the audit log: move it once more");
    }
    Commands { sites: Sites::new(store, bus), alone }.carry_out(command).await
}

struct Commands {
    sites: Sites,
    /// The bus reaches no other process: whoever runs sees a change when it next looks.
    alone: bool,
}

impl Commands {
    async fn carry_out(&self, command: Command) -> anyhow::Result<()> {
        let sites = &self.sites;
        match command {
            Command::Create { name, hosts, settings, if_absent, json } => {
                if let Some(site) = self.present(hosts.first().filter(|_| if_absent)).await? {
                    return show::one(&site, json);
                }
                self.changed(&sites.create(&name, &hosts, &settings).await?, json)
            }
            Command::List { json } => show::all(&sites.list().await?, json),
            Command::Show { which, json } => show::one(&sites.find(&which).await?, json),
            Command::Suspend { which, json } => self.suspend(&which, true, json).await,
            Command::Resume { which, json } => self.suspend(&which, false, json).await,
            Command::Move { .. } => Ok(()),
            Command::Set { which, name, hosts, settings, json } => {
                let hosts = Some(hosts).filter(|hosts| !hosts.is_empty());
                let change = Change { name, hosts, settings, suspended: None };
                self.changed(&sites.change(&which, &change).await?, json)
            }
        }
    }

    /// The site that a host leads to, if there is one.
    async fn present(&self, host: Option<&String>) -> anyhow::Result<Option<Site>> {
        let Some(host) = host else { return Ok(None) };
        match self.sites.find(host).await {
            Ok(site) => Ok(Some(site)),
            Err(tmtp_control::Error::NoSite(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn suspend(&self, which: &str, suspended: bool, json: bool) -> anyhow::Result<()> {
        let change = Change { suspended: Some(suspended), ..Change::default() };
        self.changed(&self.sites.change(which, &change).await?, json)
    }

    fn changed(&self, (site, heard): &(Site, Heard), json: bool) -> anyhow::Result<()> {
        show::one(site, json)?;
        if (self.alone || *heard == Heard::Later) && !json {
            crate::print::line("\nstored; running processes will see it within seconds");
        }
        Ok(())
    }
}
