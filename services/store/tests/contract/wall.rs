//! The second wall between organizations, which Postgres keeps up by itself.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tmtp_store::{
    Error, NewSite, SiteSettings, Store, StoreOptions,
    admin::{AuditFilter, OrgId},
    migrate, open,
};

use crate::{
    admin::{admin, deed, page, scope, second},
    faults::server,
    world::{EMPTY, World},
};

/// Tables of nobody's that administration needs.
const OPEN: [&str; 5] = ["counters", "edges", "hint_losses", "replies", "this_shard"];
/// Tables that administration has no business with: bodies, which are found by messages alone, and what the service itself
/// keeps.
const CLOSED: [&str; 3] = ["chunks", "secrets", "shards"];

async fn count(conn: &mut PgConnection, sql: String) -> sqlx::Result<i64> {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(conn).await
}

async fn run(conn: &mut PgConnection, sql: String) -> sqlx::Result<u64> {
    Ok(sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?.rows_affected())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_is_behind_the_wall_whatever_a_statement_asks_for() -> Result<()> {
    let w = World::on_postgres().await?;
    let (other, _) = second(&w).await?;
    w.peek.run(&format!("UPDATE sites SET org = {} WHERE id = {}", other.id.0, w.twin.0)).await?;
    let mut conn = PgConnection::connect(&w.options.url).await?;
    let tables = w
        .peek
        .texts("SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        .await?;
    let step_behind = "SET LOCAL ROLE tmtp_tenant; SET LOCAL tmtp.org = '1'; SET LOCAL tmtp.sites = '{}'";
    let mut seen = 0;
    for table in tables.iter().filter(|table| !table.starts_with('_')) {
        let columns = format!(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attname IN ('org', 'site')"
        );
        let columns = w.peek.texts(&columns).await?;
        let is_of = |column: &str| columns.iter().any(|found| found == column);
        let not_ours = match table.as_str() {
            "orgs" => format!("id = {}", other.id.0),
            "sites" => format!("id = {}", w.twin.0),
            _ if is_of("org") => format!("org = {}", other.id.0),
            _ if is_of("site") => format!("site = {}", w.twin.0),
            _ => String::new(),
        };
        if not_ours.is_empty() {
            let may = count(
                &mut conn,
                format!("SELECT has_table_privilege('tmtp_tenant', '{table}', 'SELECT')::int::bigint"),
            );
            let (open, closed) = (OPEN.contains(&table.as_str()), CLOSED.contains(&table.as_str()));
            assert!(open != closed, "{table}: whose is it?");
            assert_eq!(may.await? == 1, open, "{table}");
            continue;
        }
        let all = count(&mut conn, format!("SELECT count(*) FROM {table} WHERE {not_ours}")).await?;
        seen += i64::from(all > 0);
        ensure!(
            all > 0 || !is_of("site") || is_of("org") || EMPTY.contains(&table.as_str()),
            "{table} has no rows"
        );
        let mut tx = conn.begin().await?;
        run(&mut tx, step_behind.to_owned()).await?;
        assert_eq!(
            count(&mut tx, format!("SELECT count(*) FROM {table} WHERE {not_ours}")).await?,
            0,
            "{table}"
        );
        if table != "audit" {
            assert_eq!(run(&mut tx, format!("DELETE FROM {table} WHERE {not_ours}")).await?, 0, "{table}");
        }
        tx.rollback().await?;
    }
    assert!(seen > 15, "{seen} tables with rows prove little");
    // Its own are there, and none of them can be given away.
    let mut tx = conn.begin().await?;
    run(&mut tx, step_behind.to_owned()).await?;
    assert_eq!(count(&mut tx, "SELECT count(*) FROM members".to_owned()).await?, 2);
    let given = run(&mut tx, format!("UPDATE members SET site = {}", w.twin.0)).await.unwrap_err();
    assert_eq!(given.as_database_error().and_then(|error| error.code()).as_deref(), Some("42501"), "{given}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_begun_for_an_organization_finds_its_own_and_nothing_of_another() -> Result<()> {
    let w = World::on_postgres().await?;
    let (other, site) = second(&w).await?;
    let filter = AuditFilter::default();
    for (org, finds) in [(other.id, true), (OrgId::DEFAULT, false)] {
        let mut view = admin(&w).view_of(org).await?;
        assert_eq!(view.org(other.id).await?.is_some(), finds);
        assert_eq!(view.scope(other.id, site.site.id).await?.is_some(), finds);
        assert_eq!(view.org_site(other.id, site.site.id).await?.is_some(), finds);
        assert_eq!(view.audit(other.id, &filter, None, 10).await?.len(), usize::from(finds));
        assert_eq!(view.org_of_site(w.site).await?.is_some(), !finds);
        let mine = scope(&w, w.site).await?;
        assert_eq!(
            view.members(&mine, &page(String::new()), None).await?.is_empty(),
            finds,
            "its scope is no way in"
        );

        let mut change = admin(&w).begin_of(org).await?;
        assert_eq!(change.lock_org(other.id).await?.is_some(), finds);
        assert_eq!(change.change_org_site(&site).await?.is_some(), finds);
        drop(change);
        let mut change = admin(&w).begin_of(org).await?;
        assert_eq!(change.record(&deed(other.id, "org.change")).await.is_ok(), finds);
        drop(change);
        let mut change = admin(&w).begin_of(org).await?;
        let new = NewSite { name: "x".to_owned(), hosts: Vec::new(), settings: SiteSettings::default() };
        assert_eq!(change.add_org_site(other.id, &new, 5).await.is_ok(), finds);
    }
    // A host of another organization's cannot be seen, and cannot be taken either.
    let mut change = admin(&w).begin_of(OrgId::DEFAULT).await?;
    let new =
        NewSite { name: "x".to_owned(), hosts: site.site.hosts.clone(), settings: SiteSettings::default() };
    assert!(matches!(change.add_org_site(OrgId::DEFAULT, &new, 5).await, Err(Error::Taken(_))));
    drop(change);
    // The connection goes back to the pool as it came.
    assert!(admin(&w).view().await?.org(other.id).await?.is_some());
    Ok(())
}

async fn finds_its_site(store: &Arc<dyn Store>) -> Result<bool> {
    let mut view = store.admin().view_of(OrgId::DEFAULT).await?;
    Ok(!view.org_sites(OrgId::DEFAULT, &page(tmtp_store::SiteId(0))).await?.is_empty())
}

/// The user owns the database, and may make no roles.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_right_to_its_role_the_first_wall_stands_alone_until_it_is_given() -> Result<()> {
    let server = server().await?;
    server.sql("postgres", "CREATE ROLE plain LOGIN")?;
    server.sql("postgres", "CREATE DATABASE ours OWNER plain")?;
    let url = server.url("ours").replacen("postgres@", "plain@", 1);
    ensure!(url.contains("plain@"), "a URL with another user in it: {url}");
    let options = StoreOptions { url, ..StoreOptions::default() };
    assert!(migrate(&options).await?.lacks_wall);
    let store = open(&options).await?;
    let site = NewSite { name: "one".to_owned(), hosts: Vec::new(), settings: SiteSettings::default() };
    store.add_site(&site).await?;
    assert!(finds_its_site(&store).await?);
    assert_eq!(tmtp_store::examine(&options).await?.get("walled").context("a fact")?, "false");

    server.sql("postgres", "CREATE ROLE tmtp_tenant NOLOGIN; GRANT tmtp_tenant TO plain")?;
    assert!(!migrate(&options).await?.lacks_wall);
    assert_eq!(tmtp_store::examine(&options).await?.get("walled").context("a fact")?, "true");
    assert!(finds_its_site(&open(&options).await?).await?);
    Ok(())
}
