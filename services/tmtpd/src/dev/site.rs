//! The demo's site: made on the first start, and brought in line with the command line on later ones.

use std::sync::Arc;

use anyhow::Context;
use tmtp_bus::Bus;
use tmtp_control::{Change, Sites};
use tmtp_store::{Site, Store};

use crate::args::{Conflict, Dev};

/// The host names of a demo: its own, and the one that every machine has for itself.
pub fn hosts(site_host: &str) -> Vec<String> {
    let mut hosts = vec![site_host.to_ascii_lowercase()];
    if hosts != ["localhost"] {
        hosts.push("localhost".to_owned());
    }
    hosts
}

/// The site as the command line wants it. It is the first site of the store, whatever it was called before.
pub async fn keep(store: &Arc<dyn Store>, bus: &Arc<dyn Bus>, args: &Dev) -> anyhow::Result<Site> {
    let sites = Sites::new(Arc::clone(store), Arc::clone(bus));
    let hosts = hosts(&args.site_host);
    let conflict = match args.login_conflict {
        Conflict::Evict => "evict",
        Conflict::Refuse => "refuse",
    };
    let settings = [("login_conflict", conflict), ("registration", "open")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()));
    let changed = match sites.list().await?.first() {
        Some(first) => {
            let change = Change {
                name: Some(args.site_name.clone()),
                hosts: Some(hosts),
                suspended: Some(false),
                settings: settings.to_vec(),
            };
            sites.change(&first.id.0.to_string(), &change).await
        }
        None => sites.create(&args.site_name, &hosts, &settings).await,
    };
    Ok(changed.context("the demo's site cannot be so")?.0)
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use tmtp_store::{LoginConflict, Registration, StoreOptions};

    use super::*;
    use crate::args::{Command, CommandLine};

    fn args(more: &[&str]) -> Dev {
        match CommandLine::parse_from(["tmtpd", "dev"].iter().chain(more)).command {
            Command::Dev(args) => args,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_demo_that_was_closed_is_open_again_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("x.sqlite").display());
        let store = tmtp_store::open(&StoreOptions { url, ..StoreOptions::default() }).await.unwrap();
        let bus = tmtp_bus::open(&tmtp_bus::BusOptions::default()).await.unwrap();
        let first = keep(&store, &bus, &args(&[])).await.unwrap();
        let closed = Change {
            suspended: Some(true),
            settings: vec![("registration".to_owned(), "closed".to_owned())],
            ..Change::default()
        };
        let sites = Sites::new(Arc::clone(&store), Arc::clone(&bus));
        sites.change("demo.localhost", &closed).await.unwrap();

        let again = keep(&store, &bus, &args(&["--login-conflict", "refuse"])).await.unwrap();
        assert_eq!((again.id, again.suspended), (first.id, false));
        assert_eq!(again.settings.registration, Registration::Open);
        assert_eq!(again.settings.login_conflict, LoginConflict::Refuse);
    }
}
