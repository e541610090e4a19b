//! A private certificate authority that speaks ACME (Pebble), with its own view of DNS, where every name leads here. What it
//! issues ends soon, so that a renewal can be seen.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use anyhow::Context;
use rcgen::{CertificateParams, KeyPair};
use serde_json::json;

use crate::{
    leash::{self, Leash, words},
    ports,
};

const START_LIMIT: Duration = Duration::from_secs(30);

/// An authority that may be started later than its address is known.
#[derive(Debug)]
pub struct Pebble {
    folder: PathBuf,
    directory: SocketAddr,
    management: SocketAddr,
    running: Vec<Leash>,
}

impl Pebble {
    /// Makes its certificate and settles its address, and does not start it.
    ///
    /// # Errors
    /// When there is no place for it.
    pub fn prepare() -> anyhow::Result<Self> {
        let folder = leash::fresh_folder("tmtp-pebble-")?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec!["127.0.0.1".to_owned()])?.self_signed(&key)?;
        std::fs::write(folder.join("own.pem"), certificate.pem())?;
        std::fs::write(folder.join("own.key"), key.serialize_pem())?;
        let (directory, management) = (ports::free_addr()?, ports::free_addr()?);
        Ok(Self { folder, directory, management, running: Vec::new() })
    }

    /// Where its directory is.
    pub fn directory(&self) -> String {
        format!("https://{}/dir", self.directory)
    }

    /// What vouches for its own certificate.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("own.pem")
    }

    /// Starts it: it looks at hosts by TLS at this port, and what it issues is good for so long.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&mut self, tls_port: u16, good_for: Duration) -> anyhow::Result<()> {
        let dns = ports::free_addr()?;
        let names = [
            "pebble-challtestsrv",
            "-defaultIPv4",
            "127.0.0.1",
            "-defaultIPv6",
            "",
            "-dns01",
            &dns.to_string(),
            "-http01",
            "",
            "-https01",
            "",
            "-tlsalpn01",
            "",
            "-management",
            &ports::free_addr()?.to_string(),
        ];
        let names = Leash::start(&words(&names), &self.folder.join("dns.log"), None)?;
        let config = json!({"pebble": {
            "listenAddress": self.directory.to_string(),
            "managementListenAddress": self.management.to_string(),
            "certificate": self.folder.join("own.pem"),
            "privateKey": self.folder.join("own.key"),
            "httpPort": 1,
            "tlsPort": tls_port,
            "certificateValidityPeriod": good_for.as_secs(),
        }});
        let path = self.folder.join("pebble.json");
        std::fs::write(&path, config.to_string())?;
        let command = [
            "env",
            "PEBBLE_VA_NOSLEEP=1",
            "pebble",
            "-config",
            &path.display().to_string(),
            "-dnsserver",
            &dns.to_string(),
        ];
        let log = self.folder.join("pebble.log");
        let pebble = Leash::start(&words(&command), &log, None)?;
        self.running = vec![names, pebble];
        let listens =
            || [self.directory, self.management].iter().all(|a| std::net::TcpStream::connect(a).is_ok());
        leash::poll(START_LIMIT, listens)
            .with_context(|| format!("Pebble does not start\n{}", leash::tail(&log)))
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        self.running.clear();
        leash::remove_folder(&self.folder);
    }
}
