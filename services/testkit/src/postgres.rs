//! A private Postgres: durable like a real one, loopback only, gone with the test.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::leash::{self, Leash, words};
use crate::ports;

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(30);
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
fsync = on
synchronous_commit = on
log_min_messages = warning
";

/// A Postgres server of one test or test process. All calls block: they are short, and for tests.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    binaries: PathBuf,
    leash: Mutex<Option<Leash>>,
}

impl Postgres {
    /// A fresh server without databases of ours.
    pub fn start() -> anyhow::Result<Self> {
        let postgres = Self::prepare()?;
        postgres.start_again()?;
        Ok(postgres)
    }

    /// A server that others use too, and nobody strikes. `cargo nextest` runs each test in a process of its own: there it is
    /// one for the whole run; else one for this process.
    pub fn shared() -> anyhow::Result<&'static Self> {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        static STARTING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if SHARED.get().is_none() {
            let server = match std::env::var("NEXTEST_RUN_ID") {
                Ok(run) => Self::of_run(&run)?,
                Err(_) => Self::start()?,
            };
            let _ = SHARED.set(server);
        }
        SHARED.get().context("the shared server was just started")
    }

    /// The server of this run of tests: whoever comes first starts it.
    fn of_run(run: &str) -> anyhow::Result<Self> {
        let shared = ports::shared_folder()?;
        let note = shared.join(format!("postgres-of-{run}"));
        let lock = std::fs::File::create(shared.join("postgres-of-run.lock"))?;
        lock.lock().context("wait for another test that starts the server")?;
        let (binaries, leash) = (binaries()?, Mutex::new(None));
        if let Ok(known) = std::fs::read_to_string(&note) {
            let (port, folder) = known.split_once(' ').context("a port and a folder")?;
            return Ok(Self { folder: folder.into(), port: port.parse()?, binaries, leash });
        }
        let postgres = Self::prepare()?;
        let (log, folder) = (postgres.log(), &postgres.folder);
        leash::start_for(std::os::unix::process::parent_id(), &postgres.command()?, &log, folder)?;
        let ready = leash::poll(START_LIMIT, || postgres.answers());
        ready.with_context(|| format!("Postgres does not start\n{}", leash::tail(&log)))?;
        std::fs::write(&note, format!("{} {}", postgres.port, folder.display()))?;
        Ok(postgres)
    }

    /// A server that is not started yet.
    fn prepare() -> anyhow::Result<Self> {
        let binaries = binaries()?;
        let template = template(&binaries)?;
        let folder = leash::fresh_folder("tmtp-postgres-")?;
        own(&folder)?;
        let copy = folder.join("cluster");
        leash::run(&words(&["cp", "-a", &text(&template), &text(&copy)]))?;
        Ok(Self { folder, port: ports::free_port()?, binaries, leash: Mutex::new(None) })
    }

    /// How to reach a database of it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The same through another port of this machine, such as a proxy's.
    pub fn url_by_port(&self, port: u16, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/{database}")
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Creates an empty database.
    pub fn create_database(&self, name: &str) -> anyhow::Result<()> {
        self.run("createdb", &["-U", "postgres", name]).map(drop)
    }

    /// Creates an empty database with a name of its own, and tells its URL.
    pub fn fresh_database(&self) -> anyhow::Result<String> {
        let name = unique("test");
        self.create_database(&name)?;
        Ok(self.url(&name))
    }

    /// Creates a database like the one that `make` makes of an empty one, given its URL, and tells the URL of the copy.
    /// `make` runs once for all tests that use this server, under this name: copying is many times faster.
    pub fn database_like(
        &self,
        made: &str,
        make: impl FnOnce(&str) -> anyhow::Result<()>,
    ) -> anyhow::Result<String> {
        let name = unique("test");
        let copy = || self.run("createdb", &["-U", "postgres", "-T", made, &name]).map(drop);
        if copy().is_err() {
            self.make_once(made, make)?;
            copy()?;
        }
        Ok(self.url(&name))
    }

    /// The same on the shared server, for a `make` that is async.
    pub async fn shared_like<F: Future<Output = anyhow::Result<()>>>(
        made: &'static str,
        make: impl FnOnce(String) -> F + Send + 'static,
    ) -> anyhow::Result<String> {
        let runtime = tokio::runtime::Handle::current();
        let copied = tokio::task::spawn_blocking(move || {
            Self::shared()?.database_like(made, |url| runtime.block_on(make(url.to_owned())))
        });
        copied.await?
    }

    /// It gets its name when it is whole and nobody is connected to it.
    fn make_once(&self, made: &str, make: impl FnOnce(&str) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let lock = std::fs::File::create(self.folder.join("make.lock"))?;
        lock.lock().context("wait for another test that makes a database")?;
        let known = format!("SELECT count(*) FROM pg_database WHERE datname = '{made}'");
        if self.sql("postgres", &known)?.trim() != "0" {
            return Ok(());
        }
        let draft = unique("draft");
        self.create_database(&draft)?;
        make(&self.url(&draft))?;
        let rename = format!("ALTER DATABASE {draft} RENAME TO {made}");
        leash::poll(START_LIMIT, || self.sql("postgres", &rename).is_ok())
            .context("somebody is connected still")
    }

    /// Runs SQL by psql; the rows as unaligned text.
    pub fn sql(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        self.run("psql", &["-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-qAtc", sql])
    }

    /// All that it wrote into its log.
    pub fn logged(&self) -> anyhow::Result<String> {
        let log = self.log();
        std::fs::read_to_string(&log).with_context(|| format!("read {}", log.display()))
    }

    /// Ends it at once, as a power cut would for its clients; it recovers when it starts again.
    pub fn stop_immediate(&self) -> anyhow::Result<()> {
        self.end("QUIT")
    }

    /// Kills it without a word (kill -9). Those of its processes that serve clients see that a moment later: until then they
    /// would still commit.
    pub fn kill(&self) -> anyhow::Result<()> {
        self.end("KILL")?;
        leash::poll(STOP_LIMIT, || !self.has_processes()).context("its processes do not end")
    }

    /// Whether any process works in its folder, where the system tells.
    fn has_processes(&self) -> bool {
        let cluster = self.folder.join("cluster");
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .into_iter()
            .any(|one| std::fs::read_link(one.path().join("cwd")).is_ok_and(|at| at == cluster))
    }

    /// Starts it after it was stopped: same port, same data. Waits until it answers.
    pub fn start_again(&self) -> anyhow::Result<()> {
        let mut leash = self.leash.lock().unwrap_or_else(PoisonError::into_inner);
        if leash.as_mut().is_some_and(Leash::is_running) {
            bail!("Postgres runs already");
        }
        let ready = leash::poll(START_LIMIT, || {
            // A server that was killed leaves children for a moment, and until they are gone a new one ends at once.
            if !leash.as_mut().is_some_and(Leash::is_running) {
                *leash = self.spawn().ok();
            }
            self.answers()
        });
        ready.with_context(|| format!("Postgres does not start\n{}", leash::tail(&self.log())))
    }

    fn spawn(&self) -> anyhow::Result<Leash> {
        // The folder is ours to remove unless this whole process dies.
        Leash::start(&self.command()?, &self.log(), Some(&self.folder))
    }

    fn command(&self) -> anyhow::Result<Vec<String>> {
        let server = text(&self.binaries.join("postgres"));
        let cluster = text(&self.folder.join("cluster"));
        as_postgres(&[&server, "-D", &cluster, "-p", &self.port.to_string()])
    }

    fn answers(&self) -> bool {
        self.run("pg_isready", &["-q"]).is_ok()
    }

    fn end(&self, signal: &str) -> anyhow::Result<()> {
        let leash = self.leash.lock().unwrap_or_else(PoisonError::into_inner).take();
        leash.context("Postgres does not run")?.end(signal, STOP_LIMIT)
    }

    fn run(&self, program: &str, args: &[&str]) -> anyhow::Result<String> {
        let (program, port) = (text(&self.binaries.join(program)), self.port.to_string());
        let line = [&[program.as_str(), "-h", "127.0.0.1", "-p", &port], args].concat();
        leash::run(&words(&line))
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.leash.lock().unwrap_or_else(PoisonError::into_inner).take());
        leash::remove_folder(&self.folder);
    }
}

