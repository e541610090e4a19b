//! What is counted of sites' use as messages are taken.

use super::conn::PgConn;
use crate::{
    Result, Sent, SiteId,
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
    let Used { sites, days, messages, octets } = &Used::of(usage::sums(sent));
    conn.run(COUNT, values![sites, days, messages, octets]).await.map(drop)
}

/// What is counted, as columns.
#[derive(Default)]
pub(super) struct Used {
    pub(super) sites: Vec<i64>,
    pub(super) days: Vec<i64>,
    pub(super) messages: Vec<i64>,
    pub(super) octets: Vec<i64>,
}

impl Used {
    /// In the order given: messages and octets of a site and day.
    pub(super) fn of(all: impl IntoIterator<Item = ((SiteId, i64), [u64; 2])>) -> Self {
        let mut columns = Self::default();
        for ((site, day), [messages, octets]) in all {
            columns.sites.push(site.0);
            columns.days.push(day);
            columns.messages.push(int(messages));
            columns.octets.push(int(octets));
        }
        columns
    }
}
