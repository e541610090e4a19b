//! Tokens and invitations of newcomers.

use anyhow::{Context as _, Result};
use bytes::Bytes;
use tmtp_store::{
    Error, InvitationId, Lookalikes, Owner,
    admin::{Grant, Invitation, InvitationState, NewInvitation, OrgId, SigningKey},
};

use crate::{
    admin::{admin, scope},
    world::World,
};

pub fn invitation(code: &str, alias: Option<&str>, uses_max: u32) -> NewInvitation {
    NewInvitation {
        code_hash: code.as_bytes().to_vec(),
        alias: alias.map(ToOwned::to_owned),
        email: None,
        name: None,
        uses_max,
        made_by: "a test".to_owned(),
        now_ms: 1_000,
        expires_ms: Some(2_000),
        lookalikes: Lookalikes::Refused,
    }
}

async fn add(w: &World, new: &NewInvitation) -> Result<Invitation> {
    let mut change = admin(w).begin().await?;
    let scope = change.scope(OrgId::DEFAULT, w.site).await?.context("the site")?;
    let made = change.add_invitation(&scope, new).await?;
    change.commit().await?;
    Ok(made)
}

async fn redeem(w: &World, id: InvitationId, now_ms: i64) -> Result<bool> {
    let mut tx = w.tx().await?;
    let redeemed = tx.redeem(w.site, id, now_ms).await?;
    tx.commit().await?;
    Ok(redeemed)
}

pub async fn a_token_is_spent_once_at_each_site_and_forgotten_when_it_has_ended(w: &World) -> Result<()> {
    let digest = Bytes::from_static(b"digest");
    let spend = async |site| -> Result<bool> {
        let mut tx = w.tx().await?;
        let spent = tx.spend_token(site, &digest, 5_000).await?;
        tx.commit().await?;
        Ok(spent)
    };
    assert!(spend(w.site).await? && !spend(w.site).await?);
    assert!(spend(w.twin).await?, "another site's is another one");
    assert_eq!(admin(w).forget_grants(5_000, 100).await?, 0);
    assert!(!spend(w.site).await?, "until it has ended");
    assert_eq!(admin(w).forget_grants(5_001, 100).await?, 2);
    Ok(())
}

pub async fn a_token_spent_twice_at_one_moment_is_spent_once(w: &World) -> Result<()> {
    let digest = Bytes::from_static(b"digest");
    let spend = async || -> Result<bool> {
        let mut tx = w.tx().await?;
        let spent = tx.spend_token(w.site, &digest, 5_000).await?;
        tx.commit().await?;
        Ok(spent)
    };
    let (one, two, three) = tokio::try_join!(spend(), spend(), spend())?;
    assert_eq!([one, two, three].iter().filter(|spent| **spent).count(), 1);
    Ok(())
}

pub async fn an_invitation_is_redeemed_as_often_as_it_may_be_and_no_more(w: &World) -> Result<()> {
    let id = add(w, &invitation("a", None, 2)).await?.id;
    let (one, two, three) =
        tokio::try_join!(redeem(w, id, 1_500), redeem(w, id, 1_500), redeem(w, id, 1_500))?;
    assert_eq!([one, two, three].iter().filter(|redeemed| **redeemed).count(), 2);
    let found = admin(w).view().await?.invitation_by_code(w.site, b"a").await?.context("it")?;
    assert_eq!((found.uses_left, found.state(1_500)), (0, InvitationState::Used));
    Ok(())
}

pub async fn an_invitation_that_ended_or_is_another_sites_is_not_redeemed(w: &World) -> Result<()> {
    let id = add(w, &invitation("a", None, 1)).await?.id;
    assert!(!redeem(w, id, 2_000).await?, "it ended");
    let mut tx = w.tx().await?;
    assert!(!tx.redeem(w.twin, id, 1_500).await?, "another site's");
    assert!(!tx.redeem(w.site, InvitationId(4_711), 1_500).await?);
    tx.commit().await?;
    let mut change = admin(w).begin().await?;
    let scope = change.scope(OrgId::DEFAULT, w.site).await?.context("the site")?;
    assert_eq!(
        change.revoke_invitation(&scope, id, 1_200).await?.and_then(|one| one.revoked_ms),
        Some(1_200)
    );
    assert_eq!(change.revoke_invitation(&scope, id, 1_300).await?, None);
    change.commit().await?;
    assert!(!redeem(w, id, 1_500).await?, "it was revoked");
    Ok(())
}

