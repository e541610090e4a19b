//! What a server is like, in its own words.

use std::{collections::BTreeMap, time::Duration};

use super::{conn::PgConn, connect, wall};
use crate::{
    Result, StoreOptions,
    sql::{Conn, values},
};

const FACTS: &str = "
    SELECT name, setting FROM pg_settings WHERE name IN ('server_version_num', 'synchronous_commit', 'fsync',
        'full_page_writes', 'autovacuum', 'max_connections', 'superuser_reserved_connections')
    UNION ALL SELECT 'in_recovery', pg_is_in_recovery()::text
    UNION ALL SELECT 'now_ms', (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text
    UNION ALL SELECT 'connections', count(*)::text FROM pg_stat_activity WHERE backend_type = 'client backend'
    UNION ALL SELECT 'encrypted', coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false)::text
    UNION ALL SELECT 'local', (inet_server_addr() IS NULL OR inet_server_addr() << '127.0.0.0/8'
        OR inet_server_addr() = '::1')::text";

/// Facts by name: settings of the server, and `in_recovery`, `now_ms`, `connections`, `encrypted`, `local`, `walled`.
pub(crate) async fn examine(options: &StoreOptions) -> Result<BTreeMap<String, String>> {
    let mut one = options.clone();
    one.connections = 1;
    let pool = connect::pool(&one)?;
    let (acquire, statement) = (options.acquire_timeout_ms, options.statement_timeout_ms);
    let (acquire, statement) = (Duration::from_millis(acquire), Duration::from_millis(statement));
    let mut conn = PgConn::take(&pool, acquire, statement).await?;
    let rows = conn.all(FACTS, values![]).await?;
    let is_walled = wall::stands(&mut conn).await?;
    let facts = rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?)));
    facts.chain([Ok(("walled".to_owned(), is_walled.to_string()))]).collect()
}
