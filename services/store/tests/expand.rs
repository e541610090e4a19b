//! Migrations only add: processes of the release before run on beside them. What takes something away comes a release
//! later, and is listed here with its reason.
#![cfg(test)]

use std::path::Path;

/// Parts of statements that take something away although they stand in a migration, and why that is right.
const ALLOWED: &[(&str, &str)] = &[
    ("INDEX CONCURRENTLY IF NOT EXISTS users_invited", "it forbids less than what holds until then"),
    ("INDEX CONCURRENTLY IF NOT EXISTS users_held", "it forbids less than what holds until then"),
    ("INDEX IF NOT EXISTS users_invited", "it forbids less than what holds until then"),
    ("INDEX IF NOT EXISTS users_held", "it forbids less than what holds until then"),
    ("INDEX users_invited ON users (org, email)", "it was there before the table was made anew"),
    ("INDEX users_held ON users (email)", "it was there before the table was made anew"),
    // While an old control process runs on beside it, it invites nobody; all else it does. Each organization would learn until
    // the next release which addresses others have.
    ("DROP CONSTRAINT IF EXISTS users_email_key", "an old process refuses to invite people until it is gone"),
    // An old process gives a password to who has signed in first, and nobody else: rarely that is another one by then, whom it
    // tells of a defect.
    ("INDEX CONCURRENTLY IF NOT EXISTS users_with_password", "it forbids less than what holds until then"),
    ("INDEX IF NOT EXISTS users_with_password", "it forbids less than what holds until then"),
    ("DROP INDEX CONCURRENTLY IF EXISTS users_held", "old processes look themselves before they write"),
    ("DROP INDEX IF EXISTS users_held", "one process at a time"),
    // SQLite serves one process: no old one runs beside the new one.
    ("DROP TABLE users", "one process at a time"),
    ("RENAME TO users", "one process at a time"),
];

/// A statement that processes of the release before could stumble over, and why.
fn complaint(statement: &str, made_here: &[String]) -> Option<&'static str> {
    let words: Vec<&str> = statement.split([' ', '(', ')', ',']).filter(|word| !word.is_empty()).collect();
    let count = |wanted: &str| {
        let wanted: Vec<&str> = wanted.split(' ').collect();
        words.windows(wanted.len()).filter(|some| **some == wanted).count()
    };
    let has = |wanted: &str| count(wanted) > 0;
    let of_this_file = |after: &str| {
        let table = words
            .iter()
            .skip_while(|word| **word != after)
            .find(|w| ![after, "ONLY", "IF", "EXISTS"].contains(w));
        table.is_some_and(|table| made_here.iter().any(|made| made == table))
    };
    if has("DROP") && !has("DROP NOT NULL") && !has("DROP DEFAULT") {
        return Some("takes something away");
    }
    if has("RENAME") || words.first() == Some(&"TRUNCATE") {
        return Some("takes something away under its old name");
    }
    if has("ALTER TABLE") && !of_this_file("TABLE") {
        if has("TYPE") {
            return Some("changes a type");
        }
        if has("SET NOT NULL")
            || (has("ADD COLUMN") && count("NOT NULL") > count("DEFAULT") + count("DROP NOT NULL"))
        {
            return Some("wants a value that old processes do not give");
        }
        if has("ADD CONSTRAINT") || has("ADD CHECK") || has("ADD UNIQUE") || has("ADD FOREIGN") {
            return Some("forbids what old processes may write");
        }
    }
    if has("CREATE UNIQUE INDEX") && !of_this_file("ON") {
        return Some("forbids what old processes may write");
    }
    None
}

/// Statements in capitals, with single spaces, and without comments, texts and the bodies of functions.
fn statements(sql: &str) -> Vec<String> {
    let without_bodies: String = sql.split("$$").step_by(2).collect::<Vec<_>>().join(" ");
    let lines = without_bodies.lines().map(|line| line.split("--").next().unwrap_or_default());
    let code = lines.collect::<Vec<_>>().join(" ").to_uppercase();
    let code = code.split('\'').step_by(2).collect::<Vec<_>>().join("_");
    let statements = code.split(';').map(|one| one.split_whitespace().collect::<Vec<_>>().join(" "));
    statements.filter(|one| !one.is_empty()).collect()
}

fn complaints(sql: &str) -> Vec<String> {
    let statements = statements(sql);
    let made = |one: &String| {
        let rest = one.strip_prefix("CREATE TABLE ")?;
        let rest = rest.strip_prefix("IF NOT EXISTS ").unwrap_or(rest);
        rest.split([' ', '(']).next().map(ToOwned::to_owned)
    };
    let made_here: Vec<String> = statements.iter().filter_map(made).collect();
    let is_allowed = |one: &str| ALLOWED.iter().any(|(part, _)| one.contains(&part.to_uppercase()));
    let found = statements.iter().filter(|one| !is_allowed(one));
    found.filter_map(|one| complaint(one, &made_here).map(|why| format!("{one}\n    {why}"))).collect()
}

#[test]
fn every_migration_after_the_first_suits_the_release_before_it() {
    for database in ["postgres", "sqlite"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations").join(database);
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(files.len() > 1);
        for file in files.iter().skip(1) {
            let found = complaints(&std::fs::read_to_string(file).unwrap());
            assert!(found.is_empty(), "{}:\n{}", file.display(), found.join("\n"));
        }
    }
}

#[test]
fn what_takes_something_away_is_found() {
    let bad = [
        "DROP TABLE sites;",
        "ALTER TABLE sites DROP COLUMN name;",
        "alter table sites\n    rename column name to title;",
        "ALTER TABLE sites ALTER COLUMN name TYPE int;",
        "ALTER TABLE sites ADD COLUMN colour text NOT NULL;",
        "ALTER TABLE sites ADD COLUMN shade text NOT NULL DEFAULT 'dark', ADD COLUMN colour text NOT NULL;",
        "ALTER TABLE sites ALTER COLUMN name SET NOT NULL;",
        "ALTER TABLE sites ADD CONSTRAINT positive CHECK (id > 0);",
        "CREATE UNIQUE INDEX one ON sites (name);",
        "TRUNCATE sites;",
        "SELECT 1; -- ; \n DROP VIEW admitted_nodes;",
    ];
    for sql in bad {
        assert_eq!(complaints(sql).len(), 1, "{sql}");
    }
}

#[test]
fn what_only_adds_is_not() {
    let good = [
        "CREATE TABLE colours (name text NOT NULL); CREATE UNIQUE INDEX one ON colours (name);",
        "CREATE TABLE colours (name text); ALTER TABLE colours ALTER COLUMN name SET NOT NULL;",
        "ALTER TABLE sites ADD COLUMN colour text NOT NULL DEFAULT 'green', ADD COLUMN shade text;",
        "ALTER TABLE sites ALTER COLUMN name DROP NOT NULL;",
        "CREATE INDEX CONCURRENTLY sites_org ON sites (org); -- DROP nothing",
        "CREATE FUNCTION f() RETURNS void AS $$ BEGIN DROP TABLE x; END $$;",
        "INSERT INTO kinds VALUES ('type', 'rename');",
    ];
    for sql in good {
        assert_eq!(complaints(sql), Vec::<String>::new(), "{sql}");
    }
}
