//! Mutual TLS between edges and delivery processes.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::{Context, Result, ensure};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject};
use serde_json::json;
use tmtp_testkit::{
    ask,
    pki::{NAME, Pki},
    server::{Layout, Server, Shape, SitePlan},
    tls,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_rustls::TlsConnector;

/// What an HTTP/2 client says first, with empty settings; a server that listens answers with its own.
const HELLO: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

async fn start() -> Result<Server> {
    let layout = Layout {
        sites: vec![SitePlan { name: "Plain", hosts: &["plain.test"], settings: &[] }],
        edge: vec![("loopback_exempt", "true".into())],
        ..Layout::default()
    };
    Server::start(Shape::Cluster, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await
}

/// Trusts this CA, and shows its certificate.
fn connector(pki: &Pki) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&pki.ca)?)?;
    let chain = vec![CertificateDer::from_pem_file(&pki.cert)?];
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, PrivateKeyDer::from_pem_file(&pki.key)?)?;
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Whether a delivery process answers.
async fn is_heard(connector: &TlsConnector, by: SocketAddr) -> bool {
    let said = async {
        let tcp = TcpStream::connect(by).await?;
        let mut tls = connector.connect(ServerName::try_from(NAME)?, tcp).await?;
        tls.write_all(HELLO).await?;
        anyhow::Ok(tls.read_u8().await?)
    };
    timeout(Duration::from_secs(10), said).await.is_ok_and(|said| said.is_ok())
}

async fn messages_flow(server: &Server) -> Result<()> {
    let (mut ann, mut bob) = (server.member("Ann").await?, server.member("Bob").await?);
    // They are on different edges.
    let id = ann.accepted(&ask::post(&[&bob.me.uid]), b"one").await?;
    bob.take("delivery").await?.expect(&json!({"id": id}))?;
    let id = bob.accepted(&ask::post(&[&ann.me.uid]), b"two").await?;
    ann.take("delivery").await?.expect(&json!({"id": id}))?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delivery_hears_nobody_without_a_certificate_of_our_ca() -> Result<()> {
    let server = start().await?;
    let folder = tempfile::tempdir()?;
    let own = connector(&Pki::at(&server.folder().join("internal")))?;
    let mut foreign = Pki::make(folder.path())?;
    foreign.ca = Pki::at(&server.folder().join("internal")).ca;
    for by in &server.delivery {
        ensure!(is_heard(&own, *by).await);
        ensure!(!is_heard(&connector(&foreign)?, *by).await, "a certificate of another CA");
        ensure!(!is_heard(&tls::connector()?, *by).await, "no certificate");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ends_take_up_renewed_certificates_without_a_restart() -> Result<()> {
    let server = start().await?;
    let internal = server.folder().join("internal");
    let former = connector(&Pki::at(&internal))?;
    let renewed = connector(&Pki::make(&internal)?)?;
    for by in &server.delivery {
        let taken_up = async {
            while is_heard(&former, *by).await || !is_heard(&renewed, *by).await {
                sleep(Duration::from_millis(200)).await;
            }
        };
        timeout(Duration::from_secs(30), taken_up)
            .await
            .context("the renewed certificate is not taken up")?;
    }
    // Connections that were open stay so: these have to be made anew, by edges that still run.
    for name in ["delivery0", "delivery1"] {
        server.process(name)?.kill()?;
        server.process(name)?.start_again()?;
    }
    server.wait_ready().await?;
    Box::pin(messages_flow(&server)).await
}
