//! Members' nodes.

use super::{NodeState, Page, QUEUED_COUNTED, Scope, View, WhichNodes};
use crate::{
    NodeId, Result,
    sql::{Row, int, values},
    text::storable,
};

macro_rules! nodes_where {
    ($condition:literal) => {
        concat!(
            "SELECT n.node, n.uid, n.label, n.edge, n.epoch, n.created_ms, n.seen_ms, n.signed_in_ms,
                (SELECT count(*) FROM (SELECT 1 FROM entries e
                    WHERE e.site = n.site AND e.node = n.node LIMIT $4) c),
                (SELECT CAST(coalesce(sum(c.octets), 0) AS bigint) FROM (SELECT e.octets FROM entries e
                    WHERE e.site = n.site AND e.node = n.node LIMIT $4) c),
                coalesce((SELECT m.posted_ms FROM entries e JOIN messages m ON m.site = e.site AND m.id = e.msg
                    WHERE e.site = n.site AND e.node = n.node AND e.rank = 0 ORDER BY e.msg LIMIT 1), 0),
                coalesce((SELECT m.posted_ms FROM entries e JOIN messages m ON m.site = e.site AND m.id = e.msg
                    WHERE e.site = n.site AND e.node = n.node AND e.rank = 1 ORDER BY e.msg LIMIT 1), 0)
             FROM nodes n WHERE NOT n.revoked AND ",
            $condition,
            " ORDER BY n.node LIMIT $3"
        )
    };
}

impl View {
    /// A site's live nodes in ascending order of id.
    pub async fn nodes(
        &mut self,
        scope: &Scope,
        page: &Page<NodeId>,
        which: WhichNodes,
    ) -> Result<Vec<NodeState>> {
        let sql = match which {
            WhichNodes::All => nodes_where!("n.site = $1 AND n.node > $2"),
            WhichNodes::Connected => nodes_where!("n.site = $1 AND n.node > $2 AND n.edge IS NOT NULL"),
            WhichNodes::Away => nodes_where!("n.site = $1 AND n.node > $2 AND n.edge IS NULL"),
            WhichNodes::Awaited => nodes_where!(
                "n.site = $1 AND n.node > $2
                AND EXISTS (SELECT 1 FROM entries e WHERE e.site = n.site AND e.node = n.node)"
            ),
        };
        let values = values![scope.site, page.after, i64::from(page.limit), int(QUEUED_COUNTED)];
        self.at(scope.site).await?.all(sql, values).await?.iter().map(node).collect()
    }

    /// A member's live nodes in ascending order of id, at most `limit`.
    pub async fn nodes_of(&mut self, scope: &Scope, uid: &str, limit: u32) -> Result<Vec<NodeState>> {
        if !storable(uid) {
            return Ok(Vec::new());
        }
        let sql = nodes_where!("n.site = $1 AND n.uid = $2");
        let values = values![scope.site, uid, i64::from(limit), int(QUEUED_COUNTED)];
        self.at(scope.site).await?.all(sql, values).await?.iter().map(node).collect()
    }

    /// One live node.
    pub async fn node(&mut self, scope: &Scope, node: NodeId) -> Result<Option<NodeState>> {
        let page = Page { after: NodeId(node.0.saturating_sub(1)), limit: 1, search: String::new() };
        Ok(self.nodes(scope, &page, WhichNodes::All).await?.pop().filter(|found| found.node == node))
    }
}

fn node(row: &Row) -> Result<NodeState> {
    let oldest = [row.int(10)?, row.int(11)?].into_iter().filter(|posted| *posted > 0).min();
    Ok(NodeState {
        node: row.node(0)?,
        uid: row.text(1)?,
        label: row.text(2)?,
        edge: row.opt_text(3)?,
        epoch: row.int(4)?,
        created_ms: row.int(5)?,
        seen_ms: row.int(6)?,
        signed_in_ms: row.opt_int(7)?,
        queued: row.count(8)?,
        queued_octets: row.count(9)?,
        oldest_ms: oldest,
    })
}
