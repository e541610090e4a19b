//! Names that administrators keep, give and take.

use anyhow::{Context, Result};
use tmtp_store::{
    Error, GroupStatus, Lookalikes, MemberKey, Notice, Owner, Tx,
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

pub async fn who_is_taken_out_of_a_group_stays_on_record_and_a_group_that_is_removed_does_not(
    w: &World,
) -> Result<()> {
    let scope = scope(w, w.site).await?;
    let mut tx = w.tx().await?;
    for (uid, status) in [("bob", GroupStatus::Joined), ("carol", GroupStatus::Invited)] {
        tx.put_group_member(&w.in_group(uid, "An alias", status)).await?;
    }
    tx.commit().await?;
    let mut change = admin(w).begin().await?;
    for (gid, uid) in [(GROUP, "nobody"), (GROUP, "nul \0"), ("No group", "bob"), (ALICE, "alice")] {
        let missing = change.drop_from_group(&scope, gid, uid).await;
        assert!(matches!(missing, Err(Error::Absent(_))), "{gid}, {uid}: {missing:?}");
    }
    for uid in ["bob", "carol"] {
        let before = change.drop_from_group(&scope, GROUP, uid).await?;
        assert_eq!(before.map(|before| before.uid).as_deref(), Some(uid));
        assert_eq!(change.drop_from_group(&scope, GROUP, uid).await?, None, "once is as good as twice");
        // What an administrator takes back before anybody heard of it is told once.
        change.tx_at(w.site).await?.put_group_member(&w.in_group(uid, "Again", GroupStatus::Joined)).await?;
        assert_eq!(
            change.drop_from_group(&scope, GROUP, uid).await?.map(|it| it.alias).as_deref(),
            Some("Again")
        );
    }
    // Who was asked in again meanwhile is not told.
    change.tx_at(w.site).await?.put_group_member(&w.in_group("carol", "Again", GroupStatus::Invited)).await?;
    change.commit().await?;
    assert_eq!(w.store.sites_with_notices(10).await?, [w.site]);
    let out = |uid: &str, alias: &str| {
        Some(Notice::Drop { uid: uid.to_owned(), gid: GROUP.to_owned(), alias: alias.to_owned() })
    };
    let mut tx = w.tx().await?;
    assert_eq!((tx.take_notice(w.site).await?, tx.take_notice(w.site).await?), (out("bob", "Again"), None));
    let standing = async |tx: &mut dyn Tx| -> Result<Vec<_>> {
        let members = tx.group_members(&[(w.site, GROUP.to_owned())]).await?;
        Ok(members.into_iter().map(|member| (member.uid, member.status)).collect())
    };
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(str::to_owned);
    let (joined, invited, barred) = (GroupStatus::Joined, GroupStatus::Invited, GroupStatus::Barred);
    let mut stand = standing(&mut *tx).await?;
    stand.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(stand, [(alice, joined), (bob, barred), (carol, invited)]);
    tx.commit().await?;

    let mut change = admin(w).begin().await?;
    let before = change.remove_group(&scope, GROUP).await?;
    assert_eq!((before.joined, before.on_record), (1, 3));
    assert!(matches!(change.remove_group(&scope, GROUP).await, Err(Error::Absent(_))));
    assert!(matches!(change.remove_group(&scope, ALICE).await, Err(Error::Absent(_))), "an alias");
    change.commit().await?;
    let mut tx = w.tx().await?;
    assert_eq!(standing(&mut *tx).await?, []);
    assert!(!tx.lock_group(w.site, GROUP).await?);
    assert!(!tx.take_name(&w.name(GROUP, Owner::Group)).await?, "its name is nobody's for good");
    let told = [tx.take_notice(w.site).await?, tx.take_notice(w.site).await?, tx.take_notice(w.site).await?];
    assert_eq!(told, [out("alice", ALICE), out("carol", "Again"), None], "bob was out before");
    Ok(tx.commit().await?)
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
    assert_eq!(w.store.sites_with_notices(10).await?, [w.site, w.twin]);
    assert_eq!(w.store.sites_with_notices(1).await?, [w.site]);
    let given = |uid: &str, alias: &str| Some(Notice::Alias { uid: uid.to_owned(), alias: alias.to_owned() });
    let mut tx = w.tx().await?;
    assert_eq!(tx.take_notice(w.site).await?, given("alice", "Front Desk"));
    drop(tx);
    let mut tx = w.tx().await?;
    assert_eq!(tx.take_notice(w.site).await?, given("alice", "Front Desk"), "nothing was committed");
    assert_eq!(tx.take_notice(w.site).await?, None, "what is not hers is not told");
    tx.commit().await?;
    assert_eq!(w.store.sites_with_notices(10).await?, [w.twin], "bob is suspended");
    let mut tx = w.tx().await?;
    tx.suspend_member(&bob, false).await?;
    assert_eq!(tx.take_notice(w.site).await?, given("bob", "Night Desk"));
    assert_eq!(tx.take_notice(w.site).await?, None);
    tx.commit().await?;
    assert_eq!(w.store.sites_with_notices(10).await?, [w.twin], "a twin's is its own");
    Ok(())
}