/// A cluster made once by initdb and copied for each server: copying is ten times faster.
fn template(binaries: &Path) -> anyhow::Result<PathBuf> {
    let shared = ports::shared_folder()?;
    let version = leash::run(&words(&[&text(&binaries.join("postgres")), "--version"]))?;
    let version: String = version.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let template = shared.join(format!("postgres-{version}"));
    let lock = std::fs::File::create(shared.join("postgres.lock"))?;
    lock.lock().context("wait for another test that makes the template")?;
    if !template.join("complete").exists() {
        make_template(binaries, &template)?;
        std::fs::write(template.join("complete"), "")?;
    }
    Ok(template.join("cluster"))
}

fn make_template(binaries: &Path, template: &Path) -> anyhow::Result<()> {
    let _ = std::fs::remove_dir_all(template);
    std::fs::create_dir_all(template)?;
    own(template)?;
    let (initdb, cluster) = (text(&binaries.join("initdb")), template.join("cluster"));
    let folder = text(&cluster);
    let options = ["-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"];
    let command = [&[initdb.as_str(), "-D", &folder], &options[..]].concat();
    leash::run(&as_postgres(&command)?)?;
    let settings = cluster.join("postgresql.conf");
    let standard = std::fs::read_to_string(&settings)?;
    std::fs::write(&settings, standard + SETTINGS)?;
    Ok(())
}

