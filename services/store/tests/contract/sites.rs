//! Sites, instances and edges.

use anyhow::{Context, Result};
use tmtp_store::{Error, LoginConflict, NewSite, Site, SiteId, SiteSettings};

use crate::world::{World, new_site};

pub async fn sites_are_added_changed_and_listed(w: &World) -> Result<()> {
    let (version, sites) = w.store.sites().await?;
    assert_eq!(w.store.sites_version().await?, version);
    assert_eq!(sites.iter().map(|site| site.id).collect::<Vec<_>>(), [w.site, w.twin]);
    assert_eq!(sites[0].hosts, ["one.example", "www.one.example"]);
    assert!(sites[0].created_ms > 1_700_000_000_000);
    let settings = SiteSettings {
        login_conflict: LoginConflict::Refuse,
        queued_octets_max: 1 << 40,
        ..SiteSettings::default()
    };
    let new = NewSite { name: "Café \u{1f600}".to_owned(), hosts: vec![], settings: settings.clone() };
    let id = w.store.add_site(&new).await?;
    let added = w.store.sites_version().await?;
    assert_ne!(added, version);
    let changed = Site {
        id,
        name: "Bistro".to_owned(),
        hosts: vec!["bistro.example".to_owned(), "bistro.example".to_owned()],
        suspended: true,
        settings,
        created_ms: 0,
    };
    w.store.change_site(&changed).await?;
    assert_ne!(w.store.sites_version().await?, added);
    let (_, sites) = w.store.sites().await?;
    let expected =
        Site { hosts: vec!["bistro.example".to_owned()], created_ms: sites[2].created_ms, ..changed };
    assert_eq!(sites[2], expected);
    assert_eq!(sites.len(), 3);
    Ok(())
}

pub async fn a_host_leads_to_one_site_only(w: &World) -> Result<()> {
    w.writes_at_twin(&["site_hosts", "sites"]);
    let before = w.store.sites().await?;
    let mut second = new_site("three");
    second.hosts.push("www.one.example".to_owned());
    let refused = w.store.add_site(&second).await;
    assert!(matches!(refused, Err(Error::Taken(host)) if host == "www.one.example"));
    let mut site = before.1[1].clone();
    site.hosts = vec!["new.example".to_owned(), "one.example".to_owned()];
    assert!(matches!(w.store.change_site(&site).await, Err(Error::Taken(host)) if host == "one.example"));
    assert_eq!(w.store.sites().await?, before, "refused changes leave nothing");
    site.id = SiteId(4711);
    site.hosts.clear();
    assert!(matches!(w.store.change_site(&site).await, Err(Error::Absent("site"))));
    // A site may pass a host on to another.
    let (mut one, mut two) = (before.1[0].clone(), before.1[1].clone());
    let host = one.hosts.pop().context("a host")?;
    two.hosts.push(host);
    w.store.change_site(&one).await?;
    Ok(w.store.change_site(&two).await?)
}

pub async fn instances_are_never_given_twice(w: &World) -> Result<()> {
    let given = futures::future::try_join_all((0..20).map(|_| w.store.next_instance())).await?;
    let last = w.reopened().await?.next_instance().await?;
    assert!(given.iter().all(|instance| (1..last).contains(instance)));
    let different: std::collections::HashSet<_> = given.iter().collect();
    assert_eq!(different.len(), 20);
    Ok(w.store.ping().await?)
}

pub async fn edges_beat_and_are_struck_off(w: &World) -> Result<()> {
    assert!(!w.store.beat_edge("edge-1").await?, "new");
    assert!(!w.store.beat_edge("edge-2").await?, "new");
    let before = w.store.edges().await?;
    assert!(w.store.beat_edge("edge-1").await?);
    let after = w.store.edges().await?;
    assert_eq!((before.len(), after.len()), (2, 2));
    assert!(after[0].1 > before[0].1);
    assert_eq!(after[1], before[1]);
    let mut tx = w.tx().await?;
    tx.remove_edge("edge-1").await?;
    tx.commit().await?;
    assert_eq!(w.store.edges().await?, before[1..]);
    assert!(!w.store.beat_edge("edge-1").await?, "taken for dead");
    Ok(())
}

pub async fn a_secret_is_kept_once_and_is_the_same_for_all(w: &World) -> Result<()> {
    let (one, two) = tokio::join!(w.store.secret("tickets", b"one"), w.store.secret("tickets", b"two"));
    let kept = one?;
    assert!([&b"one"[..], b"two"].contains(&kept.as_ref()));
    assert_eq!(kept, two?);
    assert_eq!(w.store.secret("tickets", b"three").await?, kept);
    assert_eq!(w.store.secret("other", b"three").await?, &b"three"[..]);
    Ok(())
}

pub async fn postgres_tells_facts_about_itself_and_sqlite_has_none(w: &World) -> Result<()> {
    let facts = tmtp_store::examine(&w.options).await?;
    if !w.is_postgres() {
        assert!(facts.is_empty(), "{facts:?}");
        return Ok(());
    }
    let fact = |name: &str| facts.get(name).with_context(|| format!("no {name} in {facts:?}"));
    assert_eq!((fact("in_recovery")?.as_str(), fact("encrypted")?.as_str()), ("false", "false"));
    assert_eq!(fact("local")?, "true");
    assert!(fact("server_version_num")?.parse::<u32>()? >= 150_000);
    assert!(fact("connections")?.parse::<u32>()? >= 1 && fact("now_ms")?.parse::<i64>()? > 1_700_000_000_000);
    for name in ["synchronous_commit", "fsync", "full_page_writes", "autovacuum", "max_connections"] {
        fact(name)?;
    }
    Ok(())
}
