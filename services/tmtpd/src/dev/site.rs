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
    let mut settings = vec![("login_conflict".to_owned(), conflict.to_owned())];
    let changed = match sites.list().await?.first() {
        Some(first) => {
            let change =
                Change { name: Some(args.site_name.clone()), hosts: Some(hosts), suspended: None, settings };
            sites.change(&first.id.0.to_string(), &change).await
        }
        None => {
            settings.push(("registration".to_owned(), "open".to_owned()));
            sites.create(&args.site_name, &hosts, &settings).await
        }
    };
    Ok(changed.context("the demo's site cannot be so")?.0)
}
