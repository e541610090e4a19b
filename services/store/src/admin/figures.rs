//! What there is at a site, and what waits there, in figures.

use tmtp_wire::MsgId;

use super::{Scope, View, usage::latency};
use crate::{
    Error, Latency, Result, backup,
    sql::{int, values},
};

/// Up to how many of each are counted.
pub const FIGURES_COUNTED: u64 = 1_000_000;

/// What is counted of a site, each up to [`FIGURES_COUNTED`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SiteFigures {
    /// Members.
    pub members: u64,
    /// Those of them who are suspended.
    pub suspended: u64,
    /// Members' nodes that are not revoked.
    pub nodes: u64,
    /// Nodes that hold a session.
    pub connected: u64,
    /// Entries that wait for nodes.
    pub queued: u64,
    /// Octets of the entries counted.
    pub queued_octets: u64,
    /// When the oldest of them was posted, in milliseconds since 1970.
    pub oldest_ms: Option<i64>,
    /// Messages that members sent today.
    pub messages_today: u64,
    /// How long messages took today to devices that were connected when they came.
    pub latency_today: Latency,
}

impl SiteFigures {
    /// Adds those of another site.
    pub fn add(&mut self, other: &Self) {
        self.members += other.members;
        self.suspended += other.suspended;
        self.nodes += other.nodes;
        self.connected += other.connected;
        self.queued += other.queued;
        self.queued_octets += other.queued_octets;
        self.oldest_ms = self.oldest_ms.into_iter().chain(other.oldest_ms).min();
        self.messages_today += other.messages_today;
        self.latency_today.add(&other.latency_today);
    }
}

/// When a message was posted, in milliseconds since 1970: an id begins with the time at which it was made (section 6).
pub(super) fn posted_ms(id: MsgId) -> i64 {
    i64::try_from(id.0 / 1_000_000).unwrap_or(i64::MAX)
}

impl View {
    /// The moment of the last backup that `tmtpd backup` finished, in milliseconds since 1970.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn last_backup(&mut self) -> Result<Option<i64>> {
        let sql = "SELECT value FROM counters WHERE name = $1";
        let row = self.conn().first(sql, values![backup::LAST]).await?;
        row.map(|row| row.int(0)).transpose()
    }

    /// Figures of a site, on this day.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn figures(&mut self, scope: &Scope, today: i64) -> Result<SiteFigures> {
        // The least id is the oldest.
        let sql =
            "SELECT m.members, m.suspended, n.nodes, n.connected, e.entries, e.octets, e.oldest, s.messages,
                          d.a, d.b, d.c, d.d, d.e, d.f
            FROM (SELECT count(*) AS members, CAST(coalesce(sum(s), 0) AS bigint) AS suspended
                    FROM (SELECT CASE WHEN suspended THEN 1 ELSE 0 END AS s
                            FROM members WHERE site = $1 LIMIT $2) c) m,
                 (SELECT count(*) AS nodes, count(edge) AS connected
                    FROM (SELECT edge FROM nodes WHERE site = $1 AND NOT revoked LIMIT $2) c) n,
                 (SELECT count(*) AS entries, CAST(coalesce(sum(octets), 0) AS bigint) AS octets,
                         coalesce(min(msg), 0) AS oldest
                    FROM (SELECT octets, msg FROM entries WHERE site = $1 LIMIT $2) c) e,
                 (SELECT CAST(coalesce(sum(messages), 0) AS bigint) AS messages
                    FROM usage_sent WHERE site = $1 AND day = $3) s,
                 (SELECT coalesce(max(took_100ms), 0) AS a, coalesce(max(took_500ms), 0) AS b,
                         coalesce(max(took_1s), 0) AS c, coalesce(max(took_5s), 0) AS d,
                         coalesce(max(took_30s), 0) AS e, coalesce(max(took_longer), 0) AS f
                    FROM usage_days WHERE site = $1 AND day = $3) d";
        let values = values![scope.site, int(FIGURES_COUNTED), today];
        let row = self.at(scope.site).await?.first(sql, values).await?;
        let row = row.ok_or_else(|| Error::Defect("a count without a row".to_owned()))?;
        let queued = row.count(4)?;
        let oldest = (queued > 0).then(|| row.msg(6)).transpose()?;
        Ok(SiteFigures {
            members: row.count(0)?,
            suspended: row.count(1)?,
            nodes: row.count(2)?,
            connected: row.count(3)?,
            queued,
            queued_octets: row.count(5)?,
            oldest_ms: oldest.map(posted_ms),
            messages_today: row.count(7)?,
            latency_today: latency(&row, 8)?,
        })
    }
}
