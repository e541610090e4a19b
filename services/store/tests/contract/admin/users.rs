//! People who administer, what they sign in with, and where they are signed in.

use anyhow::{Context, Result};
use tmtp_store::admin::{
    NewUser, NewUserSession, OrgId, USER_SESSIONS_MAX, User, UserId, UserLink, UserSessionId,
};

use super::{admin, page, search, second};
use crate::world::World;

/// `None`: the address is taken.
async fn try_add(w: &World, org: OrgId, email: &str) -> Result<Option<User>> {
    let (name, role) = (format!("Name of {email}"), "owner".to_owned());
    let new = NewUser { org, email: email.to_owned(), name, role, now_ms: 1_000 };
    let mut change = admin(w).begin().await?;
    let user = change.add_user(&new).await?;
    change.commit().await?;
    Ok(user)
}

pub(super) async fn add(w: &World, org: OrgId, email: &str) -> Result<User> {
    try_add(w, org, email).await?.context("added")
}

fn session(user: &User, hash: u8, now_ms: i64) -> NewUserSession {
    let (address, agent) = ("127.0.0.1".to_owned(), "browser".to_owned());
    NewUserSession { org: user.org, user: user.id, hash: vec![hash; 32], address, agent, now_ms }
}

async fn sign_in(w: &World, user: &User, hash: u8, now_ms: i64) -> Result<UserSessionId> {
    let mut change = admin(w).begin().await?;
    let id = change.add_user_session(&session(user, hash, now_ms)).await?.id;
    change.commit().await?;
    Ok(id)
}

fn link(user: &User, hash: u8, purpose: &str) -> UserLink {
    let purpose = purpose.to_owned();
    let user_id = Some(user.id);
    UserLink {
        hash: vec![hash; 32],
        org: user.org,
        user: user_id,
        purpose,
        created_ms: 1_000,
        expires_ms: 9_000,
    }
}

pub async fn a_user_is_found_by_address_and_through_its_own_organization_only(w: &World) -> Result<()> {
    let (org, _) = second(w).await?;
    let ann = add(w, OrgId::DEFAULT, "ann@a.example").await?;
    let bob = add(w, org.id, "bob@b.example").await?;
    let mut change = admin(w).begin().await?;
    change.note_sign_in(&bob, 1_500).await?;
    assert!(change.set_password(org.id, bob.id, "x").await?);
    change.commit().await?;
    let bob = User { signed_in_ms: Some(1_500), has_password: true, ..bob };
    let mut view = admin(w).view().await?;
    assert_eq!(view.find_account("bob@b.example").await?.map(|account| account.user), Some(bob.clone()));
    assert!(view.find_account("nobody@a.example").await?.is_none());
    assert_eq!((ann.has_password, ann.has_totp, ann.signed_in_ms, ann.version), (false, false, None, 1));
    assert_eq!(view.users(OrgId::DEFAULT, &page(UserId(0))).await?, std::slice::from_ref(&ann));
    assert_eq!(view.users(org.id, &search(UserId(0), "OF BOB@")).await?, std::slice::from_ref(&bob));
    assert_eq!(view.users(org.id, &search(UserId(0), "ann")).await?, []);
    assert_eq!(view.user(org.id, ann.id).await?, None, "another organization's");
    assert_eq!(view.account(org.id, bob.id).await?.map(|found| found.password), Some("x".to_owned()));
    assert!(view.account(OrgId::DEFAULT, bob.id).await?.is_none());
    assert_eq!(view.count_live_users(OrgId::DEFAULT, "owner").await?, 0, "nobody has a password");
    let mut change = admin(w).begin().await?;
    assert!(change.lock_account(org.id, ann.id).await?.is_none());
    assert!(!change.set_password(org.id, ann.id, "x").await?);
    assert!(!change.user(OrgId::DEFAULT, ann.id).await?.context("ann")?.has_password);
    assert_eq!(change.count_live_users(org.id, "owner").await?, 1);
    Ok(())
}

