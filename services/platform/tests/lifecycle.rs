//! The end of a process, tested on real ones: each test starts this same program again as the process to end.
#![cfg(test)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use tmtp_platform::{Signals, Tasks};
use tokio_util::sync::CancellationToken;

/// What the process to end does; set for that process only.
const SCRIPT: &str = "TMTP_TEST_LIFECYCLE_SCRIPT";

struct Process {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Process {
    fn start(script: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_process_to_end", "--nocapture"])
            .env(SCRIPT, script)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut process = Self { child, out };
        process.wait_for("started");
        process
    }

    fn wait_for(&mut self, word: &str) {
        let mut line = String::new();
        while !line.contains(word) {
            line.clear();
            assert!(self.out.read_line(&mut line).unwrap() > 0, "the process ended before it said {word}");
        }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// What else it said, and its exit code.
    fn end(mut self) -> (String, Option<i32>) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (rest, self.child.wait().unwrap().code())
    }
}

#[test]
fn the_first_signal_lets_what_is_in_hand_finish_and_the_exit_code_is_zero() {
    let process = Process::start("obedient");
    process.signal("-TERM");
    let (said, code) = process.end();
    assert!(said.contains("finished in hand"), "{said}");
    assert_eq!(code, Some(0));
}

#[test]
fn an_interrupt_is_as_soft_as_a_termination() {
    let process = Process::start("obedient");
    process.signal("-INT");
    assert_eq!(process.end().1, Some(0));
}

#[test]
fn a_second_signal_ends_it_hard_with_a_failure() {
    let mut process = Process::start("stubborn");
    process.signal("-TERM");
    process.wait_for("told to stop");
    process.signal("-TERM");
    let (said, code) = process.end();
    assert!(said.contains("second signal; unfinished: stubborn"), "{said}");
    assert_eq!(code, Some(3));
}

#[test]
fn the_deadline_ends_it_hard_with_a_failure() {
    let process = Process::start("late");
    process.signal("-TERM");
    let (said, code) = process.end();
    assert!(said.contains("deadline; unfinished: late"), "{said}");
    assert_eq!(code, Some(3));
}

#[test]
fn a_task_that_fails_takes_the_process_down() {
    let (said, code) = Process::start("fails").end();
    assert!(said.contains("fails: disk full"), "{said}");
    assert_eq!(code, Some(3));
}

#[test]
fn a_task_that_panics_takes_the_process_down() {
    let (said, code) = Process::start("panics").end();
    assert!(said.contains("panics panicked"), "{said}");
    assert_eq!(code, Some(3));
}

#[test]
fn a_task_that_ends_unasked_takes_the_process_down() {
    let (said, code) = Process::start("leaves").end();
    assert!(said.contains("leaves ended by itself"), "{said}");
    assert_eq!(code, Some(3));
}

#[test]
fn a_task_that_fails_during_the_soft_end_makes_a_failure_of_it() {
    let process = Process::start("fails late");
    process.signal("-TERM");
    let (said, code) = process.end();
    assert!(said.contains("fails late: lost something"), "{said}");
    assert_eq!(code, Some(3));
}

/// Not a test of its own: the process that the others start.
#[tokio::test]
async fn the_process_to_end() {
    let Ok(script) = std::env::var(SCRIPT) else { return };
    let stop = CancellationToken::new();
    let mut tasks = Tasks::new(stop.clone());
    let signals = Signals::install().unwrap();
    tasks.background("idle", std::future::pending());
    println!("\nstarted");
    let deadline = Duration::from_millis(if script == "late" { 200 } else { 20_000 });
    add(&mut tasks, &script, stop);
    match tasks.run(signals, deadline).await {
        Ok(()) => std::process::exit(0),
        Err(failure) => println!("{failure}"),
    }
    std::process::exit(3);
}

fn add(tasks: &mut Tasks, script: &str, stop: CancellationToken) {
    match script {
        "obedient" => tasks.serve("obedient", async move {
            stop.cancelled().await;
            tokio::task::yield_now().await;
            println!("finished in hand");
            Ok(())
        }),
        "stubborn" => tasks.serve("stubborn", async move {
            stop.cancelled().await;
            println!("told to stop");
            std::future::pending().await
        }),
        "late" => tasks.serve("late", std::future::pending()),
        "fails" => tasks.serve("fails", async { Err(anyhow::anyhow!("disk full")) }),
        "panics" => tasks.serve("panics", async { panic!("as asked") }),
        "leaves" => tasks.serve("leaves", async { Ok(()) }),
        "fails late" => tasks.serve("fails late", async move {
            stop.cancelled().await;
            Err(anyhow::anyhow!("lost something"))
        }),
        other => panic!("no script {other}"),
    }
}
