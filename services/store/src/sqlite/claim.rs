//! Requests already answered.

use std::collections::HashMap;

use super::{
    conn::SqliteConn,
    rows::{Octets, json},
};
use crate::{
    Recorded, RequestClaim, RequestKey, Result,
    sql::{Conn, int, values},
    steps::requests::{answers, firsts, recorded},
};

/// A row: site, node, msg, posted_ms, epoch, acked_through, where the digest begins, its octets.
const CLAIM: &str = "
    INSERT INTO requests (site, node, digest, msg, posted_ms, epoch, acked_through)
    SELECT value ->> 0, value ->> 1, substr($2, value ->> 6, value ->> 7), value ->> 2, value ->> 3, value ->> 4,
           value ->> 5
    FROM json_each($1) WHERE true
    ON CONFLICT (site, node, digest) DO UPDATE
    SET msg = excluded.msg, posted_ms = excluded.posted_ms, acked_through = excluded.acked_through
    WHERE requests.epoch = excluded.epoch AND requests.msg <= excluded.acked_through";

/// Rows as above; what was recorded before has another id.
const RECORDED: &str = "
    SELECT r.msg, r.posted_ms, k.key FROM json_each($1) k
    CROSS JOIN requests r ON r.site = k.value ->> 0 AND r.node = k.value ->> 1
        AND r.digest = substr($2, k.value ->> 6, k.value ->> 7)
    WHERE r.msg <> k.value ->> 2";

pub(super) async fn claim(conn: &mut SqliteConn, claims: &[RequestClaim]) -> Result<Vec<Option<Recorded>>> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let firsts = firsts(claims);
    let mut digests = Octets::default();
    let row = |claim: &&RequestClaim| {
        let RequestClaim { key, epoch, recorded, acked_through } = claim;
        let (from, octets) = digests.add(&key.digest);
        let ids = (int(recorded.id.0), recorded.posted.0, *epoch, int(acked_through.0));
        (key.site.0, key.node.0, ids.0, ids.1, ids.2, ids.3, from, octets)
    };
    let rows = json(firsts.iter().map(row))?;
    let mut before = HashMap::new();
    if conn.run(CLAIM, values![&rows, digests.0.as_slice()]).await? < firsts.len() as u64 {
        for row in conn.all(RECORDED, values![&rows, digests.0.as_slice()]).await? {
            let first = usize::try_from(row.int(2)?).ok().and_then(|place| firsts.get(place));
            before.extend(first.map(|claim| recorded(&row).map(|it| (claim.key.clone(), it))).transpose()?);
        }
    }
    Ok(answers(claims, before))
}

pub(super) async fn release(conn: &mut SqliteConn, keys: &[RequestKey]) -> Result<()> {
    let sql = "DELETE FROM requests WHERE site = $1 AND node = $2 AND digest = $3";
    for key in keys {
        conn.run(sql, values![key.site, key.node, key.digest.as_slice()]).await?;
    }
    Ok(())
}
