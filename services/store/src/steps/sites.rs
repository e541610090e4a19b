//! Sites, their hosts, and the record of processes.

use std::collections::HashMap;

use bytes::Bytes;
use tmtp_platform::{Clock, SystemClock};

use crate::{
    Error, NewSite, Placement, Result, Site, SiteId, SiteSettings,
    sql::{Conn, Row, values},
};

/// Adds one to a counter and returns it.
pub(crate) async fn count(conn: &mut dyn Conn, counter: &'static str) -> Result<i64> {
    let sql = "UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value";
    let row = conn.first(sql, values![counter]).await?;
    row.ok_or_else(|| Error::Defect(format!("no counter {counter}")))?.int(0)
}

pub(crate) async fn next_instance(conn: &mut dyn Conn) -> Result<u64> {
    Ok(u64::try_from(count(conn, "instance").await?).unwrap_or(0))
}

pub(crate) async fn secret(conn: &mut dyn Conn, name: &str, fresh: &[u8]) -> Result<Bytes> {
    let keep = "INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    conn.run(keep, values![name, fresh]).await?;
    let row = conn.first("SELECT value FROM secrets WHERE name = $1", values![name]).await?;
    row.ok_or_else(|| Error::Defect("a secret was not kept".to_owned()))?.bytes(0)
}

pub(crate) async fn version(conn: &mut dyn Conn) -> Result<i64> {
    let row = conn.first("SELECT value FROM counters WHERE name = 'sites_version'", values![]).await?;
    row.ok_or_else(|| Error::Defect("no version of the sites".to_owned()))?.int(0)
}

/// The version first: should a site change in between, the version is the older one, and the reader comes again.
pub(crate) async fn all(conn: &mut dyn Conn) -> Result<(i64, Vec<Site>)> {
    let version = version(conn).await?;
    let rows = conn
        .all("SELECT id, name, suspended, created_ms, settings FROM sites ORDER BY id", values![])
        .await?;
    let mut hosts: HashMap<SiteId, Vec<String>> = HashMap::new();
    for row in conn.all("SELECT site, host FROM site_hosts ORDER BY host", values![]).await? {
        hosts.entry(row.site(0)?).or_default().push(row.text(1)?);
    }
    let sites = rows.iter().map(|row| site(row, &mut hosts)).collect::<Result<_>>()?;
    Ok((version, sites))
}

/// Where sites are, of those that are not simply on main.
pub(crate) async fn placements(conn: &mut dyn Conn) -> Result<Vec<(SiteId, Placement)>> {
    let sql =
        "SELECT id, shard, moving_to FROM sites WHERE shard <> 'main' OR moving_to IS NOT NULL ORDER BY id";
    let placed =
        |row: &Row| Ok((row.site(0)?, Placement { shard: row.text(1)?, moving_to: row.opt_text(2)? }));
    conn.all(sql, values![]).await?.iter().map(placed).collect()
}

/// A row that starts with id, name, suspended, created_ms, settings.
pub(crate) fn site(row: &Row, hosts: &mut HashMap<SiteId, Vec<String>>) -> Result<Site> {
    let id = row.site(0)?;
    Ok(Site {
        id,
        name: row.text(1)?,
        hosts: hosts.remove(&id).unwrap_or_default(),
        suspended: row.flag(2)?,
        created_ms: row.int(3)?,
        settings: read_settings(&row.text(4)?)?,
    })
}

/// What this release does not know is as if it were not set: a newer one, rolled out beside it, wrote it. That goes for
/// settings, and for values of settings.
fn read_settings(text: &str) -> Result<SiteSettings> {
    type Fields = serde_json::Map<String, serde_json::Value>;
    let defect = |error: serde_json::Error| Error::Defect(format!("settings of a site: {error}"));
    let mut fields: Fields = serde_json::from_str(text).map_err(defect)?;
    fields.retain(|name, value| {
        let alone = Fields::from_iter([(name.clone(), value.clone())]);
        serde_json::from_value::<SiteSettings>(alone.into()).is_ok()
    });
    serde_json::from_value(fields.into()).map_err(defect)
}

pub(crate) fn write_settings(settings: &SiteSettings) -> Result<String> {
    serde_json::to_string(settings).map_err(|error| Error::Defect(error.to_string()))
}

/// Within a transaction.
pub(crate) async fn add(conn: &mut dyn Conn, site: &NewSite) -> Result<SiteId> {
    // First of all, so that two who change sites come one after the other.
    count(conn, "sites_version").await?;
    let sql = "INSERT INTO sites (name, settings, created_ms) VALUES ($1, $2, $3) RETURNING id";
    let settings = write_settings(&site.settings)?;
    let row = conn.first(sql, values![&site.name, &settings, SystemClock.unix_ms()]).await?;
    let id = row.ok_or_else(|| Error::Defect("no id for a site".to_owned()))?.site(0)?;
    add_hosts(conn, id, &site.hosts).await?;
    Ok(id)
}

/// Within a transaction.
pub(crate) async fn change(conn: &mut dyn Conn, site: &Site) -> Result<()> {
    count(conn, "sites_version").await?;
    let sql =
        "UPDATE sites SET name = $2, suspended = $3, settings = $4, version = version + 1 WHERE id = $1";
    let settings = write_settings(&site.settings)?;
    if conn.run(sql, values![site.id, &site.name, site.suspended, &settings]).await? == 0 {
        return Err(Error::Absent("site"));
    }
    conn.run("DELETE FROM site_hosts WHERE site = $1", values![site.id]).await?;
    add_hosts(conn, site.id, &site.hosts).await
}

pub(crate) async fn add_hosts(conn: &mut dyn Conn, site: SiteId, hosts: &[String]) -> Result<()> {
    let sql = "INSERT INTO site_hosts (host, site) VALUES ($1, $2) ON CONFLICT (host) DO NOTHING";
    let mut added: Vec<&String> = Vec::with_capacity(hosts.len());
    for host in hosts {
        if added.contains(&host) {
            continue;
        }
        if conn.run(sql, values![host, site]).await? == 0 {
            return Err(Error::Taken(host.clone()));
        }
        added.push(host);
    }
    Ok(())
}

pub(crate) async fn beat_edge(conn: &mut dyn Conn, edge: &str) -> Result<bool> {
    let sql = "INSERT INTO edges (edge, beats) VALUES ($1, 1)
               ON CONFLICT (edge) DO UPDATE SET beats = edges.beats + 1 RETURNING beats";
    let row = conn.first(sql, values![edge]).await?;
    Ok(row.ok_or_else(|| Error::Defect("an edge's beat was not counted".to_owned()))?.int(0)? > 1)
}

pub(crate) async fn edges(conn: &mut dyn Conn) -> Result<Vec<(String, i64)>> {
    let rows = conn.all("SELECT edge, beats FROM edges ORDER BY edge", values![]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
}

pub(crate) async fn remove_edge(conn: &mut dyn Conn, edge: &str) -> Result<()> {
    conn.run("DELETE FROM edges WHERE edge = $1", values![edge]).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_a_newer_release_are_read_as_far_as_they_are_known() {
        let newer = r#"{"name_octets_min":4,"colour":"green","registration":"by_lot"}"#;
        let read = read_settings(newer).unwrap();
        assert_eq!(read, SiteSettings { name_octets_min: 4, ..SiteSettings::default() });
    }
}
