//! Requests already answered.

use anyhow::Result;
use tmtp_store::{Recorded, RequestClaim};
use tmtp_wire::{MsgId, Posted};
use tokio::time::timeout;

use crate::world::{SOON, World};

/// Claims in a transaction of its own; the ids recorded before.
async fn claim(w: &World, claims: &[RequestClaim]) -> Result<Vec<Option<u64>>> {
    let mut tx = w.tx().await?;
    let before = tx.claim_requests(claims).await?;
    tx.commit().await?;
    Ok(before.into_iter().map(|it| it.map(|recorded| recorded.id.0)).collect())
}

pub async fn a_request_is_recorded_once(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let mut tx = w.tx().await?;
    let first = w.claim(a1, 7, 100);
    assert_eq!(tx.claim_requests(std::slice::from_ref(&first)).await?, [None]);
    tx.commit().await?;
    // Of another node, or with another digest, it is another request.
    let claims = [w.claim(a2, 7, 101), w.claim(a1, 7, 102), w.claim(a1, 6, 103)];
    let mut tx = w.tx().await?;
    assert_eq!(tx.claim_requests(&claims).await?, [None, Some(first.recorded), None]);
    assert!(tx.claim_requests(&[]).await?.is_empty());
    Ok(tx.commit().await?)
}

pub async fn an_acked_request_may_come_again_in_its_session(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let again =
        |id, epoch, acked| RequestClaim { epoch, acked_through: MsgId(acked), ..w.claim(node, 7, id) };
    assert_eq!(claim(w, &[w.claim(node, 7, 100)]).await?, [None]);
    // Not acked yet; then of another session, where the ack may have been lost.
    assert_eq!(claim(w, &[again(101, 1, 99)]).await?, [Some(100)]);
    assert_eq!(claim(w, &[again(102, 2, 500)]).await?, [Some(100)]);
    // Acked in this session: the same content is meant once more.
    assert_eq!(claim(w, &[again(103, 1, 100)]).await?, [None]);
    assert_eq!(claim(w, &[again(104, 1, 100)]).await?, [Some(103)]);
    // Told again in a later session it stays a request of the one that made it: no ack in the later one lets it come anew.
    assert_eq!(claim(w, &[again(105, 2, 102)]).await?, [Some(103)]);
    assert_eq!(claim(w, &[again(106, 2, 103)]).await?, [Some(103)]);
    Ok(())
}

pub async fn two_equal_requests_in_one_call_get_one_answer(w: &World) -> Result<()> {
    let [a1, _, b1, _] = w.nodes;
    let claims = [w.claim(b1, 2, 1), w.claim(a1, 2, 2), w.claim(b1, 2, 3), w.claim(b1, 1, 4)];
    assert_eq!(claim(w, &claims).await?, [None, None, Some(1), None]);
    assert_eq!(claim(w, &[w.claim(b1, 2, 5)]).await?, [Some(1)]);
    Ok(())
}

pub async fn a_request_waits_for_the_transaction_that_records_it(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    for commits in [true, false] {
        let digest = if commits { 3 } else { 4 };
        let mut first = w.tx().await?;
        // In the one order here and in the other there: nobody waits in a ring.
        first.claim_requests(&[w.claim(a1, digest, 100), w.claim(a2, digest, 101)]).await?;
        let claims = [w.claim(a2, digest, 201), w.claim(a1, digest, 200)];
        let mut second = Box::pin(claim(w, &claims));
        w.waits(&mut second).await?;
        if commits {
            first.commit().await?;
            assert_eq!(timeout(SOON, second).await??, [Some(101), Some(100)]);
        } else {
            drop(first);
            assert_eq!(timeout(SOON, second).await??, [None, None]);
        }
    }
    Ok(())
}

pub async fn a_released_request_is_new_again(w: &World) -> Result<()> {
    let [a1, a2, ..] = w.nodes;
    let mut tx = w.tx().await?;
    tx.claim_requests(&[w.claim(a1, 1, 10), w.claim(a2, 1, 11)]).await?;
    tx.release_requests(&[w.key(a1, 1), w.key(a1, 9)]).await?;
    tx.release_requests(&[]).await?;
    tx.commit().await?;
    assert_eq!(claim(w, &[w.claim(a1, 1, 20), w.claim(a2, 1, 21)]).await?, [None, Some(11)]);
    Ok(())
}

pub async fn the_last_request_of_a_member_is_known(w: &World) -> Result<()> {
    let [a1, a2, b1, _] = w.nodes;
    claim(w, &[w.claim(a1, 1, 30), w.claim(a2, 1, 40), w.claim(a1, 2, 20), w.claim(b1, 1, 50)]).await?;
    let mut tx = w.tx().await?;
    assert_eq!(tx.last_request(&w.member("alice")).await?, MsgId(40));
    assert_eq!(tx.last_request(&w.member("carol")).await?, MsgId(0));
    Ok(tx.commit().await?)
}

pub async fn old_requests_are_forgotten(w: &World) -> Result<()> {
    let node = w.nodes[0];
    let at = |digest: u8, posted: i64| {
        let recorded =
            Recorded { id: MsgId(posted.unsigned_abs() * 10 + u64::from(digest)), posted: Posted(posted) };
        RequestClaim { recorded, ..w.claim(node, digest, 0) }
    };
    claim(w, &[at(1, 10), at(2, 11), at(3, 12), at(4, 13)]).await?;
    assert_eq!(w.store.forget_requests(13, 2).await?, 2);
    assert_eq!(w.store.forget_requests(13, 2).await?, 1);
    assert_eq!(w.store.forget_requests(13, 2).await?, 0);
    assert_eq!(claim(w, &[at(1, 20), at(2, 20), at(3, 20), at(4, 20)]).await?, [None, None, None, Some(134)]);
    Ok(())
}
