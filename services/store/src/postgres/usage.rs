//! What is counted of sites' use as messages are taken.

use super::conn::PgConn;
use crate::{
    Deliveries, Result, Sent, SiteId,
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

/// Rows are locked in ascending order, by all who write to this table.
const COUNT_DELIVERIES: &str = "
    INSERT INTO usage_days AS u (site, day, took_100ms, took_500ms, took_1s, took_5s, took_30s, took_longer)
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                         $7::bigint[], $8::bigint[]) d(site, day, a, b, c, d, e, f)
    WHERE EXISTS (SELECT 1 FROM sites s WHERE s.id = d.site AND NOT s.away)
    ORDER BY site, day
    ON CONFLICT (site, day) DO UPDATE SET
        took_100ms = u.took_100ms + excluded.took_100ms, took_500ms = u.took_500ms + excluded.took_500ms,
        took_1s = u.took_1s + excluded.took_1s, took_5s = u.took_5s + excluded.took_5s,
        took_30s = u.took_30s + excluded.took_30s, took_longer = u.took_longer + excluded.took_longer";

pub(super) async fn count(conn: &mut PgConn, sent: &[Sent]) -> Result<()> {
    let Used { sites, days, messages, octets } = &Used::of(usage::sums(sent));
    conn.run(COUNT, values![sites, days, messages, octets]).await.map(drop)
}

/// Adds deliveries, of each site and day once.
pub(super) async fn count_deliveries(conn: &mut PgConn, all: &[Deliveries]) -> Result<()> {
    let column = |of: fn(&Deliveries) -> i64| all.iter().map(of).collect::<Vec<_>>();
    let (sites, days) = (&column(|it| it.site.0), &column(|it| it.day));
    let mut took: [Vec<i64>; 6] = Default::default();
    for it in all {
        took.iter_mut().zip(it.latency.0).for_each(|(column, count)| column.push(int(count)));
    }
    let [a, b, c, d, e, f] = &took;
    conn.run(COUNT_DELIVERIES, values![sites, days, a, b, c, d, e, f]).await.map(drop)
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
