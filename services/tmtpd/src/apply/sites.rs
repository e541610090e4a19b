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
        let site = match (found.next(), found.next()) {
            (Some(_), Some(_)) => {
                bail!("the hosts of {:?} lead to several sites; say which is which", wanted.name)
            }
            (Some(site), None) => self.change_site(wanted, path, site, labels).await?,
            (None, _) => self.create_site(wanted, path, labels).await?,
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

    async fn create_site(
        &mut self,
        wanted: &Site,
        path: Option<&str>,
        labels: &Labels,
    ) -> anyhow::Result<Option<Value>> {
        let settings = wanted.settings()?;
        let text = format!(
            "+ site {} {:?}{}",
            wanted.hosts.join(", "),
            wanted.name,
            lines("settings", &settings, &Value::Null)
        );
        let is_go = self.step(&text);
        let Some(path) = path.filter(|_| is_go) else { return Ok(None) };
        let body =
            json!({"name": wanted.name, "hosts": wanted.hosts, "settings": labels.with_ids(settings)?});
        Ok(Some(self.http.create(path, &body).await?))
    }

    async fn change_site(
        &mut self,
        wanted: &Site,
        path: Option<&str>,
        site: &Value,
        labels: &Labels,
    ) -> anyhow::Result<Option<Value>> {
        let all = json!({"name": wanted.name, "hosts": wanted.hosts});
        let mut body = differing(all.as_object().unwrap_or(&Map::new()), site);
        let mut text = lines("", &body, site);
        let settings = differing(&wanted.settings()?, &site["settings"]);
        if !settings.is_empty() {
            text.push_str(&lines("settings", &settings, &site["settings"]));
        }
        if !text.is_empty()
            && self.step(&format!("~ site {}{text}", wanted.hosts[0]))
            && let Some(path) = path
        {
            let path = format!("{path}/{}", site["id"]);
            body.insert("settings".to_owned(), labels.with_ids(settings)?.into());
            return Ok(Some(self.http.change(&path, &read(site), &body.into()).await?));
        }
        Ok(Some(site.clone()))
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
