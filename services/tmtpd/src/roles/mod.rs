//! The roles, each put together from the library that does the work, a store and a bus.

mod cluster;
mod one_process;

use anyhow::Context;

use crate::check;
use crate::print;
use crate::settings::{Role, Settings};

pub use cluster::{control, delivery, edge};
pub use one_process::{Ports, serve, standalone};

/// `tmtpd migrate`.
pub async fn migrate(settings: &Settings) -> anyhow::Result<()> {
    check::for_role(settings, Role::Control)?;
    settings.log.install()?;
    let report = tmtp_store::migrate(&settings.store).await.with_context(|| {
        format!("the database {} could not be brought up to date", settings.store.shown_url())
    })?;
    for (name, shard) in &settings.shards {
        let number = tmtp_store::shards::number_shard(&settings.store, name, shard);
        number
            .await
            .with_context(|| format!("the database {} could not be made ready", shard.shown_url()))?;
    }
    print::line(match settings.shards.len() {
        0 => "the database is up to date",
        _ => "the databases are up to date",
    });
    if report.lacks_wall {
        print::line(
            "without row-level security: its role cannot be made, or a table was in use (deploy/README.md, \"The second wall\")",
        );
    }
    Ok(())
}
