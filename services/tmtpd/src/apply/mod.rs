//! `tmtpd apply FILE`: organizations and sites as a file says, for people who keep them under version control.
//!
//! Everything goes through the API, each change with the version that was compared: what somebody else changed meanwhile
//! is not undone, but refused, and the next run compares anew.

pub mod args;
mod difference;
mod file;

use anyhow::bail;
use serde_json::{Map, Value, json};

use crate::admin::http::{Http, Read};
use crate::print;

use args::Apply;
use difference::lines;
use file::{Org, Site, Wanted};

/// Brings everything in line.
pub async fn run(args: &Apply) -> anyhow::Result<()> {
    let wanted = Wanted::read(&args.file)?;
    let mut work = Work { http: Http::new(&args.server)?, dry: args.dry_run, prune: args.prune, done: 0 };
    let there = work.http.list("/orgs", &[], usize::MAX).await?;
    for org in &wanted.orgs {
        work.org(org, &there).await?;
    }
    print::line(match (work.done, work.dry) {
        (0, _) => "nothing to change".to_owned(),
        (count, true) => format!("{count} changes to make; nothing was done"),
        (count, false) => format!("{count} changes made"),
    });
    Ok(())
}

struct Work {
    http: Http,
    dry: bool,
    prune: bool,
    done: usize,
}

impl Work {
    /// Says what is done; `true` when it is to be done, and not only said.
    fn step(&mut self, text: &str) -> bool {
        self.done += 1;
        print::line(text);
        !self.dry
    }

    async fn org(&mut self, wanted: &Org, there: &[Value]) -> anyhow::Result<()> {
        let mut found = there.iter().filter(|org| org["name"] == wanted.name.as_str());
        let id = match (found.next(), found.next()) {
            (Some(_), Some(_)) => {
                bail!("there are several organizations called {:?}; rename all but one", wanted.name)
            }
            (Some(org), None) => {
                self.change_org(wanted, org).await?;
                org["id"].as_i64()
            }
            (None, _) => self.create_org(wanted).await?,
        };
        let path = id.map(|id| format!("/orgs/{id}/sites"));
        let sites = match &path {
            Some(path) => self.http.list(path, &[], usize::MAX).await?,
            None => Vec::new(),
        };
        for site in &wanted.sites {
            self.site(site, path.as_deref(), &sites).await?;
        }
        if let Some(path) = path.filter(|_| self.prune) {
            self.prune_sites(wanted, &path, &sites).await?;
        }
        Ok(())
    }

    async fn create_org(&mut self, wanted: &Org) -> anyhow::Result<Option<i64>> {
        let body = json!({"name": wanted.name, "limits": wanted.limits()?});
        if !self.step(&format!("+ organization {:?}", wanted.name)) {
            return Ok(None);
        }
        Ok(self.http.create("/orgs", &body).await?["id"].as_i64())
    }

    async fn change_org(&mut self, wanted: &Org, org: &Value) -> anyhow::Result<()> {
        let limits = differing(&wanted.limits()?, &org["limits"]);
        if limits.is_empty() {
            return Ok(());
        }
        let text = format!("~ organization {:?}{}", wanted.name, lines("limits", &limits, &org["limits"]));
        if self.step(&text) {
            let path = format!("/orgs/{}", org["id"]);
            self.http.change(&path, &read(org), &json!({"limits": limits})).await?;
        }
        Ok(())
    }

    async fn site(&mut self, wanted: &Site, path: Option<&str>, sites: &[Value]) -> anyhow::Result<()> {
        let mut found = sites.iter().filter(|site| shares_host(wanted, site));
        let site = match (found.next(), found.next()) {
            (Some(_), Some(_)) => {
                bail!("the hosts of {:?} lead to several sites; say which is which", wanted.name)
            }
            (Some(site), None) => self.change_site(wanted, path, site).await?,
            (None, _) => self.create_site(wanted, path).await?,
        };
        let Some((site, path)) = site.zip(path) else { return Ok(()) };
        let Some(suspended) = wanted.suspended.filter(|suspended| site["suspended"] != *suspended) else {
            return Ok(());
        };
        let word = if suspended { "suspend" } else { "resume" };
        if self.step(&format!("~ site {}: {word}", wanted.hosts[0])) {
            self.http.act(&format!("{path}/{}/{word}", site["id"])).await?;
        }
        Ok(())
    }

    async fn create_site(&mut self, wanted: &Site, path: Option<&str>) -> anyhow::Result<Option<Value>> {
        let settings = wanted.settings()?;
        let body = json!({"name": wanted.name, "hosts": wanted.hosts, "settings": settings});
        let text = format!(
            "+ site {} {:?}{}",
            wanted.hosts.join(", "),
            wanted.name,
            lines("settings", &settings, &Value::Null)
        );
        let is_go = self.step(&text);
        match path.filter(|_| is_go) {
            Some(path) => Ok(Some(self.http.create(path, &body).await?)),
            None => Ok(None),
        }
    }

    async fn change_site(
        &mut self,
        wanted: &Site,
        path: Option<&str>,
        site: &Value,
    ) -> anyhow::Result<Option<Value>> {
        let all = json!({"name": wanted.name, "hosts": wanted.hosts});
        let mut body = differing(all.as_object().unwrap_or(&Map::new()), site);
        let mut text = lines("", &body, site);
        let settings = differing(&wanted.settings()?, &site["settings"]);
        if !settings.is_empty() {
            text.push_str(&lines("settings", &settings, &site["settings"]));
            body.insert("settings".to_owned(), settings.into());
        }
        if !body.is_empty()
            && self.step(&format!("~ site {}{text}", wanted.hosts[0]))
            && let Some(path) = path
        {
            let path = format!("{path}/{}", site["id"]);
            return Ok(Some(self.http.change(&path, &read(site), &body.into()).await?));
        }
        Ok(Some(site.clone()))
    }

    async fn prune_sites(&mut self, wanted: &Org, path: &str, sites: &[Value]) -> anyhow::Result<()> {
        for site in sites {
            let is_wanted = wanted.sites.iter().any(|wanted| shares_host(wanted, site));
            if is_wanted || site["suspended"] == true {
                continue;
            }
            let text = format!("- site {} {}: suspend, it is not in the file", site["id"], site["name"]);
            if self.step(&text) {
                self.http.act(&format!("{path}/{}/suspend", site["id"])).await?;
            }
        }
        Ok(())
    }
}

fn shares_host(wanted: &Site, site: &Value) -> bool {
    let hosts = site["hosts"].as_array().into_iter().flatten();
    hosts.filter_map(Value::as_str).any(|host| wanted.hosts.iter().any(|wanted| wanted == host))
}

/// What of these is not so.
fn differing(wanted: &Map<String, Value>, there: &Value) -> Map<String, Value> {
    wanted
        .iter()
        .filter(|(key, value)| there[*key] != **value)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// Something from a list, with the tag of its version.
fn read(value: &Value) -> Read {
    Read { value: value.clone(), tag: format!("\"{}\"", value["version"]) }
}
