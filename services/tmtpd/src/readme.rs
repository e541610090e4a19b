//! The README promises complete lists. It keeps the promise.

use std::collections::BTreeSet;
use std::path::Path;

use crate::settings::{DeliverySettings, ServerTls, Settings};

const README: &str = include_str!("../../../README.md");

fn missing(names: impl IntoIterator<Item = String>) -> Vec<String> {
    names.into_iter().filter(|name| !README.contains(&format!("`{name}"))).collect()
}

#[test]
fn every_setting_stands_in_the_readme() {
    let tls = ServerTls { cert: "c".into(), key: "k".into(), client_ca: "a".into() };
    let delivery = DeliverySettings { tls: Some(tls), ..DeliverySettings::default() };
    let mut settings = Settings { delivery, ..Settings::default() };
    settings.edge.default_host = Some("h".into());
    let sections: toml::Table = settings.to_toml().unwrap().parse().unwrap();
    let mut names = Vec::new();
    for (section, keys) in &sections {
        for (key, value) in keys.as_table().unwrap() {
            match value.as_table().filter(|_| key == "limits") {
                Some(limits) => names.extend(limits.keys().map(|limit| format!("{section}.{key}.{limit}"))),
                None => names.push(format!("{section}.{key}")),
            }
        }
    }
    assert!(names.len() > 40, "{names:?}");
    assert_eq!(missing(names), Vec::<String>::new());
}

#[test]
fn every_metric_stands_in_the_readme() {
    let names = metrics();
    assert!(names.len() > 20, "{names:?}");
    assert_eq!(missing(names), Vec::<String>::new());
}

/// Every metric that a service writes.
pub fn metrics() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for service in ["bus", "control", "delivery", "edge", "oidc", "platform", "store", "tmtpd"] {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(service).join("src");
        collect(&source, &mut names);
    }
    names.retain(|name| !name.starts_with("tmtp_test_"));
    names
}

/// Names of metrics in all source files of a folder: `tmtp_..`, in quotes, after `!(`.
fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, names);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for kind in ["counter!(", "gauge!(", "histogram!("] {
            for call in text.split(kind).skip(1) {
                let name = call.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next());
                names.extend(name.filter(|name| name.starts_with("tmtp_")).map(str::to_owned));
            }
        }
    }
}
