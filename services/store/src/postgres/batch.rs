//! A batch as one call of the procedure that the migrations `create_batches` and `create_shards` keep in the database.

use tmtp_platform::clock::day;
use tmtp_wire::{MsgId, Posted};

use super::{claim::ClaimColumns, conn::PgConn, queue::MessageColumns, usage::Used};
use crate::{
    Batch, Believed, Committed, Connected, Error, NodeId, Recorded, Result, SiteId,
    sql::{Conn, Row, values},
    steps::queue::entry_rows,
};

/// It commits in its midst, so it must not stand in a transaction.
const POST: &str = "
    CALL post_2($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                $23, $24, $25, $26, $27, $28, $29, $30, $31, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)";

pub(super) async fn post(conn: &mut PgConn, batch: &Batch<'_>) -> Result<Committed> {
    let BelievedColumns { held, sites, uids, nodes } = &BelievedColumns::of(batch.believed);
    let ClaimColumns { keys, ids: request_ids, posted: request_posted, epochs, acked } =
        &ClaimColumns::of(batch.claims);
    let MessageColumns { sites: message_sites, ids, posted, heads, bodies, blobs, octets, urgent } =
        &MessageColumns::of(batch.messages);
    let (rows, pending) = entry_rows(batch.messages, batch.entries)?;
    let refused = places(batch.refused.iter().copied());
    let claim_of = places(batch.claim_of.iter().copied());
    let entry_of = places(rows.iter().map(|row| row.message));
    let entry_nodes: Vec<i64> = rows.iter().map(|row| row.node).collect();
    // The rows are in the order of nodes.
    let mut receivers: Vec<(i64, i64)> = rows.iter().map(|row| (row.site, row.node)).collect();
    receivers.dedup();
    let (receiver_sites, receiver_nodes): (Vec<i64>, Vec<i64>) = receivers.into_iter().unzip();
    let sent_of = places(batch.sent.iter().map(|(claim, _)| *claim));
    let used = Used::of(
        batch.sent.iter().map(|(_, sent)| ((sent.site, day(sent.posted.0)), [sent.messages, sent.octets])),
    );
    let values = values![
        held,
        sites,
        uids,
        nodes,
        &keys.sites,
        &keys.nodes,
        &keys.digests,
        request_ids,
        request_posted,
        epochs,
        acked,
        &refused,
        &claim_of,
        message_sites,
        ids,
        posted,
        heads,
        bodies,
        blobs,
        octets,
        urgent,
        &pending,
        &entry_of,
        &entry_nodes,
        &receiver_sites,
        &receiver_nodes,
        &sent_of,
        &used.sites,
        &used.days,
        &used.messages,
        &used.octets,
    ];
    let row = conn.first(POST, values).await.map_err(Error::or_done)?;
    let row = row.ok_or_else(|| Error::Defect("no answer for a batch".to_owned()))?;
    committed(&row, batch.claims.len())
}

fn committed(row: &Row, claims: usize) -> Result<Committed> {
    if row.flag(0)? {
        return Ok(Committed::Stale);
    }
    let mut before = vec![None; claims];
    for ((place, id), posted) in row.ints(1)?.into_iter().zip(row.ints(2)?).zip(row.ints(3)?) {
        let place = usize::try_from(place - 1).ok().and_then(|place| before.get_mut(place));
        if let Some(place) = place {
            *place = Some(Recorded { id: MsgId(u64::try_from(id).unwrap_or(0)), posted: Posted(posted) });
        }
    }
    let hints_lost = row.flag(8)?;
    let places = row.ints(4)?.into_iter().zip(row.ints(5)?);
    let sessions = row.texts(6)?.into_iter().zip(row.ints(7)?);
    let connected = places.zip(sessions).map(|((site, node), (edge, epoch))| Connected {
        site: SiteId(site),
        node: NodeId(node),
        edge,
        epoch,
        hints_lost,
    });
    Ok(Committed::Done { before, connected: connected.collect() })
}

/// Indices as the database counts: from 1.
fn places(indices: impl Iterator<Item = usize>) -> Vec<i64> {
    indices.map(|index| index as i64 + 1).collect()
}

/// What is believed, as columns.
#[derive(Default)]
struct BelievedColumns<'a> {
    /// The sites, each once.
    held: Vec<i64>,
    sites: Vec<i64>,
    uids: Vec<&'a str>,
    /// All nodes, and a 0 for a member without.
    nodes: Vec<i64>,
}

impl<'a> BelievedColumns<'a> {
    fn of(believed: &'a [Believed]) -> Self {
        let mut columns = Self::default();
        for Believed { member, nodes } in believed {
            columns.sites.push(member.site.0);
            columns.uids.push(&member.uid);
            columns.nodes.extend(nodes.iter().map(|node| node.0));
            if nodes.is_empty() {
                columns.nodes.push(0);
            }
        }
        columns.held = columns.sites.clone();
        columns.held.dedup();
        columns
    }
}
