//! Acks, copies of queues, and the count that a message keeps of its entries.

use anyhow::Result;
use futures::future::try_join_all;
use tmtp_store::{Body, NewMessage, NewNode, NodeAcks, NodeId, Removed};
use tmtp_wire::MsgId;
use tokio::time::timeout;

use crate::world::{SOON, World, ack, new_node};

pub async fn an_ack_removes_the_very_entry_and_the_message_goes_with_its_last_one(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let (first, second) = (w.login(a1).await?, w.login(a2).await?);
    w.post(&[1, 2, 3], &[a1, a2]).await?;
    // 2 alone, though 1 is older; 77 is unknown; 2 again.
    assert!(w.ack(&first, &[2, 77, 2]).await?.is_empty());
    assert_eq!(w.waiting(&first).await?, [1, 3]);
    assert_eq!(w.waiting(&second).await?, [1, 2, 3]);
    assert_eq!(w.left().await?, (3, 5));
    w.check_counts().await?;
    let twice = NodeAcks { session: second.clone(), ids: [2, 77, 2].map(MsgId).to_vec() };
    assert_eq!(w.store.ack(&[twice]).await?, Removed { entries: 1, ..Removed::default() });
    assert_eq!(w.left().await?, (2, 4));

    let blob = NewMessage { body: Body::Blob { key: "blob-9".to_owned(), octets: 7 }, ..w.message(9) };
    w.post_all(&[blob], &[a1, a2]).await?;
    assert!(w.ack(&first, &[9]).await?.is_empty());
    assert_eq!(w.ack(&second, &[9]).await?, ["blob-9"]);
    w.check_counts().await
}

pub async fn an_ack_with_an_old_epoch_removes_nothing(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let old = w.login(node).await?;
    let new = w.login(node).await?;
    w.post(&[1], &[node]).await?;
    w.ack(&old, &[1]).await?;
    assert_eq!(w.waiting(&new).await?, [1]);
    w.ack(&w.session_of(node, new.epoch + 1), &[1]).await?;
    assert_eq!(w.waiting(&new).await?, [1]);
    w.ack(&new, &[1]).await?;
    assert_eq!(w.left().await?, (0, 0));
    Ok(())
}

pub async fn an_ack_of_a_revoked_node_removes_nothing(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let session = w.login(node).await?;
    let mut tx = w.tx().await?;
    tx.revoke_node(w.site, node).await?;
    tx.commit().await?;
    w.post(&[1], &[node]).await?;
    w.ack(&session, &[1]).await?;
    assert_eq!(w.left().await?, (1, 1));
    Ok(())
}

pub async fn two_last_acks_at_one_moment_leave_no_message_behind(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let (first, second) = (w.login(a1).await?, w.login(a2).await?);
    for round in 0..10 {
        let ids: Vec<u64> = (1..=20).map(|id| round * 100 + id).collect();
        let backwards: Vec<u64> = ids.iter().rev().copied().collect();
        w.post(&ids, &[a1, a2]).await?;
        tokio::try_join!(ack(&*w.store, &first, &ids), ack(&*w.store, &second, &backwards))?;
        assert_eq!(w.left().await?, (0, 0));
    }
    Ok(())
}

pub async fn a_new_node_gets_a_copy_of_what_is_pending(w: &World) -> Result<()> {
    let [a1, ..] = w.nodes;
    let session = w.login(a1).await?;
    let urgent = NewMessage { urgent: true, ..w.message(7) };
    w.post(&[1, 2], &[a1]).await?;
    w.post_all(&[urgent], &[a1]).await?;
    w.ack(&session, &[1]).await?;

    let mut tx = w.tx().await?;
    let tablet = tx.add_node(&new_node(&w.member("alice"), "tablet")).await?;
    assert!(!w.nodes.contains(&tablet));
    tx.copy_queue(w.site, a1, tablet).await?;
    tx.commit().await?;
    w.check_counts().await?;
    let tablet = w.login(tablet).await?;
    assert_eq!(w.waiting(&tablet).await?, [7, 2]);
    w.ack(&session, &[7, 2]).await?;
    assert_eq!(w.waiting(&tablet).await?, [7, 2]);
    w.ack(&tablet, &[7, 2]).await?;
    assert_eq!(w.left().await?, (0, 0));
    Ok(())
}

pub async fn a_copy_and_an_ack_under_way_wait_for_one_another(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let session = w.login(node).await?;
    let acks = |id| NodeAcks { session: session.clone(), ids: vec![MsgId(id)] };
    w.post(&[1, 2], &[node]).await?;

    // The last ack of 1 is first: the copy waits, and finds 2 alone.
    let mut acking = w.tx().await?;
    acking.ack(&[acks(1)]).await?;
    let mut copying = Box::pin(copy_to_new_node(w, 1));
    w.waits(&mut copying).await?;
    acking.commit().await?;
    let copy = timeout(SOON, copying).await??;
    w.check_counts().await?;
    let copy = w.login(copy).await?;
    assert_eq!(w.waiting(&copy).await?, [2]);
    w.ack(&copy, &[2]).await?;

    // The copy is first: the ack waits, and leaves 2 to the new node.
    let mut copying = w.tx().await?;
    let tablet = copying.add_node(&new_node(&w.member("alice"), "tablet")).await?;
    copying.copy_queue(w.site, node, tablet).await?;
    let ids = [2];
    let mut acking = Box::pin(w.ack(&session, &ids));
    w.waits(&mut acking).await?;
    copying.commit().await?;
    timeout(SOON, acking).await??;
    w.check_counts().await?;
    let tablet = w.login(tablet).await?;
    assert_eq!(w.waiting(&tablet).await?, [2]);
    Ok(())
}

