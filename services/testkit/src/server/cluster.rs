//! The shape for many: processes on Postgres and Redis, with breakable ways between them where a test wants that.

use std::{net::SocketAddr, path::Path};

use anyhow::{Context, Result};

use super::{Layout, OPERATOR_KEY, Server, Shape, run};
use crate::{pki::Pki, ports, postgres::Postgres, process::Process, proxy::Proxy, redis::Redis};

const DATABASE: &str = "tmtp";
const EACH: usize = 2;

/// What a cluster stands on.
#[derive(Debug)]
pub struct Backing {
    /// Its database.
    pub postgres: Postgres,
    /// Its bus.
    pub redis: Redis,
    /// From each delivery process to Postgres; empty when not proxied.
    pub to_postgres: Vec<Proxy>,
    /// From each delivery process and the edge with the same number to Redis.
    pub to_redis: Vec<Proxy>,
    /// From the edges to each delivery process.
    pub to_delivery: Vec<Proxy>,
}

/// Starts Postgres, Redis and all processes.
pub async fn start(program: &Path, layout: &Layout) -> Result<Server> {
    let folder = tempfile::Builder::new().prefix("tmtp-cluster-").tempdir()?;
    let at = folder.path();
    let first = layout.sites.first().context("a server has a site")?;
    let delivery: Vec<SocketAddr> = (0..EACH).map(|_| ports::free_addr()).collect::<Result<_>>()?;
    let edges: Vec<SocketAddr> = (0..EACH).map(|_| ports::free_addr()).collect::<Result<_>>()?;
    let backing = back(layout, &delivery).await?;
    let more = layout.more.as_str();
    let pki = Pki::make(&at.join("internal"))?;
    let plain = common(at, layout, &backing.postgres.url(DATABASE), &backing.redis.url());

    let api = ports::free_addr()?;
    let section = format!(
        "[control]\nlisten = [\"{api}\"]\nprivate_providers = true\noperator_key = \"{OPERATOR_KEY}\"\n"
    );
    let control = Role::new("control", 0, at, [&plain, &section, more])?;
    run(program, &["migrate", "--config", &control.config]).await?;
    make_sites(program, &control.config, at, layout).await?;
    let mut roles = vec![control];
    for (n, listen) in delivery.iter().enumerate() {
        let shared = common(at, layout, &backing.postgres_url(n), &backing.redis_url(n));
        let own = format!(
            "[control]\npublic_url = \"http://{api}\"\nprivate_providers = true\n[delivery]\nlisten = \"{listen}\"\n{}",
            pki.of_server()
        );
        roles.push(Role::new("delivery", n, at, [&shared, &own, more])?);
    }
    for (n, listen) in edges.iter().enumerate() {
        let reached = backing.delivery_urls(&delivery, n);
        let shared = bus(layout, &backing.redis_url(n));
        roles.push(Role::new(
            "edge",
            n,
            at,
            [
                &shared,
                &(edge_section(at, layout, *listen, &reached, first.hosts[0]) + &pki.of_client()),
                more,
            ],
        )?);
    }
    let processes = roles.iter().map(|role| role.start(program, at)).collect::<Result<Vec<_>>>()?;
    let server = Server {
        shape: Shape::Cluster,
        edges,
        delivery,
        api,
        processes,
        backing: Some(backing),
        host: first.hosts[0].to_owned(),
        turn: Default::default(),
        program: program.to_owned(),
        folder,
    };
    server.wait_ready().await?;
    Ok(server)
}

/// Makes certificates, one for clients without a server name among them, and sites.
pub async fn make_sites(program: &Path, config: &str, folder: &Path, layout: &Layout) -> Result<()> {
    let certificates = folder.join("certificates").display().to_string();
    std::fs::create_dir_all(&certificates)?;
    let default = layout.sites.first().map_or("localhost", |site| site.hosts[0]);
    run(program, &["certificate", "--host", default, "--file-name", "default", "--out", &certificates])
        .await?;
    for site in &layout.sites {
        for host in site.hosts {
            run(program, &["certificate", "--host", host, "--out", &certificates]).await?;
        }
        // Tests are many strangers at once.
        let mut settings =
            ["registration=open", "open_registrations_per_hour_max=1000000"].map(str::to_owned).to_vec();
        settings.extend(site.settings.iter().map(|(key, value)| format!("{key}={value}")));
        let mut create = vec!["site", "create", "--config", config, "--name", site.name];
        site.hosts.iter().for_each(|host| create.extend(["--host", host]));
        create.extend(settings.iter().map(String::as_str));
        run(program, &create).await?;
    }
    Ok(())
}

