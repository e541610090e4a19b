//! Certificates that an authority issues, by a real one (Pebble): it looks at the edges, and what it issues is served.

use std::{path::Path, time::Duration};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tmtp_testkit::{
    ask,
    pebble::Pebble,
    server::{Layout, OPERATOR_KEY, Server, Shape, SitePlan},
};
use tokio::time::{sleep, timeout};
use x509_parser::parse_x509_certificate;

const HOST: &str = "bank.example.com";
const SECOND: &str = "also.bank.example.com";
/// So that a renewal can be waited for.
const GOOD_FOR: Duration = Duration::from_secs(40);
const PATIENCE: Duration = Duration::from_secs(90);

async fn start(shape: Shape, pebble: &Pebble) -> Result<Server> {
    let layout = Layout {
        sites: vec![SitePlan { name: "Bank", hosts: &[HOST], settings: &[] }],
        edge: vec![("loopback_exempt", "true".into())],
        more: format!(
            "[control.acme]\ndirectory = \"{}\"\nca = \"{}\"\n",
            pebble.directory(),
            pebble.ca().display()
        ),
        ..Layout::default()
    };
    Server::start(shape, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await
}

/// `tmtpd admin certificate ..` for the site; what it prints as JSON.
async fn certificate(server: &Server, verb: &str, more: &[&str]) -> Result<String> {
    let url = format!("http://{}", server.api);
    let admin =
        ["admin", "--json", "--server", &url, "--key", OPERATOR_KEY, "certificate", verb, "--org", "1"];
    server.command(&[&admin[..], &["--site", HOST], more].concat()).await
}

async fn state(server: &Server) -> Result<Value> {
    Ok(serde_json::from_str(&certificate(server, "show", &[]).await?)?)
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path that is no text")
}

/// What was done about certificates, the newest first.
async fn deeds(server: &Server) -> Result<Vec<String>> {
    let url = format!("http://{}", server.api);
    let admin = ["admin", "--json", "--server", &url, "--key", OPERATOR_KEY, "audit", "list", "--org", "1"];
    let log: Value = serde_json::from_str(&server.command(&admin).await?)?;
    let rows = log.as_array().into_iter().flatten().filter_map(|row| Some((row["action"].as_str()?, row)));
    let deeds = rows.filter(|(action, _)| action.starts_with("certificate."));
    let told = deeds.map(|(action, row)| match row["became"]["automatic"].as_bool() {
        Some(is_on) => format!("{action} {is_on}"),
        None => action.to_owned(),
    });
    Ok(told.collect())
}

fn names(der: &[u8]) -> String {
    parse_x509_certificate(der).map_or_else(
        |error| error.to_string(),
        |(_, parsed)| format!("{:?} by {}", parsed.subject_alternative_name(), parsed.issuer()),
    )
}

fn is_issued(der: &[u8]) -> bool {
    parse_x509_certificate(der).is_ok_and(|(_, parsed)| parsed.issuer().to_string().contains("Pebble"))
}

/// Waits until every edge shows a certificate for this host that the authority issued, and not this one.
async fn issued(server: &Server, host: &'static str, other_than: &[u8]) -> Result<Vec<u8>> {
    let wait = async {
        loop {
            let mut all = Vec::new();
            for edge in 0..server.edges.len() {
                all.push(server.certificate(edge, host).await?);
            }
            if all.iter().all(|der| is_issued(der) && der != other_than && *der == all[0]) {
                return anyhow::Ok(all.swap_remove(0));
            }
            sleep(Duration::from_millis(200)).await;
        }
    };
    match timeout(PATIENCE, wait).await {
        Ok(found) => found,
        Err(_) => anyhow::bail!("not served with an issued certificate: {}", state(server).await?),
    }
}

async fn certificates_are_issued_and_renewed(shape: Shape) -> Result<()> {
    let mut pebble = Pebble::prepare()?;
    let server = start(shape, &pebble).await?;
    ensure!(state(&server).await?["automatic_is_offered"] == true);

    // The authority does not answer: that is told, and the site is served on with what there is.
    certificate(&server, "automatic", &[]).await?;
    let failing = async {
        while state(&server).await?["automatic"]["state"] != "failing" {
            sleep(Duration::from_millis(200)).await;
        }
        anyhow::Ok(())
    };
    timeout(PATIENCE, failing).await.context("it is not told that the authority does not answer")??;
    let problem = state(&server).await?["automatic"]["problem"].to_string();
    ensure!(problem.contains("certificate authority") && problem.contains("refused"), "{problem}");
    server.member("Served On").await?;

    // It answers, and the site has one more host name, which is a reason to look at once.
    tokio::task::block_in_place(|| pebble.start(server.edges[0].port(), GOOD_FOR))?;
    let config = server.config();
    server.command(&["site", "set", "--config", &config, "--host", HOST, "--host", SECOND, HOST]).await?;
    let first = issued(&server, SECOND, b"").await?;
    let of_host = server.certificate(0, HOST).await?;
    ensure!(first == of_host, "one certificate for both names: {} {}", names(&first), names(&of_host));
    let now = state(&server).await?;
    ensure!(now["automatic"]["state"] == "good" && now["automatic"]["problem"].is_null(), "{now}");
    let (mut one, mut two) = (server.member("One").await?, server.member("Two").await?);
    one.accepted(&ask::post(&[&two.me.uid]), b"there").await?;
    ensure!(two.take("delivery").await?.data == b"there");

    // Half its time is over soon; who is connected notices nothing.
    issued(&server, HOST, &first).await?;
    one.accepted(&ask::post(&[&two.me.uid]), b"still there").await?;
    ensure!(two.take("delivery").await?.data == b"still there");

    certificate(&server, "automatic", &["--off"]).await?;
    ensure!(state(&server).await?["automatic"].is_null());

    // Who brings a certificate wants no more issued, and that is in the audit log.
    certificate(&server, "automatic", &[]).await?;
    let made = rcgen::generate_simple_self_signed([HOST.to_owned(), SECOND.to_owned()])?;
    let folder = tempfile::tempdir()?;
    let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    std::fs::write(&chain, made.cert.pem())?;
    std::fs::write(&key, made.signing_key.serialize_pem())?;
    let files = ["--chain", text(&chain)?, "--private-key", text(&key)?];
    certificate(&server, "set", &files).await?;
    let now = state(&server).await?;
    ensure!(now["automatic"].is_null() && now["own"]["self_signed"] == true, "{now}");
    let done = deeds(&server).await?;
    let expected = ["certificate.set", "certificate.automatic false", "certificate.automatic true"];
    ensure!(done.iter().zip(expected).all(|(done, expected)| done == expected), "{done:?}");
    ensure!(done.contains(&"certificate.issue".into()), "{done:?}");
    server.check_processes(&["no certificate was issued"])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_has_certificates_issued_and_renewed() -> Result<()> {
    Box::pin(certificates_are_issued_and_renewed(Shape::Standalone)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_has_certificates_issued_and_renewed() -> Result<()> {
    Box::pin(certificates_are_issued_and_renewed(Shape::Cluster)).await
}
