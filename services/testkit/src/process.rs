//! A process under test: started from a command line, struck, started again, its log kept and read.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use crate::leash::{Leash, tail};

const STOP_LIMIT: Duration = Duration::from_secs(60);
const READY_LIMIT: Duration = Duration::from_secs(60);

/// One process of a server under test.
#[derive(Debug)]
pub struct Process {
    name: String,
    command: Mutex<Vec<String>>,
    folder: PathBuf,
    http: SocketAddr,
    leash: Mutex<Option<Leash>>,
}

impl Process {
    /// Starts a command (program first) that serves its health at `http`. It logs to `folder`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(name: &str, command: Vec<String>, folder: &Path, http: SocketAddr) -> Result<Self> {
        let (name, folder) = (name.to_owned(), folder.to_owned());
        let command = Mutex::new(command);
        let process = Self { name, command, folder, http, leash: Mutex::new(None) };
        process.start_again()?;
        Ok(process)
    }

    /// Its name in the test.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its output goes.
    pub fn log(&self) -> PathBuf {
        self.folder.join(format!("{}.log", self.name))
    }

    /// Starts it after it was killed or stopped.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_again(&self) -> Result<()> {
        let pid_file = self.pid_file();
        let script = format!("echo $$ >'{}'; exec \"$@\"", pid_file.display());
        let mut command = vec!["sh".to_owned(), "-c".to_owned(), script, self.name.clone()];
        command.extend(lock(&self.command).clone());
        *self.lock() = Some(Leash::start(&command, &self.log(), None)?);
        Ok(())
    }

    /// Starts another program with the same arguments after this one was stopped.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_as(&self, program: &Path) -> Result<()> {
        if let Some(first) = lock(&self.command).first_mut() {
            *first = program.display().to_string();
        }
        self.start_again()
    }

    /// Asks it to end (SIGTERM), and does not wait.
    ///
    /// # Errors
    /// When it does not run.
    pub fn ask_to_end(&self) -> Result<()> {
        let mut leash = self.lock();
        leash.as_mut().with_context(|| format!("{} does not run", self.name))?.signal("TERM")
    }

    /// Kills it without a word (kill -9).
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill(&self) -> Result<()> {
        self.end("KILL")
    }

    /// Asks it to end (SIGTERM), and waits until it has.
    ///
    /// # Errors
    /// When it does not run or does not end.
    pub fn stop(&self) -> Result<()> {
        self.end("TERM")
    }

    fn end(&self, signal: &str) -> Result<()> {
        let leash = self.lock().take().with_context(|| format!("{} does not run", self.name))?;
        leash.end(signal, STOP_LIMIT).with_context(|| format!("end {}", self.name))
    }

    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        self.lock().as_mut().is_some_and(Leash::is_running)
    }

    /// Its number.
    ///
    /// # Errors
    /// When it was never started.
    pub fn pid(&self) -> Result<u32> {
        Ok(std::fs::read_to_string(self.pid_file())?.trim().parse()?)
    }

    /// Octets of memory that it holds at present.
    ///
    /// # Errors
    /// When it does not run.
    pub fn resident_octets(&self) -> Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most octets of memory that it held at any time since it started, or since [`Self::forget_peak`].
    ///
    /// # Errors
    /// When it does not run.
    pub fn peak_octets(&self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    /// From now on, the peak is what it holds from now on.
    ///
    /// # Errors
    /// When it does not run.
    pub fn forget_peak(&self) -> Result<()> {
        std::fs::write(format!("/proc/{}/clear_refs", self.pid()?), "5").context("forget the peak of memory")
    }

    fn memory(&self, field: &'static str) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let line = status.lines().find(|line| line.starts_with(field)).context(field)?;
        let kib: u64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
        Ok(kib * 1024)
    }

    /// Waits until `/readyz` answers 200.
    ///
    /// # Errors
    /// With the end of its log, when it ends before, or takes too long.
    pub async fn wait_ready(&self) -> Result<()> {
        let began = Instant::now();
        loop {
            if matches!(self.get("/readyz").await, Ok((200, _))) {
                return Ok(());
            }
            if !self.is_running() || began.elapsed() > READY_LIMIT {
                bail!("{} does not get ready:\n{}", self.name, tail(&self.log()));
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until its log has this very line.
    ///
    /// # Errors
    /// With the end of its log, when it ends before, or takes too long.
    pub async fn wait_line(&self, line: &str) -> Result<()> {
        let began = Instant::now();
        while !String::from_utf8_lossy(&std::fs::read(self.log())?).lines().any(|l| l == line) {
            if !self.is_running() || began.elapsed() > READY_LIMIT {
                bail!("{} does not say {line:?}:\n{}", self.name, tail(&self.log()));
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Status and body of an HTTP GET.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn get(&self, path: &str) -> Result<(u16, String)> {
        let answer = timeout(Duration::from_secs(5), self.fetch(path)).await.context("no answer")??;
        let (head, body) = answer.split_once("\r\n\r\n").context("an HTTP answer")?;
        let status = head.split(' ').nth(1).context("a status")?.parse()?;
        Ok((status, body.to_owned()))
    }

    async fn fetch(&self, path: &str) -> Result<String> {
        let mut socket = TcpStream::connect(self.http).await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.http);
        socket.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await?;
        Ok(String::from_utf8(answer)?)
    }

    /// What all lines of a metric add up to; nothing where there is none.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn sum(&self, metric: &str) -> Result<f64> {
        Ok(self.metric(metric).await?.iter().sum())
    }

    /// How much of what it has to do with the bus works: from 0 to 1. It works where there is nothing of the kind.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn bus_up(&self) -> Result<f64> {
        let up = self.metric("tmtp_bus_up").await?;
        Ok(if up.is_empty() { 1.0 } else { up.iter().sum::<f64>() / up.len() as f64 })
    }

    async fn metric(&self, metric: &str) -> Result<Vec<f64>> {
        let (_, metrics) = self.get("/metrics").await?;
        let lines = metrics.lines().filter(|line| line.split(['{', ' ']).next() == Some(metric));
        lines.map(|line| Ok(line.rsplit(' ').next().unwrap_or_default().parse()?)).collect()
    }

    /// Checks that it logged no warning, error or panic but those that contain one of these texts.
    ///
    /// # Errors
    /// Lists the lines.
    pub fn check_log(&self, expected: &[&str]) -> Result<()> {
        let log = String::from_utf8_lossy(&std::fs::read(self.log())?).into_owned();
        let bad: Vec<&str> =
            log.lines().filter(|l| is_alarming(l) && !expected.iter().any(|e| l.contains(e))).collect();
        ensure!(
            bad.is_empty(),
            "{} logged {} alarms:\n{}",
            self.name,
            bad.len(),
            bad[..bad.len().min(10)].join("\n")
        );
        Ok(())
    }

    fn pid_file(&self) -> PathBuf {
        self.folder.join(format!("{}.pid", self.name))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Leash>> {
        lock(&self.leash)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_alarming(line: &str) -> bool {
    let plain = line.split_whitespace().take(3).any(|word| word == "WARN" || word == "ERROR");
    plain || ["\"WARN\"", "\"ERROR\"", "panicked at"].iter().any(|mark| line.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_errors_and_panics_alarm_in_both_log_formats() {
        assert!(is_alarming("2026-11-22T09:30:00.000Z  WARN tmtp_edge: oh"));
        assert!(is_alarming(r#"{"timestamp":"x","level":"ERROR","fields":{}}"#));
        assert!(is_alarming("thread 'main' panicked at src/main.rs:1:1:"));
        assert!(!is_alarming("2026-11-22T09:30:00.000Z  INFO tmtp_edge: an ERROR was mentioned"));
    }
}
