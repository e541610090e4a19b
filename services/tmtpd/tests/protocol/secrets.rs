//! Section 5 and 6: what must not stay behind at a server.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tmtp_testkit::{ask, sentences, server::Server, suite::Sentence, talk::unique};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        neither_content_nor_secrets_nor_names_are_logged,
        a_line_of_a_log_is_one_event_and_those_of_a_session_name_it_and_its_site,
    ]
}

async fn neither_content_nor_secrets_nor_names_are_logged(server: &Server) -> Result<()> {
    let (mut alice, mut bob) = (server.member("Alice Loggable").await?, server.member("Bob Loggable").await?);
    let mark = unique("written in confidence");
    alice.accepted(&ask::post(&[&bob.me.uid]), mark.as_bytes()).await?;
    alice.accepted(&ask::ping(&alice.me.alias.clone(), &bob.me.alias), mark.as_bytes()).await?;
    bob.take("delivery").await?;
    bob.take("ping").await?;
    alice.refused(&ask::ping(&mark, &mark), b"").await?;
    let secrets = [mark.as_str(), "written in confidence", &alice.me.nodeid, &bob.me.nodeid, "Loggable"];
    for process in &server.processes {
        let log = std::fs::read(process.log())?;
        let log = String::from_utf8_lossy(&log);
        for secret in secrets {
            ensure!(!log.contains(secret), "{} logged {secret:?}", process.name());
        }
    }
    Ok(())
}

async fn a_line_of_a_log_is_one_event_and_those_of_a_session_name_it_and_its_site(
    server: &Server,
) -> Result<()> {
    server.member("Gone").await?.quit().await?;
    let mut sessions = 0;
    for process in &server.processes {
        for line in std::fs::read_to_string(process.log())?.lines() {
            let event: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
            for field in ["timestamp", "level", "target", "message"] {
                ensure!(event[field].is_string(), "no {field}: {line}");
            }
            if event["message"] == "link ended while reading" {
                let parts = event["session"].as_str().and_then(|session| session.split_once('.'));
                let (node, epoch) = parts.with_context(|| line.to_owned())?;
                ensure!(event["site"].as_i64() > Some(0), "{line}");
                ensure!(node.parse::<i64>().is_ok() && epoch.parse::<i64>().is_ok(), "{line}");
                sessions += 1;
            }
        }
    }
    ensure!(sessions > 0, "no session is told of");
    Ok(())
}
