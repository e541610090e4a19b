//! How far the import of a site's messages came, so that none comes a second time.

use tmtp_wire::MsgId;

use super::{Change, Scope, View};
use crate::{
    Result, SiteId,
    sql::{Conn, int, values},
    steps::expiry::spared,
};

impl View {
    /// Messages up to this id were imported; 0 when none was.
    pub async fn imported_through(&mut self, scope: &Scope) -> Result<MsgId> {
        let name = counter(scope);
        let row = self
            .at(scope.site)
            .await?
            .first("SELECT value FROM counters WHERE name = $1", values![&name])
            .await?;
        row.map_or(Ok(MsgId(0)), |row| row.msg(0))
    }
}

impl Change {
    /// Notes that messages up to this id are imported with the end of this transaction. However old they are, they have
    /// waited here for no time yet: they are spared until the site's retention is over since.
    pub async fn note_imported(&mut self, scope: &Scope, through: MsgId, now_ms: i64) -> Result<()> {
        for (name, value) in [
            (counter(scope), int(through.0)),
            (spared(scope.site), int(through.0)),
            (since(scope.site), now_ms),
        ] {
            let sql = "INSERT INTO counters (name, value) VALUES ($1, $2)
                       ON CONFLICT (name) DO UPDATE SET value = $2";
            self.at(scope.site).await?.run(sql, values![&name, value]).await?;
        }
        Ok(())
    }
}

/// Messages of a site that were imported before this are spared no more: they have waited here for long enough.
pub(crate) async fn spare_no_more(conn: &mut dyn Conn, site: SiteId, before_ms: i64) -> Result<()> {
    let sql = "DELETE FROM counters WHERE name = $1 AND EXISTS
               (SELECT 1 FROM counters c WHERE c.name = $2 AND c.value < $3)";
    conn.run(sql, values![&spared(site), &since(site), before_ms]).await.map(drop)
}

fn since(site: SiteId) -> String {
    format!("imported at {}", site.0)
}

fn counter(scope: &Scope) -> String {
    format!("imported {}", scope.site.0)
}
