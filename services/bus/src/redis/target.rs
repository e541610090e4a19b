//! Where to connect: one server, whom the Sentinels name, or any node of a Cluster.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rand::seq::SliceRandom;
use redis::{Client, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, TlsCertificates};

use super::connection::{Connection, Fault, Limits};
use super::sentinel::{self, Login};
use crate::hub::Hub;
use crate::{BusOptions, Error, Mode};

/// Knows the way, for as many connections as are needed.
#[derive(Debug)]
pub(super) struct Target {
    mode: Mode,
    clients: Vec<Client>,
    login: Login,
    pub(super) heartbeat: Duration,
    pub(super) answer: Duration,
}

impl Target {
    pub(super) fn new(options: &BusOptions) -> Result<Self, Error> {
        if options.urls.is_empty() {
            return Err(Error::NoUrls);
        }
        if options.mode == Mode::Sentinel && options.master.is_empty() {
            return Err(Error::NoMaster);
        }
        let certificates = options.ca.as_deref().map(read_certificates).transpose()?;
        let client = |(position, url): (usize, &String)| {
            let position = position + 1;
            let info = connection_info(url).ok_or(Error::Url { position })?;
            if options.require_tls && (!url.starts_with("rediss://") || url.contains("#insecure")) {
                return Err(Error::InTheClear { position });
            }
            build(info, certificates.as_ref())
        };
        Ok(Self {
            mode: options.mode,
            clients: options.urls.iter().enumerate().map(client).collect::<Result<_, _>>()?,
            login: Login::new(options, certificates),
            heartbeat: Duration::from_millis(options.heartbeat_ms),
            answer: Duration::from_millis(options.answer_ms),
        })
    }

    /// A connection that was seen to work. Tries the places in random order, so that processes spread over them.
    /// Its answers may take as long as `answer` says.
    pub(super) async fn connect(
        &self,
        answer: Duration,
        hub: Option<&Arc<Hub>>,
    ) -> Result<Connection, Fault> {
        let limits = Limits { dial: self.answer, answer };
        let mut clients: Vec<&Client> = self.clients.iter().collect();
        clients.shuffle(&mut rand::rng());
        let mut fault = Fault::Nowhere;
        for client in clients {
            // Boxed: dialling needs room, the task that dials keeps it for its whole life.
            match Box::pin(self.connect_by(client, limits, hub.cloned())).await {
                Ok(connection) => return Ok(connection),
                Err(other) => fault = other,
            }
        }
        Err(fault)
    }

    async fn connect_by(
        &self,
        client: &Client,
        limits: Limits,
        hub: Option<Arc<Hub>>,
    ) -> Result<Connection, Fault> {
        match self.mode {
            Mode::Single | Mode::Cluster => Connection::open(client, self.mode, limits, hub).await,
            Mode::Sentinel => {
                let master = sentinel::master(client, &self.login, limits).await?;
                Connection::open(&master, self.mode, limits, hub).await
            }
        }
    }
}

/// RESP3, so that hints and answers share a connection.
fn connection_info(url: &str) -> Option<ConnectionInfo> {
    let info = url.into_connection_info().ok()?;
    let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
    Some(info.set_redis_settings(settings))
}

/// A client for one address; connects to nothing yet.
pub(super) fn build(info: ConnectionInfo, certificates: Option<&TlsCertificates>) -> Result<Client, Error> {
    let is_tls = matches!(info.addr(), redis::ConnectionAddr::TcpTls { .. });
    let built = match certificates {
        Some(certificates) if is_tls => Client::build_with_tls(info, certificates.clone()),
        _ => Client::open(info),
    };
    built.map_err(|_| Error::Certificates)
}

fn read_certificates(path: &Path) -> Result<TlsCertificates, Error> {
    let pem = std::fs::read(path).map_err(|source| Error::Ca { path: path.to_owned(), source })?;
    Ok(TlsCertificates { client_tls: None, root_cert: Some(pem) })
}
