//! What is counted of sites' use as messages are taken.

use super::conn::SqliteConn;
use crate::{
    Result, Sent,
    sql::{Conn, int, values},
    steps::usage,
};

pub(super) async fn count(conn: &mut SqliteConn, sent: &[Sent]) -> Result<()> {
    let sql = "INSERT INTO usage_sent (site, day, lane, messages, octets) VALUES ($1, $2, 0, $3, $4)
               ON CONFLICT (site, day, lane) DO UPDATE
               SET messages = messages + excluded.messages, octets = octets + excluded.octets";
    for ((site, day), [messages, octets]) in usage::sums(sent) {
        conn.run(sql, values![site, day, int(messages), int(octets)]).await?;
    }
    Ok(())
}
