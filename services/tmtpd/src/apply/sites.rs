//! An organization's sites.

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

use super::{
    Work,
    difference::{Act, SITE, Step},
    differing, fields,
    file::{Org, Site},
    providers::Labels,
    read, with,
};

impl Work {
    /// Makes, changes, suspends or resumes one.
    pub(super) async fn site(
        &self,
        wanted: &Site,
        (path, there): (Option<&str>, &[Value]),
        labels: &Labels,
    ) -> anyhow::Result<()> {
        let mut found = there.iter().filter(|site| shares_host(wanted, site));
        match (found.next(), found.next()) {
            (Some(_), Some(_)) => {
                bail!("the hosts of {:?} lead to several sites; say which is which", wanted.name)
            }
            (Some(site), None) => {
                let Some(path) = path else { return Ok(()) };
                self.change_site(wanted, path, site, labels).await?;
                self.service(wanted, path, site).await
            }
            (None, _) => self.create_site(wanted, path, labels).await,
        }
    }

    /// Suspends or resumes one, where the file says which. Where it does not, who looks after the file is told: a site that
    /// it lists is expected to be in service.
    async fn service(&self, wanted: &Site, path: &str, site: &Value) -> anyhow::Result<()> {
        let host = &wanted.hosts[0];
        let is_suspended = site["suspended"] == true;
        if let Some(at) = site["closing_at"].as_str() {
            let (org, id) = (&site["org"], &site["id"]);
            let why = format!(
                "is closed, and erased at {at}; `tmtpd admin site reopen --org {org} --site {id}` opens it again"
            );
            self.warn(host, site, &why);
        } else if site["held"] == true && wanted.suspended != Some(true) && self.is_tenant().await? {
            self.warn(
                host,
                site,
                "was suspended by the provider of this service, and nobody else resumes it",
            );
        } else if let Some(suspended) = wanted.suspended.filter(|suspended| is_suspended != *suspended) {
            let word = if suspended { "suspend" } else { "resume" };
            let wanted = &fields(json!({"suspended": suspended}));
            let step = Step { act: Act::Change, kind: SITE, name: host, there: site, wanted };
            self.step(&step, self.http.act(&format!("{path}/{}/{word}", site["id"]))).await?;
        } else if is_suspended && wanted.suspended.is_none() {
            self.warn(host, site, "is suspended; say suspended = false to resume it");
        }
        Ok(())
    }

    /// Whether the key is an organization's.
    async fn is_tenant(&self) -> anyhow::Result<bool> {
        Ok(!self.http.get("/me").await?["org"].is_null())
    }

    async fn create_site(&self, wanted: &Site, path: Option<&str>, labels: &Labels) -> anyhow::Result<()> {
        let is_suspended = wanted.suspended == Some(true);
        let settings = wanted.settings()?;
        let mut shown = with("settings", settings.clone(), named(wanted));
        if is_suspended {
            shown.insert("suspended".to_owned(), true.into());
        }
        let (name, there) = (&wanted.hosts[0], &Value::Null);
        let step = Step { act: Act::Create, kind: SITE, name, there, wanted: &shown };
        let deed = async {
            let path = path.context("the organization was not made")?;
            let body = Value::from(with("settings", labels.with_ids(settings)?, named(wanted)));
            let site = self.http.create(path, &body).await?;
            if is_suspended {
                let suspended = self.http.act(&format!("{path}/{}/suspend", site["id"])).await;
                suspended.context(
                    "the site was made, but not suspended: it is in service until apply runs again",
                )?;
            }
            Ok(())
        };
        self.step(&step, deed).await.map(drop)
    }

    async fn change_site(
        &self,
        wanted: &Site,
        path: &str,
        site: &Value,
        labels: &Labels,
    ) -> anyhow::Result<()> {
        let named = differing(&named(wanted), site);
        let settings = differing(&wanted.settings()?, &site["settings"]);
        let shown = with("settings", settings.clone(), named.clone());
        let name = &wanted.hosts[0];
        let step = Step { act: Act::Change, kind: SITE, name, there: site, wanted: &shown };
        if shown.is_empty() {
            return Ok(());
        }
        let deed = async {
            let body = with("settings", labels.with_ids(settings)?, named);
            self.http.change(&format!("{path}/{}", site["id"]), &read(site), &body.into()).await
        };
        self.step(&step, deed).await.map(drop)
    }

    /// Suspends those that the file does not list, where it lists any or says that there are none.
    pub(super) async fn prune_sites(&self, wanted: &Org, path: &str, there: &[Value]) -> anyhow::Result<()> {
        let Some(wanted) = wanted.sites.as_ref().filter(|_| self.prune) else { return Ok(()) };
        for site in there {
            let is_wanted = wanted.iter().any(|wanted| shares_host(wanted, site));
            if is_wanted || site["suspended"] == true {
                continue;
            }
            let name = site["hosts"][0].as_str().unwrap_or_default();
            let wanted = &fields(json!({"suspended": true}));
            let step = Step { act: Act::Suspend, kind: SITE, name, there: site, wanted };
            self.step(&step, self.http.act(&format!("{path}/{}/suspend", site["id"]))).await?;
        }
        Ok(())
    }
}

/// What a site is called and found by.
fn named(wanted: &Site) -> Map<String, Value> {
    fields(json!({"name": wanted.name, "hosts": wanted.hosts}))
}

/// Whether the file has something to say of this site.
pub(super) fn wanted_of<'a>(org: &'a Org, site: &Value) -> Option<&'a Site> {
    org.sites.iter().flatten().find(|wanted| shares_host(wanted, site))
}

fn shares_host(wanted: &Site, site: &Value) -> bool {
    let hosts = site["hosts"].as_array().into_iter().flatten();
    hosts.filter_map(Value::as_str).any(|host| wanted.hosts.iter().any(|wanted| wanted == host))
}
