//! Private Redis: one server, a Sentinel set, a Cluster. Loopback only, nothing on disk, gone with the test.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::leash::{self, Leash, words};
use crate::ports;

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(10);
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
const MASTER: &str = "mymaster";

/// One Redis process. All calls block: they are short, and for tests.
#[derive(Debug)]
pub struct Redis {
    folder: PathBuf,
    port: u16,
    leash: Mutex<Option<Leash>>,
}

impl Redis {
    /// A fresh, empty server.
    pub fn start() -> anyhow::Result<Self> {
        Self::start_with("")
    }

    /// The same with more lines in its configuration.
    pub fn start_with(settings: &str) -> anyhow::Result<Self> {
        let port = ports::free_port()?;
        let common =
            "bind 127.0.0.1\nsave \"\"\nappendonly no\nprotected-mode no\nrepl-diskless-sync-delay 0\n";
        Self::start_by(port, &[], &format!("{common}{settings}"))
    }

    fn start_by(port: u16, args: &[&str], settings: &str) -> anyhow::Result<Self> {
        let folder = leash::fresh_folder("tmtp-redis-")?;
        let place = format!("port {port}\ndir {}\n{settings}\n", folder.display());
        std::fs::write(folder.join("redis.conf"), place)?;
        std::fs::write(folder.join("args"), args.join("\n"))?;
        let redis = Self { folder, port, leash: Mutex::new(None) };
        redis.start_again()?;
        Ok(redis)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How to reach it.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Kills it without a word (kill -9); all it knew is lost.
    pub fn kill(&self) -> anyhow::Result<()> {
        let leash = self.leash.lock().unwrap_or_else(PoisonError::into_inner).take();
        leash.context("Redis does not run")?.end("KILL", STOP_LIMIT)
    }

    /// Starts it after it was killed, on the same port. Waits until it answers.
    pub fn start_again(&self) -> anyhow::Result<()> {
        let mut leash = self.leash.lock().unwrap_or_else(PoisonError::into_inner);
        if leash.as_mut().is_some_and(Leash::is_running) {
            bail!("Redis runs already");
        }
        let started = leash.insert(self.spawn()?);
        let ready = leash::poll(START_LIMIT, || {
            !started.is_running() || self.command(&["PING"]).is_ok_and(|answer| answer == "+PONG")
        });
        if ready.is_err() || !started.is_running() {
            bail!("Redis does not start\n{}", leash::tail(&self.folder.join("log")));
        }
        Ok(())
    }

    /// Forgets every key, as an operator's slip would.
    pub fn flush_all(&self) -> anyhow::Result<()> {
        self.command(&["FLUSHALL"]).map(drop)
    }

    /// Sends one command; the first line of the answer, errors as `Err`.
    pub fn command(&self, words: &[&str]) -> anyhow::Result<String> {
        let lines = self.exchange(words)?;
        let first = lines.first().cloned().unwrap_or_default();
        if first.starts_with('-') {
            bail!("{}: {first}", words.join(" "));
        }
        Ok(first)
    }

    /// The text a command such as INFO answers.
    pub fn text(&self, words: &[&str]) -> anyhow::Result<String> {
        Ok(self.exchange(words)?.join("\n"))
    }

    fn exchange(&self, words: &[&str]) -> anyhow::Result<Vec<String>> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            request.push_str(&format!("${}\r\n{word}\r\n", word.len()));
        }
        stream.write_all(request.as_bytes())?;
        let mut lines = Vec::new();
        read_answer(&mut BufReader::new(stream), &mut lines)?;
        Ok(lines)
    }

    fn spawn(&self) -> anyhow::Result<Leash> {
        let file = self.folder.join("redis.conf").display().to_string();
        let args = std::fs::read_to_string(self.folder.join("args"))?;
        let mut command = words(&["redis-server", &file]);
        command.extend(args.lines().map(str::to_owned));
        if leash::run(&words(&["redis-server", "--version"])).is_err() {
            bail!("no Redis server here: `make test` installs one, or run deploy/install-tools.sh");
        }
        Leash::start(&command, &self.folder.join("log"), Some(&self.folder))
    }
}

