//! The file: read whole, and refused whole when something in it cannot be.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Deserialize;
use serde_json::{Map, Value};
use tmtp_control::{api::ProviderSet, settings};

/// A site's setting that names providers.
pub const PROVIDERS: &str = "providers";

/// Everything that is to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Organizations.
    #[serde(default, rename = "org")]
    pub orgs: Vec<Org>,
}

/// An organization that is to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Org {
    /// What it is called, and known by.
    pub name: String,
    /// What it may have.
    #[serde(default)]
    limits: toml::Table,
    /// Its sign-in providers; without, they stay as they are.
    #[serde(rename = "provider")]
    pub providers: Option<Vec<Provider>>,
    /// Its sites; without, they stay as they are.
    #[serde(rename = "site")]
    pub sites: Option<Vec<Site>>,
}

/// A sign-in provider that is to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// What members are shown, and what it is known by.
    pub label: String,
    /// Who it says it is.
    pub issuer: String,
    #[serde(default)]
    settings: ProviderSet,
}

/// A site that is to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// What clients are shown.
    pub name: String,
    /// What leads to it, and what it is known by.
    pub hosts: Vec<String>,
    /// Nobody may register or log in; without, that stays as it is, and is told where it is so.
    pub suspended: Option<bool>,
    #[serde(default)]
    settings: toml::Table,
}

impl Wanted {
    /// Reads a file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut wanted: Self = toml::from_str(text)?;
        let (mut names, mut hosts) = (BTreeSet::new(), BTreeSet::new());
        for org in &mut wanted.orgs {
            if !names.insert(org.name.clone()) {
                bail!("the organization {:?} stands in it twice", org.name);
            }
            org.limits()?;
            let mut labels = BTreeSet::new();
            for provider in org.providers.iter().flatten() {
                if !labels.insert(&provider.label) {
                    bail!("the provider {:?} of {:?} stands in it twice", provider.label, org.name);
                }
            }
            for site in org.sites.iter_mut().flatten() {
                site.settings()?;
                for host in &mut site.hosts {
                    *host = host.trim_end_matches('.').to_ascii_lowercase();
                    if !hosts.insert(host.clone()) {
                        bail!("the host {host} stands in it twice");
                    }
                }
                site.hosts.sort_unstable();
                if site.hosts.is_empty() {
                    bail!("the site {:?} has no host", site.name);
                }
            }
        }
        Ok(wanted)
    }
}

impl Org {
    /// Its limits as the API has them.
    pub fn limits(&self) -> anyhow::Result<Map<String, Value>> {
        let mut limits = Map::new();
        for (key, value) in texts(&self.limits)? {
            let number =
                settings::octets(&value).with_context(|| format!("limits.{key}: `{value}` is no number"))?;
            limits.insert(key, number.into());
        }
        Ok(limits)
    }
}

impl Provider {
    /// Its settings as the API has them.
    pub fn settings(&self) -> anyhow::Result<Map<String, Value>> {
        Ok(serde_json::from_value(serde_json::to_value(&self.settings)?)?)
    }
}

impl Site {
    /// Its settings as the API has them, but for its providers: these are a list of labels, in ascending order.
    pub fn settings(&self) -> anyhow::Result<Map<String, Value>> {
        let mut plain = self.settings.clone();
        let providers = plain.remove(PROVIDERS).map(labels).transpose()?;
        let mut settings = settings::values(&texts(&plain)?)?;
        settings.extend(providers.map(|labels| (PROVIDERS.to_owned(), labels.into())));
        Ok(settings)
    }
}

fn labels(value: toml::Value) -> anyhow::Result<Vec<String>> {
    let labels = value.try_into::<BTreeSet<String>>().ok();
    let labels = labels.with_context(|| {
        format!("{PROVIDERS} is a list of sign-in providers' labels, as [\"Acme staff\"]; [] is all of them")
    })?;
    Ok(labels.into_iter().collect())
}