/// Postgres refuses to run as root: then it runs as the user that its package made.
fn as_postgres(command: &[&str]) -> anyhow::Result<Vec<String>> {
    let change = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--"];
    let prefix = if leash::our_uid()? == 0 { &change[..] } else { &[] };
    Ok(words(&[prefix, command].concat()))
}

fn own(folder: &Path) -> anyhow::Result<()> {
    if leash::our_uid()? == 0 {
        leash::run(&words(&["chown", "postgres:postgres", &text(folder)]))?;
    }
    Ok(())
}

/// Where Postgres lives: on the PATH, or where Debian puts it; the newest of several.
fn binaries() -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).collect::<Vec<_>>();
    let mut of_debian: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    of_debian.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    of_debian
        .into_iter()
        .map(|(_, folder)| folder)
        .chain(on_path)
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .context("no Postgres server here: `make test` installs one, or run deploy/install-tools.sh")
}

fn unique(word: &str) -> String {
    format!("{word}_{:016x}", rand::random::<u64>())
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_committed_survives_an_immediate_stop_and_a_kill() {
        let postgres = Postgres::start().unwrap();
        postgres.create_database("survivor").unwrap();
        postgres.sql("survivor", "CREATE TABLE kept (n int)").unwrap();
        postgres.sql("survivor", "INSERT INTO kept VALUES (1)").unwrap();
        postgres.stop_immediate().unwrap();
        assert!(postgres.sql("survivor", "SELECT 1").is_err());
        postgres.start_again().unwrap();
        postgres.sql("survivor", "INSERT INTO kept VALUES (2)").unwrap();
        postgres.kill().unwrap();
        postgres.start_again().unwrap();
        assert_eq!(postgres.sql("survivor", "SELECT sum(n) FROM kept").unwrap().trim(), "3");
    }

    #[test]
    fn a_database_is_made_once_and_its_copies_are_their_own() {
        let postgres = Postgres::start().unwrap();
        let make = |url: &str| {
            let draft = url.rsplit('/').next().context("a name")?;
            postgres.sql(draft, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)").map(drop)
        };
        let one = postgres.database_like("made", make).unwrap();
        let other = postgres.database_like("made", |_| bail!("made once more")).unwrap();
        let of = |url: &str, sql: &str| postgres.sql(url.rsplit('/').next().unwrap(), sql).unwrap();
        of(&one, "INSERT INTO kept VALUES (2)");
        assert_eq!(of(&one, "SELECT sum(n) FROM kept").trim(), "3");
        assert_eq!(of(&other, "SELECT sum(n) FROM kept").trim(), "1");
    }

    #[test]
    fn it_is_durable_and_takes_two_hundred_connections() {
        let postgres = Postgres::shared().unwrap();
        let setting =
            |name: &str| postgres.sql("postgres", &format!("SHOW {name}")).unwrap().trim().to_owned();
        assert_eq!(setting("fsync"), "on");
        assert_eq!(setting("synchronous_commit"), "on");
        assert_eq!(setting("full_page_writes"), "on");
        assert_eq!(setting("max_connections"), "200");
    }
}
