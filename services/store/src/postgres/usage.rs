//! What is counted of sites' use as messages are taken.

use super::conn::PgConn;
use crate::{
    Result, Sent,
    sql::{Conn, int, values},
    steps::usage,
};

/// Transactions that run at one time have connections of their own, and so mostly lanes of their own: none waits for
/// another's commit. Rows are locked in ascending order.
const COUNT: &str = "
    INSERT INTO usage_sent AS u (site, day, lane, messages, octets)
    SELECT site, day, pg_backend_pid() % 64, messages, octets
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) s(site, day, messages, octets)
    ORDER BY site, day
    ON CONFLICT (site, day, lane) DO UPDATE
    SET messages = u.messages + excluded.messages, octets = u.octets + excluded.octets";

pub(super) async fn count(conn: &mut PgConn, sent: &[Sent]) -> Result<()> {
    let sums = usage::sums(sent);
    let (sites, days): (Vec<i64>, Vec<i64>) = sums.keys().map(|(site, day)| (site.0, *day)).unzip();
    let (messages, octets): (Vec<i64>, Vec<i64>) =
        sums.values().map(|[messages, octets]| (int(*messages), int(*octets))).unzip();
    conn.run(COUNT, values![&sites, &days, &messages, &octets]).await.map(drop)
}
