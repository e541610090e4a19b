//! An organization's sign-in providers, and by which ids a site names them.

use std::collections::BTreeMap;

use anyhow::{Context, bail};
use serde_json::{Map, Value, json};

use super::{
    Work,
    difference::{Act, PROVIDER, Step},
    differing, fields,
    file::{Org, PROVIDERS, Provider, Site},
    read,
    sites::wanted_of,
    with,
};

/// The providers that sites can name, by their labels; without an id where one is not made yet.
pub struct Labels(BTreeMap<String, Vec<Option<i64>>>);

impl Labels {
    /// Of those that there are, and those that the file makes. What `prune` removes, no site can name.
    pub fn new(org: &Org, there: &[Value], prune: bool) -> Self {
        let wanted = || org.providers.iter().flatten();
        let mut labels = BTreeMap::<_, Vec<_>>::new();
        for provider in there {
            let label = provider["label"].as_str().unwrap_or_default();
            if !is_pruned(org, provider, prune) {
                labels.entry(label.to_owned()).or_default().push(provider["id"].as_i64());
            }
        }
        for provider in wanted() {
            labels.entry(provider.label.clone()).or_insert_with(|| vec![None]);
        }
        Self(labels)
    }

    /// Refuses a site that names a provider that is not, or might be one of several.
    pub fn check(&self, site: &Site) -> anyhow::Result<()> {
        for label in named(&site.settings()?) {
            self.id(&label).with_context(|| format!("the site {:?}, settings.{PROVIDERS}", site.name))?;
        }
        Ok(())
    }

    fn id(&self, label: &str) -> anyhow::Result<Option<i64>> {
        match self.0.get(label).map(Vec::as_slice) {
            Some([id]) => Ok(*id),
            Some(_) => Err(several(label)),
            None => {
                let known: Vec<_> = self.0.keys().map(|label| format!("{label:?}")).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                bail!(
                    "the organization has no sign-in provider called {label:?}: write the label of one that it has ({known}), or add it to the file as [[org.provider]]"
                )
            }
        }
    }

    /// Settings as the API takes them: with ids in the place of labels.
    pub fn with_ids(&self, mut settings: Map<String, Value>) -> anyhow::Result<Map<String, Value>> {
        if settings.contains_key(PROVIDERS) {
            let mut ids = Vec::new();
            for label in named(&settings) {
                ids.push(self.id(&label)?.with_context(|| format!("{label:?} was not made"))?.to_string());
            }
            settings.insert(PROVIDERS.to_owned(), ids.join(",").into());
        }
        Ok(settings)
    }
}

/// A site's settings as the file has them: with labels in the place of ids, in ascending order. An id that no provider
/// has any more stays one.
pub fn with_labels(mut settings: Value, there: &[Value]) -> Value {
    let label = |id: &str| {
        let found = there.iter().find(|provider| provider["id"].as_i64() == id.parse().ok());
        found.and_then(|provider| provider["label"].as_str()).unwrap_or(id).to_owned()
    };
    if let Some(ids) = settings[PROVIDERS].as_str() {
        let mut labels: Vec<_> = ids.split(',').filter(|id| !id.is_empty()).map(label).collect();
        labels.sort_unstable();
        settings[PROVIDERS] = labels.into();
    }
    settings
}