pub async fn invitations_are_counted_while_they_can_be_used(w: &World) -> Result<()> {
    let scope = scope(w, w.site).await?;
    let pending =
        async |now_ms| Ok::<_, anyhow::Error>(admin(w).view().await?.count_pending(&scope, now_ms).await?);
    assert_eq!(pending(1_500).await?, 0, "another site's does not count");
    let used = add(w, &invitation("a", None, 1)).await?.id;
    add(w, &NewInvitation { expires_ms: None, ..invitation("b", None, 2) }).await?;
    let revoked = add(w, &invitation("c", None, 1)).await?.id;
    assert_eq!((pending(1_999).await?, pending(2_000).await?), (3, 1));
    assert!(redeem(w, used, 1_500).await?);
    assert_eq!(pending(1_500).await?, 2);
    let mut change = admin(w).begin().await?;
    change.revoke_invitation(&scope, revoked, 1_200).await?;
    change.commit().await?;
    assert_eq!(pending(1_500).await?, 1);
    Ok(())
}

pub async fn a_name_that_an_invitation_keeps_is_its_members_alone(w: &World) -> Result<()> {
    let id = add(w, &invitation("a", Some("Kept for Ann"), 1)).await?.id;
    let again = add(w, &invitation("b", Some("Kept for Ann"), 1)).await.err().context("it is taken")?;
    assert!(matches!(again.downcast_ref(), Some(Error::Taken(name)) if name == "Kept for Ann"), "{again:?}");
    let mut tx = w.tx().await?;
    let wanted = w.name("Kept for Ann", Owner::Member("bob".to_owned()));
    assert!(!tx.take_name(&wanted).await?);
    assert!(tx.redeem(w.site, id, 1_500).await?);
    tx.give_name(&w.member("alice"), "Kept for Ann").await?;
    let names = tx.names(&[(w.site, "Kept for Ann".to_owned())]).await?;
    assert_eq!(names[0].owner, Owner::Member("alice".to_owned()));
    tx.commit().await?;
    let mut tx = w.tx().await?;
    assert!(tx.give_name(&w.member("bob"), "Kept for Ann").await.is_err(), "it has its member");
    Ok(())
}

pub async fn names_kept_by_invitations_that_ended_can_be_had_again(w: &World) -> Result<()> {
    for (code, alias) in [("a", "Kept for Ann"), ("b", "Kept for Bea")] {
        add(w, &invitation(code, Some(alias), 1)).await?;
    }
    assert_eq!(admin(w).end_invitations(2_000, 1).await?, 1);
    assert_eq!(admin(w).end_invitations(2_000, 100).await?, 1);
    assert_eq!(admin(w).end_invitations(2_000, 100).await?, 0);
    let mut tx = w.tx().await?;
    for alias in ["Kept for Ann", "Kept for Bea"] {
        let free = w.name(alias, Owner::Member("bob".to_owned()));
        assert_eq!(tx.claim_looks(&free).await?, None);
        assert!(tx.take_name(&free).await?);
    }
    tx.commit().await?;
    let found = admin(w).view().await?.invitation_by_code(w.site, b"a").await?.context("it")?;
    assert_eq!(
        (found.alias.as_deref(), found.state(2_000)),
        (Some("Kept for Ann"), InvitationState::Expired)
    );
    Ok(())
}

pub async fn a_grant_is_taken_once_and_a_sites_keys_are_its_own(w: &World) -> Result<()> {
    let grant = Grant {
        code_hash: Bytes::from_static(b"code"),
        invitation: InvitationId(7),
        challenge: "c".to_owned(),
        redirect_uri: "http://127.0.0.1/".to_owned(),
        nonce: None,
        expires_ms: 9_000,
    };
    let key = |kid: &str, created_ms| SigningKey {
        kid: kid.to_owned(),
        private_key: Bytes::from_static(b"private"),
        public_key: format!("{{\"kid\":\"{kid}\"}}"),
        created_ms,
    };
    let mut change = admin(w).begin().await?;
    change.add_grant(w.site, &grant).await?;
    assert_eq!(change.take_grant(w.twin, b"code").await?, None);
    assert_eq!(change.take_grant(w.site, b"code").await?, Some(grant));
    assert_eq!(change.take_grant(w.site, b"code").await?, None);
    for (kid, created_ms) in [("a", 1), ("b", 2), ("c", 3)] {
        change.add_signing_key(w.site, &key(kid, created_ms)).await?;
    }
    assert_eq!(change.drop_signing_keys(w.site, 2).await?, 1);
    change.commit().await?;
    assert_eq!(w.store.public_keys(w.site).await?, ["{\"kid\":\"c\"}", "{\"kid\":\"b\"}"]);
    assert_eq!(w.store.public_keys(w.twin).await?, ["twin"]);
    let mut change = admin(w).begin().await?;
    assert_eq!(change.drop_signing_keys(w.site, 9).await?, 1, "the newest stays");
    Ok(())
}
