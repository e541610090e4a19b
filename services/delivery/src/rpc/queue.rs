//! Fetch and Ack.

use std::collections::BTreeMap;

use futures::future::join_all;
use tmtp_grpc::delivery as grpc;
use tmtp_store::{Body, NodeAcks, QueueEntry, QueuePage, QueueRead, SiteId};
use tmtp_wire::MsgId;

use super::MESSAGE_MAX;
use crate::{Delivery, acks, fault::Fault, fetch, link};

/// Most entries in one page.
const ENTRIES_MAX: u32 = 512;
/// Most octets of inline bodies in one page.
const OCTETS_MAX: u64 = 1 << 20;
/// Most octets of heads and bodies in a reply; its first entry always fits.
const REPLY_MAX: usize = MESSAGE_MAX / 4 * 3;
/// Most ids to leave out, and most acks in a call.
const IDS_MAX: usize = 100_000;

pub(super) async fn fetch(
    delivery: &Delivery,
    request: grpc::FetchRequest,
) -> Result<grpc::FetchReply, Fault> {
    let session = link::session(request.session)?;
    if request.skip.len() > IDS_MAX {
        return Err(Fault::Invalid("too many ids to skip"));
    }
    let read = QueueRead {
        session,
        skip: request.skip.into_iter().map(MsgId).collect(),
        max_entries: request.max_entries.clamp(1, ENTRIES_MAX),
        max_octets: u64::from(request.max_octets).clamp(1, OCTETS_MAX),
    };
    if delivery.core.sites.listing().is_suspended_elsewhere(read.session.site) {
        return Ok(reply(QueuePage { fenced: true, entries: Vec::new(), more: false }));
    }
    let pipeline = delivery.at(read.session.site)?;
    Ok(reply(fetch::fetch(&pipeline.fetches, read).await?))
}

/// As much of a page as a reply holds.
fn reply(page: QueuePage) -> grpc::FetchReply {
    let QueuePage { fenced, entries, mut more } = page;
    let mut reply = grpc::FetchReply { fenced, ..Default::default() };
    let mut octets = 0;
    for entry in entries {
        let entry = to_grpc(entry);
        octets += entry.head.len() + entry.data.len() + 64;
        if octets > REPLY_MAX && !reply.entries.is_empty() {
            more = true;
            break;
        }
        reply.entries.push(entry);
    }
    reply.more = more;
    reply
}

fn to_grpc(entry: QueueEntry) -> grpc::Entry {
    let data_len = entry.body.octets();
    let data = if let Body::Inline(data) = entry.body { data } else { bytes::Bytes::new() };
    grpc::Entry { id: entry.id.0, head: entry.head, data_len, data, urgent: entry.urgent }
}

/// Acks of a site.
#[derive(Default)]
struct OfSite {
    acks: Vec<NodeAcks>,
    /// Of these messages those that came while their device was connected.
    while_connected: Vec<MsgId>,
}

pub(super) async fn ack(delivery: &Delivery, request: grpc::AckRequest) -> Result<grpc::AckReply, Fault> {
    if request.nodes.iter().map(|node| node.ids.len()).sum::<usize>() > IDS_MAX {
        return Err(Fault::Invalid("too many acks"));
    }
    // By site, so that one that moves holds up nobody else; those that wait are committed together all the same.
    let mut by_site: BTreeMap<SiteId, OfSite> = BTreeMap::new();
    for node in request.nodes {
        let session = link::session(node.session)?;
        let ids: Vec<_> = node.ids.into_iter().map(MsgId).collect();
        let all = by_site.entry(session.site).or_default();
        all.while_connected.extend(ids.iter().filter(|id| node.since > 0 && id.0 >= node.since));
        all.acks.push(NodeAcks { session, ids });
    }
    let several = delivery.are_in_several(by_site.keys().copied());
    let done = by_site.into_iter().map(|(site, all)| async move {
        let taken = match delivery.at(site) {
            Err(fault) => Err(fault),
            Ok(pipeline) => {
                let taken = pipeline.answer(several, acks::ack(&pipeline.acks, all.acks)).await;
                if taken.is_ok() {
                    let core = &pipeline.core;
                    core.latencies.count(site, &all.while_connected, core.clock.unix_nanos());
                }
                taken
            }
        };
        (site, taken)
    });
    let done = join_all(done).await;
    if let Some(fault) = Fault::of_all(done.iter().map(|(_, taken)| taken)) {
        return Err(fault);
    }
    let later = done.into_iter().filter(|(_, taken)| taken.is_err()).map(|(site, _)| site.0).collect();
    Ok(grpc::AckReply { later })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: u64, head: usize, data: usize) -> QueueEntry {
        let octets = |len| bytes::Bytes::from(vec![0; len]);
        QueueEntry { id: MsgId(id), urgent: false, head: octets(head), body: Body::Inline(octets(data)) }
    }

    #[test]
    fn a_reply_stays_below_the_limit_and_says_that_there_is_more() {
        let entries = (0..200).map(|id| entry(id, 65_000, 0)).collect();
        let reply = reply(QueuePage { fenced: false, entries, more: false });
        assert!(reply.more && (1..200).contains(&reply.entries.len()));
        assert!(prost::Message::encoded_len(&reply) < MESSAGE_MAX);
    }

    #[test]
    fn a_large_body_is_announced_and_not_brought() {
        let body = Body::Blob { key: "k".into(), octets: 5 << 30 };
        let reply = to_grpc(QueueEntry { body, ..entry(1, 10, 0) });
        assert_eq!((reply.data_len, reply.data.len()), (5 << 30, 0));
    }
}