pub async fn an_address_is_invited_once_by_each_organization_also_at_one_moment(w: &World) -> Result<()> {
    let (org, _) = second(w).await?;
    let tries = (0..6).map(|n| try_add(w, if n % 2 == 0 { org.id } else { OrgId::DEFAULT }, "ann@a.example"));
    // Who comes too late is told so, and fails by nothing else.
    let made = futures::future::try_join_all(tries).await?;
    let mut orgs: Vec<_> = made.iter().flatten().map(|user| user.org).collect();
    orgs.sort();
    assert_eq!(orgs, [OrgId::DEFAULT, org.id]);
    Ok(())
}

/// `false`: somebody else holds the address.
async fn try_hold(w: &World, user: &User) -> Result<bool> {
    let mut change = admin(w).begin().await?;
    change.lock_address(&user.email).await?;
    change.lock_account(user.org, user.id).await?;
    let holds = change.set_password(user.org, user.id, "x").await?;
    change.commit().await?;
    Ok(holds)
}

pub async fn an_address_is_held_by_the_first_who_has_a_password_with_it(w: &World) -> Result<()> {
    let (org, _) = second(w).await?;
    let ours = add(w, OrgId::DEFAULT, "ann@a.example").await?;
    let theirs = add(w, org.id, "ann@a.example").await?;
    let mut change = admin(w).begin().await?;
    change.note_sign_in(&ours, 1_500).await?;
    change.commit().await?;
    let ours = User { signed_in_ms: Some(1_500), ..ours };
    let mut view = admin(w).view().await?;
    let why = "who was invited, or let in by a provider, holds nothing";
    assert!(view.find_account("ann@a.example").await?.is_none(), "{why}");
    assert_eq!(view.find_invited("ann@a.example", 5).await?, [theirs.clone(), ours.clone()]);
    assert_eq!(view.find_invited("ann@a.example", 1).await?, std::slice::from_ref(&theirs));
    assert_eq!(view.find_user(org.id, "ann@a.example").await?, Some(theirs.clone()));
    drop(view);
    assert!(try_hold(w, &theirs).await? && !try_hold(w, &ours).await? && try_hold(w, &theirs).await?);
    let mut view = admin(w).view().await?;
    assert_eq!(view.find_account("ann@a.example").await?.map(|found| found.user.id), Some(theirs.id));
    assert_eq!(view.find_invited("ann@a.example", 5).await?, []);
    assert_eq!(view.user(OrgId::DEFAULT, ours.id).await?, Some(ours.clone()), "as it was");
    drop(view);
    // Whoever goes lets go of it.
    let mut change = admin(w).begin().await?;
    change.remove_user(org.id, theirs.id).await?;
    change.commit().await?;
    assert!(try_hold(w, &ours).await?);
    Ok(())
}

pub async fn of_two_who_choose_a_password_for_an_address_at_one_moment_one_holds_it(w: &World) -> Result<()> {
    let (org, _) = second(w).await?;
    let ours = add(w, OrgId::DEFAULT, "ann@a.example").await?;
    let theirs = add(w, org.id, "ann@a.example").await?;
    let tries = [&ours, &theirs].map(|user| try_hold(w, user));
    let holds = futures::future::try_join_all(tries).await?;
    assert_eq!(holds.iter().filter(|holds| **holds).count(), 1);
    Ok(())
}

pub async fn a_user_is_changed_at_the_latest_version_only(w: &World) -> Result<()> {
    let ann = add(w, OrgId::DEFAULT, "ann@a.example").await?;
    let wanted = User { role: "admin".to_owned(), suspended: true, ..ann.clone() };
    let mut change = admin(w).begin().await?;
    let changed = change.change_user(&wanted).await?.context("changed")?;
    assert_eq!(changed, User { version: 2, ..wanted.clone() });
    assert_eq!(change.change_user(&wanted).await?, None);
    Ok(change.commit().await?)
}

