//! May a node begin a session now? And if not, which sessions are in its way.

use tmtp_store::{LoginConflict, Node, NodeId, Session, Site, Tx};

use crate::{core::Core, fanout::Fanout, fault::Fault, refusal::Refusal};

/// Why not, and the nodes whose sessions are to blame.
#[derive(Debug)]
pub(crate) struct Rejected<'n> {
    pub refusal: Refusal,
    pub by: Vec<&'n Node>,
}

/// May this node, one of its member's, begin a session now? How many links a member has is bounded here and only here:
/// where a site's bound is lowered, those that are open stay, and no new one comes until they are fewer.
pub(crate) fn admit<'n>(
    core: &Core,
    site: &Site,
    nodes: &'n [Node],
    node: NodeId,
) -> Result<(), Rejected<'n>> {
    let is_live = |node: &&Node| node.edge.as_ref().is_some_and(|edge| !core.edges.is_dead(edge));
    let Some(mine) = nodes.iter().find(|one| one.node == node) else {
        return Err(Rejected { refusal: Refusal::login_failed(), by: Vec::new() });
    };
    if site.settings.login_conflict == LoginConflict::Refuse && is_live(&mine) {
        return Err(Rejected { refusal: Refusal::already_connected(), by: vec![mine] });
    }
    let others: Vec<_> = nodes.iter().filter(|one| one.node != node).filter(is_live).collect();
    if others.len() >= site.settings.links_per_member_max as usize {
        return Err(Rejected { refusal: Refusal::login_failed(), by: others });
    }
    Ok(())
}

/// Asks the edges whether they hold the sessions in the way: one whose login was answered too late holds none, and
/// would keep its node out for good. The transaction is dropped here: what it did to learn the epochs is undone.
pub(crate) async fn doubt(mut tx: Box<dyn Tx>, core: &Core, by: &[&Node]) -> Result<(), Fault> {
    let mut fanout = Fanout::default();
    for node in by {
        let Some(edge) = &node.edge else { continue };
        let next = tx.begin_session(node.site, node.node, edge, core.clock.unix_ms()).await?;
        let epoch = next.epoch - 1;
        fanout.doubt(edge, &Session { site: node.site, node: node.node, epoch, uid: node.uid.clone() });
    }
    drop(tx);
    fanout.publish(&core.telling);
    Ok(())
}
