//! Asks a Sentinel who the master is.

use redis::{
    Client, ConnectionAddr, IntoConnectionInfo, ProtocolVersion, RedisConnectionInfo, TlsCertificates,
};
use tmtp_platform::Secret;

use super::connection::{Connection, Fault, Limits};
use super::target::build;
use crate::{BusOptions, Mode};

/// How to log in at the server that a Sentinel names. With TLS if the Sentinel itself is reached with TLS.
#[derive(Debug)]
pub(super) struct Login {
    master: String,
    username: String,
    password: Secret,
    certificates: Option<TlsCertificates>,
}

impl Login {
    pub(super) fn new(options: &BusOptions, certificates: Option<TlsCertificates>) -> Self {
        Self {
            master: options.master.clone(),
            username: options.username.clone(),
            password: options.password.clone(),
            certificates,
        }
    }

    fn settings(&self) -> RedisConnectionInfo {
        let mut settings = RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP3);
        if !self.username.is_empty() {
            settings = settings.set_username(&self.username);
        }
        if !self.password.is_empty() {
            settings = settings.set_password(self.password.expose());
        }
        settings
    }
}

/// The master as this Sentinel sees it; whether it truly is, its own word on its role must show.
pub(super) async fn master(sentinel: &Client, login: &Login, limits: Limits) -> Result<Client, Fault> {
    let mut connection = Connection::open(sentinel, Mode::Single, limits, None).await?;
    let mut question = redis::cmd("SENTINEL");
    question.arg("GET-MASTER-ADDR-BY-NAME").arg(&login.master);
    let place: Option<(String, u16)> = connection.query(&question).await?;
    let (host, port) = place.ok_or(Fault::NoMaster)?;
    let addr = match sentinel.get_connection_info().addr() {
        ConnectionAddr::TcpTls { .. } => {
            ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
        }
        _ => ConnectionAddr::Tcp(host, port),
    };
    let info = addr.into_connection_info()?.set_redis_settings(login.settings());
    build(info, login.certificates.as_ref()).map_err(|_| Fault::NoMaster)
}
