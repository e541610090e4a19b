//! An organization's sites.

use anyhow::{Context, Result};
use tmtp_store::{
    Error, SiteId,
    admin::{OrgId, OrgSite, SiteFigures},
};

use super::{admin, page, search, second};
use crate::world::{World, new_site};

fn ids(sites: &[OrgSite]) -> Vec<SiteId> {
    sites.iter().map(|found| found.site.id).collect()
}

pub async fn a_site_is_found_through_its_own_organization_only(w: &World) -> Result<()> {
    let (org, site) = second(w).await?;
    let mut view = admin(w).view().await?;
    assert_eq!(ids(&view.org_sites(OrgId::DEFAULT, &page(SiteId(0))).await?), [w.site, w.twin]);
    assert_eq!(ids(&view.org_sites(org.id, &page(SiteId(0))).await?), [site.site.id]);
    assert_eq!(view.org_site(org.id, w.site).await?, None);
    assert_eq!(view.org_site(OrgId::DEFAULT, site.site.id).await?, None);
    assert_eq!(view.scope(org.id, w.site).await?, None);
    assert_eq!(view.scope(OrgId::PROVIDER, w.site).await?, None);
    let scope = view.scope(org.id, site.site.id).await?.context("its own")?;
    assert_eq!((scope.org(), scope.site()), (org.id, site.site.id));
    Ok(())
}

pub async fn an_organizations_sites_are_paged_and_searched_with_their_hosts(w: &World) -> Result<()> {
    let (org, site) = second(w).await?;
    let mut view = admin(w).view().await?;
    let mut first = page(SiteId(0));
    first.limit = 1;
    let one = view.org_sites(OrgId::DEFAULT, &first).await?;
    assert_eq!(ids(&one), [w.site]);
    assert_eq!(one[0].site.hosts, ["one.example", "www.one.example"]);
    let rest = view.org_sites(OrgId::DEFAULT, &page(w.site)).await?;
    assert_eq!((ids(&rest), rest[0].site.hosts.len()), (vec![w.twin], 2));
    assert_eq!(ids(&view.org_sites(org.id, &search(SiteId(0), "SECOND")).await?), [site.site.id]);
    // There is one of that name, which is another organization's.
    assert_eq!(ids(&view.org_sites(OrgId::DEFAULT, &search(SiteId(0), "one")).await?), [w.site]);
    assert_eq!(ids(&view.org_sites(org.id, &search(SiteId(0), "one")).await?), []);
    Ok(())
}

pub async fn figures_are_those_of_one_site(w: &World) -> Result<()> {
    let (org, empty) = second(w).await?;
    w.login(w.nodes[0]).await?;
    let messages = [21_000_000, 35_000_000].map(|id| w.message(id));
    w.post_all(&messages, &w.nodes[..2]).await?;
    let octets: u64 = messages.iter().map(|message| message.body.octets()).sum();
    let mut change = admin(w).begin().await?;
    assert!(change.tx_at(w.site).await?.suspend_member(&w.member("bob"), true).await?);
    change.tx_at(w.site).await?.revoke_node(w.site, w.nodes[2]).await?;
    change.commit().await?;
    let mut view = admin(w).view().await?;
    let ours = SiteFigures {
        members: 2,
        suspended: 1,
        nodes: w.nodes.len() as u64 - 1,
        connected: 1,
        queued: 4,
        queued_octets: 2 * octets,
        oldest_ms: Some(21),
        ..SiteFigures::default()
    };
    assert_eq!(view.figures(&super::scope(w, w.site).await?, 0).await?, ours);
    let scope = view.scope(org.id, empty.site.id).await?.context("a scope")?;
    assert_eq!(view.figures(&scope, 0).await?, SiteFigures::default());
    let twin = view.figures(&super::scope(w, w.twin).await?, 0).await?;
    assert_eq!((twin.members, twin.suspended, twin.nodes), (2, 0, w.nodes.len() as u64));
    drop(view);

    let all = admin(w).survey(0).await?;
    let of = |site| all.iter().find(|one| one.site == site).and_then(|one| one.figures);
    let expected = [(w.site, ours), (w.twin, twin), (empty.site.id, SiteFigures::default())];
    assert_eq!(
        expected.map(|(site, _)| of(site)),
        expected.map(|(_, figures)| Some(figures)),
        "the same all at once"
    );
    let found = all.iter().find(|one| one.site == empty.site.id).context("it is there")?;
    assert_eq!((found.org, &found.org_name, &found.name), (org.id, &org.name, &empty.site.name));
    Ok(())
}

