//! When members signed in at the provider that vouches for them, and as whom.

use crate::{
    Identity, MemberKey, NodeId, Result, SignIn, SiteId,
    sql::{Conn, values},
    text::storable,
};

pub(crate) async fn last(conn: &mut dyn Conn, member: &MemberKey, node: NodeId) -> Result<SignIn> {
    if !storable(&member.uid) {
        return Ok(SignIn::default());
    }
    let sql = "SELECT m.signs_in_at, m.signs_in_as, n.signed_in_ms FROM members m
               JOIN nodes n ON n.site = m.site AND n.uid = m.uid
               WHERE m.site = $1 AND m.uid = $2 AND n.node = $3";
    let Some(row) = conn.first(sql, values![member.site, &member.uid, node]).await? else {
        return Ok(SignIn::default());
    };
    let subject_hash = row.opt_bytes(1)?.map_or_else(Vec::new, |octets| octets.to_vec());
    let identity = row.opt_text(0)?.map(|issuer| Identity { issuer, subject_hash });
    Ok(SignIn { identity, at_ms: row.opt_int(2)? })
}

pub(crate) async fn note(
    conn: &mut dyn Conn,
    (member, node): (&MemberKey, NodeId),
    identity: &Identity,
    now_ms: i64,
) -> Result<()> {
    let Identity { issuer, subject_hash } = identity;
    let who = "UPDATE members SET signs_in_at = $3, signs_in_as = $4 WHERE site = $1 AND uid = $2";
    conn.run(who, values![member.site, &member.uid, issuer, subject_hash.as_slice()]).await?;
    let when = "UPDATE nodes SET signed_in_ms = $3 WHERE site = $1 AND node = $2";
    conn.run(when, values![member.site, node, now_ms]).await.map(drop)
}

pub(crate) async fn pass(conn: &mut dyn Conn, site: SiteId, from: NodeId, to: NodeId) -> Result<()> {
    let sql = "UPDATE nodes SET signed_in_ms = (SELECT f.signed_in_ms FROM nodes f WHERE f.site = $1 AND f.node = $2)
               WHERE site = $1 AND node = $3";
    conn.run(sql, values![site, from, to]).await.map(drop)
}
