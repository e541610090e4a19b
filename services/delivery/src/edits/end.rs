//! Sessions that end: a link closed, or its edge died.

use std::{collections::BTreeSet, sync::Arc};

use tmtp_store::{MemberKey, Session, SiteId, Tx};

use crate::{
    core::{self, Core},
    fanout::Fanout,
    fault::Fault,
    presence,
};

/// Sessions ended in one transaction.
pub(crate) const AT_ONCE: usize = 500;

/// Ends these sessions, those that are still their nodes' newest; who was kept informed is told.
pub(crate) async fn end(core: Arc<Core>, sessions: Vec<Session>) -> Result<(), Fault> {
    // Of a site that was erased nothing is left to be in charge of.
    let listing = core.sites.listing();
    let sites: BTreeSet<SiteId> = sessions.iter().map(|session| session.site).collect();
    let sites: Vec<SiteId> = sites.into_iter().filter(|site| listing.has(*site)).collect();
    let mut tx = core.store.begin(&sites).await?;
    let fanout = end_in(&mut *tx, &sessions).await?;
    core::commit(tx).await?;
    fanout.publish(&core.telling);
    Ok(())
}

/// What becomes of an edge's record when its last session has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    Kept,
    Struck,
}

/// Ends sessions of a dead edge; `true` when none were left.
pub(crate) async fn end_edge(core: Arc<Core>, edge: String, record: Record) -> Result<bool, Fault> {
    let mut tx = core.store.begin(&[]).await?;
    let sessions = tx.sessions_of_edge(&edge, AT_ONCE as u32).await?;
    let fanout = end_in(&mut *tx, &sessions).await?;
    let is_last = sessions.len() < AT_ONCE;
    if is_last && record == Record::Struck {
        tx.remove_edge(&edge).await?;
    }
    core::commit(tx).await?;
    fanout.publish(&core.telling);
    metrics::counter!("tmtp_delivery_sessions_reaped_total").increment(sessions.len() as u64);
    Ok(is_last)
}

async fn end_in(tx: &mut dyn Tx, sessions: &[Session]) -> Result<Fanout, Fault> {
    let mut fanout = Fanout::default();
    let key = |session: &Session| MemberKey { site: session.site, uid: session.uid.clone() };
    let members: BTreeSet<_> = sessions.iter().map(key).collect();
    if members.is_empty() {
        return Ok(fanout);
    }
    let members: Vec<_> = members.into_iter().collect();
    tx.lock_members(&members).await?;
    let ended: BTreeSet<_> = tx.end_sessions(sessions).await?.iter().map(key).collect();
    if !ended.is_empty() {
        let ended: Vec<_> = ended.into_iter().collect();
        presence::leave(tx, &ended, &mut fanout).await?;
    }
    Ok(fanout)
}
