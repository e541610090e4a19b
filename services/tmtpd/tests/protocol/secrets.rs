//! Section 5 and 6: what must not stay behind at a server.

use anyhow::{Result, ensure};
use tmtp_testkit::{ask, sentences, server::Server, suite::Sentence, talk::unique};

pub fn sentences() -> Vec<Sentence<Server>> {
    sentences![Server;
        neither_content_nor_secrets_nor_names_are_logged,
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
