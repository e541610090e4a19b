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

use std::cell::Cell;

use anyhow::{Context, bail};
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
    let (done, warned) = (Cell::new(0), Cell::new(0));
    let work = Work { http, dry: args.dry_run, prune: args.prune, json: args.json, done, warned };
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
    done: Cell<usize>,
    warned: Cell<usize>,
}

impl Work {
    /// Does what is to be done, where it is not only shown, and says so when it is done; what it gave.
    async fn step<T>(
        &self,
        step: &Step<'_>,
        deed: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<Option<T>> {
        let failed = || match self.done.get() {
            0 => format!("this could not be done, and nothing was:\n{step}"),
            done => format!("this could not be done, after {}:\n{step}", changes(done)),
        };
        let given = if self.dry { None } else { Some(deed.await.with_context(failed)?) };
        self.done.set(self.done.get() + 1);
        if self.json {
            print::line(step.object(self.dry));
        } else {
            print::line(step);
        }
        Ok(given)
    }

    /// Says what of a site is not as the file lets expect, and that this leaves alone.
    fn warn(&self, host: &str, site: &Value, why: &str) {
        self.warned.set(self.warned.get() + 1);
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
        let done = match (self.done.get(), self.dry) {
            (0, _) => "nothing to change".to_owned(),
            (count, true) => format!("{} to make; nothing was done", changes(count)),
            (count, false) => format!("{} made", changes(count)),
        };
        match self.warned.get() {
            0 => done,
            count => format!("{done}; sites that are not in service: {count}, see !"),
        }
    }

    async fn org(&self, wanted: &Org, there: &[Value]) -> anyhow::Result<()> {
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

    async fn create_org(&self, wanted: &Org) -> anyhow::Result<Option<i64>> {
        let limits = wanted.limits()?;
        let body = json!({"name": wanted.name, "limits": limits});
        let shown = with("limits", limits, Map::new());
        let there = &Value::Null;
        let step = Step { act: Act::Create, kind: ORG, name: &wanted.name, there, wanted: &shown };
        let made = self.step(&step, self.http.create("/orgs", &body)).await?;
        Ok(made.and_then(|org| org["id"].as_i64()))
    }

    async fn change_org(&self, wanted: &Org, org: &Value) -> anyhow::Result<()> {
        let body = with("limits", differing(&wanted.limits()?, &org["limits"]), Map::new());
        let step = Step { act: Act::Change, kind: ORG, name: &wanted.name, there: org, wanted: &body };
        if !body.is_empty() {
            let (path, read, body) = (format!("/orgs/{}", org["id"]), read(org), body.clone().into());
            self.step(&step, self.http.change(&path, &read, &body)).await?;
        }
        Ok(())
    }
}

fn changes(count: usize) -> String {
    if count == 1 { "1 change".to_owned() } else { format!("{count} changes") }
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
