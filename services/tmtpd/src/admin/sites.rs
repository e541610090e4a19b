//! Sites.

use anyhow::Context;
use serde_json::{Value, json};
use tmtp_control::settings;

use super::{
    Desk,
    args::{InSite, SiteCommand},
    http::joined,
    search,
};

impl Desk {
    pub(super) async fn site(&self, command: SiteCommand) -> anyhow::Result<()> {
        match command {
            SiteCommand::List { org, some } => {
                let path = format!("{}/sites", self.org_path(&org).await?);
                let items = self.http.list(&path, &search(some.search), some.most).await?;
                self.all(&items, &["id", "name", "hosts", "suspended", "held", "closing_at", "created_at"]);
            }
            SiteCommand::Show { site } => self.one(&self.http.get(&self.site_path(&site).await?).await?),
            SiteCommand::Figures { site } => {
                self.one(&self.http.get(&format!("{}/figures", self.site_path(&site).await?)).await?);
            }
            SiteCommand::Health { most } => {
                let items = self.http.list("/provider/figures", &[], most).await?;
                let columns = ["id", "org", "name", "suspended", "connected", "nodes", "queued", "oldest_at"];
                self.flat(items, "figures", &columns);
            }
            SiteCommand::Usage { site, org, from, to, csv } => {
                let path = match site {
                    Some(site) => self.site_path(&InSite { org, site }).await?,
                    None => self.org_path(&org).await?,
                };
                let days = [("from", from), ("to", to)];
                let query: Vec<_> =
                    days.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
                self.usage(&path, &joined(&query), csv).await?;
            }
            SiteCommand::Create { org, name, hosts, settings } => {
                let path = format!("{}/sites", self.org_path(&org).await?);
                let body = json!({"name": name, "hosts": hosts, "settings": settings::values(&settings)?});
                self.one(&self.http.create(&path, &body).await?);
            }
            SiteCommand::Set { site, name, hosts, settings } => {
                let mut body = json!({"settings": settings::values(&settings)?});
                if let Some(name) = name {
                    body["name"] = name.into();
                }
                if !hosts.is_empty() {
                    body["hosts"] = hosts.into();
                }
                let path = self.site_path(&site).await?;
                let read = self.http.read(&path).await?;
                self.one(&self.http.change(&path, &read, &body).await?);
            }
            SiteCommand::Suspend { site } => self.act_on(&site, "suspend").await?,
            SiteCommand::Resume { site } => self.act_on(&site, "resume").await?,
            SiteCommand::Reopen { site } => self.act_on(&site, "reopen").await?,
            SiteCommand::Close { site, grace_days } => {
                let path = format!("{}/close", self.site_path(&site).await?);
                self.one(&self.http.create(&path, &json!({"grace_days": grace_days})).await?);
            }
        }
        Ok(())
    }

    async fn usage(&self, path: &str, query: &str, csv: bool) -> anyhow::Result<()> {
        if csv {
            return self.copy(&format!("{path}/usage.csv?{query}")).await;
        }
        let mut usage = self.http.get(&format!("{path}/usage?{query}")).await?;
        if self.json {
            self.one(&usage);
        } else if let Value::Array(days) = usage["days"].take() {
            let columns =
                ["day", "members", "active", "messages", "octets", "links_peak", "deliveries", "p95_ms"];
            self.flat(days, "latency", &columns);
        }
        Ok(())
    }

    /// Prints a list whose items have some of their fields in another one.
    fn flat(&self, mut items: Vec<Value>, inner: &str, columns: &[&str]) {
        if !self.json {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                let fields = item.remove(inner);
                for (name, value) in fields.as_ref().and_then(Value::as_object).into_iter().flatten() {
                    item.entry(name).or_insert_with(|| value.clone());
                }
            }
        }
        self.all(&items, columns);
    }

    async fn act_on(&self, site: &InSite, word: &str) -> anyhow::Result<()> {
        let path = format!("{}/{word}", self.site_path(site).await?);
        self.one(&self.http.act(&path).await?);
        Ok(())
    }

    /// The path of a site that is named by its id or by a host.
    pub(super) async fn site_path(&self, site: &InSite) -> anyhow::Result<String> {
        let org = self.org_path(&site.org).await?;
        if let Ok(id) = site.site.parse::<i64>() {
            return Ok(format!("{org}/sites/{id}"));
        }
        let host = site.site.trim_end_matches('.').to_ascii_lowercase();
        // A key for one site may not list the others.
        let own = self.http.get("/me").await?["site"].as_i64();
        let sites = match own {
            Some(own) => vec![self.http.get(&format!("{org}/sites/{own}")).await?],
            None => self.http.list(&format!("{org}/sites"), &[], usize::MAX).await?,
        };
        let has =
            |it: &&Value| it["hosts"].as_array().is_some_and(|hosts| hosts.iter().any(|it| *it == host));
        let found = sites.iter().find(has).and_then(|it| it["id"].as_i64());
        let id = found.with_context(|| match own {
            Some(own) => {
                format!("the key is for the site {own} alone, and that one has no host name {host}; `tmtpd admin site show --site {own}` shows what it has")
            }
            None => {
                format!("the organization has no site with the host name {host}; `tmtpd admin site list` shows what it has")
            }
        })?;
        Ok(format!("{org}/sites/{id}"))
    }
}