async fn back(layout: &Layout, delivery: &[SocketAddr]) -> Result<Backing> {
    let (postgres, redis) = tokio::task::spawn_blocking(|| -> Result<_> {
        let postgres = Postgres::start()?;
        postgres.create_database(DATABASE)?;
        Ok((postgres, Redis::start()?))
    })
    .await??;
    let mut backing = Backing { postgres, redis, to_postgres: vec![], to_redis: vec![], to_delivery: vec![] };
    if layout.proxied {
        for listen in delivery {
            backing
                .to_postgres
                .push(Proxy::start(SocketAddr::from(([127, 0, 0, 1], backing.postgres.port()))).await?);
            backing
                .to_redis
                .push(Proxy::start(SocketAddr::from(([127, 0, 0, 1], backing.redis.port()))).await?);
            backing.to_delivery.push(Proxy::start(listen).await?);
        }
    }
    Ok(backing)
}

impl Backing {
    fn postgres_url(&self, delivery: usize) -> String {
        match self.to_postgres.get(delivery) {
            Some(proxy) => self.postgres.url_by_port(proxy.addr().port(), DATABASE),
            None => self.postgres.url(DATABASE),
        }
    }

    fn redis_url(&self, delivery: usize) -> String {
        self.to_redis
            .get(delivery)
            .map_or_else(|| self.redis.url(), |proxy| format!("redis://{}", proxy.addr()))
    }

    /// For this edge: one is given a list of addresses, the other names to look up.
    fn delivery_urls(&self, direct: &[SocketAddr], edge: usize) -> String {
        let reach = |(n, addr): (usize, &SocketAddr)| self.to_delivery.get(n).map_or(*addr, Proxy::addr);
        let urls: Vec<String> = direct
            .iter()
            .enumerate()
            .map(reach)
            .map(|a| match edge {
                0 => format!("\"https://{a}\""),
                _ => format!("\"dns://localhost:{}\"", a.port()),
            })
            .collect();
        urls.join(", ")
    }
}

/// Settings of a process that has the store and the bus.
fn common(folder: &Path, layout: &Layout, postgres: &str, redis: &str) -> String {
    let folder = folder.display();
    let directory = || format!("[bodies]\nkind = \"directory\"\ndirectory = \"{folder}/bodies\"\n");
    let bodies = layout.bodies.clone().unwrap_or_else(directory);
    format!("[store]\nurl = \"{postgres}\"\n{bodies}{}", bus(layout, redis))
}

fn bus(layout: &Layout, redis: &str) -> String {
    let single = || format!("[bus]\nkind = \"redis\"\nmode = \"single\"\nurls = [\"{redis}\"]\n");
    layout.bus.clone().unwrap_or_else(single)
}

fn edge_section(folder: &Path, layout: &Layout, listen: SocketAddr, delivery: &str, host: &str) -> String {
    let folder = folder.display();
    let more: String = layout.edge.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    format!(
        "[edge]\nlisten = [\"{listen}\"]\ndefault_host = \"{host}\"\ncertificates = \"{folder}/certificates\"\n\
         delivery = [{delivery}]\n{more}"
    )
}

/// A process to be: its role, name, configuration file and health address.
struct Role {
    role: &'static str,
    name: String,
    config: String,
    http: SocketAddr,
}

impl Role {
    fn new(role: &'static str, number: usize, folder: &Path, [shared, own, more]: [&str; 3]) -> Result<Self> {
        let (name, http) = (format!("{role}{number}"), ports::free_addr()?);
        let path = folder.join(format!("{name}.toml"));
        std::fs::write(&path, format!("{shared}[http]\nlisten = \"{http}\"\n{own}{more}"))?;
        Ok(Self { role, name, config: path.display().to_string(), http })
    }

    fn start(&self, program: &Path, folder: &Path) -> Result<Process> {
        let words = [&program.display().to_string(), self.role, "--config", &self.config];
        Process::start(&self.name, words.map(ToOwned::to_owned).to_vec(), folder, self.http)
    }
}
