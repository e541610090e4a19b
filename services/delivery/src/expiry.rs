//! Messages that waited for a device for longer than their site keeps them are removed, and their senders told: by a ping
//! from the site itself, in the same transaction.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tmtp_platform::clock::DAY_MS;
use tmtp_store::{Body, MemberKey, Site, Tx, Undelivered};
use tmtp_wire::{Message, MsgId, Posted, base32};

use crate::{
    compose::{Outbox, Ready},
    core::{self, Core},
    fault::Fault,
    loads,
};

/// Entries removed in one transaction.
const AT_ONCE: u32 = 1_000;
/// Most UTF-16 units of a name in a notice, so that it fits into a ping's text.
const NAME_UNITS: usize = 40;

/// Messages to one receiver that did not come.
struct Missed {
    count: u32,
    last: Posted,
    to: String,
}

/// Removes what has waited for too long at a site, as much as fits into one transaction; `false` when that was all.
pub(crate) async fn expire(core: Arc<Core>, site: Arc<Site>) -> Result<bool, Fault> {
    let before = MsgId::at(core.clock.unix_ms() - i64::from(site.settings.retention_days) * DAY_MS);
    let mut tx = core.store.begin(&[site.id]).await?;
    tx.hold_nodes(&[site.id]).await?;
    let expired = tx.expire(site.id, before, AT_ONCE).await?;
    if expired.entries == 0 {
        return Ok(false);
    }
    let mut outbox = Outbox::new();
    for (sender, missed) in by_sender(&expired.undelivered) {
        tell(&core, &mut *tx, &mut outbox, (&site, &sender), &missed).await?;
    }
    outbox.write(&mut *tx).await?;
    core::commit(tx).await?;
    metrics::counter!("tmtp_delivery_entries_expired_total").increment(expired.entries);
    core.trash.put(expired.blobs);
    outbox.committed(&core).await?;
    Ok(true)
}

#[derive(Deserialize)]
struct Header {
    op: String,
    from: String,
}

/// What was sent by whom, and to whom it did not come, each once.
fn by_sender(undelivered: &[Undelivered]) -> BTreeMap<String, Vec<Missed>> {
    let mut all: BTreeMap<String, BTreeMap<&str, Missed>> = BTreeMap::new();
    for one in undelivered {
        let Some(Ok(Header { op, from })) = one.head.get(4..).map(serde_json::from_slice) else { continue };
        // Only what somebody wrote, and not to themselves.
        if !matches!(op.as_str(), "delivery" | "ping" | "invite") || from == one.uid {
            continue;
        }
        let to = shortened(one.alias.as_ref().unwrap_or(&one.uid));
        let missed = Missed { count: 0, last: one.posted, to };
        let missed = all.entry(from).or_default().entry(&one.uid).or_insert(missed);
        missed.count += 1;
        missed.last = missed.last.max(one.posted);
    }
    all.into_iter().map(|(from, missed)| (from, missed.into_values().collect())).collect()
}

/// Adds a ping for each of those to whom a sender's messages did not come. A sender who is gone is told nothing.
async fn tell(
    core: &Core,
    tx: &mut dyn Tx,
    outbox: &mut Outbox,
    (site, sender): (&Site, &str),
    all: &[Missed],
) -> Result<(), Fault> {
    let member = MemberKey { site: site.id, uid: sender.to_owned() };
    let nodes = tx.nodes(std::slice::from_ref(&member)).await?.nodes;
    let to = tx.alias_of(&member).await?.unwrap_or_default();
    let counted = core.counts.of(tx, &nodes, &site.settings).await?;
    let most = loads::notices_max(&site.settings).into();
    for missed in all {
        let receivers =
            nodes.iter().filter(|node| counted.get(&node.node).is_none_or(|load| load.entries < most));
        let message = Message::Ping { alias: site.name.clone(), to: to.clone() };
        let body = Body::Inline(Bytes::from(notice(missed, site.settings.retention_days)));
        let recorded = core.ids.record(MsgId(0));
        outbox.add(Ready::new(site.id, &voice(site), recorded, &message, body, receivers.collect())?, false);
    }
    Ok(())
}

fn notice(Missed { count, last, to }: &Missed, days: u32) -> String {
    let last = last.to_string();
    let day = last.get(..10).unwrap_or_default();
    match count {
        1 => format!("Not delivered within {days} days, and removed: a message of {day} to {to}"),
        _ => format!(
            "Not delivered within {days} days, and removed: {count} messages to {to}, the last of {day}"
        ),
    }
}

fn shortened(name: &str) -> String {
    let mut units = 0;
    let fits = |letter: &char| {
        units += letter.len_utf16();
        units <= NAME_UNITS
    };
    name.chars().take_while(fits).collect()
}

/// A uid that a site speaks by: no member has it, so nobody can answer.
fn voice(site: &Site) -> String {
    base32::encode(&Sha256::digest(format!("the site {} itself", site.id.0))[..20])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_notice_fits_into_the_text_of_a_ping() {
        let missed = Missed {
            count: u32::MAX,
            last: Posted(1_700_000_000_000),
            to: shortened(&"\u{1f600}".repeat(99)),
        };
        assert_eq!(tmtp_wire::text::check_text(notice(&missed, 3_650).as_bytes()), Ok(()));
    }
}
