//! Aliases that administrators gave: the members' devices are told as if one of them had asked for it.

use std::sync::Arc;

use tmtp_store::{MemberKey, Site};
use tmtp_wire::{Message, MsgId};
use tokio_util::sync::CancellationToken;

use crate::{
    compose::Outbox,
    core::{self, Core},
    edits::notice,
    fault::Fault,
};

/// Sites looked for in one statement, and members told in one transaction.
const AT_ONCE: u32 = 100;
/// Transactions in a row: what is left waits for the next round.
const STEPS: usize = 100;

/// Tells all who are not told yet. What another process does at this moment is done once.
pub(crate) async fn tell_all(core: &Arc<Core>, stop: &CancellationToken) -> Result<(), Fault> {
    for site in core.store.sites_with_given_aliases(AT_ONCE).await? {
        let listing = core.sites.listing();
        if listing.shard(site) != &*core.shard || listing.is_moving(site) {
            continue;
        }
        let Some(site) = core.sites.find(site).await? else { continue };
        for _ in (0..STEPS).take_while(|_| !stop.is_cancelled()) {
            let site = site.clone();
            if !core.transact(move |core| tell_some(core, site.clone())).await? {
                break;
            }
        }
    }
    Ok(())
}

/// `false` when that was all.
async fn tell_some(core: Arc<Core>, site: Arc<Site>) -> Result<bool, Fault> {
    let mut tx = core.store.begin(&[site.id]).await?;
    tx.hold_nodes(&[site.id]).await?;
    let given = tx.take_given_aliases(site.id, AT_ONCE).await?;
    let is_over = given.len() < AT_ONCE as usize;
    let mut outbox = Outbox::new();
    for (uid, newalias) in given {
        let member = MemberKey { site: site.id, uid };
        let nodes = tx.nodes(std::slice::from_ref(&member)).await?.nodes;
        let loads = core.counts.of(&mut *tx, &nodes, &site.settings).await?;
        let (recorded, message) = (core.ids.record(MsgId(0)), Message::UserAlias { newalias });
        notice::add(&mut outbox, &site, &member.uid, recorded, &message, (&nodes, &loads))?;
    }
    outbox.write(&mut *tx).await?;
    core::commit(tx).await?;
    outbox.committed(&core).await?;
    Ok(!is_over)
}
