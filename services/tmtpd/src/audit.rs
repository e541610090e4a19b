//! `tmtpd audit verify`: the logs on the database itself, for those who trust no running process.

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tmtp_store::admin::{OrgId, Page, Verdict};

use crate::args::Audit;
use crate::settings::{Role, Settings};
use crate::{check, print};

/// Organizations read at a time.
const AT_ONCE: u32 = 200;

/// Checks the provider's log and every organization's.
pub async fn run(settings: &Settings, Audit::Verify { json }: &Audit) -> anyhow::Result<()> {
    check::for_role(settings, Role::Control)?;
    settings.log.install()?;
    let store = tmtp_store::open(&settings.store).await.with_context(|| settings.store.shown_url())?;
    let mut view = store.admin().view().await?;
    let mut logs = vec![(OrgId::PROVIDER, "the provider".to_owned())];
    let mut page = Page { after: OrgId(0), limit: AT_ONCE, search: String::new() };
    loop {
        let orgs = view.orgs(&page).await?;
        let Some(last) = orgs.last() else { break };
        page.after = last.id;
        logs.extend(orgs.into_iter().map(|org| (org.id, org.name)));
    }
    let (mut rows, mut broken) = (Vec::new(), 0);
    for (org, name) in logs {
        let verdict = view.verify_audit(org).await?;
        broken += u32::from(!matches!(verdict, Verdict::Whole { .. }));
        if !json {
            print::line(line(org, &name, &verdict));
        }
        rows.push(value(org, &name, &verdict));
    }
    if *json {
        print::line(format_args!("{:#}", Value::Array(rows)));
    }
    if broken > 0 {
        bail!("{broken} of the logs {} tampered with", if broken == 1 { "was" } else { "were" });
    }
    Ok(())
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn line(org: OrgId, name: &str, verdict: &Verdict) -> String {
    match verdict {
        Verdict::Whole { rows, head } => format!("{:>6}  whole, {rows} rows  {}  {name}", org.0, hex(head)),
        Verdict::Broken { seq } => format!("{:>6}  BROKEN at row {seq}  {name}", org.0),
    }
}

fn value(org: OrgId, name: &str, verdict: &Verdict) -> Value {
    match verdict {
        Verdict::Whole { rows, head } => {
            json!({"org": org.0, "name": name, "whole": true, "rows": rows, "head": hex(head)})
        }
        Verdict::Broken { seq } => json!({"org": org.0, "name": name, "whole": false, "broken_at": seq}),
    }
}