/// Reads one whole answer, flat: a line for each simple value, and texts line by line below their length.
fn read_answer(from: &mut impl BufRead, lines: &mut Vec<String>) -> anyhow::Result<()> {
    let mut head = String::new();
    if from.read_line(&mut head)? == 0 {
        bail!("Redis closed the connection");
    }
    let head = head.trim_end().to_owned();
    let count = head.get(1..).and_then(|digits| digits.parse::<usize>().ok()).unwrap_or(0);
    lines.push(head.clone());
    match head.as_bytes().first() {
        Some(b'*') => (0..count).try_for_each(|_| read_answer(from, lines))?,
        Some(b'$') if head != "$-1" => {
            let mut text = vec![0; count + 2];
            from.read_exact(&mut text)?;
            lines.extend(String::from_utf8_lossy(&text[..count]).lines().map(str::to_owned));
        }
        _ => {}
    }
    Ok(())
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.leash.lock().unwrap_or_else(PoisonError::into_inner).take());
        leash::remove_folder(&self.folder);
    }
}

/// A Redis Cluster: three masters, a replica each.
#[derive(Debug)]
pub struct RedisCluster {
    /// All six processes; which of them are masters is for the cluster to say.
    pub nodes: Vec<Redis>,
}

impl RedisCluster {
    /// Starts six processes and joins them; returns once every one of them finds the cluster whole.
    pub fn start() -> anyhow::Result<Self> {
        let nodes = (0..6).map(|_| Self::start_node()).collect::<anyhow::Result<Vec<_>>>()?;
        let mut command = words(&["redis-cli", "--cluster", "create"]);
        command.extend(nodes.iter().map(|node| format!("127.0.0.1:{}", node.port())));
        command.extend(words(&["--cluster-replicas", "1", "--cluster-yes"]));
        leash::run(&command)?;
        let cluster = Self { nodes };
        cluster.wait_until_whole()?;
        Ok(cluster)
    }

    fn start_node() -> anyhow::Result<Redis> {
        let bus_port = ports::free_port()?;
        Redis::start_with(&format!(
            "cluster-enabled yes\ncluster-config-file nodes.conf\ncluster-node-timeout 1000\ncluster-port {bus_port}\n"
        ))
    }

    /// Where to reach it.
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Redis::url).collect()
    }

    /// Waits until every process that runs finds all slots served.
    pub fn wait_until_whole(&self) -> anyhow::Result<()> {
        let whole = |node: &Redis| {
            node.text(&["CLUSTER", "INFO"])
                .is_ok_and(|text| text.contains("cluster_state:ok") && text.contains("cluster_known_nodes:6"))
        };
        leash::poll(START_LIMIT, || self.nodes.iter().filter(|node| node.is_up()).all(whole))
            .context("the Redis Cluster does not come together")
    }

    /// Kills all of its processes.
    pub fn kill(&self) -> anyhow::Result<()> {
        self.nodes.iter().try_for_each(Redis::kill)
    }

    /// Starts all of them again and waits until the cluster is whole.
    pub fn start_again(&self) -> anyhow::Result<()> {
        self.nodes.iter().try_for_each(Redis::start_again)?;
        self.wait_until_whole()
    }

    /// Forgets every key of every master.
    pub fn flush_all(&self) -> anyhow::Result<()> {
        self.nodes.iter().filter(|node| node.is_master()).try_for_each(Redis::flush_all)
    }
}

/// A master, a replica, and Sentinels that make the replica master within a second or two of a death.
#[derive(Debug)]
pub struct Sentinel {
    /// Two servers; the first starts as master.
    pub servers: [Redis; 2],
    /// The processes that watch them.
    pub sentinels: Vec<Redis>,
}

