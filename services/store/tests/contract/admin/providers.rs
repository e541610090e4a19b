//! Providers that vouch for an organization's newcomers.

use anyhow::{Context, Result};
use tmtp_store::{Provider, ProviderId, ProviderSettings, admin::OrgId};

use super::{admin, page, second};
use crate::world::World;

pub fn provider() -> Provider {
    let settings = ProviderSettings { client_id: "us".to_owned(), ..ProviderSettings::default() };
    let (label, issuer) = ("Acme".to_owned(), "https://idp.example".to_owned());
    Provider { id: ProviderId(0), label, issuer, settings, version: 0, created_ms: 5 }
}

pub async fn a_provider_is_told_with_every_site_of_its_organization(w: &World) -> Result<()> {
    let (org, site) = second(w).await?;
    assert_eq!(w.store.providers().await?, []);
    let before = w.store.sites_version().await?;
    let mut change = admin(w).begin().await?;
    let ours = change.add_provider(OrgId::DEFAULT, &provider()).await?;
    let theirs = change.add_provider(org.id, &provider()).await?;
    change.commit().await?;
    assert_eq!(ours, Provider { id: ours.id, version: ours.version, ..provider() });
    assert!(ours.id != theirs.id);
    let told = w.store.providers().await?;
    assert_eq!(told, [(w.site, ours.clone()), (w.twin, ours.clone()), (site.site.id, theirs.clone())]);
    assert!(w.store.sites_version().await? != before, "those who keep sites see it");

    let mut view = admin(w).view().await?;
    assert_eq!(view.providers(org.id, &page(ProviderId(0))).await?, std::slice::from_ref(&theirs));
    assert_eq!(view.providers(org.id, &page(theirs.id)).await?, []);
    assert_eq!(view.provider(org.id, ours.id).await?, None, "another organization's");
    assert_eq!(view.provider(org.id, theirs.id).await?, Some(theirs));
    Ok(())
}

pub async fn a_provider_is_changed_at_its_latest_version_and_removed_by_its_own_organization(
    w: &World,
) -> Result<()> {
    let (org, _) = second(w).await?;
    let mut change = admin(w).begin().await?;
    let made = change.add_provider(OrgId::DEFAULT, &provider()).await?;
    change.commit().await?;
    let before = w.store.sites_version().await?;
    let wanted = Provider { label: "Other".to_owned(), ..made };
    let mut change = admin(w).begin().await?;
    assert_eq!(change.change_provider(org.id, &wanted).await?, None, "another organization's");
    let changed = change.change_provider(OrgId::DEFAULT, &wanted).await?.context("changed")?;
    assert_eq!(changed, Provider { version: wanted.version + 1, ..wanted.clone() });
    assert_eq!(change.change_provider(OrgId::DEFAULT, &wanted).await?, None, "an older version");
    change.commit().await?;
    let after = w.store.sites_version().await?;
    assert!(after != before, "those who keep sites see it");

    let mut change = admin(w).begin().await?;
    assert!(!change.remove_provider(org.id, changed.id).await?, "another organization's");
    assert!(change.remove_provider(OrgId::DEFAULT, changed.id).await?);
    assert!(!change.remove_provider(OrgId::DEFAULT, changed.id).await?);
    change.commit().await?;
    assert_eq!(w.store.providers().await?, []);
    assert!(w.store.sites_version().await? != after);
    Ok(())
}
