//! A server under test, in one of its two shapes: one process with nothing to install, or a cluster of processes on
//! a private Postgres and Redis.

mod cluster;
mod standalone;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    client::{Account, Address, Client},
    process::Process,
    talk::unique,
    tls, turn,
};

pub use cluster::Backing;

/// The key of an operator that every server but the demo takes.
pub const OPERATOR_KEY: &str = "tmtp_an-operator-of-tests-and-nothing-else";

/// Which shape a server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One process, SQLite, in-process bus.
    Standalone,
    /// One control, two delivery, two edge processes, Postgres, Redis.
    Cluster,
}

/// A site that a server is to have.
#[derive(Debug, Clone)]
pub struct SitePlan {
    /// What clients are told.
    pub name: &'static str,
    /// The host names that lead to it; at least one.
    pub hosts: &'static [&'static str],
    /// Settings that differ from the defaults, besides open registration.
    pub settings: &'static [(&'static str, &'static str)],
}

/// What a server is to be like.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Its sites. The first serves clients that send no server name.
    pub sites: Vec<SitePlan>,
    /// Settings of the section `[edge]`, as TOML values.
    pub edge: Vec<(&'static str, String)>,
    /// More sections for the configuration of every process, as TOML.
    pub more: String,
    /// Whether a breakable proxy stands on every way between processes.
    pub proxied: bool,
    /// The bus of a cluster, as the section `[bus]`, where it is not to be its own Redis. It is not proxied.
    pub bus: Option<String>,
    /// Where large bodies of a cluster are, as the section `[bodies]`, where not in a directory.
    pub bodies: Option<String>,
}

/// A server under test.
#[derive(Debug)]
pub struct Server {
    /// Its shape.
    pub shape: Shape,
    /// Where its edges accept TMTP.
    pub edges: Vec<SocketAddr>,
    /// Where its delivery processes are called, with mutual TLS; the certificates are in the folder `internal`.
    pub delivery: Vec<SocketAddr>,
    /// Where its API is.
    pub api: SocketAddr,
    /// Its processes.
    pub processes: Vec<Process>,
    /// What a cluster stands on.
    pub backing: Option<Backing>,
    host: String,
    turn: AtomicUsize,
    program: PathBuf,
    folder: TempDir,
}

/// With `TMTP_KEEP` set, its folder with all logs and configuration stays, to be looked at.
impl Drop for Server {
    fn drop(&mut self) {
        self.folder.disable_cleanup(std::env::var_os("TMTP_KEEP").is_some());
    }
}

impl Server {
    /// Starts a server of this shape; returns when all of it is ready.
    ///
    /// # Errors
    /// When something does not start.
    pub async fn start(shape: Shape, program: &Path, layout: &Layout) -> Result<Self> {
        match shape {
            Shape::Standalone => standalone::start(program, layout).await,
            Shape::Cluster => cluster::start(program, layout).await,
        }
    }

