//! People's passkeys, and what their devices were asked.

use anyhow::{Context, Result};
use tmtp_store::admin::{NewPasskey, OrgId, PasskeyChallenge, User};

use super::{admin, second, users::add};
use crate::world::World;

fn new(user: &User, credential: u8) -> NewPasskey {
    let (label, kept) = (format!("device {credential}"), "{}".to_owned());
    NewPasskey { org: user.org, user: user.id, credential: vec![credential; 16], label, kept, now_ms: 1_000 }
}

async fn two(w: &World) -> Result<(User, User)> {
    let (org, _) = second(w).await?;
    Ok((add(w, OrgId::DEFAULT, "ann@a.example").await?, add(w, org.id, "bob@b.example").await?))
}

pub async fn a_passkey_is_one_persons_is_found_by_its_device_and_removed_by_its_owner(
    w: &World,
) -> Result<()> {
    let (ann, bob) = two(w).await?;
    let mut change = admin(w).begin().await?;
    let anns = change.add_passkey(&new(&ann, 1)).await?.context("added")?;
    assert!(change.add_passkey(&new(&bob, 1)).await?.is_none(), "it is Ann's");
    let bobs = change.add_passkey(&new(&bob, 2)).await?.context("added")?;
    change.commit().await?;
    let mut change = admin(w).begin().await?;
    assert_eq!(change.find_passkey(&[1; 16]).await?, Some(anns.clone()));
    assert_eq!(change.find_passkey(&[3; 16]).await?, None);
    let used = tmtp_store::admin::StoredPasskey { kept: "{\"signed\":1}".to_owned(), used_ms: 2_000, ..anns };
    change.use_passkey(&used, 2_000).await?;
    assert_eq!(change.passkeys(ann.org, ann.id).await?, std::slice::from_ref(&used));
    assert!(change.remove_passkey(bob.org, bob.id, used.id).await?.is_none(), "it is Ann's");
    assert!(change.remove_passkey(ann.org, ann.id, used.id).await?.is_some());
    assert_eq!(change.passkeys(ann.org, ann.id).await?, []);
    change.remove_user(bob.org, bob.id).await?;
    assert_eq!(change.find_passkey(&[2; 16]).await?, None, "{bobs:?}");
    Ok(change.commit().await?)
}

pub async fn what_a_device_is_asked_is_answered_once_and_in_time(w: &World) -> Result<()> {
    let (ann, _) = two(w).await?;
    let asked = |n: u8, of, expires_ms| PasskeyChallenge {
        hash: vec![n; 32],
        of,
        state: format!("{{\"n\":{n}}}"),
        expires_ms,
    };
    let (hers, anybodys) = (asked(1, Some((ann.org, ann.id)), 1_000), asked(2, None, 2_000));
    let mut change = admin(w).begin().await?;
    for one in [&hers, &anybodys, &asked(3, None, 500)] {
        change.add_passkey_challenge(one).await?;
    }
    assert_eq!(change.take_passkey_challenge(&[1; 32]).await?, Some(hers));
    assert_eq!(change.take_passkey_challenge(&[1; 32]).await?, None);
    change.commit().await?;
    assert_eq!(admin(w).forget_passkey_challenges(1_000, 10).await?, 1);
    let mut change = admin(w).begin().await?;
    assert_eq!(change.take_passkey_challenge(&[2; 32]).await?, Some(anybodys));
    Ok(change.commit().await?)
}
