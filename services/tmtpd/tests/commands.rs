//! The commands of `tmtpd` that end at once, run as an operator runs them.
#![cfg(test)]

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn tmtpd(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tmtpd"));
        command.current_dir(self.path()).env("TMTPD_STORE__URL", self.store_url()).stdin(Stdio::null());
        command
    }

    fn store_url(&self) -> String {
        format!("sqlite://{}/tmtp.sqlite", self.path().display())
    }

    fn run(&self, words: &[&str]) -> Output {
        self.tmtpd().args(words).output().unwrap()
    }

    fn json(&self, words: &[&str]) -> Value {
        let output = self.run(words);
        assert!(output.status.success(), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn refusal(&self, words: &[&str]) -> String {
        refusal(&self.run(words))
    }
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    text(&output.stderr)
}

#[test]
fn a_site_is_made_shown_changed_suspended_and_resumed() {
    let stage = Stage::new();
    assert!(stage.run(&["migrate"]).status.success());
    let made = ["site", "create", "--name", "Acme", "--host", "A.example", "registration=open", "--json"];
    let site = stage.json(&made);
    assert_eq!(site["hosts"], serde_json::json!(["a.example"]));
    assert_eq!(site["settings"]["registration"], "open");
    let set =
        stage.json(&["site", "set", "a.example", "message_octets_max=2MiB", "--name", "Acme 2", "--json"]);
    assert_eq!((&set["name"], &set["settings"]["message_octets_max"]), (&"Acme 2".into(), &2_097_152.into()));
    assert_eq!(stage.json(&["site", "suspend", "a.example", "--json"])["suspended"], true);
    assert_eq!(stage.json(&["site", "resume", "a.example", "--json"])["suspended"], false);
    let list = stage.json(&["site", "list", "--json"]);
    assert_eq!(list, serde_json::json!([stage.json(&["site", "show", "a.example", "--json"])]));
    assert!(text(&stage.run(&["site", "list"]).stdout).contains("Acme 2"));
}

#[test]
fn a_site_that_is_there_is_left_alone_when_asked_for_only_if_absent() {
    let stage = Stage::new();
    assert!(stage.run(&["migrate"]).status.success());
    let create = |name| {
        let words = ["site", "create", "--if-absent", "--name", name, "--host", "a.example", "--json"];
        stage.json(&words)
    };
    let made = create("Acme");
    assert_eq!(create("Another"), made);
    assert!(stage.refusal(&["site", "create", "--name", "X", "--host", "a.example"]).contains("a.example"));
}

#[test]
fn a_command_on_a_site_that_is_not_there_says_so() {
    let stage = Stage::new();
    assert!(stage.refusal(&["site", "show", "b.example"]).contains("`b.example`"));
    assert!(stage.refusal(&["site", "create", "--name", "X", "--host", "a b"]).contains("`a b`"));
}

#[test]
fn unknown_settings_are_refused_by_name_from_file_and_environment() {
    let stage = Stage::new();
    std::fs::write(stage.path().join("odd.toml"), "[edge]\nlisten_on = 5\n").unwrap();
    assert!(stage.refusal(&["check-config", "--config", "odd.toml"]).contains("`listen_on`"));
    let output = stage.tmtpd().arg("check-config").env("TMTPD_STORE__URLL", "x").output().unwrap();
    assert!(refusal(&output).contains("`urll`"));
    let output = stage.tmtpd().arg("check-config").env("TMTPD_STORE_URL", "x").output().unwrap();
    assert!(refusal(&output).contains("TMTPD_STORE__URL"));
}

#[test]
fn effective_settings_are_printed_without_secrets_even_when_they_have_faults() {
    let stage = Stage::new();
    let output = stage
        .tmtpd()
        .args(["check-config", "--print", "--role", "control"])
        .env("TMTPD_STORE__URL", "postgres://tmtp:hun?hunter2@db.example/tmtp")
        .env("TMTPD_SHARDS__SECOND__URL", "postgres://tmtp:hunter2@shard.example/tmtp")
        .env("TMTPD_CONTROL__OPERATOR_KEY", "hunter2")
        .env("TMTPD_CONTROL__MAIL__SERVER", "smtp://ann:hunter2@mail.example")
        .env("TMTPD_CONTROL__MAIL__PASSWORD", "hunter2")
        .env("TMTPD_BUS__KIND", "redis")
        .env("TMTPD_BUS__URLS", "redis://:hunter2@one.example,redis://:hunter2@two.example")
        .env("TMTPD_BUS__PASSWORD", "hunter2")
        .env("TMTPD_BODIES__KIND", "s3")
        .env("TMTPD_BODIES__S3__BUCKET", "bodies")
        .env("TMTPD_BODIES__S3__ACCESS_KEY_ID", "id")
        .env("TMTPD_BODIES__S3__SECRET_ACCESS_KEY", "hunter2")
        .output()
        .unwrap();
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(!said.contains("hunter2"), "{said}");
    for word in ["db.example", "shard.example", "mail.example", "one.example", "two.example", "writer_queue"]
    {
        assert!(said.contains(word), "{word} is missing in: {said}");
    }
}

#[test]
fn a_role_with_faults_in_its_settings_opens_no_port_and_names_them_all() {
    let stage = Stage::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let output =
        stage.tmtpd().arg("edge").env("TMTPD_HTTP__LISTEN", &addr).env("TMTPD_EDGE__LISTEN", &addr).output();
    let said = refusal(&output.unwrap());
    assert!(said.contains("edge.certificates") && said.contains("edge.delivery"), "{said}");
    assert!(!said.contains(&addr), "it tried a port: {said}");
}

#[test]
fn a_certificate_is_not_written_over() {
    let stage = Stage::new();
    let make = ["certificate", "--host", "a.example", "--out", "made"];
    assert!(stage.run(&make).status.success());
    let first = std::fs::read(stage.path().join("made/a.example.pem")).unwrap();
    assert!(stage.refusal(&make).contains("--force"));
    assert_eq!(std::fs::read(stage.path().join("made/a.example.pem")).unwrap(), first);
}

/// `tmtpd dev` on free ports in a folder of the stage; killed when dropped.
struct Dev {
    child: Child,
    greeting: String,
}

impl Dev {
    fn start(stage: &Stage) -> Self {
        Self::start_with(stage, &["--data", "dev"])
    }

    fn start_with(stage: &Stage, more: &[&str]) -> Self {
        let words = ["dev", "--tmtp-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0"];
        let home = stage.path().join("home");
        let mut tmtpd = stage.tmtpd();
        tmtpd.args(words).args(more).env("XDG_DATA_HOME", home).stdout(Stdio::piped());
        let mut child = tmtpd.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut greeting = String::new();
        while !greeting.ends_with("\nready\n") {
            assert!(out.read_line(&mut greeting).unwrap() > 0, "it ended, having said: {greeting}");
        }
        Self { child, greeting }
    }

    fn tmtp_addr(&self) -> &str {
        let start = self.greeting.find("=127.0.0.1:").unwrap();
        self.greeting[start + 1..].split_whitespace().next().unwrap()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[test]
fn a_second_demo_runs_beside_the_first_and_both_say_where_their_apis_are() {
    let stages = [Stage::new(), Stage::new()];
    let demos = [Dev::start(&stages[0]), Dev::start(&stages[1])];
    let api = |demo: &Dev| {
        let start = demo.greeting.find("TMTP_ADMIN_SERVER=").unwrap();
        demo.greeting[start..].split_whitespace().next().unwrap().to_owned()
    };
    assert_ne!(api(&demos[0]), api(&demos[1]));
}

#[test]
fn a_demo_that_is_given_no_folder_finds_its_site_again_in_the_users_own() {
    let stage = Stage::new();
    let database = stage.path().join("home/tmtp-dev/tmtp.sqlite");
    for host in ["first.localhost", "second.localhost"] {
        let demo = Dev::start_with(&stage, &["--site-host", host]);
        drop(demo);
        let list = ["site", "list", "--json"];
        let url = format!("sqlite://{}", database.display());
        let listed = stage.tmtpd().args(list).env("TMTPD_STORE__URL", url).output().unwrap();
        let said = text(&listed.stdout) + &text(&listed.stderr);
        assert_eq!(said.matches("\"id\"").count(), 1, "one site, made once: {said}");
        assert!(said.contains(host), "{said}");
    }
}

#[test]
fn a_demo_refuses_a_folder_and_a_port_in_use_and_says_what_to_do() {
    let stage = Stage::new();
    let dev = Dev::start(&stage);
    let folder = stage.refusal(&["dev", "--data", "dev", "--http-addr", "127.0.0.1:0"]);
    assert!(folder.contains("in use by another tmtpd") && folder.contains("--data"), "{folder}");
    let words = ["dev", "--data", "other", "--tmtp-addr", dev.tmtp_addr(), "--http-addr", "127.0.0.1:0"];
    let port = stage.refusal(&words);
    assert!(port.contains(dev.tmtp_addr()) && port.contains("--tmtp-addr"), "{port}");
}

#[test]
fn a_demo_ends_well_when_told_to_and_says_nothing_on_standard_output_but_its_greeting() {
    let stage = Stage::new();
    let mut child = {
        let words = ["dev", "--data", "dev", "--tmtp-addr", "127.0.0.1:0", "--http-addr", "127.0.0.1:0"];
        stage.tmtpd().args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    while !said.ends_with("\nready\n") {
        assert!(out.read_line(&mut said).unwrap() > 0, "it ended, having said: {said}");
    }
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    said.clear();
    out.read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