fn named(settings: &Map<String, Value>) -> Vec<String> {
    let labels = settings.get(PROVIDERS).and_then(Value::as_array).into_iter().flatten();
    labels.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn several(label: &str) -> anyhow::Error {
    anyhow::anyhow!("there are several sign-in providers called {label:?}; rename all but one")
}

/// Refuses to remove a provider that a site in service would still name: nobody could sign in with it there.
pub fn check_pruned(org: &Org, providers: &[Value], sites: &[Value], prune: bool) -> anyhow::Result<()> {
    for site in sites.iter().filter(|site| site["suspended"] != true) {
        let wanted = wanted_of(org, site);
        if wanted.is_none() && org.sites.is_some() {
            // It is suspended by this run.
            continue;
        }
        let settings =
            wanted.map(Site::settings).transpose()?.filter(|settings| settings.contains_key(PROVIDERS));
        let names = named(&settings.unwrap_or_else(|| fields(site["settings"].clone())));
        let is_gone = |provider: &&Value| {
            is_pruned(org, provider, prune) && names.iter().any(|name| provider["label"] == name.as_str())
        };
        if let Some(gone) = providers.iter().find(is_gone) {
            bail!(
                "the file lists no sign-in provider {}, but the site {} names it: list the provider, or say settings.{PROVIDERS} \
                 of the site",
                gone["label"],
                site["hosts"][0].as_str().unwrap_or_default()
            );
        }
    }
    Ok(())
}

fn is_pruned(org: &Org, provider: &Value, prune: bool) -> bool {
    let wanted = org.providers.as_ref();
    prune && wanted.is_some_and(|wanted| wanted.iter().all(|wanted| provider["label"] != *wanted.label))
}

impl Work {
    /// Makes and changes them. Their ids are in `labels` then.
    pub(super) async fn providers(
        &self,
        wanted: &Org,
        (path, there): (Option<&str>, &[Value]),
        labels: &mut Labels,
    ) -> anyhow::Result<()> {
        for provider in wanted.providers.iter().flatten() {
            let mut found = there.iter().filter(|there| there["label"] == *provider.label);
            match (found.next(), found.next()) {
                (Some(_), Some(_)) => return Err(several(&provider.label)),
                (Some(there), None) => self.change_provider(provider, path, there).await?,
                (None, _) => {
                    let id = self.create_provider(provider, path).await?;
                    labels.0.insert(provider.label.clone(), vec![id]);
                }
            }
        }
        Ok(())
    }

    async fn create_provider(&self, wanted: &Provider, path: Option<&str>) -> anyhow::Result<Option<i64>> {
        let settings = wanted.settings()?;
        let body = json!({"label": wanted.label, "issuer": wanted.issuer, "settings": settings});
        let shown = with("settings", settings, fields(json!({"issuer": wanted.issuer})));
        let (name, there) = (&wanted.label, &Value::Null);
        let step = Step { act: Act::Create, kind: PROVIDER, name, there, wanted: &shown };
        let deed = async {
            let path = path.context("the organization was not made")?;
            self.http.create(path, &body).await
        };
        Ok(self.step(&step, deed).await?.and_then(|made| made["id"].as_i64()))
    }

    async fn change_provider(
        &self,
        wanted: &Provider,
        path: Option<&str>,
        there: &Value,
    ) -> anyhow::Result<()> {
        let all = wanted.settings()?;
        let issuer = differing(&fields(json!({"issuer": wanted.issuer})), there);
        let is_another = !issuer.is_empty();
        let shown = with("settings", differing(&all, &there["settings"]), issuer);
        let step = Step { act: Act::Change, kind: PROVIDER, name: &wanted.label, there, wanted: &shown };
        let Some(path) = path.filter(|_| !shown.is_empty()) else { return Ok(()) };
        // All of them with another issuer: what is left out is found anew there.
        let body = if is_another { with("settings", all, shown.clone()) } else { shown.clone() };
        let (path, read, body) = (format!("{path}/{}", there["id"]), read(there), body.into());
        self.step(&step, self.http.change(&path, &read, &body)).await.map(drop)
    }

    /// Removes those that the file does not list, where it lists any or says that there are none.
    pub(super) async fn prune_providers(
        &self,
        wanted: &Org,
        path: &str,
        there: &[Value],
    ) -> anyhow::Result<()> {
        let prune = self.prune;
        for provider in there.iter().filter(|provider| is_pruned(wanted, provider, prune)) {
            let (name, wanted) = (provider["label"].as_str().unwrap_or_default(), &Map::new());
            let step = Step { act: Act::Remove, kind: PROVIDER, name, there: provider, wanted };
            self.step(&step, self.http.delete(&format!("{path}/{}", provider["id"]))).await?;
        }
        Ok(())
    }
}
