//! Providers that people sign in with, who people are there, and sign-ins under way.

use anyhow::{Context, Result};
use tmtp_store::admin::{
    NewUser, OrgId, OrgLimits, User, UserProvider, UserProviderId, UserProviderSettings, UserSignIn,
};

use super::{admin, page, second};
use crate::world::World;

async fn add(w: &World, org: OrgId, domains: &[&str]) -> Result<UserProvider> {
    let settings = UserProviderSettings {
        client_id: "us".to_owned(),
        email_domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
        ..UserProviderSettings::default()
    };
    let (label, issuer, id) = ("Acme".to_owned(), "https://idp.example".to_owned(), UserProviderId(0));
    let new = UserProvider { id, org, label, issuer, settings, has_secret: true, version: 0, created_ms: 5 };
    let mut change = admin(w).begin().await?;
    let made = change.add_user_provider(&new, "secret").await?;
    change.commit().await?;
    Ok(made)
}

async fn person(w: &World, org: OrgId, email: &str) -> Result<User> {
    let new =
        NewUser { org, email: email.to_owned(), name: String::new(), role: "admin".to_owned(), now_ms: 5 };
    let mut change = admin(w).begin().await?;
    let user = change.add_user(&new).await?.context("added")?;
    change.commit().await?;
    Ok(user)
}

fn begun(provider: &UserProvider, hash: u8, expires_ms: i64) -> UserSignIn {
    UserSignIn { hash: vec![hash; 32], org: provider.org, provider: provider.id, user: None, expires_ms }
}

pub async fn a_provider_of_people_is_found_through_its_own_organization_or_by_its_domain(
    w: &World,
) -> Result<()> {
    let (org, _) = second(w).await?;
    let made = add(w, org.id, &["a.example", "b.example"]).await?;
    assert!(made.has_secret && made.version == 1 && made.settings.takes("Ann@B.example"));
    let mut change = admin(w).begin().await?;
    assert_eq!(change.user_provider(OrgId::DEFAULT, made.id).await?, None);
    assert_eq!(change.user_provider_secret(OrgId::DEFAULT, made.id).await?, "");
    assert_eq!(change.user_provider_secret(org.id, made.id).await?, "secret");
    assert_eq!(change.user_providers(org.id, &page(UserProviderId(0))).await?, std::slice::from_ref(&made));
    assert_eq!(change.user_providers_at("b.example").await?, std::slice::from_ref(&made));
    let mut wanted = made.clone();
    wanted.settings.email_domains = vec!["c.example".to_owned()];
    let foreign = UserProvider { org: OrgId::DEFAULT, ..wanted.clone() };
    assert_eq!(change.change_user_provider(&foreign, None).await?, None);
    let changed = change.change_user_provider(&wanted, None).await?.context("changed")?;
    assert_eq!((changed.version, changed.has_secret), (2, true));
    assert_eq!(change.change_user_provider(&wanted, Some("")).await?, None, "an older version");
    let bare = change.change_user_provider(&changed, Some("")).await?.context("changed")?;
    assert!(!bare.has_secret);
    assert_eq!(change.user_providers_at("b.example").await?, []);
    assert_eq!(change.user_providers_at("c.example").await?, std::slice::from_ref(&bare));
    change.remove_user_provider(org.id, made.id).await?;
    assert_eq!(change.user_providers_at("c.example").await?, []);
    Ok(change.commit().await?)
}

pub async fn the_organization_that_named_a_domain_first_is_found_by_it(w: &World) -> Result<()> {
    let (org, _) = second(w).await?;
    let first = add(w, org.id, &["a.example"]).await?;
    add(w, OrgId::DEFAULT, &["a.example"]).await?;
    let third = add(w, org.id, &["a.example"]).await?;
    assert_eq!(admin(w).view().await?.user_providers_at("a.example").await?, [first, third]);
    Ok(())
}

