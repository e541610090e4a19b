//! Groups.

use anyhow::Result;
use tmtp_store::GroupStatus;
use tokio::time::timeout;

use crate::world::{ALICE, BOB, GROUP, SOON, World};

pub async fn a_group_tells_all_who_are_on_record(w: &World) -> Result<()> {
    let mut tx = w.tx().await?;
    let wanted =
        [(w.site, GROUP.to_owned()), (w.site, "No such group".to_owned()), (w.site, GROUP.to_owned())];
    let alice = w.in_group("alice", ALICE, GroupStatus::Joined);
    let bob = w.in_group("bob", BOB, GroupStatus::Invited);
    assert_eq!(tx.group_members(&wanted).await?, [alice.clone(), bob]);
    let barred = w.in_group("bob", "Bob the Barred", GroupStatus::Barred);
    tx.put_group_member(&barred).await?;
    assert_eq!(tx.group_members(&wanted).await?, [alice, barred]);
    assert!(tx.group_members(&[]).await?.is_empty());
    Ok(tx.commit().await?)
}

pub async fn only_a_group_can_be_locked_as_one(w: &World) -> Result<()> {
    let mut tx = w.tx().await?;
    assert!(tx.lock_group(w.site, GROUP).await?);
    assert!(!tx.lock_group(w.site, ALICE).await?);
    assert!(!tx.lock_group(w.site, "No such group").await?);
    Ok(tx.commit().await?)
}

pub async fn a_locked_group_makes_others_wait_until_the_end(w: &World) -> Result<()> {
    let lock = async || {
        let mut tx = w.tx().await?;
        assert!(tx.lock_group(w.site, GROUP).await?);
        anyhow::Ok(tx)
    };
    let first = lock().await?;
    let mut second = Box::pin(lock());
    w.waits(&mut second).await?;
    first.commit().await?;
    let second = timeout(SOON, second).await??;
    let mut third = Box::pin(lock());
    w.waits(&mut third).await?;
    drop(second);
    Ok(timeout(SOON, third).await??.commit().await?)
}
