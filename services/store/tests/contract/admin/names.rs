//! Names that administrators keep, give and take.

use anyhow::{Context, Result};
use tmtp_store::{
    Error, Lookalikes, MemberKey, Owner,
    admin::{Assigned, Change},
};

use super::{admin, scope};
use crate::world::{ALICE, GROUP, World};

/// Whether a name is refused to a member as taken.
async fn refused(change: &mut Change, w: &World, name: &str, uid: &str) -> Result<bool> {
    let scope = scope(w, w.site).await?;
    match change.assign_name(&scope, (name, uid), Lookalikes::Refused).await {
        Err(Error::Taken(_)) => Ok(true),
        given => given.map(|_| false).context("neither given nor taken"),
    }
}

pub async fn a_reserved_name_is_kept_for_one_member_to_come(w: &World) -> Result<()> {
    let scope = scope(w, w.site).await?;
    let mut change = admin(w).begin().await?;
    change.reserve_name(&scope, "Kept for Ann", Lookalikes::Refused).await?;
    for name in ["Kept for Ann", ALICE, GROUP, "KEPT FOR ANN"] {
        let again = change.reserve_name(&scope, name, Lookalikes::Refused).await;
        assert!(matches!(again, Err(Error::Taken(_))), "{name}: {again:?}");
    }
    let taken = w.name("Kept for Ann", Owner::Member("bob".to_owned()));
    assert!(!change.tx_at(w.site).await?.take_name(&taken).await?, "nobody takes it");
    let assigned = change.assign_name(&scope, ("Kept for Ann", "alice"), Lookalikes::Refused).await?;
    assert_eq!(assigned, Assigned::Now);
    let assigned = change.assign_name(&scope, ("Kept for Ann", "alice"), Lookalikes::Refused).await?;
    assert_eq!(assigned, Assigned::Before);
    assert!(refused(&mut change, w, "Kept for Ann", "bob").await?);
    assert!(!change.free_name(&scope, "Kept for Ann").await?, "it is somebody's");
    // One that was let go of is anybody's.
    change.reserve_name(&scope, "Let go of", Lookalikes::Refused).await?;
    assert!(change.free_name(&scope, "Let go of").await?);
    assert!(!change.free_name(&scope, "Let go of").await?);
    assert!(!refused(&mut change, w, "Let go of", "bob").await?);
    Ok(change.commit().await?)
}

pub async fn a_sites_own_name_is_let_go_of_unless_an_administrator_wants_it_kept(w: &World) -> Result<()> {
    let scope = scope(w, w.site).await?;
    let mut change = admin(w).begin().await?;
    for name in ["Our own name", "Wanted as well", "Given to Alice"] {
        change.reserve_own_name(&scope, name, Lookalikes::Refused).await?;
        assert!(refused(&mut change, w, "0ur own name", "bob").await?, "{name}");
    }
    assert!(change.want_own_name(&scope, "Wanted as well").await?);
    assert!(!change.want_own_name(&scope, "Wanted as well").await?);
    change.assign_name(&scope, ("Given to Alice", "alice"), Lookalikes::Refused).await?;
    change.reserve_name(&scope, "Kept for Ann", Lookalikes::Refused).await?;
    for name in ["Wanted as well", "Given to Alice", "Kept for Ann", ALICE, "No such name", "\0"] {
        assert!(!change.free_own_name(&scope, name).await?, "{name}");
    }
    assert!(change.free_own_name(&scope, "Our own name").await?);
    assert!(!change.free_own_name(&scope, "Our own name").await?);
    assert!(!refused(&mut change, w, "0ur own name", "bob").await?, "its looks are free, too");
    assert!(change.free_name(&scope, "Wanted as well").await?);
    Ok(change.commit().await?)
}

pub async fn a_retired_name_is_never_anybodys_again(w: &World) -> Result<()> {
    let scope = scope(w, w.site).await?;
    let mut change = admin(w).begin().await?;
    change.reserve_name(&scope, "Kept for Ann", Lookalikes::Refused).await?;
    for name in [ALICE, "Kept for Ann"] {
        assert!(change.retire_name(&scope, name).await?, "{name}");
        assert!(!change.retire_name(&scope, name).await?, "{name}");
        assert!(refused(&mut change, w, name, "alice").await?, "{name}");
        assert!(refused(&mut change, w, name, "bob").await?, "{name}");
        assert!(!change.free_name(&scope, name).await?, "{name}");
    }
    for name in [GROUP, "No such name"] {
        let missing = change.retire_name(&scope, name).await;
        assert!(matches!(missing, Err(Error::Absent(_))), "{name}: {missing:?}");
    }
    let owner = change.tx_at(w.site).await?.names(&[(w.site, ALICE.to_owned())]).await?.remove(0).owner;
    assert_eq!(owner, Owner::Retired);
    Ok(change.commit().await?)
}

pub async fn an_alias_that_was_given_is_struck_off_by_one(w: &World) -> Result<()> {
    w.writes_at_twin(&["given_aliases"]);
    let (ours, twin) = (scope(w, w.site).await?, scope(w, w.twin).await?);
    let mut change = admin(w).begin().await?;
    for _ in 0..2 {
        change.note_given_alias(&ours, "Front Desk", "alice").await?;
    }
    change.note_given_alias(&ours, "Night Desk", "bob").await?;
    change.note_given_alias(&ours, "Nobody's", "alice").await?;
    change.note_given_alias(&twin, "Front Desk", "bob").await?;
    for (alias, uid) in [("Front Desk", "alice"), ("Night Desk", "bob")] {
        change.assign_name(&ours, (alias, uid), Lookalikes::Refused).await?;
    }
    let bob = MemberKey { site: w.site, uid: "bob".to_owned() };
    change.tx_at(w.site).await?.suspend_member(&bob, true).await?;
    change.commit().await?;
    assert_eq!(w.store.sites_with_given_aliases(10).await?, [w.site, w.twin]);
    assert_eq!(w.store.sites_with_given_aliases(1).await?, [w.site]);
    let given = |uid: &str, alias: &str| (uid.to_owned(), alias.to_owned());
    let mut tx = w.tx().await?;
    assert_eq!(tx.take_given_aliases(w.site, 1).await?, [given("alice", "Front Desk")]);
    drop(tx);
    let mut tx = w.tx().await?;
    let told = tx.take_given_aliases(w.site, 10).await?;
    assert_eq!(
        told,
        [given("alice", "Front Desk")],
        "nothing was committed, and what is not hers is not told"
    );
    tx.commit().await?;
    assert_eq!(w.store.sites_with_given_aliases(10).await?, [w.twin], "bob is suspended");
    let mut tx = w.tx().await?;
    tx.suspend_member(&bob, false).await?;
    assert_eq!(tx.take_given_aliases(w.site, 10).await?, [given("bob", "Night Desk")]);
    assert_eq!(tx.take_given_aliases(w.site, 10).await?, []);
    tx.commit().await?;
    assert_eq!(w.store.sites_with_given_aliases(10).await?, [w.twin], "a twin's is its own");
    Ok(())
}