pub async fn copies_and_acks_at_one_moment_lose_and_orphan_nothing(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let (first, second) = (w.login(a1).await?, w.login(a2).await?);
    let ids: Vec<u64> = (1..=80).collect();
    let (acked, left) = ids.split_at(60);
    w.post(&ids, &[a1, a2]).await?;
    let copying = try_join_all((0..4).map(|n| copy_to_new_node(w, n)));
    let acking = async |session| {
        for id in acked {
            w.ack(session, &[*id]).await?;
        }
        anyhow::Ok(())
    };
    // Nobody locks in a ring: an error is a failure.
    let (copies, ..) = tokio::try_join!(copying, acking(&first), acking(&second))?;
    w.check_counts().await?;
    for session in [&first, &second] {
        assert_eq!(w.waiting(session).await?, left);
        w.ack(session, left).await?;
    }
    for node in copies {
        let session = w.login(node).await?;
        let waiting = w.waiting(&session).await?;
        // Acks go in order, so what waited at the moment of the copy is all from some id on.
        assert!(ids.ends_with(&waiting) && waiting.ends_with(left), "{waiting:?}");
        w.ack(&session, &waiting).await?;
    }
    assert_eq!(w.left().await?, (0, 0));
    Ok(())
}

async fn copy_to_new_node(w: &World, n: u8) -> Result<NodeId> {
    let mut tx = w.tx().await?;
    let new = NewNode { secret_hash: vec![n; 32], ..new_node(&w.member("alice"), "copy") };
    let node = tx.add_node(&new).await?;
    tx.copy_queue(w.site, w.nodes[0], node).await?;
    tx.commit().await?;
    Ok(node)
}

pub async fn a_revoked_node_takes_its_entries_and_last_messages_with_it(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let second = w.login(a2).await?;
    w.post(&[1], &[a1, a2]).await?;
    w.post(&[2], &[a1]).await?;
    let blob = NewMessage { body: Body::Blob { key: "blob-3".to_owned(), octets: 7 }, ..w.message(3) };
    w.post_all(&[blob], &[a1]).await?;
    let mut tx = w.tx().await?;
    let removed = Removed { entries: 3, blobs: vec!["blob-3".to_owned()] };
    assert_eq!(tx.revoke_node(w.site, a1).await?, removed);
    assert_eq!(tx.revoke_node(w.site, a1).await?, Removed::default());
    tx.commit().await?;
    assert_eq!(w.left().await?, (1, 1));
    assert_eq!(w.waiting(&second).await?, [1]);
    w.check_counts().await
}

async fn revoke(w: &World, node: NodeId) -> Result<()> {
    let mut tx = w.tx().await?;
    tx.revoke_node(w.site, node).await?;
    Ok(tx.commit().await?)
}

pub async fn who_revokes_a_node_waits_for_its_ack_under_way(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let (first, second) = (w.login(a1).await?, w.login(a2).await?);
    w.post(&[1, 2], &[a1, a2]).await?;
    let mut acking = w.tx().await?;
    acking.ack(&[NodeAcks { session: first, ids: vec![MsgId(1)] }]).await?;
    let mut revoking = Box::pin(revoke(w, a1));
    w.waits(&mut revoking).await?;
    acking.commit().await?;
    timeout(SOON, revoking).await??;
    w.check_counts().await?;
    assert_eq!(w.left().await?, (2, 2));
    assert_eq!(w.waiting(&second).await?, [1, 2]);
    Ok(())
}

pub async fn acks_and_revocations_at_one_moment_lose_and_orphan_nothing(w: &World) -> Result<()> {
    let a2 = w.nodes[1];
    let second = w.login(a2).await?;
    for round in 0..5 {
        let ids: Vec<u64> = (1..=20).map(|id| round * 100 + id).collect();
        let mut tx = w.tx().await?;
        let tablet = tx.add_node(&new_node(&w.member("alice"), &format!("tablet {round}"))).await?;
        tx.commit().await?;
        let session = w.login(tablet).await?;
        w.post(&ids, &[a2, tablet]).await?;
        let acking = async |session: &tmtp_store::Session| {
            for id in &ids {
                w.ack(session, &[*id]).await?;
            }
            anyhow::Ok(())
        };
        let revoking = async {
            // Somewhere in their midst.
            w.ack(&second, &[]).await?;
            revoke(w, tablet).await
        };
        tokio::try_join!(acking(&session), acking(&second), revoking)?;
        w.check_counts().await?;
        assert_eq!(w.left().await?, (0, 0));
    }
    Ok(())
}

pub async fn a_transaction_that_is_dropped_leaves_nothing(w: &World) -> Result<()> {
    let entry = tmtp_store::NewEntry { message: 0, node: w.nodes[0] };
    for _ in 0..30 {
        let mut tx = w.tx().await?;
        tx.add_messages(&[w.message(1)], &[entry]).await?;
        drop(tx);
    }
    assert_eq!(w.left().await?, (0, 0));
    w.post(&[1], &w.nodes[..1]).await?;
    assert_eq!(w.left().await?, (1, 1));
    Ok(())
}
