//! What must be different in a database that was brought back, since the world went on after its moment.

use crate::{
    Result,
    sql::{Conn, values},
};

/// Sessions, and who is online: all of that ended. Should a process of the former life still run, its sessions must not
/// be valid here: the epochs that it knows were counted on from here, one a login, so a new life counts from the clock.
/// The same goes for numbers of processes, by which hints are told apart, and for the version of the list of sites.
const BEGIN: [&str; 2] = [
    "UPDATE nodes SET epoch = CASE WHEN epoch < $1 THEN $1 ELSE epoch + 1 END, edge = NULL, ohi = false",
    "UPDATE counters SET value = CASE WHEN value < $1 THEN $1 ELSE value + 1 END
     WHERE name IN ('sites_version', 'instance')",
];
/// Authorization codes and sign-ins under way as well: they may have been used since, and each is good once.
const ENDED: [&str; 5] = [
    "DELETE FROM edges",
    "DELETE FROM ohi",
    "DELETE FROM grants",
    "DELETE FROM user_sign_ins",
    "DELETE FROM passkey_challenges",
];
/// Messages that every device acked after the moment, by which their bodies went.
const FORGET: [&str; 2] = [
    "DELETE FROM entries WHERE EXISTS
     (SELECT 1 FROM messages m WHERE m.site = entries.site AND m.id = entries.msg AND m.blob = $1)",
    "DELETE FROM messages WHERE blob = $1",
];

pub(super) async fn begin(conn: &mut dyn Conn, now_ms: i64) -> Result<()> {
    for sql in BEGIN {
        conn.run(sql, values![now_ms]).await?;
    }
    for sql in ENDED {
        conn.run(sql, values![]).await?;
    }
    Ok(())
}

pub(super) async fn forget(conn: &mut dyn Conn, gone: &[String]) -> Result<()> {
    for blob in gone {
        for sql in FORGET {
            conn.run(sql, values![blob]).await?;
        }
    }
    Ok(())
}