    /// Starts the demo in a data folder that the caller keeps, with these more arguments; returns when it has printed
    /// that it is ready.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_dev(program: &Path, data: &Path, arguments: &[&str]) -> Result<Self> {
        standalone::start_dev(program, data, arguments).await
    }

    /// The address of an edge, and the server name of this site; edges beyond the last are counted from the first.
    pub fn address_of(&self, edge: usize, host: Option<&str>) -> Address {
        Address { socket: self.edges[edge % self.edges.len()], host: host.map(ToOwned::to_owned) }
    }

    /// Where the next member goes: the first site, the edges taking turns. Each sentence of a suite has turns of its own, from
    /// the first edge on.
    pub fn address(&self) -> Address {
        self.address_at(&self.host.clone())
    }

    /// The same for the site with this host name.
    pub fn address_at(&self, host: &str) -> Address {
        let turn = turn::next(host).unwrap_or_else(|| self.turn.fetch_add(1, Ordering::Relaxed));
        self.address_of(turn, Some(host))
    }

    /// One address of the first site for each edge.
    pub fn addresses(&self) -> Vec<Address> {
        (0..self.edges.len()).map(|edge| self.address_of(edge, Some(&self.host))).collect()
    }

    /// A new member of the first site, logged in, whose alias begins like this.
    ///
    /// # Errors
    /// When it cannot register.
    pub async fn member(&self, name: &str) -> Result<Client> {
        Client::register(&self.address(), &unique(name)).await
    }

    /// A new member with two nodes, both logged in, on different edges where there are several.
    ///
    /// # Errors
    /// When that cannot be had.
    pub async fn two_nodes(&self, name: &str) -> Result<(Client, Client)> {
        let mut first = self.member(name).await?;
        let account = first.add_node("phone").await?;
        let second = Client::enter_first(&self.address(), &account).await?;
        first.take("login").await?;
        Ok((first, second))
    }

    /// A connection without a login.
    ///
    /// # Errors
    /// When the server does not take it.
    pub async fn stranger(&self) -> Result<Client> {
        Client::connect(&self.address()).await
    }

    /// A node logs in where nothing waits for it; its `login` message is taken.
    ///
    /// # Errors
    /// When it cannot, or something waits.
    pub async fn enter(&self, account: &Account) -> Result<Client> {
        Client::enter(&self.address(), account).await
    }

    /// A node logs in; what waits for it is left to the caller.
    ///
    /// # Errors
    /// When it cannot.
    pub async fn login(&self, account: &Account) -> Result<Client> {
        Ok(Client::login(&self.address(), account).await?.0)
    }

    /// The certificate that an edge shows to clients of a host, at a full handshake.
    ///
    /// # Errors
    /// When it shows none.
    pub async fn certificate(&self, edge: usize, host: &'static str) -> Result<Vec<u8>> {
        let socket = TcpStream::connect(self.edges[edge]).await?;
        let stream = tls::connector_without_resumption()?.connect(host.try_into()?, socket).await?;
        let chain = stream.get_ref().1.peer_certificates().context("a certificate")?;
        Ok(chain.first().context("a certificate")?.to_vec())
    }

    /// The process with this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn process(&self, name: &str) -> Result<&Process> {
        self.processes.iter().find(|p| p.name() == name).with_context(|| format!("no process {name}"))
    }

    /// The process that clients talk to: the only one, or the first edge.
    ///
    /// # Errors
    /// When there is none.
    pub fn front(&self) -> Result<&Process> {
        self.processes.iter().find(|p| p.name() == "standalone" || p.name() == "edge0").context("a front")
    }

    /// Waits until every process is ready.
    ///
    /// # Errors
    /// When one ended or does not get ready.
    pub async fn wait_ready(&self) -> Result<()> {
        for process in &self.processes {
            process.wait_ready().await?;
        }
        Ok(())
    }

    /// Waits until every process sends and hears by the bus.
    ///
    /// # Errors
    /// When that takes too long.
    pub async fn wait_on_bus(&self) -> Result<()> {
        let all = async {
            for process in &self.processes {
                while process.bus_up().await? < 1.0 {
                    sleep(Duration::from_millis(100)).await;
                }
            }
            Ok(())
        };
        timeout(Duration::from_secs(30), all).await.context("the bus is not back")?
    }

    /// Checks that every process runs, and that none of them raised an alarm but those that contain one of these texts.
    ///
    /// # Errors
    /// Names what ended or lists the lines.
    pub fn check_processes(&self, expected: &[&str]) -> Result<()> {
        for process in &self.processes {
            if !process.is_running() {
                bail!("{} has ended:\n{}", process.name(), crate::leash::tail(&process.log()));
            }
            process.check_log(expected)?;
        }
        Ok(())
    }

    /// Runs the program under test to its end, with these arguments; returns what it printed.
    ///
    /// # Errors
    /// When it fails.
    pub async fn command(&self, arguments: &[&str]) -> Result<String> {
        run(&self.program, arguments).await
    }

    /// The configuration file that commands for operators are to be given.
    pub fn config(&self) -> String {
        let name = match self.shape {
            Shape::Standalone => "tmtpd.toml",
            Shape::Cluster => "control0.toml",
        };
        self.folder.path().join(name).display().to_string()
    }

    /// Where its store is, for who looks into it beside it.
    pub fn store_url(&self) -> String {
        match &self.backing {
            Some(backing) => backing.postgres.url("tmtp"),
            None => format!("sqlite://{}/tmtp.sqlite", self.folder().display()),
        }
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Runs a program to its end without blocking the test's other tasks.
async fn run(program: &Path, arguments: &[&str]) -> Result<String> {
    let mut command = vec![program.display().to_string()];
    command.extend(arguments.iter().map(|a| (*a).to_owned()));
    tokio::task::spawn_blocking(move || crate::leash::run(&command)).await?
}
