//! Which edge is told what: gathered while a transaction runs, published once it is committed.

use std::collections::{BTreeMap, HashSet};

use prost::Message as _;
use tmtp_bus::{Bus, edge_channel};
use tmtp_grpc::delivery::{Fence, Hints, Ohi, Wake};
use tmtp_store::{Node, NodeId, Session};

use crate::link;

/// Most hints of a kind in one publish.
const AT_ONCE: usize = 2000;

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

    /// `from` came or went: for this node, if it is connected.
    pub fn ohi(&mut self, node: &Node, from: &str, online: bool) {
        let Some(edge) = &node.edge else { return };
        let status = if online { 1 } else { 2 };
        let ohi = Ohi { site: node.site.0, node: node.node.0, from: from.to_owned(), status };
        self.hints(edge).ohis.push(ohi);
    }

    /// Sessions of this node before `newest` are over.
    pub fn fence(&mut self, edge: &str, newest: &Session) {
        let fence = Fence { site: newest.site.0, node: newest.node.0, epoch: newest.epoch };
        self.hints(edge).fences.push(fence);
    }

    /// This session keeps others out: its edge ends it, if it does not hold it.
    pub fn doubt(&mut self, edge: &str, session: &Session) {
        self.hints(edge).doubts.push(link::to_grpc(session));
    }

    /// Tells all edges.
    pub fn publish(self, bus: &dyn Bus) {
        for (edge, hints) in self.edges {
            let channel = edge_channel(&edge);
            pieces(hints).for_each(|piece| bus.publish(&channel, piece.encode_to_vec().into()));
        }
    }

    fn hints(&mut self, edge: &str) -> &mut Hints {
        self.edges.entry(edge.to_owned()).or_default()
    }
}

/// The same hints in pieces of bounded size, in order; mostly one.
fn pieces(mut hints: Hints) -> impl Iterator<Item = Hints> {
    std::iter::from_fn(move || {
        let piece = Hints {
            doubts: first(&mut hints.doubts),
            fences: first(&mut hints.fences),
            ohis: first(&mut hints.ohis),
            wakes: first(&mut hints.wakes),
        };
        (piece != Hints::default()).then_some(piece)
    })
}

fn first<T>(all: &mut Vec<T>) -> Vec<T> {
    let rest = all.split_off(all.len().min(AT_ONCE));
    std::mem::replace(all, rest)
}

#[cfg(test)]
mod tests {
    use tmtp_store::SiteId;

    use super::*;

    fn node(id: i64, edge: Option<&str>) -> Node {
        Node {
            site: SiteId(1),
            uid: "u".into(),
            node: NodeId(id),
            edge: edge.map(Into::into),
            queued: 0,
            queued_octets: 0,
        }
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

    #[test]
    fn many_hints_leave_in_pieces_and_in_order() {
        let mut fanout = Fanout::default();
        (0..5000).for_each(|id| fanout.wake(&node(id, Some("a"))));
        fanout.ohi(&node(1, Some("a")), "u", true);
        let all: Vec<_> = pieces(fanout.edges.remove("a").unwrap()).collect();
        assert_eq!(all.len(), 3);
        assert_eq!(all[0].ohis.len(), 1);
        let woken: Vec<_> = all.iter().flat_map(|piece| &piece.wakes).map(|wake| wake.node).collect();
        assert_eq!(woken, (0..5000).collect::<Vec<_>>());
    }
}
