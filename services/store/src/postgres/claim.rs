//! Requests already answered: claimed and released, many at once.

use std::collections::HashMap;

use super::conn::PgConn;
use crate::{
    Error, Recorded, RequestClaim, RequestKey, Result,
    sql::{Conn, Row, int, values},
    steps::requests::{answers, firsts, recorded},
};

/// In ascending order of key, so that two who claim the same ones wait for one another in turn and never in a ring.
/// Returns what was recorded; a row that was there and stays is locked all the same.
const CLAIM: &str = "
    INSERT INTO requests (site, node, digest, msg, posted_ms, epoch, acked_through)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
        k(site, node, digest, msg, posted_ms, epoch, acked_through)
    ORDER BY site, node, digest
    ON CONFLICT (site, node, digest) DO UPDATE
    SET msg = excluded.msg, posted_ms = excluded.posted_ms, acked_through = excluded.acked_through
    WHERE requests.epoch = excluded.epoch AND requests.msg <= excluded.acked_through
    RETURNING msg, posted_ms, site, node, digest";

const RECORDED: &str = "
    SELECT r.* FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) k(site, node, digest)
    CROSS JOIN LATERAL (
        SELECT r.msg, r.posted_ms, r.site, r.node, r.digest FROM requests r
        WHERE r.site = k.site AND r.node = k.node AND r.digest = k.digest OFFSET 0
    ) r";

const RELEASE: &str = "
    DELETE FROM requests r USING unnest($1::bigint[], $2::bigint[], $3::bytea[]) k(site, node, digest)
    WHERE r.site = k.site AND r.node = k.node AND r.digest = k.digest";

/// Keys as columns.
#[derive(Default)]
pub(super) struct Keys<'a> {
    pub(super) sites: Vec<i64>,
    pub(super) nodes: Vec<i64>,
    pub(super) digests: Vec<&'a [u8]>,
}

impl<'a> Keys<'a> {
    fn of(keys: impl IntoIterator<Item = &'a RequestKey>) -> Self {
        let mut columns = Self::default();
        keys.into_iter().for_each(|key| columns.push(key));
        columns
    }

    fn push(&mut self, key: &'a RequestKey) {
        self.sites.push(key.site.0);
        self.nodes.push(key.node.0);
        self.digests.push(&key.digest);
    }
}

/// Claims as columns.
#[derive(Default)]
pub(super) struct ClaimColumns<'a> {
    pub(super) keys: Keys<'a>,
    pub(super) ids: Vec<i64>,
    pub(super) posted: Vec<i64>,
    pub(super) epochs: Vec<i64>,
    pub(super) acked: Vec<i64>,
}

impl<'a> ClaimColumns<'a> {
    pub(super) fn of(claims: impl IntoIterator<Item = &'a RequestClaim>) -> Self {
        let mut columns = Self::default();
        for claim in claims {
            columns.keys.push(&claim.key);
            columns.ids.push(int(claim.recorded.id.0));
            columns.posted.push(claim.recorded.posted.0);
            columns.epochs.push(claim.epoch);
            columns.acked.push(int(claim.acked_through.0));
        }
        columns
    }
}

pub(super) async fn claim(conn: &mut PgConn, claims: &[RequestClaim]) -> Result<Vec<Option<Recorded>>> {
    if claims.is_empty() {
        return Ok(Vec::new());
    }
    let firsts = firsts(claims);
    let ClaimColumns { keys, ids, posted, epochs, acked } = &ClaimColumns::of(firsts.iter().copied());
    let values = values![&keys.sites, &keys.nodes, &keys.digests, ids, posted, epochs, acked];
    let new = by_key(&conn.all(CLAIM, values).await?)?;
    let before =
        recorded_before(conn, firsts.iter().map(|claim| &claim.key).filter(|key| !new.contains_key(key)));
    Ok(answers(claims, before.await?))
}

async fn recorded_before<'a>(
    conn: &mut PgConn,
    keys: impl Iterator<Item = &'a RequestKey>,
) -> Result<HashMap<RequestKey, Recorded>> {
    let keys = Keys::of(keys);
    if keys.sites.is_empty() {
        return Ok(HashMap::new());
    }
    by_key(&conn.all(RECORDED, values![&keys.sites, &keys.nodes, &keys.digests]).await?)
}

/// Rows of msg, time and key.
fn by_key(rows: &[Row]) -> Result<HashMap<RequestKey, Recorded>> {
    rows.iter().map(|row| Ok((key(row)?, recorded(row)?))).collect()
}

fn key(row: &Row) -> Result<RequestKey> {
    let digest = row.bytes(4)?;
    let digest =
        digest.as_ref().try_into().map_err(|_| Error::Defect("a digest of another length".to_owned()))?;
    Ok(RequestKey { site: row.site(2)?, node: row.node(3)?, digest })
}

pub(super) async fn release(conn: &mut PgConn, keys: &[RequestKey]) -> Result<()> {
    let keys = Keys::of(keys);
    conn.run(RELEASE, values![&keys.sites, &keys.nodes, &keys.digests]).await.map(drop)
}