pub async fn a_removed_user_leaves_nothing_behind(w: &World) -> Result<()> {
    let (ann, bob) =
        (add(w, OrgId::DEFAULT, "ann@a.example").await?, add(w, OrgId::DEFAULT, "bob@a.example").await?);
    for (n, user) in [(1, &ann), (2, &bob)] {
        sign_in(w, user, n, 1_000).await?;
        let mut change = admin(w).begin().await?;
        change.add_user_link(&link(user, n, "reset")).await?;
        change.put_recovery_codes(user.org, user.id, &[vec![n; 32]]).await?;
        change.commit().await?;
    }
    let mut change = admin(w).begin().await?;
    change.remove_user(ann.org, ann.id).await?;
    change.commit().await?;
    let mut change = admin(w).begin().await?;
    for (n, is_there) in [(1, false), (2, true)] {
        let user = if n == 1 { &ann } else { &bob };
        assert_eq!(change.find_user_session(&[n; 32]).await?.is_some(), is_there);
        assert_eq!(change.find_user_link(&[n; 32]).await?.is_some(), is_there);
        assert_eq!(change.take_recovery_code(user.org, user.id, &[n; 32]).await?, is_there);
    }
    Ok(())
}

pub async fn a_code_of_a_step_is_taken_once_and_in_order(w: &World) -> Result<()> {
    let ann = add(w, OrgId::DEFAULT, "ann@a.example").await?;
    let mut change = admin(w).begin().await?;
    change.offer_totp(ann.org, ann.id, b"secret").await?;
    assert!(!change.user(ann.org, ann.id).await?.context("ann")?.has_totp, "not confirmed");
    change.confirm_totp(ann.org, ann.id, 7).await?;
    let account = change.lock_account(ann.org, ann.id).await?.context("ann")?;
    assert_eq!((account.totp.as_deref(), account.totp_new), (Some(b"secret".as_slice()), None));
    let mut taken = Vec::new();
    for step in [7, 8, 8, 6, 9] {
        taken.push(change.take_totp(ann.org, ann.id, step).await?);
    }
    assert_eq!(taken, [false, true, false, false, true]);
    change.clear_totp(ann.org, ann.id).await?;
    assert!(!change.user(ann.org, ann.id).await?.context("ann")?.has_totp);
    Ok(())
}

pub async fn a_recovery_code_is_taken_once_and_by_its_own_user(w: &World) -> Result<()> {
    let (ann, bob) =
        (add(w, OrgId::DEFAULT, "ann@a.example").await?, add(w, OrgId::DEFAULT, "bob@a.example").await?);
    let mut change = admin(w).begin().await?;
    change.put_recovery_codes(ann.org, ann.id, &[vec![1; 32], vec![2; 32]]).await?;
    assert!(!change.take_recovery_code(bob.org, bob.id, &[1; 32]).await?);
    assert!(change.take_recovery_code(ann.org, ann.id, &[1; 32]).await?);
    assert!(!change.take_recovery_code(ann.org, ann.id, &[1; 32]).await?);
    change.put_recovery_codes(ann.org, ann.id, &[vec![3; 32]]).await?;
    assert!(!change.take_recovery_code(ann.org, ann.id, &[2; 32]).await?, "replaced");
    Ok(())
}

