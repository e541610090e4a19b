//! What sites are used for, counted where it happens: messages as they are taken, members as they log in. The rest is
//! administration's (`admin/usage.rs`).

use std::collections::BTreeMap;

use tmtp_platform::clock::day;

use crate::{
    Result, Sent, SiteId,
    sql::{Conn, values},
};

/// Messages and octets of each site and day, in ascending order.
pub(crate) fn sums(sent: &[Sent]) -> BTreeMap<(SiteId, i64), [u64; 2]> {
    let mut sums: BTreeMap<_, [u64; 2]> = BTreeMap::new();
    for it in sent {
        let [messages, octets] = sums.entry((it.site, day(it.posted.0))).or_default();
        *messages += it.messages;
        *octets += it.octets;
    }
    sums
}

/// Notes that a member was there on the day of this time.
pub(crate) async fn note_active(conn: &mut dyn Conn, site: SiteId, uid: &str, now_ms: i64) -> Result<()> {
    let sql = "INSERT INTO usage_active (site, day, uid) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    conn.run(sql, values![site, day(now_ms), uid]).await.map(drop)
}
