//! Organizations.

use anyhow::{Context, Result};
use tmtp_store::admin::{OrgId, OrgLimits};

use super::{admin, page, search, second};
use crate::world::World;

pub async fn sites_made_before_belong_to_the_default_organization(w: &World) -> Result<()> {
    second(w).await?;
    let mut view = admin(w).view().await?;
    let first = view.org(OrgId::DEFAULT).await?.context("the default organization")?;
    let widest = OrgLimits {
        sites_max: 1_000_000,
        message_octets_max: 1 << 46,
        nodes_per_member_max: 100,
        queued_octets_max: 1 << 50,
        ..OrgLimits::default()
    };
    assert_eq!((first.version, &first.limits), (1, &widest), "the provider's own is bounded by nothing else");
    assert!(first.created_ms > 1_700_000_000_000);
    assert_eq!(view.count_sites(OrgId::DEFAULT).await?, 2);
    assert_eq!(view.org_of_site(w.site).await?, Some(OrgId::DEFAULT));
    Ok(())
}

pub async fn organizations_are_added_changed_and_listed(w: &World) -> Result<()> {
    let limits = OrgLimits { sites_max: 3, ..OrgLimits::default() };
    let mut change = admin(w).begin().await?;
    let added = change.add_org("Café 100%", &limits, 77).await?;
    change.commit().await?;
    assert_eq!((added.version, added.created_ms, &added.limits), (1, 77, &limits));

    let mut change = admin(w).begin().await?;
    assert_eq!(change.lock_org(added.id).await?.as_ref(), Some(&added));
    let mut renamed = added.clone();
    renamed.name = "Bistro".to_owned();
    let changed = change.change_org(&renamed).await?.context("the version was right")?;
    assert_eq!((changed.version, changed.name.as_str()), (2, "Bistro"));
    assert_eq!(change.change_org(&renamed).await?, None, "the version is an old one");
    change.commit().await?;

    let mut view = admin(w).view().await?;
    let ids = |orgs: Vec<tmtp_store::admin::Org>| orgs.iter().map(|org| org.id).collect::<Vec<_>>();
    assert_eq!(ids(view.orgs(&page(OrgId(0))).await?), [OrgId::DEFAULT, added.id]);
    assert_eq!(ids(view.orgs(&page(OrgId::DEFAULT)).await?), [added.id]);
    assert_eq!(ids(view.orgs(&search(OrgId(0), "bIST")).await?), [added.id]);
    assert_eq!(ids(view.orgs(&search(OrgId(0), "%")).await?), []);
    assert_eq!(view.org(OrgId(4711)).await?, None);
    Ok(())
}
