//! What a newcomer shows at a site that is not open to all: a token, and the invitation behind it.

use bytes::Bytes;

use crate::{
    Error, InvitationId, MemberKey, Result, SiteId,
    sql::{Conn, values},
    text::storable,
};

/// The public halves of a site's signing keys, each a JWK.
pub(crate) async fn public_keys(conn: &mut dyn Conn, site: SiteId) -> Result<Vec<String>> {
    let sql = "SELECT public_key FROM signing_keys WHERE site = $1 ORDER BY created_ms DESC, kid LIMIT 16";
    conn.all(sql, values![site]).await?.iter().map(|row| row.text(0)).collect()
}

/// `false` when it was spent before. Waits for a transaction that spends it at this moment.
pub(crate) async fn spend_token(
    conn: &mut dyn Conn,
    site: SiteId,
    digest: &Bytes,
    expires_ms: i64,
) -> Result<bool> {
    let sql = "INSERT INTO spent_tokens (site, digest, expires_ms) VALUES ($1, $2, $3)
               ON CONFLICT (site, digest) DO NOTHING";
    Ok(conn.run(sql, values![site, digest.as_ref(), expires_ms]).await? > 0)
}

/// Uses an invitation once, where it is still good.
pub(crate) async fn redeem(
    conn: &mut dyn Conn,
    site: SiteId,
    invitation: InvitationId,
    now_ms: i64,
) -> Result<bool> {
    let sql = "UPDATE invitations SET uses_left = uses_left - 1
               WHERE site = $1 AND id = $2 AND uses_left > 0 AND revoked_ms = 0
                 AND (expires_ms = 0 OR expires_ms > $3)";
    Ok(conn.run(sql, values![site, invitation.0, now_ms]).await? > 0)
}

/// Gives a name that an invitation kept to its member.
pub(crate) async fn give_name(conn: &mut dyn Conn, member: &MemberKey, name: &str) -> Result<()> {
    if !storable(name) || !storable(&member.uid) {
        return Err(Error::Absent("name"));
    }
    let sql = "UPDATE names SET kind = 0, uid = $3 WHERE site = $1 AND name = $2 AND kind = 2";
    match conn.run(sql, values![member.site, name, &member.uid]).await? {
        0 => Err(Error::Absent("name")),
        _ => Ok(()),
    }
}

/// Forgets tokens and authorization codes that ended before this, at most `limit` of each; returns how many.
pub(crate) async fn forget(conn: &mut dyn Conn, before_ms: i64, limit: u32) -> Result<u64> {
    let tokens = "DELETE FROM spent_tokens WHERE expires_ms < $1 AND (site, digest) IN
                  (SELECT site, digest FROM spent_tokens WHERE expires_ms < $1
                   AND site NOT IN (SELECT id FROM sites WHERE away) ORDER BY expires_ms LIMIT $2)";
    let grants = "DELETE FROM grants WHERE expires_ms < $1 AND (site, code_hash) IN
                  (SELECT site, code_hash FROM grants WHERE expires_ms < $1 ORDER BY expires_ms LIMIT $2)";
    let values = values![before_ms, i64::from(limit)];
    Ok(conn.run(tokens, values).await? + conn.run(grants, values).await?)
}
