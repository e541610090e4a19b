//! The site under test, and what all scenarios are told in the same way.

use std::{
    fs,
    net::{SocketAddr, ToSocketAddrs as _},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::{
    link::{account, dial::Target},
    measure::procs::{self, Process},
};

/// The site under test, and where to put what is found.
#[derive(Debug, Clone, Args)]
pub struct Site {
    /// Where its edges listen, by name or address; links are spread over them.
    #[arg(long = "target", value_delimiter = ',', value_name = "HOST:PORT,..")]
    named: Vec<String>,
    #[arg(skip)]
    pub target: Vec<SocketAddr>,
    /// The host name to send [default: none, which leads to the default site].
    #[arg(long, value_name = "NAME")]
    pub host: Option<String>,
    /// Processes whose memory and processor time to report, with their children.
    #[arg(long, value_delimiter = ',', value_name = "NAME=PID,..", value_parser = procs::parse)]
    pub process: Vec<Process>,
    /// The database, for the yardstick: what a plain client gets out of it. Works in a schema of its own.
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// The folder of a cluster that deploy/cluster.sh started, in place of the above: targets, processes, database.
    #[arg(long, value_name = "DIR")]
    pub cluster: Option<PathBuf>,
    #[command(flatten)]
    pub output: Output,
}

/// Where to put what is found.
#[derive(Debug, Clone, Args)]
pub struct Output {
    /// What to call this run in reports.
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    pub label: String,
    /// Write all of it here, as JSON; `-`: as the last line that is printed.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Seconds for each yardstick; 0 leaves them out.
    #[arg(long, default_value_t = 3, value_name = "S", value_parser = clap::value_parser!(u64).range(0..=60))]
    pub yardstick_seconds: u64,
}

impl Site {
    /// With the addresses of what is named, and what the folder of a cluster tells.
    pub fn complete(mut self) -> Result<Self> {
        for name in &self.named {
            let found = name.to_socket_addrs().with_context(|| format!("--target {name}: HOST:PORT"))?;
            self.target.extend(found);
        }
        if let Some(folder) = self.cluster.take() {
            let cluster =
                Cluster::read(&folder).with_context(|| format!("cluster in {}", folder.display()))?;
            self.target.extend(cluster.targets);
            self.process.extend(cluster.processes);
            self.postgres = self.postgres.or(cluster.postgres);
        }
        ensure!(!self.target.is_empty(), "say where the site is: --target HOST:PORT or --cluster DIR");
        Ok(self)
    }

    /// The processes that members are linked to: those that are called so, or else all.
    pub fn fronts(&self) -> Vec<Process> {
        let is_front =
            |process: &&Process| process.name.contains("edge") || process.name.contains("standalone");
        let fronts: Vec<_> = self.process.iter().filter(is_front).cloned().collect();
        if fronts.is_empty() { self.process.clone() } else { fronts }
    }

    /// Its addresses.
    pub fn targets(&self) -> Vec<Target> {
        account::targets(&self.target, self.host.as_deref())
    }
}

/// What deploy/cluster.sh left in its folder.
#[derive(Default)]
struct Cluster {
    targets: Vec<SocketAddr>,
    processes: Vec<Process>,
    postgres: Option<String>,
}

impl Cluster {
    fn read(folder: &Path) -> Result<Self> {
        let mut cluster = Self::default();
        let mut files: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        files.sort_by_key(fs::DirEntry::file_name);
        for path in files.into_iter().map(|file| file.path()) {
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            match path.extension().and_then(|kind| kind.to_str()) {
                Some("pid") => cluster.add_process(&name, &fs::read_to_string(&path)?)?,
                Some("toml") => cluster.add_settings(&name, &fs::read_to_string(&path)?)?,
                _ => {}
            }
        }
        Ok(cluster)
    }

    fn add_process(&mut self, name: &str, pid: &str) -> Result<()> {
        let pid = pid.split_whitespace().next().context("an empty file of a process id")?;
        self.processes.push(Process::new(name, pid.parse()?));
        Ok(())
    }

    /// Edges and processes that are all in one have a port for members.
    fn add_settings(&mut self, name: &str, text: &str) -> Result<()> {
        let settings: toml::Table = text.parse()?;
        let setting = |section: &str, key: &str| settings.get(section)?.get(key);
        if name.starts_with("edge") || name.starts_with("standalone") {
            for address in setting("edge", "listen").and_then(toml::Value::as_array).into_iter().flatten() {
                self.targets.push(address.as_str().context("edge.listen")?.parse()?);
            }
        }
        let store = setting("store", "url").and_then(toml::Value::as_str);
        if let Some(url) = store.filter(|url| url.starts_with("postgres://")) {
            self.postgres = Some(url.to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_cluster_tells_targets_processes_and_database() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        file("edge1.pid", "17 12345\n");
        file("edge1.toml", "[edge]\nlisten = [\"127.0.0.1:7443\"]\n[store]\nurl = \"postgres://p@h/db\"\n");
        file("delivery1.toml", "[edge]\nlisten = [\"127.0.0.1:9\"]\n");
        let cluster = Cluster::read(folder.path()).unwrap();
        assert_eq!(cluster.targets, ["127.0.0.1:7443".parse().unwrap()]);
        assert_eq!(cluster.processes, [Process::new("edge1", 17)]);
        assert_eq!(cluster.postgres.as_deref(), Some("postgres://p@h/db"));
    }
}
