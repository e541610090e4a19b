//! Requests already answered.

use std::collections::HashMap;

use super::conn::SqliteConn;
use crate::{
    Recorded, RequestClaim, RequestKey, Result,
    sql::{Conn, values},
    steps::requests::{answers, firsts, recorded},
};

const CLAIM: &str = "
    INSERT INTO requests (site, node, digest, msg, posted_ms, epoch, acked_through)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (site, node, digest) DO UPDATE
    SET msg = excluded.msg, posted_ms = excluded.posted_ms, acked_through = excluded.acked_through
    WHERE requests.epoch = excluded.epoch AND requests.msg <= excluded.acked_through";

const RECORDED: &str = "SELECT msg, posted_ms FROM requests WHERE site = $1 AND node = $2 AND digest = $3";

pub(super) async fn claim(conn: &mut SqliteConn, claims: &[RequestClaim]) -> Result<Vec<Option<Recorded>>> {
    let mut before = HashMap::new();
    for RequestClaim { key, epoch, recorded: new, acked_through } in firsts(claims) {
        let digest = key.digest.as_slice();
        let row = values![key.site, key.node, digest, new.id, new.posted.0, *epoch, *acked_through];
        if conn.run(CLAIM, row).await? > 0 {
            continue;
        }
        if let Some(row) = conn.first(RECORDED, values![key.site, key.node, digest]).await? {
            before.insert(key.clone(), recorded(&row)?);
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