impl Sentinel {
    /// Starts one master, one replica and `sentinels` Sentinels; returns once all of them know each other.
    pub fn start(sentinels: usize) -> anyhow::Result<Self> {
        let master = Redis::start()?;
        let replica = Redis::start_with(&format!("replicaof 127.0.0.1 {}\n", master.port()))?;
        leash::poll(START_LIMIT, || {
            replica.text(&["INFO", "replication"]).is_ok_and(|text| text.contains("master_link_status:up"))
        })?;
        let quorum = sentinels / 2 + 1;
        let start = |_| Self::start_sentinel(master.port(), quorum);
        let sentinels = (0..sentinels).map(start).collect::<anyhow::Result<Vec<_>>>()?;
        let set = Self { servers: [master, replica], sentinels };
        leash::poll(START_LIMIT, || set.sentinels.iter().all(|sentinel| set.is_complete(sentinel)))
            .context("the Sentinels do not find each other")?;
        Ok(set)
    }

    fn start_sentinel(master: u16, quorum: usize) -> anyhow::Result<Redis> {
        let settings = format!(
            "bind 127.0.0.1\nprotected-mode no\n\
             sentinel monitor {MASTER} 127.0.0.1 {master} {quorum}\n\
             sentinel down-after-milliseconds {MASTER} 500\n\
             sentinel failover-timeout {MASTER} 2000\n"
        );
        Redis::start_by(ports::free_port()?, &["--sentinel"], &settings)
    }

    fn is_complete(&self, sentinel: &Redis) -> bool {
        let listed = |what| sentinel.text(&["SENTINEL", what, MASTER]).unwrap_or_default();
        let count = |text: &str| text.lines().next().and_then(|n| n.strip_prefix('*')?.parse::<usize>().ok());
        let others = if self.sentinels.len() > 1 { count(&listed("SENTINELS")) } else { Some(0) };
        others == Some(self.sentinels.len() - 1) && count(&listed("REPLICAS")) == Some(1)
    }

    /// Where the Sentinels are.
    pub fn urls(&self) -> Vec<String> {
        self.sentinels.iter().map(Redis::url).collect()
    }

    /// What the Sentinels call the set.
    pub fn master_name(&self) -> &'static str {
        MASTER
    }

    /// The server that is master now, if any.
    pub fn master(&self) -> Option<&Redis> {
        self.servers.iter().find(|server| server.is_master())
    }

    /// Kills the master; returns once the other server has taken over.
    pub fn fail_over(&self) -> anyhow::Result<()> {
        self.master().context("there is a master")?.kill()?;
        leash::poll(START_LIMIT, || self.master().is_some()).context("no failover")
    }

    /// Forgets every key.
    pub fn flush_all(&self) -> anyhow::Result<()> {
        self.master().context("there is a master")?.flush_all()
    }
}

impl Redis {
    fn is_up(&self) -> bool {
        self.command(&["PING"]).is_ok()
    }

    fn is_master(&self) -> bool {
        self.text(&["ROLE"]).is_ok_and(|text| text.contains("\nmaster"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_server_starts_again_on_its_port_and_knows_nothing() {
        let redis = Redis::start().unwrap();
        redis.command(&["SET", "key", "value"]).unwrap();
        assert_eq!(redis.text(&["GET", "key"]).unwrap(), "$5\nvalue");
        redis.kill().unwrap();
        assert!(!redis.is_up());
        redis.start_again().unwrap();
        assert_eq!(redis.command(&["GET", "key"]).unwrap(), "$-1");
    }

    #[test]
    fn a_replica_takes_over_when_the_master_dies() {
        let set = Sentinel::start(3).unwrap();
        let before = set.master().unwrap().port();
        set.fail_over().unwrap();
        assert_ne!(set.master().unwrap().port(), before);
    }

    #[test]
    fn a_cluster_is_whole_again_after_all_of_it_was_killed() {
        let cluster = RedisCluster::start().unwrap();
        cluster.kill().unwrap();
        cluster.start_again().unwrap();
        cluster.flush_all().unwrap();
    }
}
