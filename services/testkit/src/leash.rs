//! A server process that never outlives the test that started it.
//!
//! Between test and server stands a small shell. It passes signals on, and when its input closes,
//! because the test dropped the [`Leash`] or died itself, it kills the server and removes its folder.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// `$1`: folder to remove at the end, or empty. The rest: the command.
const WATCHDOG: &str = r#"
folder=$1; shift
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
(
    while read -r signal <&3; do kill -s "$signal" "$server" 2>/dev/null; done
    [ -z "$folder" ] || : >"$folder/.abandoned"
    kill -s KILL "$server" 2>/dev/null
) &
reader=$!
exec 3<&-
wait "$server"
code=$?
if [ -n "$folder" ] && [ -e "$folder/.abandoned" ]; then
    for pause in 0.05 0.2 1 3; do rm -rf "$folder" 2>/dev/null && break; sleep "$pause"; done
fi
kill "$reader" 2>/dev/null
exit "$code"
"#;

/// A running server; killed, with its children left to notice, when this is dropped.
#[derive(Debug)]
pub struct Leash {
    watchdog: Child,
    input: Option<ChildStdin>,
    log: PathBuf,
}

impl Leash {
    /// Starts `command` (program first) with its output appended to `log`. When the test abandons it, `remove`
    /// is removed.
    pub fn start(command: &[String], log: &Path, remove: Option<&Path>) -> anyhow::Result<Self> {
        let mut watchdog = watch(command, log, remove, Stdio::piped())?;
        let input = watchdog.stdin.take();
        Ok(Self { watchdog, input, log: log.to_owned() })
    }

    /// Whether the server still runs.
    pub fn is_running(&mut self) -> bool {
        matches!(self.watchdog.try_wait(), Ok(None))
    }

    /// Sends a signal, by its name without SIG.
    pub fn signal(&mut self, name: &str) -> anyhow::Result<()> {
        let input = self.input.as_mut().context("the input is open until drop")?;
        writeln!(input, "{name}").context("the server is gone already")
    }

    /// Sends a signal and waits until the server is gone; its folder stays.
    pub fn end(mut self, signal: &str, limit: Duration) -> anyhow::Result<()> {
        self.signal(signal)?;
        poll(limit, || !self.is_running())
            .with_context(|| format!("no end after SIG{signal}\n{}", tail(&self.log)))
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.watchdog.wait();
    }
}

/// Starts a server that outlives this process, and ends with that of this number; then `remove` is removed.
pub(crate) fn start_for(pid: u32, command: &[String], log: &Path, remove: &Path) -> anyhow::Result<()> {
    let mut other = Command::new("tail")
        .args(["--pid", &pid.to_string(), "-f", "/dev/null"])
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("start tail")?;
    let until_its_end = other.stdout.take().context("its output")?;
    watch(command, log, Some(remove), until_its_end.into()).map(drop)
}

/// The shell between us and a server, which lives for as long as `input` is open.
fn watch(command: &[String], log: &Path, remove: Option<&Path>, input: Stdio) -> anyhow::Result<Child> {
    let output = File::options().create(true).append(true).open(log)?;
    Command::new("sh")
        .args(["-c", WATCHDOG, "leash"])
        .arg(remove.unwrap_or(Path::new("")))
        .args(command)
        .current_dir("/")
        .process_group(0)
        .stdin(input)
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()
        .context("start a shell")
}

/// Tries until `done`, at most for `limit`.
#[expect(clippy::disallowed_methods, reason = "servers of tests start and stop outside of any runtime")]
pub fn poll(limit: Duration, mut done: impl FnMut() -> bool) -> anyhow::Result<()> {
    let started = Instant::now();
    while !done() {
        if started.elapsed() > limit {
            bail!("not within {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// The last lines of a log, to say why a server did not start.
pub fn tail(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// Runs a command to its end; an error shows what it wrote.
pub fn run(command: &[String]) -> anyhow::Result<String> {
    let (program, args) = command.split_first().context("a command has a program")?;
    let output = Command::new(program)
        .args(args)
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("run {program}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("{}: {}\n{text}{}", command.join(" "), output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(text)
}

/// The user this process runs as.
pub fn our_uid() -> anyhow::Result<u32> {
    Ok(std::fs::metadata("/proc/self").context("read /proc/self")?.uid())
}

/// A fresh folder in /tmp that others may enter, since a server may run as another user.
pub(crate) fn fresh_folder(prefix: &str) -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::Builder::new().prefix(prefix).tempdir_in("/tmp")?.keep();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

/// Removes a server's folder; those of its children that are not gone yet may still write.
pub(crate) fn remove_folder(folder: &Path) {
    let _ = poll(Duration::from_secs(5), || {
        let _ = std::fs::remove_dir_all(folder);
        !folder.exists()
    });
}

/// Owned strings for a command line.
pub(crate) fn words(line: &[&str]) -> Vec<String> {
    line.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_leash_leaves_neither_a_process_nor_a_folder() {
        let folder = fresh_folder("tmtp-leash-").unwrap();
        let line = format!("echo $$ >{0}/pid; exec sleep 1000", folder.display());
        let command = words(&["sh", "-c", &line]);
        let mut leash = Leash::start(&command, &folder.join("log"), Some(&folder)).unwrap();
        let pid = || std::fs::read_to_string(folder.join("pid")).unwrap_or_default().trim().to_owned();
        poll(Duration::from_secs(10), || !pid().is_empty()).unwrap();
        assert!(leash.is_running());
        let process = PathBuf::from("/proc").join(pid());
        assert!(process.exists());
        drop(leash);
        assert!(!process.exists());
        assert!(!folder.exists());
    }

    #[test]
    fn a_server_started_for_another_process_ends_with_that() {
        let folder = fresh_folder("tmtp-leash-").unwrap();
        let mut other = Command::new("sleep").arg("1000").spawn().unwrap();
        let line = format!("echo $$ >{0}/pid; exec sleep 1000", folder.display());
        start_for(other.id(), &words(&["sh", "-c", &line]), &folder.join("log"), &folder).unwrap();
        let pid = || std::fs::read_to_string(folder.join("pid")).unwrap_or_default().trim().to_owned();
        poll(Duration::from_secs(10), || !pid().is_empty()).unwrap();
        let process = PathBuf::from("/proc").join(pid());
        assert!(process.exists());
        other.kill().unwrap();
        other.wait().unwrap();
        poll(Duration::from_secs(10), || !process.exists() && !folder.exists()).unwrap();
    }

    #[test]
    fn a_signal_reaches_the_server_and_its_folder_stays() {
        let folder = fresh_folder("tmtp-leash-").unwrap();
        let log = folder.join("log");
        let leash = Leash::start(&words(&["sleep", "1000"]), &log, Some(&folder)).unwrap();
        leash.end("TERM", Duration::from_secs(10)).unwrap();
        assert!(folder.exists());
        remove_folder(&folder);
    }
}
