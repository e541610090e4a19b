//! `tmtpd doctor`: looks at what an installation stands on, and says what to do.

mod certificates;
mod database;
mod finding;
mod hosts;
mod machine;
mod redis;

use anyhow::bail;

use crate::args::Doctor;
use crate::check;
use crate::print;
use crate::settings::Settings;
use finding::{Finding, State};

/// `tmtpd doctor`. Fails when something is bad.
pub async fn run(settings: &Settings, args: &Doctor) -> anyhow::Result<()> {
    settings.log.install()?;
    let findings = examine(settings, args).await;
    if args.json {
        print::line(serde_json::to_string_pretty(&findings)?);
    } else {
        findings.iter().for_each(print::line);
    }
    let bad = findings.iter().filter(|finding| finding.state == State::Bad).count();
    match bad {
        0 => Ok(()),
        1 => bail!("one thing is bad"),
        _ => bail!("{bad} things are bad"),
    }
}

async fn examine(settings: &Settings, args: &Doctor) -> Vec<Finding> {
    let role = args.role;
    let mut findings = vec![match check::for_role(settings, role) {
        Ok(()) => Finding::good("settings", "they make sense"),
        Err(error) => Finding::bad("settings", error, "`tmtpd check-config` repeats this"),
    }];
    findings.extend(machine::examine(settings, role));
    findings.extend(certificates::examine(settings, role));
    findings.extend(redis::examine(settings, role).await);
    if role.has_store() {
        let (found, sites) = database::examine(settings).await;
        findings.extend(found);
        findings.extend(hosts::examine(settings, role, &sites).await);
    }
    findings
}
