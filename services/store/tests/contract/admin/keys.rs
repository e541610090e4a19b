//! API keys, and answers to creations.

use anyhow::{Context, Result};
use tmtp_store::admin::{CallerId, KeyId, NewKey, OrgId, Reply, UserId};

use super::{admin, page, second};
use crate::world::World;

pub fn new_key(org: OrgId, hash: u8) -> NewKey {
    NewKey {
        org,
        name: format!("key {hash}"),
        role: "admin".to_owned(),
        hash: vec![hash; 32],
        hint: "tmtp_abc".to_owned(),
        made_by: "test".to_owned(),
        now_ms: 1_000,
        only_site: None,
        expires_ms: Some(9_000).filter(|_| hash == 1),
    }
}

pub async fn a_key_is_found_by_its_hash_and_listed_by_its_organization(w: &World) -> Result<()> {
    let (org, _) = second(w).await?;
    let mut change = admin(w).begin().await?;
    let first = change.add_key(&new_key(OrgId::DEFAULT, 1)).await?;
    let other = change.add_key(&new_key(org.id, 2)).await?;
    change.commit().await?;
    let mut view = admin(w).view().await?;
    assert_eq!(view.find_key(&[1; 32]).await?.as_ref(), Some(&first));
    assert_eq!(view.find_key(&[3; 32]).await?, None);
    assert_eq!((first.expires_ms, first.revoked_ms, first.used_ms), (Some(9_000), None, None));
    assert_eq!(view.keys(OrgId::DEFAULT, &page(KeyId(0))).await?, std::slice::from_ref(&first));
    assert_eq!(view.keys(org.id, &page(KeyId(0))).await?, std::slice::from_ref(&other));
    assert_eq!(view.keys(org.id, &page(other.id)).await?, []);
    assert_eq!(view.key(org.id, first.id).await?, None, "another organization's");
    assert_eq!(view.key(org.id, other.id).await?, Some(other));
    Ok(())
}

pub async fn a_key_is_revoked_once_and_by_its_own_organization(w: &World) -> Result<()> {
    let (org, _) = second(w).await?;
    let mut change = admin(w).begin().await?;
    let key = change.add_key(&new_key(OrgId::DEFAULT, 1)).await?;
    assert_eq!(change.revoke_key(org.id, key.id, 2_000).await?, None);
    let revoked = change.revoke_key(OrgId::DEFAULT, key.id, 2_000).await?.context("revoked")?;
    assert_eq!(revoked.revoked_ms, Some(2_000));
    assert_eq!(change.revoke_key(OrgId::DEFAULT, key.id, 3_000).await?, None);
    Ok(change.commit().await?)
}

pub async fn the_last_use_of_a_key_is_noted_now_and_then(w: &World) -> Result<()> {
    let mut change = admin(w).begin().await?;
    let key = change.add_key(&new_key(OrgId::DEFAULT, 1)).await?;
    change.commit().await?;
    let mut seen = Vec::new();
    for now in [100_000, 100_001, 200_000] {
        admin(w).touch_key(key.id, now).await?;
        seen.push(admin(w).view().await?.key(OrgId::DEFAULT, key.id).await?.context("the key")?.used_ms);
    }
    assert_eq!(seen, [Some(100_000), Some(100_000), Some(200_000)]);
    Ok(())
}

fn key(id: i64) -> CallerId {
    KeyId(id).into()
}

pub async fn an_answer_is_remembered_once_and_forgotten_in_time(w: &World) -> Result<()> {
    let reply = Reply { digest: vec![1], reply: "{}".to_owned() };
    let mut change = admin(w).begin().await?;
    assert_eq!(change.recall(key(1), "a").await?, None);
    assert!(change.remember(key(1), "a", &reply, 1_000).await?);
    assert!(!change.remember(key(1), "a", &reply, 1_000).await?);
    assert_eq!(change.recall(key(2), "a").await?, None, "another key's");
    assert_eq!(change.recall(UserId(1).into(), "a").await?, None, "a user's");
    change.commit().await?;
    assert_eq!(admin(w).forget_replies(1_000, 10).await?, 0);
    assert_eq!(admin(w).begin().await?.recall(key(1), "a").await?, Some(reply));
    assert_eq!(admin(w).forget_replies(1_001, 10).await?, 1);
    assert_eq!(admin(w).begin().await?.recall(key(1), "a").await?, None);
    Ok(())
}