/// Numbers and texts, as an operator would write them on a command line.
fn texts(table: &toml::Table) -> anyhow::Result<Vec<(String, String)>> {
    let text = |(key, value): (&String, &toml::Value)| match value {
        toml::Value::String(text) => Ok((key.clone(), text.clone())),
        toml::Value::Integer(number) => Ok((key.clone(), number.to_string())),
        other => bail!("{key} is a number or a text, not {other}"),
    };
    table.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_is_read_with_units_and_hosts_in_lower_case() {
        let text = "[[org]]\nname = 'A'\nlimits = { sites_max = 2, message_octets_max = '1MiB' }\n\
                    [[org.site]]\nname = 'S'\nhosts = ['b.example.', 'A.example']\n\
                    settings = { registration = 'open', queued_octets_max = '1GiB' }\n";
        let wanted = Wanted::parse(text).unwrap();
        let org = &wanted.orgs[0];
        assert_eq!(
            Value::from(org.limits().unwrap()),
            json!({"sites_max": 2, "message_octets_max": 1_048_576})
        );
        let site = &org.sites.as_ref().unwrap()[0];
        assert_eq!(site.hosts, ["a.example", "b.example"]);
        let settings = Value::from(site.settings().unwrap());
        assert_eq!(settings, json!({"registration": "open", "queued_octets_max": 1 << 30}));
    }

    #[test]
    fn providers_are_read_as_the_api_has_them_and_named_at_sites_by_their_labels() {
        let text = "[[org]]\nname = 'A'\n[[org.provider]]\nlabel = 'Staff'\nissuer = 'https://a.example'\n\
                    settings = { client_id = 'tmtp', email_domains = ['a.example'] }\n\
                    [[org.site]]\nname = 'S'\nhosts = ['a']\nsettings = { providers = ['Staff', 'B, or C', 'Staff'] }\n";
        let org = Wanted::parse(text).unwrap().orgs.remove(0);
        let settings = Value::from(org.providers.unwrap()[0].settings().unwrap());
        assert_eq!(settings, json!({"client_id": "tmtp", "email_domains": ["a.example"]}));
        let settings = Value::from(org.sites.unwrap()[0].settings().unwrap());
        assert_eq!(settings, json!({"providers": ["B, or C", "Staff"]}));
    }

    #[test]
    fn none_is_another_thing_than_nothing_said() {
        let org = |text: &str| Wanted::parse(text).unwrap().orgs.remove(0);
        let said = org("[[org]]\nname = 'A'\nsite = []\nprovider = []\n");
        assert!(said.sites.is_some_and(|sites| sites.is_empty()));
        assert!(said.providers.is_some_and(|providers| providers.is_empty()));
        let unsaid = org("[[org]]\nname = 'A'\n");
        assert!(unsaid.sites.is_none() && unsaid.providers.is_none());
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let provider = "[[org]]\nname = 'A'\n[[org.provider]]\nlabel = 'P'\nissuer = 'https://a.example'\n";
        let twice = format!("{provider}{}", provider.replace("[[org]]\nname = 'A'\n", ""));
        let odd = format!("{provider}settings = {{ colour = 'green' }}\n");
        for (text, word) in [
            (twice.as_str(), "\"P\""),
            (&odd, "colour"),
            (
                "[[org]]\nname = 'A'\n[[org.site]]\nname = 'S'\nhosts = ['a']\nsettings = { providers = '3,7' }\n",
                "labels",
            ),
            ("[[org]]\nname = 'A'\n[[org]]\nname = 'A'\n", "twice"),
            ("[[org]]\nname = 'A'\ncolour = 1\n", "colour"),
            ("[[org]]\nname = 'A'\nlimits = { sites_max = 'many' }\n", "many"),
            ("[[org]]\nname = 'A'\n[[org.site]]\nname = 'S'\nhosts = []\n", "no host"),
            ("[[org]]\nname = 'A'\n[[org.site]]\nname = 'S'\nhosts = ['a', 'A.']\n", "twice"),
            (
                "[[org]]\nname = 'A'\n[[org.site]]\nname = 'S'\nhosts = ['a']\nsettings = { colour = 1 }\n",
                "colour",
            ),
            (
                "[[org]]\nname = 'A'\n[[org.site]]\nname = 'S'\nhosts = ['a']\nsettings = { registration = true }\n",
                "registration",
            ),
        ] {
            let error = format!("{:#}", Wanted::parse(text).unwrap_err());
            assert!(error.contains(word), "{word}: {error}");
        }
    }
}
