//! Queues, read by sessions.

use anyhow::Result;
use bytes::Bytes;
use tmtp_store::{Body, NewMessage, QueueRead};
use tmtp_wire::MsgId;

use crate::world::{World, ids};

pub async fn a_queue_is_read_urgent_first_then_by_id(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let session = w.login(node).await?;
    w.post(&[5, 3], &[node]).await?;
    let urgent = [9, 7].map(|id| NewMessage { urgent: true, ..w.message(id) });
    w.post_all(&urgent, &[node]).await?;
    // Commits come in any order of id.
    w.post(&[4], &[node]).await?;
    let page = w.page(w.read(&session)).await?;
    assert_eq!(ids(&page), [7, 9, 3, 4, 5]);
    assert!(!page.more && !page.fenced);
    let urgent: Vec<bool> = page.entries.iter().map(|entry| entry.urgent).collect();
    assert_eq!(urgent, [true, true, false, false, false]);
    assert_eq!(page.entries[2].head, "head 3");
    assert_eq!(page.entries[2].body, Body::Inline(Bytes::from("body 3")));
    Ok(())
}

pub async fn a_page_ends_at_its_limits_and_says_that_there_is_more(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let session = w.login(node).await?;
    let sized = |id, octets| NewMessage { body: Body::Inline(vec![7; octets].into()), ..w.message(id) };
    let blob = NewMessage { body: Body::Blob { key: "key".to_owned(), octets: 1 << 40 }, ..w.message(3) };
    let messages = [sized(1, 1000), sized(2, 0), blob.clone(), sized(4, 1000), sized(5, 1), sized(6, 1)];
    w.post_all(&messages, &[node]).await?;
    let look = async |max_entries, max_octets| {
        let page = w.page(QueueRead { max_entries, max_octets, ..w.read(&session) }).await?;
        anyhow::Ok((ids(&page), page.more))
    };
    assert_eq!(look(100, 1 << 20).await?, (vec![1, 2, 3, 4, 5, 6], false));
    assert_eq!(look(6, 2002).await?, (vec![1, 2, 3, 4, 5, 6], false));
    assert_eq!(look(5, 2002).await?, (vec![1, 2, 3, 4, 5], true));
    // Octets of blobs do not count; 5 and 6 would fit, but order comes first.
    assert_eq!(look(100, 1999).await?, (vec![1, 2, 3], true));
    assert_eq!(look(100, 2000).await?, (vec![1, 2, 3, 4], true));
    assert_eq!(look(100, 1).await?, (vec![1], true));
    assert_eq!(w.page(w.read(&session)).await?.entries[2].body, blob.body);
    Ok(())
}

pub async fn what_is_skipped_is_left_out(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let session = w.login(node).await?;
    w.post(&[1, 2, 3, 4], &[node]).await?;
    let skip = |skip: &[u64], max_entries| QueueRead {
        skip: skip.iter().map(|id| MsgId(*id)).collect(),
        max_entries,
        ..w.read(&session)
    };
    let page = w.page(skip(&[2, 1, 99], 100)).await?;
    assert_eq!((ids(&page), page.more), (vec![3, 4], false));
    let page = w.page(skip(&[2], 2)).await?;
    assert_eq!((ids(&page), page.more), (vec![1, 3], true));
    let page = w.page(skip(&[1, 2, 3, 4], 2)).await?;
    assert_eq!((ids(&page), page.more), (vec![], false));
    Ok(())
}

pub async fn an_old_session_reads_nothing(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let old = w.login(node).await?;
    w.post(&[1], &[node]).await?;
    assert_eq!(w.waiting(&old).await?, [1]);
    let new = w.login(node).await?;
    let page = w.page(w.read(&old)).await?;
    assert!(page.fenced && page.entries.is_empty() && !page.more);
    assert_eq!(w.store.body_of(&old, MsgId(1)).await?, None);
    assert_eq!(w.waiting(&new).await?, [1]);
    Ok(())
}

pub async fn a_body_is_found_while_its_entry_waits(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let (first, second) = (w.login(a1).await?, w.login(a2).await?);
    let blob = NewMessage { body: Body::Blob { key: "blob-3".to_owned(), octets: 9 }, ..w.message(3) };
    w.post_all(&[blob.clone(), NewMessage { urgent: true, ..w.message(4) }], &[a1, a2]).await?;
    assert_eq!(w.store.body_of(&first, MsgId(3)).await?, Some(blob.body.clone()));
    assert_eq!(w.store.body_of(&first, MsgId(4)).await?, Some(w.message(4).body));
    assert_eq!(w.store.body_of(&first, MsgId(5)).await?, None);
    w.ack(&first, &[3]).await?;
    assert_eq!(w.store.body_of(&first, MsgId(3)).await?, None);
    assert_eq!(w.store.body_of(&second, MsgId(3)).await?, Some(blob.body));
    Ok(())
}

pub async fn many_queues_are_read_at_once(w: &World) -> Result<()> {
    let [a1, a2, b1, b2] = w.nodes;
    let (first, fenced, empty, last) =
        (w.login(a1).await?, w.login(a2).await?, w.login(b1).await?, w.login(b2).await?);
    w.login(a2).await?;
    w.post(&[1, 2], &[a1, a2, b2]).await?;
    w.post(&[3], &[b2]).await?;
    let skipping = QueueRead { skip: vec![MsgId(2)], ..w.read(&last) };
    let reads = [skipping, w.read(&fenced), w.read(&empty), w.read(&first), w.read(&first)];
    let pages = w.store.queues(&reads).await?;
    let seen: Vec<(Vec<u64>, bool)> = pages.iter().map(|page| (ids(page), page.fenced)).collect();
    let expected =
        [(vec![1, 3], false), (vec![], true), (vec![], false), (vec![1, 2], false), (vec![1, 2], false)];
    assert_eq!(seen, expected);
    assert!(w.store.queues(&[]).await?.is_empty());
    Ok(())
}