pub async fn a_site_is_changed_at_its_latest_version_only(w: &World) -> Result<()> {
    let (org, made) = second(w).await?;
    let before = w.store.sites_version().await?;
    let mut changed = made.clone();
    changed.site.name = "renamed".to_owned();
    changed.site.hosts = vec!["new.example".to_owned()];
    let mut change = admin(w).begin().await?;
    let now = change.change_org_site(&changed).await?.context("the version was right")?;
    assert_eq!((now.version, now.site.name.as_str()), (made.version + 1, "renamed"));
    assert_eq!(now.site.hosts, ["new.example"]);
    change.commit().await?;
    assert_ne!(w.store.sites_version().await?, before, "those who keep sites see it");

    let mut change = admin(w).begin().await?;
    assert_eq!(change.change_org_site(&changed).await?, None, "the version is an old one");
    let foreign = OrgSite { org: OrgId::DEFAULT, ..now.clone() };
    assert_eq!(change.change_org_site(&foreign).await?, None, "another organization's");
    drop(change);
    assert_eq!(admin(w).view().await?.org_site(org.id, now.site.id).await?, Some(now));
    Ok(())
}

pub async fn a_change_by_other_means_makes_a_new_version(w: &World) -> Result<()> {
    let mut view = admin(w).view().await?;
    let before = view.org_site(OrgId::DEFAULT, w.site).await?.context("the site")?;
    w.store.change_site(&before.site).await?;
    let after = view.org_site(OrgId::DEFAULT, w.site).await?.context("the site")?;
    assert_eq!(after.version, before.version + 1);
    Ok(())
}

pub async fn a_host_of_another_organization_is_not_taken(w: &World) -> Result<()> {
    let (org, site) = second(w).await?;
    let mut new = new_site("three");
    new.hosts.push("www.one.example".to_owned());
    let mut change = admin(w).begin().await?;
    let refused = change.add_org_site(org.id, &new, 1).await;
    assert!(matches!(refused, Err(Error::Taken(host)) if host == "www.one.example"));
    drop(change);
    let mut grab = site.clone();
    grab.site.hosts.push("one.example".to_owned());
    let mut change = admin(w).begin().await?;
    assert!(matches!(change.change_org_site(&grab).await, Err(Error::Taken(_))));
    drop(change);
    assert_eq!(admin(w).view().await?.count_sites(org.id).await?, 1);
    Ok(())
}

pub async fn a_closing_site_is_due_when_its_time_of_grace_is_over(w: &World) -> Result<()> {
    let (org, site) = second(w).await?;
    let due =
        async |now_ms, after| Ok::<_, anyhow::Error>(admin(w).view().await?.due_site(now_ms, after).await?);
    assert_eq!(due(i64::MAX, SiteId(0)).await?, None);
    let ours = super::scope(w, w.site).await?;
    let mut change = admin(w).begin().await?;
    let theirs = change.scope(org.id, site.site.id).await?.context("a scope")?;
    change.set_closing(&ours, Some(100)).await?;
    change.set_closing(&theirs, Some(200)).await?;
    change.commit().await?;
    let both = [Some((OrgId::DEFAULT, w.site)), Some((org.id, site.site.id))];
    assert_eq!([due(99, SiteId(0)).await?, due(100, SiteId(0)).await?], [None, both[0]]);
    assert_eq!([due(199, w.site).await?, due(200, w.site).await?], [None, both[1]]);
    assert_eq!(due(200, site.site.id).await?, None);
    // One that was opened again is not.
    let mut change = admin(w).begin().await?;
    change.set_closing(&ours, None).await?;
    change.commit().await?;
    assert_eq!(due(200, SiteId(0)).await?, both[1]);
    Ok(())
}
