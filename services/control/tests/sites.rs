//! Sites made and changed, on a real store and a bus in process.
#![cfg(test)]

use std::sync::Arc;
use std::time::Duration;

use tmtp_bus::{Bus, BusOptions, Event, SITES};
use tmtp_control::{Change, Error, Heard, Sites};
use tmtp_store::{LoginConflict, Registration, StoreOptions};

struct Stage {
    sites: Sites,
    bus: Arc<dyn Bus>,
    _folder: tempfile::TempDir,
}

async fn stage() -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("tmtp.sqlite").display());
    let options = StoreOptions { url, ..StoreOptions::default() };
    tmtp_store::migrate(&options).await.unwrap();
    let store = tmtp_store::open(&options).await.unwrap();
    let bus = tmtp_bus::open(&BusOptions::default()).await.unwrap();
    Stage { sites: Sites::new(store, Arc::clone(&bus)), bus, _folder: folder }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[tokio::test]
async fn a_site_is_found_by_id_and_by_each_of_its_hosts_in_any_letter_case() {
    let stage = stage().await;
    let hosts = owned(&["A.example", "b.example"]);
    let (site, heard) =
        stage.sites.create("Acme", &hosts, &pairs(&[("registration", "open")])).await.unwrap();
    assert_eq!(heard, Heard::Now);
    assert_eq!(site.settings.registration, Registration::Open);
    for which in ["a.example", "B.EXAMPLE", "b.example.", &site.id.0.to_string()] {
        assert_eq!(stage.sites.find(which).await.unwrap(), site, "{which}");
    }
    assert!(matches!(stage.sites.find("c.example").await, Err(Error::NoSite(_))));
}

#[tokio::test]
async fn a_host_leads_to_one_site_only() {
    let stage = stage().await;
    stage.sites.create("Acme", &owned(&["a.example"]), &[]).await.unwrap();
    let again = stage.sites.create("Other", &owned(&["b.example", "a.example"]), &[]).await;
    assert!(matches!(again, Err(Error::Taken(_))), "{again:?}");
    assert_eq!(stage.sites.list().await.unwrap().len(), 1);
    let other = stage.sites.create("Other", &owned(&["b.example"]), &[]).await.unwrap().0;
    let change = Change { hosts: Some(owned(&["a.example"])), ..Change::default() };
    let taken = stage.sites.change(&other.id.0.to_string(), &change).await;
    assert!(matches!(taken, Err(Error::Taken(_))), "{taken:?}");
}

#[tokio::test]
async fn a_change_touches_what_it_names_and_nothing_else() {
    let stage = stage().await;
    let (site, _) = stage.sites.create("Acme", &owned(&["a.example"]), &[]).await.unwrap();
    stage.sites.create("Other", &owned(&["b.example"]), &[]).await.unwrap();
    let change = Change { settings: pairs(&[("login_conflict", "refuse")]), ..Change::default() };
    let (changed, _) = stage.sites.change("a.example", &change).await.unwrap();
    assert_eq!(changed.settings.login_conflict, LoginConflict::Refuse);
    assert_eq!((changed.name, changed.hosts, changed.suspended), (site.name, site.hosts, false));
    let other = stage.sites.find("b.example").await.unwrap();
    assert_eq!(other.settings.login_conflict, LoginConflict::Evict);
}

#[tokio::test]
async fn a_suspension_lasts_until_it_is_ended() {
    let stage = stage().await;
    stage.sites.create("Acme", &owned(&["a.example"]), &[]).await.unwrap();
    for suspended in [true, false] {
        let change = Change { suspended: Some(suspended), ..Change::default() };
        stage.sites.change("a.example", &change).await.unwrap();
        assert_eq!(stage.sites.find("a.example").await.unwrap().suspended, suspended);
    }
}

#[tokio::test]
async fn a_wrong_setting_changes_nothing() {
    let stage = stage().await;
    let (site, _) = stage.sites.create("Acme", &owned(&["a.example"]), &[]).await.unwrap();
    let change = Change {
        name: Some("Better".into()),
        settings: pairs(&[("queued_messages_max", "0")]),
        ..Change::default()
    };
    assert!(stage.sites.change("a.example", &change).await.is_err());
    assert_eq!(stage.sites.find("a.example").await.unwrap(), site);
}

#[tokio::test]
async fn whoever_keeps_sites_in_memory_is_told_of_a_change() {
    let stage = stage().await;
    let mut listener = stage.bus.subscribe(SITES);
    assert_eq!(listener.next().await, Some(Event::Gap));
    stage.sites.create("Acme", &owned(&["a.example"]), &[]).await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(5), listener.next()).await;
    assert!(matches!(told, Ok(Some(Event::Hint(_)))), "{told:?}");
}
