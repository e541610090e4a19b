//! What is counted of sites' use as messages are taken.

use super::conn::SqliteConn;
use crate::{
    Deliveries, Result, Sent,
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

pub(super) async fn count_deliveries(conn: &mut SqliteConn, all: &[Deliveries]) -> Result<()> {
    let sql = "INSERT INTO usage_days (site, day, took_100ms, took_500ms, took_1s, took_5s, took_30s, took_longer)
               SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE EXISTS (SELECT 1 FROM sites WHERE id = $1 AND NOT away)
               ON CONFLICT (site, day) DO UPDATE SET
                   took_100ms = took_100ms + excluded.took_100ms, took_500ms = took_500ms + excluded.took_500ms,
                   took_1s = took_1s + excluded.took_1s, took_5s = took_5s + excluded.took_5s,
                   took_30s = took_30s + excluded.took_30s, took_longer = took_longer + excluded.took_longer";
    for it in all {
        let [a, b, c, d, e, f] = it.latency.0.map(int);
        conn.run(sql, values![it.site, it.day, a, b, c, d, e, f]).await?;
    }
    Ok(())
}
