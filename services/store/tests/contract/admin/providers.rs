//! Providers that vouch for an organization's newcomers.

use std::collections::HashMap;

use anyhow::{Context, Result};
use tmtp_store::{
    Provider, ProviderId, ProviderSettings,
    admin::{OrgId, ProviderFault},
};

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

pub async fn a_provider_is_looked_at_by_one_and_its_fault_told_to_its_organization(w: &World) -> Result<()> {
    let (org, _) = second(w).await?;
    let mut change = admin(w).begin().await?;
    let ours = change.add_provider(OrgId::DEFAULT, &provider()).await?;
    let theirs = change.add_provider(org.id, &provider()).await?;
    let claim = async |now_ms, before_ms| -> Result<Vec<ProviderId>> {
        let mut change = admin(w).begin().await?;
        let mut claimed = Vec::new();
        while let Some((_, provider)) = change.claim_provider(now_ms, before_ms).await? {
            claimed.push(provider.id);
        }
        change.commit().await?;
        Ok(claimed)
    };
    change.commit().await?;
    assert_eq!(claim(1_000, 500).await?, [ours.id, theirs.id]);
    assert_eq!(claim(1_400, 900).await?, [], "somebody has looked");
    let note = async |org, id, now_ms, why| -> Result<()> {
        let mut change = admin(w).begin().await?;
        change.note_provider((org, id), now_ms, why).await?;
        Ok(change.commit().await?)
    };
    note(org.id, theirs.id, 1_500, Some("it is down")).await?;
    note(org.id, theirs.id, 1_600, Some("it is still down")).await?;
    note(OrgId::DEFAULT, theirs.id, 1_700, None).await?;
    let mut view = admin(w).view().await?;
    let fault = ProviderFault { since_ms: 1_500, why: "it is still down".to_owned() };
    assert_eq!(view.provider_faults(org.id).await?, HashMap::from([(theirs.id, fault)]));
    assert_eq!(view.provider_faults(OrgId::DEFAULT).await?, HashMap::new(), "another organization's");
    assert_eq!(view.provider_counts().await?, (2, 1));
    assert_eq!(claim(1_550, 1_500).await?, [ours.id], "theirs was looked at later");
    note(org.id, theirs.id, 1_800, None).await?;
    assert_eq!(admin(w).view().await?.provider_counts().await?, (2, 0));
    note(org.id, theirs.id, 1_900, Some("down again")).await?;
    let mut change = admin(w).begin().await?;
    assert!(change.remove_provider(org.id, theirs.id).await?);
    change.commit().await?;
    assert_eq!(admin(w).view().await?.provider_counts().await?, (1, 0));
    Ok(())
}
