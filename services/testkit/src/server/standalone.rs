//! The shape with nothing to install: one process.

use std::{net::SocketAddr, path::Path};

use anyhow::{Context, Result};

use super::{Layout, OPERATOR_KEY, Server, Shape};
use crate::{ports, process::Process};

/// Starts `tmtpd standalone` with the sites made beforehand.
pub async fn start(program: &Path, layout: &Layout) -> Result<Server> {
    let folder = tempfile::Builder::new().prefix("tmtp-standalone-").tempdir()?;
    let first = layout.sites.first().context("a server has a site")?;
    let (edge, http, api) = (ports::free_addr()?, ports::free_addr()?, ports::free_addr()?);
    let at = folder.path();
    let config = at.join("tmtpd.toml");
    std::fs::write(&config, settings(at, layout, [edge, http, api], first.hosts[0]))?;
    let path = config.display().to_string();
    super::run(program, &["migrate", "--config", &path]).await?;
    super::cluster::make_sites(program, &path, at, layout).await?;
    let command = vec![program.display().to_string(), "standalone".into(), "--config".into(), path];
    let process = Process::start("standalone", command, at, http)?;
    process.wait_ready().await?;
    Ok(Server {
        shape: Shape::Standalone,
        edges: vec![edge],
        delivery: Vec::new(),
        api,
        processes: vec![process],
        backing: None,
        host: first.hosts[0].to_owned(),
        turn: Default::default(),
        program: program.to_owned(),
        folder,
    })
}

/// Starts `tmtpd dev`, and waits for its line `ready`.
pub async fn start_dev(program: &Path, data: &Path, arguments: &[&str]) -> Result<Server> {
    let folder = tempfile::Builder::new().prefix("tmtp-dev-").tempdir()?;
    let (edge, http, api) = (ports::free_addr()?, ports::free_addr()?, ports::free_addr()?);
    let given = [
        &program.display().to_string(),
        "dev",
        "--data",
        &data.display().to_string(),
        "--tmtp-addr",
        &edge.to_string(),
        "--http-addr",
        &http.to_string(),
        "--api-addr",
        &api.to_string(),
    ];
    let command = given.into_iter().chain(arguments.iter().copied()).map(ToOwned::to_owned).collect();
    let process = Process::start("standalone", command, folder.path(), http)?;
    process.wait_line("ready").await?;
    process.wait_ready().await?;
    Ok(Server {
        shape: Shape::Standalone,
        edges: vec![edge],
        delivery: Vec::new(),
        api,
        processes: vec![process],
        backing: None,
        host: "demo.localhost".to_owned(),
        turn: Default::default(),
        program: program.to_owned(),
        folder,
    })
}

fn settings(folder: &Path, layout: &Layout, [edge, http, api]: [SocketAddr; 3], host: &str) -> String {
    let folder = folder.display();
    let edge_more: String = layout.edge.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    let more = &layout.more;
    format!(
        r#"
[store]
url = "sqlite://{folder}/tmtp.sqlite"
[bodies]
kind = "directory"
directory = "{folder}/bodies"
[bus]
kind = "memory"
[control]
listen = ["{api}"]
private_providers = true
operator_key = "{OPERATOR_KEY}"
requests_per_minute_max = 1000000
[http]
listen = "{http}"
[edge]
listen = ["{edge}"]
default_host = "{host}"
certificates = "{folder}/certificates"
{edge_more}{more}"#
    )
}
