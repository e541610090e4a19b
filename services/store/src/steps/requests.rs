//! Requests already answered.

use std::collections::HashMap;

use tmtp_wire::{MsgId, Posted};

use crate::{
    MemberKey, Recorded, RequestClaim, RequestKey, Result,
    sql::{Conn, Row, values},
    text::storable,
};

/// The claims of one call, each key once, in ascending order of key: the first claim of a key is the one that counts.
pub(crate) fn firsts(claims: &[RequestClaim]) -> Vec<&RequestClaim> {
    let mut firsts: Vec<&RequestClaim> = claims.iter().collect();
    firsts.sort_by(|a, b| a.key.cmp(&b.key));
    firsts.dedup_by(|later, first| later.key == first.key);
    firsts
}

/// An answer for each claim, in the order of the call. `before` holds what was recorded earlier; what is not in it is new,
/// and a repetition within the call gets what its first one was given.
pub(crate) fn answers(
    claims: &[RequestClaim],
    mut before: HashMap<RequestKey, Recorded>,
) -> Vec<Option<Recorded>> {
    let answer = |claim: &RequestClaim| {
        let known = before.get(&claim.key).copied();
        before.entry(claim.key.clone()).or_insert(claim.recorded);
        known
    };
    claims.iter().map(answer).collect()
}

/// A row that starts with msg and time.
pub(crate) fn recorded(row: &Row) -> Result<Recorded> {
    Ok(Recorded { id: row.msg(0)?, posted: Posted(row.int(1)?) })
}

pub(crate) async fn last(conn: &mut dyn Conn, member: &MemberKey) -> Result<MsgId> {
    if !storable(&member.uid) {
        return Ok(MsgId(0));
    }
    let sql = "SELECT coalesce(max(r.msg), 0) FROM nodes n
               JOIN requests r ON r.site = n.site AND r.node = n.node WHERE n.site = $1 AND n.uid = $2";
    match conn.first(sql, values![member.site, &member.uid]).await? {
        Some(row) => row.msg(0),
        None => Ok(MsgId(0)),
    }
}

pub(crate) async fn forget(conn: &mut dyn Conn, before_ms: i64, limit: u32) -> Result<u64> {
    let sql = "DELETE FROM requests WHERE posted_ms < $1 AND (site, node, digest) IN
               (SELECT site, node, digest FROM requests WHERE posted_ms < $1
                AND site NOT IN (SELECT id FROM sites WHERE away) ORDER BY posted_ms LIMIT $2)";
    conn.run(sql, values![before_ms, i64::from(limit)]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{NodeId, SiteId};

    fn claim(digest: u8, id: u64) -> RequestClaim {
        let key = RequestKey { site: SiteId(1), node: NodeId(1), digest: [digest; 16] };
        let recorded = Recorded { id: MsgId(id), posted: Posted(0) };
        RequestClaim { key, epoch: 1, recorded, acked_through: MsgId(0) }
    }

    #[test]
    fn a_repetition_within_one_call_gets_what_the_first_was_given() {
        let claims = [claim(2, 20), claim(1, 10), claim(2, 21), claim(1, 11)];
        let before = HashMap::from([(claims[1].key.clone(), claim(1, 5).recorded)]);
        let ids: Vec<Option<u64>> =
            answers(&claims, before).into_iter().map(|answer| answer.map(|it| it.id.0)).collect();
        assert_eq!(ids, [None, Some(5), Some(20), Some(5)]);
        let firsts: Vec<u64> = firsts(&claims).iter().map(|claim| claim.recorded.id.0).collect();
        assert_eq!(firsts, [10, 20]);
    }
}
