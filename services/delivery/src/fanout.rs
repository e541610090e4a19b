//! Which edge is told what: gathered while a transaction runs, published once it is committed.

use std::collections::{BTreeMap, HashSet};

use tmtp_grpc::delivery::{Entry, Fence, Hints, Ohi, Push, PushTo, Wake};
use tmtp_store::{Body, NewMessage, Node, NodeId, Session};

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
    /// Something waits for this node: its edge is told, if it is connected.
    pub fn wake(&mut self, node: &Node) {
        let Some(edge) = &node.edge else { return };
        if self.woken.insert(node.node) {
            self.hints(edge).wakes.push(Wake { site: node.site.0, node: node.node.0 });
        }
    }

    /// This message waits for these nodes: the edges that hold them get it at once, if it is small; else they are told.
    pub fn push(&mut self, message: &NewMessage, nodes: &[&Node]) {
        let data = match &message.body {
            Body::Inline(data) if data.len() <= PUSH_OCTETS && !message.urgent => data,
            _ => return nodes.iter().for_each(|node| self.wake(node)),
        };
        let mut by_edge: BTreeMap<&String, Vec<PushTo>> = BTreeMap::new();
        for node in nodes {
            let Some(edge) = &node.edge else { continue };
            let to = PushTo { site: node.site.0, node: node.node.0, epoch: node.epoch };
            by_edge.entry(edge).or_default().push(to);
        }
        for (edge, to) in by_edge {
            let entry = Entry {
                id: message.id.0,
                head: message.head.clone(),
                data_len: data.len() as u64,
                data: data.clone(),
                urgent: false,
            };
            self.hints(edge).pushes.push(Push { entry: Some(entry), to });
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
    pub fn publish(self, telling: &Telling) {
        self.edges.into_iter().for_each(|(edge, hints)| telling.tell(&edge, hints));
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

    fn node(id: i64, edge: Option<&str>) -> Node {
        Node { site: SiteId(1), uid: "u".into(), node: NodeId(id), edge: edge.map(Into::into), epoch: 5 }
    }

    #[test]
    fn a_node_is_woken_once_and_only_where_it_is_connected() {
        let mut fanout = Fanout::default();
        for node in [node(1, Some("a")), node(1, Some("a")), node(2, None), node(3, Some("b"))] {
            fanout.wake(&node);
        }
        let woken = |edge: &str| fanout.edges[edge].wakes.iter().map(|wake| wake.node).collect::<Vec<_>>();
        assert_eq!((woken("a"), woken("b")), (vec![1], vec![3]));
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

    #[test]
    fn a_small_message_goes_once_to_each_edge_with_all_its_nodes_there() {
        let nodes = [node(1, Some("a")), node(2, None), node(3, Some("a")), node(4, Some("b"))];
        let mut fanout = Fanout::default();
        fanout.push(&message(100), &nodes.iter().collect::<Vec<_>>());
        let pushed = |edge: &str| match fanout.edges[edge].pushes.as_slice() {
            [push] => push.to.iter().map(|to| (to.node, to.epoch)).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!((pushed("a"), pushed("b")), (vec![(1, 5), (3, 5)], vec![(4, 5)]));
        assert!(fanout.edges.values().all(|hints| hints.wakes.is_empty()));
    }

    #[test]
    fn a_message_that_is_not_small_is_told_of_and_not_sent() {
        let nodes = [node(1, Some("a"))];
        let mut fanout = Fanout::default();
        fanout.push(&message(PUSH_OCTETS + 1), &nodes.iter().collect::<Vec<_>>());
        assert!(fanout.edges["a"].pushes.is_empty());
        assert_eq!(fanout.edges["a"].wakes.len(), 1);
    }
}
