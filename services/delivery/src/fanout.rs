//! Which edge is told what, once what it is told of is committed.

use std::collections::{BTreeMap, HashMap, HashSet};

use tmtp_bus::Receipt;
use tmtp_grpc::delivery::{Entry, Fence, Hints, Ohi, Push, PushTo, Wake};
use tmtp_store::{Body, Connected, NewMessage, Node, NodeId, Session};

use crate::{link, telling::Telling};

/// Data up to this many octets goes out with the hint; receivers fetch what is larger.
const PUSH_OCTETS: usize = 4096;

/// Hints by edge.
#[derive(Debug, Default)]
pub(crate) struct Fanout {
    edges: BTreeMap<String, Hints>,
    woken: HashSet<NodeId>,
}

impl Fanout {
    /// Something waits for this node: its edge is told.
    pub fn wake(&mut self, to: &Connected) {
        if self.woken.insert(to.node) {
            self.hints(&to.edge).wakes.push(Wake { site: to.site.0, node: to.node.0 });
        }
    }

    /// This message waits for these of the connected nodes. Where it is small and `pushed`, their edges get it at once.
    pub fn message(
        &mut self,
        message: &NewMessage,
        nodes: &[NodeId],
        connected: &HashMap<NodeId, Connected>,
        pushed: bool,
    ) {
        let receivers = nodes.iter().filter_map(|node| connected.get(node));
        match &message.body {
            Body::Inline(data) if pushed && data.len() <= PUSH_OCTETS && !message.urgent => {
                let (unsure, receivers): (Vec<_>, Vec<_>) = receivers.partition(|to| to.hints_lost);
                unsure.into_iter().for_each(|to| self.wake(to));
                let entry = Entry {
                    id: message.id.0,
                    head: message.head.clone(),
                    data_len: data.len() as u64,
                    data: data.clone(),
                    urgent: false,
                };
                self.push(&entry, &receivers);
            }
            _ => receivers.for_each(|to| self.wake(to)),
        }
    }

    fn push(&mut self, entry: &Entry, receivers: &[&Connected]) {
        let mut by_edge: BTreeMap<&String, Vec<PushTo>> = BTreeMap::new();
        for to in receivers {
            let push = PushTo { site: to.site.0, node: to.node.0, epoch: to.epoch };
            by_edge.entry(&to.edge).or_default().push(push);
        }
        for (edge, to) in by_edge {
            self.hints(edge).pushes.push(Push { entry: Some(entry.clone()), to });
        }
    }

    /// `from` came or went: for this node, if it is connected.
    pub fn ohi(&mut self, node: &Node, from: &str, online: bool) {
        let Some(edge) = &node.edge else { return };
        let status = if online { 1 } else { 2 };
        let ohi = Ohi { site: node.site.0, node: node.node.0, from: from.to_owned(), status };
        self.hints(edge).ohis.push(ohi);
    }

    /// Sessions of this node before `newest` are over.
    pub fn fence(&mut self, edge: &str, newest: &Session) {
        let (site, node, epoch) = (newest.site.0, newest.node.0, newest.epoch);
        let fence = Fence { site, node, epoch, shut_out: false };
        self.hints(edge).fences.push(fence);
    }

    /// This session keeps others out: its edge ends it, if it does not hold it.
    pub fn doubt(&mut self, edge: &str, session: &Session) {
        self.hints(edge).doubts.push(link::to_grpc(session));
    }

    /// Tells all edges.
    pub fn publish(self, telling: &Telling) -> Vec<Receipt> {
        self.edges.into_iter().flat_map(|(edge, hints)| telling.tell(&edge, hints)).collect()
    }

    fn hints(&mut self, edge: &str) -> &mut Hints {
        self.edges.entry(edge.to_owned()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tmtp_store::SiteId;
    use tmtp_wire::{MsgId, Posted};

    use super::*;

    fn connected(nodes: &[(i64, &str)]) -> HashMap<NodeId, Connected> {
        let one = |(node, edge): &(i64, &str)| {
            let node = NodeId(*node);
            (node, Connected { site: SiteId(1), node, edge: (*edge).into(), epoch: 5, hints_lost: false })
        };
        nodes.iter().map(one).collect()
    }

    fn message(octets: usize) -> NewMessage {
        NewMessage {
            site: SiteId(1),
            id: MsgId(9),
            posted: Posted(0),
            head: Bytes::from_static(b"head"),
            body: Body::Inline(vec![b'x'; octets].into()),
            urgent: false,
        }
    }

    fn woken(fanout: &Fanout, edge: &str) -> Vec<i64> {
        fanout.edges[edge].wakes.iter().map(|wake| wake.node).collect()
    }

    #[test]
    fn a_node_is_woken_once_and_only_where_it_is_connected() {
        let connected = connected(&[(1, "a"), (3, "b")]);
        let mut fanout = Fanout::default();
        for nodes in [&[1, 2, 3], &[1, 2, 3]] {
            fanout.message(&message(10), &nodes.map(NodeId), &connected, false);
        }
        assert_eq!((woken(&fanout, "a"), woken(&fanout, "b")), (vec![1], vec![3]));
    }

    #[test]
    fn a_small_message_goes_once_to_each_edge_with_all_its_nodes_there() {
        let connected = connected(&[(1, "a"), (3, "a"), (4, "b")]);
        let mut fanout = Fanout::default();
        fanout.message(&message(100), &[1, 2, 3, 4].map(NodeId), &connected, true);
        let pushed = |edge: &str| match fanout.edges[edge].pushes.as_slice() {
            [push] => push.to.iter().map(|to| (to.node, to.epoch)).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!((pushed("a"), pushed("b")), (vec![(1, 5), (3, 5)], vec![(4, 5)]));
        assert!(fanout.edges.values().all(|hints| hints.wakes.is_empty()));
    }

    #[test]
    fn a_message_that_is_not_small_is_told_of_and_not_sent() {
        let mut fanout = Fanout::default();
        fanout.message(&message(PUSH_OCTETS + 1), &[NodeId(1)], &connected(&[(1, "a")]), true);
        assert!(fanout.edges["a"].pushes.is_empty());
        assert_eq!(woken(&fanout, "a"), [1]);
    }
}