pub async fn a_session_is_found_with_its_user_and_ended_by_them_alone(w: &World) -> Result<()> {
    let (ann, bob) =
        (add(w, OrgId::DEFAULT, "ann@a.example").await?, add(w, OrgId::DEFAULT, "bob@a.example").await?);
    let first = sign_in(w, &ann, 1, 100_000).await?;
    let other = sign_in(w, &ann, 2, 100_000).await?;
    for (now, used) in [(100_001, 100_000), (160_000, 160_000), (160_001, 160_000)] {
        admin(w).touch_user_session(first, now).await?;
        let (session, user) =
            admin(w).view().await?.find_user_session(&[1; 32]).await?.context("a session")?;
        assert_eq!((session.id, session.used_ms, &user), (first, used, &ann));
    }
    let mut change = admin(w).begin().await?;
    assert!(!change.end_user_session(bob.org, bob.id, first).await?);
    change.end_user_sessions(ann.org, ann.id, Some(first)).await?;
    let left: Vec<_> = change.user_sessions(ann.org, ann.id).await?.iter().map(|it| it.id).collect();
    assert_eq!(left, [first]);
    assert!(!change.end_user_session(ann.org, ann.id, other).await?);
    assert!(change.end_user_session(ann.org, ann.id, first).await?);
    Ok(())
}

pub async fn a_user_has_so_many_sessions_and_the_one_unused_for_longest_goes(w: &World) -> Result<()> {
    let (ann, bob) =
        (add(w, OrgId::DEFAULT, "ann@a.example").await?, add(w, OrgId::DEFAULT, "bob@a.example").await?);
    sign_in(w, &bob, 255, 1).await?;
    let first = sign_in(w, &ann, 0, 1_000).await?;
    for n in 1..USER_SESSIONS_MAX as u8 {
        sign_in(w, &ann, n, 1_000 + i64::from(n)).await?;
    }
    admin(w).touch_user_session(first, 900_000).await?;
    sign_in(w, &ann, 200, 2_000).await?;
    let mut view = admin(w).view().await?;
    let left = view.user_sessions(ann.org, ann.id).await?;
    assert_eq!(left.len(), USER_SESSIONS_MAX as usize);
    assert!(left.iter().any(|session| session.id == first), "it was used");
    assert!(view.find_user_session(&[1; 32]).await?.is_none(), "it was not");
    assert!(view.find_user_session(&[255; 32]).await?.is_some(), "another's");
    Ok(())
}

pub async fn a_link_is_taken_once_and_a_newer_one_takes_its_place(w: &World) -> Result<()> {
    let ann = add(w, OrgId::DEFAULT, "ann@a.example").await?;
    let mut change = admin(w).begin().await?;
    for (hash, purpose) in [(1, "reset"), (2, "invitation"), (3, "reset")] {
        change.add_user_link(&link(&ann, hash, purpose)).await?;
    }
    change.commit().await?;
    let mut change = admin(w).begin().await?;
    assert_eq!(change.find_user_link(&[1; 32]).await?, None, "replaced");
    assert_eq!(change.find_user_link(&[2; 32]).await?, Some(link(&ann, 2, "invitation")));
    assert_eq!(change.take_user_link(&[3; 32]).await?, Some(link(&ann, 3, "reset")));
    assert_eq!(change.take_user_link(&[3; 32]).await?, None);
    change.drop_user_links(ann.org, ann.id).await?;
    assert_eq!(change.find_user_link(&[2; 32]).await?, None);
    Ok(())
}

pub async fn what_is_over_is_forgotten(w: &World) -> Result<()> {
    let ann = add(w, OrgId::DEFAULT, "ann@a.example").await?;
    for (hash, now) in [(1, 1_000), (2, 5_000), (3, 9_000)] {
        sign_in(w, &ann, hash, now).await?;
    }
    let mut change = admin(w).begin().await?;
    change.add_user_link(&link(&ann, 1, "reset")).await?;
    change.commit().await?;
    assert_eq!(admin(w).forget_user_sessions(1_000, 1_000, 10).await?, 0);
    assert_eq!(admin(w).forget_user_sessions(5_000, 1_000, 10).await?, 1, "it began too long ago");
    assert_eq!(admin(w).forget_user_sessions(1_000, 9_000, 10).await?, 1, "it was idle for too long");
    assert_eq!(admin(w).forget_user_links(9_000, 10).await?, 0);
    assert_eq!(admin(w).forget_user_links(9_001, 10).await?, 1);
    Ok(())
}
