//! Upkeep, restarts, and what an error does to a transaction.

use anyhow::Result;
use tmtp_store::{Backlog, Body, Error, NewMessage, Standing, Swept};
use tmtp_wire::{MsgId, Posted};

use crate::world::{ALICE, World};

pub async fn orphans_are_swept_and_nothing_else(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let (first, second) = (w.login(a1).await?, w.login(a2).await?);
    let blob =
        |id: u64| NewMessage { body: Body::Blob { key: format!("orphan-{id}"), octets: 7 }, ..w.message(id) };
    w.post(&[1], &[a1, a2]).await?;
    w.post_all(&[blob(2), blob(3)], &[a1]).await?;
    w.post_all(&[NewMessage { posted: Posted(5_000), ..w.message(4) }], &[a1]).await?;
    w.post(&[5], &[a2]).await?;
    // Perhaps revoked at this very moment: not an orphan yet.
    w.post_all(&[NewMessage { posted: Posted(5_000), ..w.message(6) }], &[a1]).await?;
    assert_eq!(w.store.sweep_orphans(1_000, 100).await?, Swept::default());

    // A message that lost its entries, one too new to tell, an entry that lost its message, and a node that is gone.
    w.peek.run(&format!("DELETE FROM entries WHERE site = {} AND msg IN (2, 4)", w.site.0)).await?;
    w.peek.run(&format!("DELETE FROM messages WHERE site = {} AND id = 5", w.site.0)).await?;
    w.peek
        .run(&format!("UPDATE nodes SET revoked = true WHERE site = {} AND node = {}", w.site.0, a1.0))
        .await?;
    let mut swept = w.store.sweep_orphans(1_000, 100).await?;
    swept.blobs.sort();
    let blobs = vec!["orphan-2".to_owned(), "orphan-3".to_owned()];
    // Entries of 5, and of 1 and 3 for the node; 3 went with its last entry, 2 had none.
    assert_eq!(swept, Swept { messages: 1, entries: 3, blobs });
    assert_eq!(w.waiting(&second).await?, [1]);
    assert!(w.page(w.read(&first)).await?.fenced);
    assert_eq!(w.left().await?, (3, 2));
    let rest = Swept { messages: 1, entries: 1, blobs: vec![] };
    assert_eq!(w.store.sweep_orphans(6_000, 100).await?, rest);
    assert_eq!(w.left().await?, (1, 1));
    w.check_counts().await
}

pub async fn orphans_are_swept_a_few_at_a_time(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    w.post(&[1, 2, 3], &[a1]).await?;
    w.post(&[4, 5, 6], &[a2]).await?;
    w.post(&[7, 8, 9], &[a2]).await?;
    // Three that lost their entries, three entries that lost their message, and three for a node that is gone.
    w.peek.run(&format!("DELETE FROM entries WHERE site = {} AND msg <= 3", w.site.0)).await?;
    w.peek.run(&format!("DELETE FROM messages WHERE site = {} AND id IN (4, 5, 6)", w.site.0)).await?;
    w.peek
        .run(&format!("UPDATE nodes SET revoked = true WHERE site = {} AND node = {}", w.site.0, a2.0))
        .await?;
    let mut all = Swept::default();
    loop {
        let swept = w.store.sweep_orphans(1_000, 1).await?;
        if swept == Swept::default() {
            break;
        }
        // One of each kind.
        assert!(swept.messages <= 1 && swept.entries <= 2, "{swept:?}");
        all.messages += swept.messages;
        all.entries += swept.entries;
    }
    // Messages that go with their last entry are not counted as found.
    assert_eq!(all, Swept { messages: 3, entries: 6, blobs: vec![] });
    assert_eq!(w.left().await?, (0, 0));
    Ok(())
}

pub async fn blobs_that_no_message_names_are_told(w: &World) -> Result<()> {
    let blob = NewMessage { body: Body::Blob { key: "named".to_owned(), octets: 7 }, ..w.message(1) };
    w.post_all(&[blob], &w.nodes[..1]).await?;
    let blobs = ["unnamed", "named", "other"].map(str::to_owned);
    assert_eq!(w.store.unnamed_blobs(&blobs).await?, ["unnamed", "other"]);
    assert!(w.store.unnamed_blobs(&[]).await?.is_empty());
    Ok(())
}

pub async fn everything_is_there_after_a_restart(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let (first, second) = (w.login(a1).await?, w.login(a2).await?);
    w.post(&[1, 2], &[a1, a2]).await?;
    w.ack(&first, &[1]).await?;
    let mut tx = w.tx().await?;
    assert!(tx.mark_ohi(&first).await?);
    tx.add_ohi(&w.member("alice"), &["bob".to_owned()]).await?;
    tx.claim_requests(&[w.claim(a1, 1, 10)]).await?;
    tx.commit().await?;
    let (sites, rows) = (w.store.sites().await?, w.peek.dump(w.site).await?);

    let store = w.reopened().await?;
    assert_eq!(store.sites().await?, sites);
    assert_eq!(w.peek.dump(w.site).await?, rows);
    let sessions = [first.clone(), second];
    assert_eq!(store.standings("edge-1", &sessions).await?, [Standing::Waiting, Standing::Waiting]);
    assert_eq!(store.queues(&[w.read(&first)]).await?[0].entries.len(), 1);
    let mut tx = store.begin(&[]).await?;
    assert_eq!(tx.names(&[(w.site, ALICE.to_owned())]).await?.len(), 1);
    assert_eq!(tx.ohi_from(&w.member("bob")).await?, ["alice"]);
    assert!(tx.claim_requests(&[w.claim(a1, 1, 11)]).await?[0].is_some());
    Ok(())
}

pub async fn an_error_forbids_the_commit(w: &World) -> Result<()> {
    let mut tx = w.tx().await?;
    tx.add_member(&w.member("carol"), 1).await?;
    assert!(matches!(tx.add_member(&w.member("carol"), 1).await, Err(Error::Defect(_))));
    assert!(tx.commit().await.is_err());
    assert!(w.tx().await?.active_members(&[w.member("carol")]).await?.is_empty());
    Ok(())
}

pub async fn what_waits_is_counted_up_to_a_limit(w: &World) -> Result<()> {
    let before = w.store.backlog(1_000).await?;
    // The other site's: nine messages for each of four nodes.
    assert_eq!((before.entries, before.oldest), (36, Some(MsgId(1))));
    w.post(&[11], &w.nodes[..3]).await?;
    let octets = before.octets + 3 * w.message(11).body.octets();
    assert_eq!(w.store.backlog(1_000).await?, Backlog { entries: 39, octets, ..before });
    assert_eq!(w.store.backlog(5).await?.entries, 5);
    assert_eq!(w.store.backlog(0).await?, Backlog { entries: 0, octets: 0, oldest: None });
    Ok(())
}
