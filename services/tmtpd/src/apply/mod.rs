//! `tmtpd apply FILE`: organizations, their sign-in providers and sites as a file says, for people who keep them under
//! version control.
//!
//! Everything goes through the API, each change with the version that was compared: what somebody else changed meanwhile
//! is not undone, but refused, and the next run compares anew.

pub mod args;
mod difference;
mod file;
mod providers;
mod sites;

use anyhow::bail;
use serde_json::{Map, Value, json};

use crate::admin::http::{Http, Read};
use crate::print;

use args::Apply;
use difference::{Act, ORG, SITE, Step};
use file::{Org, Wanted};
use providers::{Labels, check_pruned, with_labels};

/// Brings everything in line.
pub async fn run(args: &Apply) -> anyhow::Result<()> {
    let wanted = Wanted::read(&args.file)?;
    let http = Http::new(&args.server)?;
    let mut work = Work { http, dry: args.dry_run, prune: args.prune, json: args.json, done: 0, warned: 0 };
    let there = work.http.list("/orgs", &[], usize::MAX).await?;
    for org in &wanted.orgs {
        work.org(org, &there).await?;
    }
    if !args.json {
        print::line(work.sum());
    }
    Ok(())
}

struct Work {
    http: Http,
    dry: bool,
    prune: bool,
    json: bool,
    done: usize,
    warned: usize,
}

impl Work {
    /// Says what is done; `true` when it is to be done, and not only said.
    fn step(&mut self, step: &Step<'_>) -> bool {
        self.done += 1;
        if self.json {
            print::line(step.object(self.dry));
        } else {
            print::line(step);
        }
        !self.dry
    }

    /// Says what of a site is not as the file lets expect, and that this leaves alone.
    fn warn(&mut self, host: &str, site: &Value, why: &str) {
        self.warned += 1;
        if self.json {
            let (id, dry) = (&site["id"], self.dry);
            print::line(
                json!({"act": "none", "kind": SITE, "name": host, "id": id, "why": why, "dry_run": dry}),
            );
        } else {
            print::line(format_args!("! site {host} {why}"));
        }
    }

    /// What came of it all.
    fn sum(&self) -> String {
        let done = match (self.done, self.dry) {
            (0, _) => "nothing to change".to_owned(),
            (count, true) => format!("{count} changes to make; nothing was done"),
            (count, false) => format!("{count} changes made"),
        };
        match self.warned {
            0 => done,
            count => format!("{done}; sites that are not in service: {count}, see !"),
        }
    }

    async fn org(&mut self, wanted: &Org, there: &[Value]) -> anyhow::Result<()> {
        let mut found = there.iter().filter(|org| org["name"] == wanted.name.as_str());
        let org = match (found.next(), found.next()) {
            (Some(_), Some(_)) => {
                bail!("there are several organizations called {:?}; rename all but one", wanted.name)
            }
            (org, _) => org,
        };
        let id = org.and_then(|org| org["id"].as_i64());
        let (providers, mut sites) = (self.there(id, "providers").await?, self.there(id, "sites").await?);
        for site in &mut sites {
            site["settings"] = with_labels(site["settings"].take(), &providers);
        }
        let mut labels = Labels::new(wanted, &providers, self.prune);
        for site in wanted.sites.iter().flatten() {
            labels.check(site)?;
        }
        check_pruned(wanted, &providers, &sites, self.prune)?;
        let id = match org {
            Some(org) => self.change_org(wanted, org).await.map(|()| id)?,
            None => self.create_org(wanted).await?,
        };
        let path = |what: &str| id.map(|id| format!("/orgs/{id}/{what}"));
        let (at_providers, at_sites) = (path("providers"), path("sites"));
        self.providers(wanted, (at_providers.as_deref(), &providers), &mut labels).await?;
        for site in wanted.sites.iter().flatten() {
            self.site(site, (at_sites.as_deref(), &sites), &labels).await?;
        }
        if let Some((at_providers, at_sites)) = at_providers.zip(at_sites) {
            // Sites first: those that are told to name it no more have let go of it by then.
            self.prune_sites(wanted, &at_sites, &sites).await?;
            self.prune_providers(wanted, &at_providers, &providers).await?;
        }
        Ok(())
    }

    /// What an organization has; one that is not made yet has nothing.
    async fn there(&self, org: Option<i64>, what: &str) -> anyhow::Result<Vec<Value>> {
        let Some(org) = org else { return Ok(Vec::new()) };
        self.http.list(&format!("/orgs/{org}/{what}"), &[], usize::MAX).await
    }

    async fn create_org(&mut self, wanted: &Org) -> anyhow::Result<Option<i64>> {
        let limits = wanted.limits()?;
        let body = json!({"name": wanted.name, "limits": limits});
        let shown = with("limits", limits, Map::new());
        let there = &Value::Null;
        let step = Step { act: Act::Create, kind: ORG, name: &wanted.name, there, wanted: &shown };
        if !self.step(&step) {
            return Ok(None);
        }
        Ok(self.http.create("/orgs", &body).await?["id"].as_i64())
    }

    async fn change_org(&mut self, wanted: &Org, org: &Value) -> anyhow::Result<()> {
        let body = with("limits", differing(&wanted.limits()?, &org["limits"]), Map::new());
        let step = Step { act: Act::Change, kind: ORG, name: &wanted.name, there: org, wanted: &body };
        if !body.is_empty() && self.step(&step) {
            let path = format!("/orgs/{}", org["id"]);
            self.http.change(&path, &read(org), &body.into()).await?;
        }
        Ok(())
    }
}

/// The fields of an object.
fn fields(object: Value) -> Map<String, Value> {
    if let Value::Object(fields) = object { fields } else { Map::new() }
}

/// These fields, and under this name more of them, if there are any.
fn with(name: &str, more: Map<String, Value>, mut fields: Map<String, Value>) -> Map<String, Value> {
    if !more.is_empty() {
        fields.insert(name.to_owned(), more.into());
    }
    fields
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
