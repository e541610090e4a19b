//! An organization's sites.

use anyhow::bail;
use serde_json::{Map, Value, json};

use super::{
    Work,
    difference::lines,
    differing,
    file::{Org, Site},
    providers::Labels,
    read,
};

impl Work {
    /// Makes, changes, suspends or resumes one.
    pub(super) async fn site(
        &mut self,
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
    async fn service(&mut self, wanted: &Site, path: &str, site: &Value) -> anyhow::Result<()> {
        let host = &wanted.hosts[0];
        let is_suspended = site["suspended"] == true;
        if let Some(at) = site["closing_at"].as_str() {
            let (org, id) = (&site["org"], &site["id"]);
            self.warn(&format!(
                "site {host} is closed, and erased at {at}; `tmtpd admin site reopen --org {org} --site {id}` opens it again"
            ));
        } else if let Some(suspended) = wanted.suspended.filter(|suspended| is_suspended != *suspended) {
            let word = if suspended { "suspend" } else { "resume" };
            let text = format!("~ site {host}\n    suspended: {is_suspended} -> {suspended}");
            if self.step(&text) {
                self.http.act(&format!("{path}/{}/{word}", site["id"])).await?;
            }
        } else if is_suspended && wanted.suspended.is_none() {
            self.warn(&format!("site {host} is suspended; say suspended = false to resume it"));
        }
        Ok(())
    }

    async fn create_site(
        &mut self,
        wanted: &Site,
        path: Option<&str>,
        labels: &Labels,
    ) -> anyhow::Result<()> {
        let settings = wanted.settings()?;
        let mut text = format!("+ site {} {:?}", wanted.hosts.join(", "), wanted.name);
        let is_suspended = wanted.suspended == Some(true);
        if is_suspended {
            text.push_str("\n    suspended: true");
        }
        text.push_str(&lines("settings", &settings, &Value::Null));
        let is_go = self.step(&text);
        let Some(path) = path.filter(|_| is_go) else { return Ok(()) };
        let body =
            json!({"name": wanted.name, "hosts": wanted.hosts, "settings": labels.with_ids(settings)?});
        let site = self.http.create(path, &body).await?;
        if is_suspended {
            self.http.act(&format!("{path}/{}/suspend", site["id"])).await?;
        }
        Ok(())
    }

    async fn change_site(
        &mut self,
        wanted: &Site,
        path: &str,
        site: &Value,
        labels: &Labels,
    ) -> anyhow::Result<()> {
        let all = json!({"name": wanted.name, "hosts": wanted.hosts});
        let mut body = differing(all.as_object().unwrap_or(&Map::new()), site);
        let mut text = lines("", &body, site);
        let settings = differing(&wanted.settings()?, &site["settings"]);
        text.push_str(&lines("settings", &settings, &site["settings"]));
        if !text.is_empty() && self.step(&format!("~ site {}{text}", wanted.hosts[0])) {
            let path = format!("{path}/{}", site["id"]);
            body.insert("settings".to_owned(), labels.with_ids(settings)?.into());
            self.http.change(&path, &read(site), &body.into()).await?;
        }
        Ok(())
    }

    /// Suspends those that the file does not list, where it lists any or says that there are none.
    pub(super) async fn prune_sites(
        &mut self,
        wanted: &Org,
        path: &str,
        there: &[Value],
    ) -> anyhow::Result<()> {
        let Some(wanted) = wanted.sites.as_ref().filter(|_| self.prune) else { return Ok(()) };
        for site in there {
            let is_wanted = wanted.iter().any(|wanted| shares_host(wanted, site));
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
