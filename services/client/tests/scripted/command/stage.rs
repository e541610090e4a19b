//! A double of a site, a profile directory, and `tmtp` run on them.

use std::{
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use tmtp_client::Message;
use tmtp_wire::{Answer, Request};
use tokio::{io::AsyncWriteExt, process::Command};

use crate::double::{Asked, Double, Peer, SECRET, UID};

pub struct Stage {
    pub site: Double,
    pub dir: TempDir,
}

/// What a run of `tmtp` gave.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Stage {
    pub async fn new() -> Self {
        Self { site: Double::start().await, dir: tempfile::tempdir().unwrap() }
    }

    /// With an account "alice", alias "Alice Ames".
    pub async fn with_account() -> Self {
        let stage = Self::new().await;
        let site = stage.site.address().to_string();
        let args = ["register", "--site", &site, "--alias", "Alice Ames", "--account", "alice"];
        let (ran, _) = tokio::join!(stage.run(&args), stage.admit(None));
        assert_eq!(ran.code, 0, "{ran:?}");
        stage
    }

    pub fn folder(&self) -> PathBuf {
        self.dir.path().join("accounts/alice")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tmtp"));
        command.env("TMTP_PROFILE", self.dir.path()).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    pub async fn run(&self, args: &[&str]) -> Ran {
        let output = tokio::time::timeout(Duration::from_secs(60), self.command(args).output());
        Ran::from(output.await.expect("it must end").unwrap())
    }

    pub async fn run_with_stdin(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut child = self.command(args).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input).await.unwrap();
        drop(stdin);
        Ran::from(child.wait_with_output().await.unwrap())
    }

    /// Lets a new member in, and waits for its goodbye.
    pub async fn admit(&self, alias_refused: Option<&str>) -> Request {
        let mut peer = self.site.accept().await;
        peer.asked().await;
        let register = peer.asked().await.request;
        peer.answer(Answer::TmtpRev { name: "Double".into(), auth: None, auth_by: None }).await;
        let error = alias_refused.map(str::to_owned);
        peer.answer(Answer::Registered { uid: UID.into(), nodeid: SECRET.into(), error }).await;
        peer.answer(Answer::Info { ohi: Vec::new() }).await;
        peer.goodbye().await;
        register
    }

    /// Serves one command that makes one request: sends its queue, acks the request. Gives the request, and
    /// the ids acked.
    pub async fn serve(&self, queue: &[(u64, Message, &[u8])]) -> (Asked, Vec<String>) {
        let mut peer = self.site.welcome().await;
        for (id, message, data) in queue {
            peer.queued(*id, message, data).await;
        }
        let mut acked = Vec::new();
        let asked = loop {
            let asked = peer.asked().await;
            match &asked.request {
                Request::Ack { id } => acked.push(id.clone()),
                _ => break asked,
            }
        };
        let receipt = matches!(
            asked.request,
            Request::Post { .. }
                | Request::PostNotify { .. }
                | Request::Ping { .. }
                | Request::GroupInvite { .. }
        );
        peer.ack(&asked, receipt.then_some(77)).await;
        acked.extend(peer.goodbye().await);
        (asked, acked)
    }
}

impl Peer {
    /// Waits for Quit and answers it; gives the ids acked before.
    pub async fn goodbye(&mut self) -> Vec<String> {
        let mut acked = Vec::new();
        loop {
            match self.asked().await.request {
                Request::Ack { id } => acked.push(id),
                Request::Quit => break self.quit("logout ok").await,
                other => panic!("neither an ack nor Quit: {other:?}"),
            }
        }
        acked
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |octets: Vec<u8>| String::from_utf8(octets).unwrap();
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ran {
    /// The objects printed, of one kind of event.
    pub fn events(&self, kind: &str) -> Vec<Value> {
        let lines = self.out.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
        lines.filter(|object| object["event"] == kind).collect()
    }
}
