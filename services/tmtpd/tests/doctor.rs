//! `tmtpd doctor` against a real database and a real Redis, sound and not.
#![cfg(test)]

use std::process::{Command, Output};

use serde_json::Value;
use tmtp_testkit::{postgres::Postgres, redis::Redis};

/// A database of its own, with the schema, and a Redis.
struct Stage {
    database: String,
    redis: Redis,
}

impl Stage {
    fn new() -> Self {
        let database = Postgres::shared().unwrap().fresh_database().unwrap();
        let stage = Self { database, redis: Redis::start().unwrap() };
        assert!(stage.tmtpd(&["migrate"]).status.success());
        stage
    }

    fn tmtpd(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tmtpd"));
        command.args(words).env("TMTPD_STORE__URL", &self.database);
        command.env("TMTPD_BUS__KIND", "redis").env("TMTPD_BUS__URLS", self.redis.url());
        command
    }

    fn alter(&self, change: &str) {
        let name = self.database.rsplit('/').next().unwrap();
        let sql = format!("ALTER DATABASE \"{name}\" SET {change}");
        Postgres::shared().unwrap().sql("postgres", &sql).unwrap();
    }
}

#[test]
fn looking_for_a_database_that_is_not_there_yet_does_not_make_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tmtp.sqlite");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tmtpd"));
    command.args(JSON).env("TMTPD_STORE__URL", format!("sqlite://{}", file.display()));
    let output = command.output().unwrap();
    assert_eq!(not_good(&output), [("database".to_owned(), "doubtful".to_owned())]);
    assert!(!file.exists());
}

/// What was found, as (about, state, seen), and whether the command went well.
fn findings(output: &Output) -> (Vec<(String, String, String)>, bool) {
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let told = |finding: &Value| (text(finding, "about"), text(finding, "state"), text(finding, "seen"));
    for finding in &found {
        assert_eq!(finding["state"] == "good", finding.get("advice").is_none(), "{finding}");
    }
    (found.iter().map(told).collect(), output.status.success())
}

fn not_good(output: &Output) -> Vec<(String, String)> {
    let (found, _) = findings(output);
    let bad = found.into_iter().filter(|(_, state, _)| state != "good");
    bad.map(|(about, state, _)| (about, state)).collect()
}

const JSON: &[&str] = &["doctor", "--role", "control", "--json"];

#[test]
fn a_sound_installation_gives_no_cause() {
    let stage = Stage::new();
    let create = ["site", "create", "--name", "Acme", "--host", "localhost"];
    assert!(stage.tmtpd(&create).status.success());
    let (found, well) = findings(&stage.tmtpd(JSON));
    assert!(well && found.iter().all(|(_, state, _)| state == "good"), "{found:?}");
    for about in ["settings", "redis", "database", "clock", "connections", "schema", "host"] {
        assert!(found.iter().any(|(looked_at, ..)| looked_at == about), "{about}: {found:?}");
    }
}

#[test]
fn a_database_that_may_lose_what_it_confirmed_is_bad() {
    let stage = Stage::new();
    stage.alter("synchronous_commit = off");
    let output = stage.tmtpd(JSON);
    assert_eq!(not_good(&output), [("database".to_owned(), "bad".to_owned())]);
    assert_eq!(output.status.code(), Some(1));
    let for_people = stage.tmtpd(&["doctor", "--role", "control"]);
    let said = String::from_utf8_lossy(&for_people.stdout).into_owned();
    assert!(said.contains("BAD") && said.contains("synchronous_commit is off"), "{said}");
}

#[test]
fn a_name_that_leads_nowhere_is_doubtful_and_no_failure() {
    let stage = Stage::new();
    assert!(stage.tmtpd(&["site", "create", "--name", "Acme", "--host", "nowhere.invalid"]).status.success());
    let output = stage.tmtpd(JSON);
    assert_eq!(not_good(&output), [("host".to_owned(), "doubtful".to_owned())]);
    assert!(output.status.success());
}

#[test]
fn what_is_not_there_is_told_one_by_one() {
    let stage = Stage::new();
    let mut command = stage.command(JSON);
    command.env("TMTPD_STORE__URL", "postgres://tmtp:hunter2@127.0.0.1:1/tmtp");
    command.env("TMTPD_BUS__URLS", "redis://:hunter2@127.0.0.1:1");
    let output = command.output().unwrap();
    let bad = |about: &str| (about.to_owned(), "bad".to_owned());
    assert_eq!(not_good(&output), [bad("redis"), bad("database")]);
    let said = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&said).contains("hunter2"));
    let empty = Postgres::shared().unwrap().fresh_database().unwrap();
    let output = stage.command(JSON).env("TMTPD_STORE__URL", empty).output().unwrap();
    assert_eq!(not_good(&output), [bad("schema")]);
}
