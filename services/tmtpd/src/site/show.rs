//! Sites as text for people, and as JSON for scripts.

use serde_json::{Value, json};
use tmtp_store::Site;

use crate::print;

/// Prints one site with its settings.
pub fn one(site: &Site, json: bool) -> anyhow::Result<()> {
    let value = value(site)?;
    if json {
        print::line(format_args!("{value:#}"));
        return Ok(());
    }
    print::line(format_args!("site {}: {}{}", site.id.0, site.name, mark(site)));
    print::line(format_args!("  {:<26} {}", "hosts", site.hosts.join(", ")));
    for (key, setting) in value["settings"].as_object().into_iter().flatten() {
        let text = setting.as_str().map_or_else(|| setting.to_string(), str::to_owned);
        print::line(format_args!("  {key:<26} {text}"));
    }
    Ok(())
}

/// Prints all sites, a line each.
pub fn all(sites: &[Site], json: bool) -> anyhow::Result<()> {
    if json {
        let values: Vec<_> = sites.iter().map(value).collect::<Result<_, _>>()?;
        print::line(format_args!("{:#}", Value::Array(values)));
        return Ok(());
    }
    if sites.is_empty() {
        print::line("no sites yet; `tmtpd site create --help` tells how to make one");
    }
    for site in sites {
        print::line(format_args!(
            "{:>6}  {}  ({}){}",
            site.id.0,
            site.name,
            site.hosts.join(", "),
            mark(site)
        ));
    }
    Ok(())
}

fn mark(site: &Site) -> &'static str {
    if site.suspended { "  SUSPENDED" } else { "" }
}

fn value(site: &Site) -> serde_json::Result<Value> {
    Ok(json!({
        "id": site.id.0,
        "name": site.name,
        "hosts": site.hosts,
        "suspended": site.suspended,
        "created_ms": site.created_ms,
        "settings": serde_json::to_value(&site.settings)?,
    }))
}
