//! What waits for too long.

use anyhow::{Context as _, Result};
use tmtp_store::{Body, Expired, NewMessage, admin::OrgId};
use tmtp_wire::{MsgId, Posted};

use crate::world::{ALICE, World};

async fn expire(w: &World, before: u64, entries_max: u32) -> Result<Expired> {
    let mut tx = w.tx().await?;
    let expired = tx.expire(w.site, MsgId(before), entries_max).await?;
    tx.commit().await?;
    Ok(expired)
}

fn told(expired: &Expired) -> Vec<(u64, &str)> {
    expired.undelivered.iter().map(|one| (one.id.0, one.uid.as_str())).collect()
}

pub async fn messages_that_are_too_old_go_and_it_is_told_who_never_got_them(w: &World) -> Result<()> {
    let [a1, a2, b1, b2] = w.nodes;
    let (first, second) = (w.login(a1).await?, w.login(a2).await?);
    let large = NewMessage { body: Body::Blob { key: "old".to_owned(), octets: 7 }, ..w.message(12) };
    w.post(&[11], &[a1, a2, b1, b2]).await?;
    w.post_all(&[large], &[a1, a2]).await?;
    w.post_all(&[NewMessage { urgent: true, ..w.message(13) }], &[b1]).await?;
    w.post(&[20], &[a1, b1]).await?;
    // One of Alice's devices has the first message: it came to her.
    w.ack(&first, &[11]).await?;
    // A device that came later was never meant: it does not speak for its member.
    let since = format!("UPDATE nodes SET created_ms = 99 WHERE site = {} AND node = {}", w.site.0, b2.0);
    w.peek.run(&since).await?;
    assert_eq!(expire(w, 11, 100).await?, Expired::default(), "none is too old yet");
    let expired = expire(w, 20, 100).await?;
    assert_eq!((expired.entries, expired.blobs.as_slice()), (6, &["old".to_owned()][..]));
    assert_eq!(told(&expired), [(11, "bob"), (12, "alice"), (13, "bob")]);
    let alices = expired.undelivered.get(1).context("hers")?;
    assert_eq!((alices.alias.as_deref(), alices.posted), (Some(ALICE), Posted(10)));
    assert_eq!(alices.head, "head 12");
    assert_eq!((w.waiting(&first).await?, w.waiting(&second).await?), (vec![20], vec![]));
    assert_eq!(w.left().await?, (1, 2));
    assert_eq!(expire(w, 20, 100).await?, Expired::default());
    w.check_counts().await
}

pub async fn what_is_too_old_goes_a_few_at_a_time_the_oldest_first(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let first = w.login(a1).await?;
    w.post(&[11, 12, 13, 14, 15], &[a1, a2]).await?;
    assert_eq!(expire(w, 100, 4).await?.entries, 4);
    assert_eq!(w.waiting(&first).await?, [13, 14, 15]);
    // A message with more entries than that goes whole, alone.
    assert_eq!(told(&expire(w, 100, 1).await?), [(13, "alice")]);
    assert_eq!(w.waiting(&first).await?, [14, 15]);
    w.check_counts().await
}

pub async fn what_was_imported_is_spared_for_as_long_as_it_may_wait(w: &World) -> Result<()> {
    let day_ns = 24 * 3_600_000_000_000;
    let (first, now_ms) = (w.login(w.nodes[0]).await?, 1_000_000);
    w.post(&[11, 12], &w.nodes[..2]).await?;
    let mut change = w.store.admin().begin().await?;
    let scope = change.scope(OrgId::DEFAULT, w.site).await?.context("the site")?;
    change.note_imported(&scope, MsgId(11), now_ms).await?;
    assert_eq!(change.imported_through(&scope).await?, MsgId(11));
    change.commit().await?;
    assert_eq!(told(&expire(w, MsgId::at(now_ms).0, 100).await?), [(12, "alice")]);
    assert_eq!(w.waiting(&first).await?, [11]);
    assert_eq!(told(&expire(w, MsgId::at(now_ms).0 + day_ns, 100).await?), [(11, "alice")]);
    w.check_counts().await
}
