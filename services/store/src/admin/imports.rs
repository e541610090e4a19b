//! How far the import of a site's messages came, so that none comes a second time.

use tmtp_wire::MsgId;

use super::{Change, Scope, View};
use crate::{
    Result,
    sql::{int, values},
};

impl View {
    /// Messages up to this id were imported; 0 when none was.
    pub async fn imported_through(&mut self, scope: &Scope) -> Result<MsgId> {
        let name = counter(scope);
        let row = self.conn().first("SELECT value FROM counters WHERE name = $1", values![&name]).await?;
        row.map_or(Ok(MsgId(0)), |row| row.msg(0))
    }
}

impl Change {
    /// Notes that messages up to this id are imported with the end of this transaction.
    pub async fn note_imported(&mut self, scope: &Scope, through: MsgId) -> Result<()> {
        let name = counter(scope);
        let sql = "INSERT INTO counters (name, value) VALUES ($1, $2)
                   ON CONFLICT (name) DO UPDATE SET value = $2";
        self.conn().run(sql, values![&name, int(through.0)]).await.map(drop)
    }
}

fn counter(scope: &Scope) -> String {
    format!("imported {}", scope.site.0)
}
