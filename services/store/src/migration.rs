//! The schema's history, built into the program.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use crate::{
    Error, Result,
    options::Kind,
    sql::{Conn, values},
};

/// What bringing a schema up to date did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// Migrations that were applied now, by file name without `.sql`, oldest first.
    pub applied: Vec<String>,
    /// The newest migration's time: `yyyymmddhhmm`.
    pub version: i64,
    /// Whether Postgres does not keep organizations apart by rules of its own: where we may not have the role that this takes,
    /// or a table was in use. SQLite has no such rules, and lacks none.
    pub lacks_wall: bool,
}

/// A file of the folder `migrations`: its name and text.
type Script = (&'static str, &'static str);

/// Every change of the schema, the oldest first: in both folders, by the same names.
macro_rules! history {
    ($($name:literal),* $(,)?) => {
        const POSTGRES: &[Script] = &[$(($name, text!("postgres", $name))),*];
        const SQLITE: &[Script] = &[$(($name, text!("sqlite", $name))),*];
    };
}

macro_rules! text {
    ($folder:literal, $name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/", $folder, "/", $name, ".sql"))
    };
}

history!(
    "202611221000_create_tables",
    "202611241430_add_organizations",
    "202611241431_index_sites_by_org",
    "202611241432_index_names_by_owner",
    "202611241500_create_secrets",
    "202611251000_create_users",
    "202611251100_create_invitations",
    "202611251200_create_providers",
    "202611251300_create_looks",
    "202611270330_add_names_looked",
    "202611270331_index_names_not_looked",
    "202611270400_add_nodes_hash_kind",
    "202611270430_add_sites_closing",
    "202611270440_add_names_reserved",
    "202611270620_create_hint_losses",
    "202611270630_create_usage",
    "202611270640_create_certificates",
    "202611270650_create_batches",
    "202611270720_create_issuing",
    "202611271600_create_user_providers",
    "202611271700_bound_orders",
    "202611271800_create_shards",
    "202611280100_count_acked",
    "202611280620_create_passkeys",
    "202611280840_add_sites_held",
    "202611280850_create_given_aliases",
    "202611280900_add_usage_days_took",
    "202611280910_create_provider_checks",
    "202611280930_add_api_keys_only_site",
    "202611281010_add_members_stranger",
    "202611281011_index_members_strangers",
    "202611281020_create_group_drops",
    "202611281200_add_sign_ins",
    "202611281215_add_names_own",
    "202611281401_add_sites_suspended_before",
    "202611281410_index_invitations_emails",
    "202611281411_index_invitations_aliases",
    "202611281412_index_users_by_org_and_email",
    "202611281413_index_users_who_signed_in",
    "202611281414_index_users_emails",
    "202611281415_allow_users_one_email",
    "202611281441_create_letters",
    "202611281442_create_mails",
    "202611281830_index_users_with_passwords",
    "202611281831_drop_users_held",
);

fn scripts(kind: Kind) -> &'static [Script] {
    match kind {
        Kind::Postgres => POSTGRES,
        Kind::Sqlite => SQLITE,
    }
}

fn version(name: &str) -> i64 {
    name.split('_').next().and_then(|time| time.parse().ok()).unwrap_or_default()
}

/// Applies what is missing. A schema that is ahead is left alone: a newer release runs beside this one.
pub(crate) fn migrator(kind: Kind) -> Migrator {
    let migration = |&(name, text): &Script| {
        let description = name.split_once('_').map_or(name, |(_, rest)| rest).replace('_', " ");
        let outside = text.starts_with("-- no-transaction");
        Migration::new(version(name), description.into(), MigrationType::Simple, text.into_sql_str(), outside)
    };
    let mut migrator = Migrator::with_migrations(scripts(kind).iter().map(migration).collect());
    migrator.set_ignore_missing(true);
    migrator
}

/// Whether there is a migration of this time.
pub(crate) fn knows(kind: Kind, time: i64) -> bool {
    scripts(kind).iter().any(|(name, _)| version(name) == time)
}

/// Whether a migration builds an index of this name.
pub(crate) fn names_index(kind: Kind, name: &str) -> bool {
    let wanted = format!("INDEX CONCURRENTLY IF NOT EXISTS {name} ");
    scripts(kind).iter().any(|(_, text)| text.contains(&wanted))
}

/// The names of the migrations that this schema lacks.
pub(crate) async fn missing(conn: &mut dyn Conn, kind: Kind) -> Result<Vec<String>> {
    let table = match kind {
        Kind::Postgres => "SELECT 1::bigint WHERE to_regclass('_sqlx_migrations') IS NOT NULL",
        Kind::Sqlite => "SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations'",
    };
    let mut applied = Vec::new();
    if conn.first(table, values![]).await?.is_some() {
        for row in conn.all("SELECT version FROM _sqlx_migrations WHERE success", values![]).await? {
            applied.push(row.int(0)?);
        }
    }
    let lacking = scripts(kind).iter().filter(|(name, _)| !applied.contains(&version(name)));
    Ok(lacking.map(|(name, _)| (*name).to_owned()).collect())
}

/// Fails unless every migration was applied.
pub(crate) async fn require(conn: &mut dyn Conn, kind: Kind) -> Result<()> {
    let missing = missing(conn, kind).await?;
    if missing.is_empty() { Ok(()) } else { Err(Error::Outdated(format!("lacks {}", missing.join(", ")))) }
}

/// The report of a run that applied these.
pub(crate) fn report(kind: Kind, applied: Vec<String>, lacks_wall: bool) -> MigrationReport {
    let version = scripts(kind).iter().map(|(name, _)| version(name)).max().unwrap_or_default();
    MigrationReport { applied, version, lacks_wall }
}

/// What went wrong with a migration.
pub(crate) fn failure(error: sqlx::migrate::MigrateError) -> Error {
    match error {
        sqlx::migrate::MigrateError::Execute(error)
        | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => error.into(),
        error => Error::Defect(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_built_in_and_well_named() {
        for (kind, folder) in [(Kind::Postgres, "postgres"), (Kind::Sqlite, "sqlite")] {
            let folder = format!("{}/../../migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
            let mut files: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|file| file.unwrap().file_name().into_string().unwrap())
                .collect();
            files.sort();
            let built_in: Vec<String> = scripts(kind).iter().map(|(name, _)| format!("{name}.sql")).collect();
            assert_eq!(files, built_in);
            for name in files {
                let (time, words) = name.split_once('_').unwrap();
                assert!(time.len() == 12 && time.bytes().all(|b| b.is_ascii_digit()), "{name}");
                assert!(words.contains('_'), "{name}");
            }
        }
    }

    #[test]
    fn both_databases_have_the_same_history() {
        let names = |kind| scripts(kind).iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert_eq!(names(Kind::Postgres), names(Kind::Sqlite));
    }
}