pub async fn somebody_is_one_at_an_issuer_and_one_is_somebody(w: &World) -> Result<()> {
    let (org, _) = second(w).await?;
    let (ann, bob) = (person(w, org.id, "ann@a.example").await?, person(w, org.id, "bob@a.example").await?);
    let mut change = admin(w).begin().await?;
    assert!(change.add_identity((org.id, ann.id), "i", "ann", 5).await?);
    assert!(!change.add_identity((org.id, bob.id), "i", "ann", 5).await?, "that is Ann");
    assert!(!change.add_identity((org.id, ann.id), "i", "other", 5).await?, "Ann is another there");
    assert!(change.add_identity((org.id, ann.id), "j", "ann", 5).await?);
    assert_eq!(change.find_identity(org.id, "i", "ann").await?, Some(ann.id));
    assert_eq!(change.find_identity(OrgId::DEFAULT, "i", "ann").await?, None, "another organization's");
    assert_eq!(change.drop_identities(OrgId::DEFAULT, ann.id).await?, 0);
    assert_eq!(change.drop_identities(org.id, ann.id).await?, 2);
    assert_eq!(change.find_identity(org.id, "i", "ann").await?, None);
    Ok(change.commit().await?)
}

pub async fn a_sign_in_under_way_is_taken_once_and_forgotten_when_it_is_over(w: &World) -> Result<()> {
    let provider = add(w, OrgId::DEFAULT, &["a.example"]).await?;
    let mut change = admin(w).begin().await?;
    for (hash, ends) in [(1, 1_000), (2, 2_000), (3, 3_000)] {
        change.add_user_sign_in(&begun(&provider, hash, ends)).await?;
    }
    change.commit().await?;
    let mut change = admin(w).begin().await?;
    assert_eq!(change.user_sign_in(&[2; 32]).await?, Some(begun(&provider, 2, 2_000)));
    assert_eq!(change.take_user_sign_in(&[2; 32]).await?, Some(begun(&provider, 2, 2_000)));
    assert_eq!(change.take_user_sign_in(&[2; 32]).await?, None);
    change.commit().await?;
    assert_eq!(admin(w).forget_user_sign_ins(1_000, 10).await?, 0);
    assert_eq!(admin(w).forget_user_sign_ins(1_001, 10).await?, 1);
    let mut change = admin(w).begin().await?;
    change.remove_user_provider(provider.org, provider.id).await?;
    assert_eq!(change.user_sign_in(&[3; 32]).await?, None, "its provider is gone");
    Ok(change.commit().await?)
}

pub async fn a_removed_person_or_organization_leaves_no_trace_at_providers(w: &World) -> Result<()> {
    let mut change = admin(w).begin().await?;
    let org = change.add_org("Third", &OrgLimits::default(), 5).await?.id;
    change.commit().await?;
    let provider = add(w, org, &["a.example"]).await?;
    let (ann, bob) = (person(w, org, "ann@a.example").await?, person(w, org, "bob@a.example").await?);
    let mut change = admin(w).begin().await?;
    for (hash, user) in [(1, &ann), (2, &bob)] {
        change.add_identity((org, user.id), "i", &user.email, 5).await?;
        let begun = UserSignIn { user: Some(user.id), ..begun(&provider, hash, 1_000) };
        change.add_user_sign_in(&begun).await?;
    }
    change.remove_user(org, ann.id).await?;
    for (hash, user, is_there) in [(1, &ann, false), (2, &bob, true)] {
        assert_eq!(change.find_identity(org, "i", &user.email).await?.is_some(), is_there);
        assert_eq!(change.user_sign_in(&[hash; 32]).await?.is_some(), is_there);
    }
    assert!(change.remove_org(org).await?);
    assert_eq!(change.find_identity(org, "i", &bob.email).await?, None);
    assert_eq!(change.user_sign_in(&[2; 32]).await?, None);
    assert_eq!(change.user_providers_at("a.example").await?, []);
    Ok(change.commit().await?)
}
