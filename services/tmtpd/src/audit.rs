//! `tmtpd audit verify`: the logs on the database itself, for those who trust no running process.

use std::path::Path;

use anyhow::{Context, bail};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tmtp_store::{
    SiteId,
    admin::{AuditFilter, AuditRow, OrgId, Verdict, View},
};

use crate::args::Audit;
use crate::settings::{Role, Settings};
use crate::{check, print};

/// Organizations read at a time.
const AT_ONCE: u32 = 200;

/// Checks the provider's log and every organization's, those that were removed among them.
pub async fn run(settings: &Settings, Audit::Verify { json, receipt }: &Audit) -> anyhow::Result<()> {
    check::for_role(settings, Role::Control)?;
    settings.log.install()?;
    let store = tmtp_store::open(&settings.store).await.with_context(|| settings.store.shown_url())?;
    let mut view = store.admin().view().await?;
    let mut logs = vec![(OrgId::PROVIDER, "the provider".to_owned())];
    while let Some((last, _)) = logs.last() {
        let more = view.audit_logs(*last, AT_ONCE).await?;
        if more.is_empty() {
            break;
        }
        let removed = || "an organization that was removed".to_owned();
        logs.extend(more.into_iter().map(|(org, name)| (org, name.unwrap_or_else(removed))));
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
    if let Some(file) = receipt {
        let receipt = Receipt::read(file)?;
        receipt.check(&mut view).await?;
        if !json {
            print::line(format_args!("{}: what it says stands in the log", file.display()));
        }
    }
    if broken > 0 {
        bail!("{broken} of the logs {} tampered with", if broken == 1 { "was" } else { "were" });
    }
    Ok(())
}

/// What an erasure left in somebody's hands. A field that is unknown here could not be compared: it is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Receipt {
    org: i64,
    site: i64,
    uid: String,
    erased_at: Timestamp,
    erased_by: String,
    rows: Map<String, Value>,
    seq: i64,
    hash: String,
}

impl Receipt {
    fn read(file: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        serde_json::from_slice(&text)
            .with_context(|| format!("{} is no receipt of an erasure, as the API gives it", file.display()))
    }

    async fn check(&self, view: &mut View) -> anyhow::Result<()> {
        let all = AuditFilter::default();
        let row = view.audit(OrgId(self.org), &all, Some(self.seq.saturating_add(1)), 1).await?.pop();
        let Some(row) = row.filter(|row| row.seq == self.seq) else {
            bail!("the log of organization {} has no row {}", self.org, self.seq);
        };
        let forged = self.unlike(&row);
        if !forged.is_empty() {
            bail!(
                "row {} of the log of organization {} does not say what the receipt says: {}",
                self.seq,
                self.org,
                forged.join(", ")
            );
        }
        Ok(())
    }

    /// What of it is not so in this row.
    fn unlike(&self, row: &AuditRow) -> Vec<&'static str> {
        let at = Timestamp::from_millisecond(row.at_ms);
        let same = [
            ("action", row.action == "member.erase"),
            ("site", row.site == Some(SiteId(self.site))),
            ("uid", row.target == self.uid),
            ("erased_at", at.is_ok_and(|at| at == self.erased_at)),
            ("erased_by", row.actor == self.erased_by),
            ("rows", erased_rows(row).as_ref() == Some(&self.rows)),
            ("hash", hex(&row.hash) == self.hash),
        ];
        same.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }
}

/// How many rows of each kind an erasure took, as its receipt counts them: messages that waited are in the log alone.
fn erased_rows(row: &AuditRow) -> Option<Map<String, Value>> {
    let mut rows: Map<String, Value> = serde_json::from_str(row.was.as_deref()?).ok()?;
    rows.remove("queued");
    Some(rows)
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
