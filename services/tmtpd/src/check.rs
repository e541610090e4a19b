//! Everything that can be checked of settings before a port opens. All that is wrong is told at once.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use tmtp_bus::Kind as BusKind;
use tmtp_edge::Upstream;

use crate::args::CheckConfig;
use crate::settings::{Role, Settings};
use crate::{internal_tls, print};

/// `tmtpd check-config`.
pub fn run(settings: &Settings, args: &CheckConfig) -> anyhow::Result<()> {
    if args.print {
        print::line(settings.to_toml()?);
    }
    for_role(settings, args.role)?;
    if !args.print {
        print::line("all is well");
    }
    Ok(())
}

/// Refuses settings that a role cannot work with.
pub fn for_role(settings: &Settings, role: Role) -> anyhow::Result<()> {
    let faults = faults(settings, role);
    match faults.as_slice() {
        [] => Ok(()),
        [fault] => bail!("the configuration has a fault: {fault}"),
        _ => bail!("the configuration has {} faults:\n  {}", faults.len(), faults.join("\n  ")),
    }
}

fn faults(settings: &Settings, role: Role) -> Vec<String> {
    let mut faults = Vec::new();
    let mut note = |result: anyhow::Result<()>| {
        if let Err(error) = result {
            faults.push(format!("{error:#}"));
        }
    };
    note(settings.log.check().map_err(Into::into));
    note(settings.trace.check().map_err(Into::into));
    note(shutdown(settings));
    if role.has_store() {
        note(settings.store.check().map_err(|error| option("store", error)));
        note(settings.databases().check().map_err(Into::into));
        note(several_processes(settings, role));
    }
    if role.has_delivery() {
        note(settings.bodies.check().map_err(|error| option("bodies", error)));
        note(settings.delivery.limits.check().context("delivery.limits"));
    }
    if role == Role::Delivery {
        note(settings.delivery.tls.as_ref().map_or(Ok(()), internal_tls::check));
    }
    note(settings.bus.check().map_err(Into::into));
    note(carries(settings.bus.kind, role));
    if role.has_edge() {
        note(host_certificates(&settings.edge.certificates));
        settings.edge.faults().into_iter().for_each(|fault| note(Err(anyhow!(fault))));
    }
    if role.has_control() {
        settings.control.faults().into_iter().for_each(|fault| note(Err(anyhow!(fault))));
    }
    if role == Role::Edge {
        note(Upstream::connect(&(&settings.edge).into()).map(drop).map_err(Into::into));
    }
    faults
}

/// One process is for small installations, and has one database.
fn several_processes(settings: &Settings, role: Role) -> anyhow::Result<()> {
    if role == Role::Standalone && !settings.shards.is_empty() {
        bail!("[shards] is for `tmtpd delivery` and `tmtpd control`; standalone has one database, store.url");
    }
    Ok(())
}

/// Hints that stay in one process wake nobody in another.
fn carries(bus: BusKind, role: Role) -> anyhow::Result<()> {
    if bus == BusKind::Memory && matches!(role, Role::Edge | Role::Delivery) {
        bail!(
            "bus.kind is \"memory\", which reaches no other process; edge and delivery need \"redis\", and bus.urls"
        );
    }
    Ok(())
}

fn host_certificates(folder: &Path) -> anyhow::Result<()> {
    let checked = tmtp_edge::check_certificates(folder).context("edge.certificates");
    if folder.is_dir() {
        return checked;
    }
    checked.map_err(|error| {
        let folder = folder.display();
        anyhow!("{error:#}; `tmtpd certificate --host HOST --out {folder}` makes a self-signed one")
    })
}

/// The store knows its options, but not the section that they stand in.
fn option(section: &str, error: tmtp_store::Error) -> anyhow::Error {
    match error {
        tmtp_store::Error::Option(text) => anyhow!("{section}.{text}{}", help(section, &text)),
        other => other.into(),
    }
}

/// What an operator who has no settings yet must know.
fn help(section: &str, text: &str) -> &'static str {
    match (section, text.split_once(":").map_or(text, |(key, _)| key)) {
        ("store", "url") => "; give it in --config FILE, or as TMTPD_STORE__URL",
        ("bodies", "directory") => "; give a folder for large bodies, or bodies.kind = \"database\"",
        _ => "",
    }
}

fn shutdown(settings: &Settings) -> anyhow::Result<()> {
    match settings.shutdown.deadline_seconds {
        1..=3600 => Ok(()),
        other => bail!("shutdown.deadline_seconds is {other}; it must be 1 to 3600"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ServerTls;

    #[test]
    fn every_fault_is_told_at_once_and_by_name() {
        let mut settings = Settings::default();
        settings.log.filter = "tmtp_edge=loudly".into();
        settings.shutdown.deadline_seconds = 0;
        settings.edge.window_messages = 0;
        settings.edge.certificates = "/nowhere".into();
        settings.delivery.limits.writer_queue = 0;
        let error = for_role(&settings, Role::Standalone).unwrap_err().to_string();
        for name in ["log.filter", "shutdown.deadline", "edge.window", "edge.certificates", "writer_queue"] {
            assert!(error.contains(name), "{name} is missing in: {error}");
        }
    }

    #[test]
    fn an_edge_without_delivery_is_refused() {
        let error = for_role(&Settings::default(), Role::Edge).unwrap_err().to_string();
        assert!(error.contains("edge.delivery"), "{error}");
    }

    #[test]
    fn a_bus_within_one_process_is_refused_where_there_are_several() {
        let said = |role| for_role(&Settings::default(), role).unwrap_err().to_string();
        assert!(said(Role::Edge).contains("bus.kind") && said(Role::Delivery).contains("bus.kind"));
        assert!(!said(Role::Standalone).contains("bus.kind") && !said(Role::Control).contains("bus.kind"));
    }

    #[test]
    fn a_delivery_process_needs_no_certificates_of_hosts() {
        let error = for_role(&Settings::default(), Role::Delivery).map_err(|error| error.to_string());
        assert!(!error.err().unwrap_or_default().contains("edge."));
    }

    #[test]
    fn files_for_tls_that_are_missing_are_named() {
        let mut settings = Settings::default();
        let file = Path::new("/nowhere/x.pem").to_path_buf();
        settings.delivery.tls = Some(ServerTls { cert: file.clone(), key: file.clone(), client_ca: file });
        let error = for_role(&settings, Role::Delivery).unwrap_err().to_string();
        assert!(error.contains("delivery.tls.cert") && error.contains("/nowhere/x.pem"), "{error}");
    }
}
