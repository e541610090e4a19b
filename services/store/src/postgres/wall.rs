//! The second wall between organizations: a transaction that is for one of them takes a role to which Postgres shows, and
//! lets change, nothing of another, whatever a statement asks for. The first wall are the statements themselves.
//!
//! The path of a message has no part in it: the owner of the tables is bound by no rule.

use std::time::Duration;

use sqlx::{AssertSqlSafe, PgConnection};
use tokio::time::sleep;

use crate::{
    Result,
    admin::Bounds,
    sql::{Conn, values},
};

/// The role. Servers know roles, not databases: installations on one server share it.
const ROLE: &str = "tmtp_tenant";
/// Makes the role, and has us take it on, where we may. Others do the same at the same time.
const MAKE_ROLE: &str = "DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'tmtp_tenant') THEN
        CREATE ROLE tmtp_tenant NOLOGIN;
    END IF;
EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
    NULL;
END $$;
DO $$ BEGIN
    IF NOT pg_has_role('tmtp_tenant', 'USAGE') THEN
        GRANT tmtp_tenant TO CURRENT_USER;
    END IF;
EXCEPTION WHEN insufficient_privilege OR undefined_object OR unique_violation OR internal_error THEN
    NULL;
END $$";
/// Has it reach our tables: not every server lets everybody.
const OPEN_SCHEMA: &str = "DO $$ BEGIN
    IF NOT has_schema_privilege('tmtp_tenant', current_schema(), 'USAGE') THEN
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO tmtp_tenant', current_schema());
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END $$";
const ROLE_IS_THERE: &str = "SELECT 1 FROM pg_roles WHERE rolname = 'tmtp_tenant'";
/// Whether we may take it on, and it gets to our tables. What it takes differs from version 16 on.
const MAY_TAKE: &str = "SELECT 1::bigint FROM pg_roles r WHERE rolname = 'tmtp_tenant' AND pg_has_role(r.oid,
    CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END)
    AND has_schema_privilege(r.oid, current_schema(), 'USAGE')
    AND coalesce(has_function_privilege(r.oid, to_regprocedure('enter_1(bigint[])'), 'EXECUTE'), true)";
/// Tables without a rule, or without the role's rights, and what their rule goes by. Those that belong to nobody and that
/// administration needs are open; any other is closed to the role.
const LACKING: &str = "
    SELECT c.relname::text, t.by
    FROM pg_class c
    JOIN pg_roles r ON r.rolname = 'tmtp_tenant'
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN c.relname IN ('orgs', 'sites') THEN c.relname::text
            WHEN c.relname IN ('counters', 'edges', 'hint_losses', 'replies', 'this_shard') THEN 'open'
            WHEN EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'org') THEN 'org'
            WHEN EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'site') THEN 'site'
        END AS by
    ) t
    JOIN pg_namespace s ON s.oid = c.relnamespace AND s.nspname = current_schema()
    WHERE c.relkind = 'r' AND t.by IS NOT NULL
      AND NOT (has_table_privilege(r.oid, c.oid, 'SELECT') AND has_table_privilege(r.oid, c.oid, 'INSERT')
               AND has_table_privilege(r.oid, c.oid, 'UPDATE') AND has_table_privilege(r.oid, c.oid, 'DELETE')
               AND (t.by = 'open' OR c.relrowsecurity AND EXISTS
                    (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'within_1')))
    ORDER BY c.relname";
/// Longest that somebody who is at a table is waited for at a time: whoever comes after waits as well. It is more than
/// `deadlock_timeout`, after which a vacuum steps aside.
const LOCK_WAIT: &str = "1500ms";
const ATTEMPTS: usize = 10;
const AGAIN_AFTER: Duration = Duration::from_secs(3);
/// What Postgres says when a lock was not to be had in time.
const TOO_LONG: &str = "55P03";

/// Has every table that belongs to somebody bound by its rule. `false` when that could not be: without the right to make the
/// role, or when somebody was at a table all the time. The next run goes on where this one ended.
pub(super) async fn raise(conn: &mut PgConnection) -> Result<bool> {
    sqlx::raw_sql(MAKE_ROLE).execute(&mut *conn).await?;
    if sqlx::query(ROLE_IS_THERE).fetch_optional(&mut *conn).await?.is_some() {
        sqlx::raw_sql(OPEN_SCHEMA).execute(&mut *conn).await?;
    }
    if sqlx::query(MAY_TAKE).fetch_optional(&mut *conn).await?.is_none() {
        return Ok(false);
    }
    let lacking: Vec<(String, String)> = sqlx::query_as(LACKING).fetch_all(&mut *conn).await?;
    for (table, by) in &lacking {
        if !bind(conn, table, &rule(table, by)).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// One table, in a transaction of its own: nobody waits for more than one of its locks.
async fn bind(conn: &mut PgConnection, table: &str, rule: &str) -> Result<bool> {
    let sql = format!(
        "BEGIN; SET LOCAL lock_timeout = '{LOCK_WAIT}'; {rule}
         GRANT SELECT, INSERT, UPDATE, DELETE ON \"{table}\" TO {ROLE}; COMMIT"
    );
    for _ in 0..ATTEMPTS {
        let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut *conn).await else {
            return Ok(true);
        };
        sqlx::raw_sql("ROLLBACK").execute(&mut *conn).await?;
        if error.as_database_error().and_then(|error| error.code()).as_deref() != Some(TOO_LONG) {
            return Err(error.into());
        }
        sleep(AGAIN_AFTER).await;
    }
    Ok(false)
}

fn rule(table: &str, by: &str) -> String {
    let org = "(SELECT current_setting('tmtp.org'))::bigint";
    let sites = "(SELECT current_setting('tmtp.sites'))::bigint[]";
    let within = match by {
        "open" => return String::new(),
        "orgs" => format!("id = {org}"),
        // Elsewhere than on main nobody knows whose a site is: it is named.
        "sites" => format!("org = {org} OR id = ANY ({sites})"),
        "org" => format!("org = {org}"),
        // Of those that can be seen, which are looked up once for a statement.
        _ => "site IN (SELECT s.id FROM sites s)".to_owned(),
    };
    format!(
        "ALTER TABLE \"{table}\" ENABLE ROW LEVEL SECURITY; DROP POLICY IF EXISTS within_1 ON \"{table}\";
         CREATE POLICY within_1 ON \"{table}\" TO {ROLE} USING ({within});"
    )
}

/// Whether it is there, whole, and we may step behind it.
pub(super) async fn stands(conn: &mut dyn Conn) -> Result<bool> {
    Ok(conn.first(MAY_TAKE, values![]).await?.is_some() && conn.first(LACKING, values![]).await?.is_none())
}

/// What is to be said at the beginning of a transaction, so that it is bound.
pub(super) fn step_behind(bounds: Bounds, is_there: bool) -> String {
    let (org, site) = match bounds {
        Bounds::Org(org) => (org.0, String::new()),
        // No organization has this id.
        Bounds::Site(site) => (-1, site.0.to_string()),
    };
    let bounds = format!("SET LOCAL tmtp.org = '{org}'; SET LOCAL tmtp.sites = '{{{site}}}'");
    match is_there {
        // Our schema may be found by our own name, which the role has not.
        true => format!(
            "{bounds}; SELECT set_config('search_path', quote_ident(current_schema()), true); SET LOCAL ROLE {ROLE}"
        ),
        false => bounds,
    }
}
