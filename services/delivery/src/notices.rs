//! What administrators did: the devices of members are told as if a member had asked for it.

use std::{collections::BTreeSet, sync::Arc};

use tmtp_store::{GroupStatus, MemberKey, Notice, Site, Tx};
use tmtp_wire::{Message, MsgId};
use tokio_util::sync::CancellationToken;

use crate::{
    compose::Outbox,
    core::{self, Core},
    edits::{group_edit, notice},
    fault::Fault,
};

/// Sites looked for in one statement.
const SITES: u32 = 100;
/// What is told in one transaction: so many notices, and few more entries than this.
const AT_ONCE: usize = 100;
const ENTRIES: usize = 10_000;
/// Transactions in a row: what is left waits for the next round.
const STEPS: usize = 100;

/// Tells all who are not told yet. What another process does at this moment is done once.
pub(crate) async fn tell_all(core: &Arc<Core>, stop: &CancellationToken) -> Result<(), Fault> {
    for site in core.store.sites_with_notices(SITES).await? {
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
    let mut outbox = Outbox::new();
    let mut is_more = true;
    for _ in 0..AT_ONCE {
        let Some(next) = tx.take_notice(site.id).await? else {
            is_more = false;
            break;
        };
        tell(&core, &mut *tx, &site, &mut outbox, next).await?;
        if outbox.entries() > ENTRIES {
            break;
        }
    }
    outbox.write(&mut *tx).await?;
    core::commit(tx).await?;
    outbox.committed(&core).await?;
    Ok(is_more)
}

async fn tell(
    core: &Core,
    tx: &mut dyn Tx,
    site: &Site,
    outbox: &mut Outbox,
    what: Notice,
) -> Result<(), Fault> {
    let (from, told, message) = match what {
        Notice::Alias { uid, alias } => (uid.clone(), vec![uid], Message::UserAlias { newalias: alias }),
        Notice::Drop { uid, gid, alias } => {
            let mut told = joined(tx, site, &gid).await?;
            told.push(uid.clone());
            (uid, told, group_edit::dropped(gid, alias))
        }
    };
    let told: BTreeSet<_> = told.into_iter().map(|uid| MemberKey { site: site.id, uid }).collect();
    let nodes = tx.nodes(&Vec::from_iter(told)).await?.nodes;
    let loads = core.counts.of(tx, &nodes, &site.settings).await?;
    let recorded = core.ids.record(MsgId(0));
    Ok(notice::add(outbox, site, &from, recorded, &message, (&nodes, &loads))?)
}

/// Who is in a group; nobody, where it is gone.
async fn joined(tx: &mut dyn Tx, site: &Site, gid: &str) -> Result<Vec<String>, Fault> {
    let members = tx.group_members(&[(site.id, gid.to_owned())]).await?;
    let joined = members.into_iter().filter(|member| member.status == GroupStatus::Joined);
    Ok(joined.map(|member| member.uid).collect())
}
