//! Certificates that sites' administrators brought.

use anyhow::{Context, Result};
use tmtp_store::{
    Certificate, PrivateKey,
    admin::{NewCertificate, OrgId},
};

use super::{admin, scope};
use crate::world::World;

fn new(chain: &str, key: &str, expires_ms: i64) -> NewCertificate {
    let (chain, made_by) = (chain.to_owned(), "key 1 (test)".to_owned());
    NewCertificate { chain, key: PrivateKey(key.as_bytes().to_vec()), expires_ms, made_by, now_ms: 7 }
}

pub async fn a_certificate_is_its_own_sites_and_a_new_one_has_a_new_version(w: &World) -> Result<()> {
    assert_eq!(w.store.certificate_versions().await?, []);
    let mut change = admin(w).begin().await?;
    change.set_certificate(&scope(w, w.site).await?, &new("ours", "secret", 500)).await?;
    change.set_certificate(&scope(w, w.twin).await?, &new("theirs", "other", 400)).await?;
    change.commit().await?;
    let before = w.store.certificate_versions().await?;
    assert_eq!(before.iter().map(|(site, _)| *site).collect::<Vec<_>>(), [w.site, w.twin]);
    assert_eq!(w.store.sites_version().await?, before[1].1, "those who keep sites see it");
    let found = w.store.certificates(&[w.site]).await?;
    let key = PrivateKey(b"secret".to_vec());
    assert_eq!(found, [Certificate { site: w.site, version: before[0].1, chain: "ours".to_owned(), key }]);
    assert!(!format!("{found:?}").contains("115"), "the key does not show");
    assert_eq!(admin(w).view().await?.first_certificate_end().await?, Some(400));

    let mut change = admin(w).begin().await?;
    assert!(change.remove_certificate(&scope(w, w.twin).await?).await?);
    change.set_certificate(&scope(w, w.twin).await?, &new("theirs", "other", 600)).await?;
    change.commit().await?;
    let after = w.store.certificate_versions().await?;
    assert!(after[1].1 > before[1].1 && after[0] == before[0], "{before:?} {after:?}");
    let shown = admin(w).view().await?.certificate(&scope(w, w.site).await?).await?.context("ours")?;
    assert_eq!((shown.chain.as_str(), shown.expires_ms, shown.created_ms), ("ours", 500, 7));
    Ok(())
}

pub async fn a_certificate_goes_with_its_site(w: &World) -> Result<()> {
    let (org, site) = super::second(w).await?;
    let scope = admin(w).view().await?.scope(org.id, site.site.id).await?.context("a scope")?;
    let mut change = admin(w).begin().await?;
    change.set_certificate(&scope, &new("theirs", "other", 400)).await?;
    change.set_certificate(&super::scope(w, w.site).await?, &new("ours", "secret", 500)).await?;
    change.set_closing(&scope, Some(1)).await?;
    change.commit().await?;
    let mut change = admin(w).begin().await?;
    assert!(change.erase_site(&scope, 10, 100).await?, "it is gone");
    change.commit().await?;
    let left = w.store.certificate_versions().await?;
    assert_eq!(left.iter().map(|(site, _)| *site).collect::<Vec<_>>(), [w.site]);
    assert!(admin(w).view().await?.scope(OrgId::DEFAULT, w.site).await?.is_some());
    Ok(())
}
