//! A batch, in a transaction of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::{SqliteStore, claim, queue, sessions, tx::SqliteTx, usage};
use crate::{
    Batch, Believed, Committed, Error, Look as _, MemberKey, NewEntry, NewMessage, NodeId, Recorded,
    RequestKey, Result, Sent, SiteId,
};

pub(super) async fn post(store: &SqliteStore, batch: &Batch<'_>) -> Result<Committed> {
    let mut tx = store.tx().await?;
    if !holds(&mut tx, batch.believed).await? {
        return Ok(Committed::Stale);
    }
    let before = claim::claim(&mut tx.conn, batch.claims).await?;
    claim::release(&mut tx.conn, &to_release(batch, &before)).await?;
    let (messages, entries) = new_ones(batch, &before);
    queue::add(&mut tx.conn, &messages, &entries).await?;
    let is_new = |(claim, sent): &(usize, Sent)| matches!(before.get(*claim), Some(None)).then_some(*sent);
    let sent: Vec<Sent> = batch.sent.iter().filter_map(is_new).collect();
    usage::count(&mut tx.conn, &sent).await?;
    tx.finish().await.map_err(Error::or_done)?;
    let receivers: BTreeSet<(SiteId, NodeId)> =
        entries.iter().filter_map(|it| Some((messages.get(it.message)?.site, it.node))).collect();
    let receivers: Vec<_> = receivers.into_iter().collect();
    let connected = match store.read().await {
        Ok(mut conn) => sessions::connected(&mut conn, &receivers).await,
        Err(error) => Err(error),
    };
    Ok(Committed::Done { before, connected: connected.map_err(Error::or_done)? })
}

/// Whether it is as it is believed.
async fn holds(tx: &mut SqliteTx, believed: &[Believed]) -> Result<bool> {
    let members: Vec<MemberKey> = believed.iter().map(|it| it.member.clone()).collect();
    let found = tx.nodes(&members).await?;
    let mut nodes: BTreeMap<MemberKey, Vec<NodeId>> =
        found.active.into_iter().map(|member| (member, Vec::new())).collect();
    for node in found.nodes {
        nodes.entry(MemberKey { site: node.site, uid: node.uid }).or_default().push(node.node);
    }
    Ok(nodes.iter().eq(believed.iter().map(|it| (&it.member, &it.nodes))))
}

fn to_release(batch: &Batch<'_>, before: &[Option<Recorded>]) -> Vec<RequestKey> {
    let is_new = |claim: &&usize| matches!(before.get(**claim), Some(None));
    let claims = batch.refused.iter().filter(is_new).filter_map(|claim| batch.claims.get(*claim));
    claims.map(|claim| claim.key.clone()).collect()
}

/// The messages of new requests, and their entries.
fn new_ones(batch: &Batch<'_>, before: &[Option<Recorded>]) -> (Vec<NewMessage>, Vec<NewEntry>) {
    let mut messages = Vec::with_capacity(batch.messages.len());
    let mut places = Vec::with_capacity(batch.messages.len());
    for (message, claim) in batch.messages.iter().zip(batch.claim_of) {
        let is_new = matches!(before.get(*claim), Some(None));
        places.push(is_new.then_some(messages.len()));
        if is_new {
            messages.push(message.clone());
        }
    }
    let place = |entry: &NewEntry| {
        let message = places.get(entry.message).copied().flatten()?;
        Some(NewEntry { message, node: entry.node })
    };
    (messages, batch.entries.iter().filter_map(place).collect())
}
