//! Logs to standard error, metrics to whoever scrapes them.

use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

use crate::build;

/// How to log: section `log`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogOptions {
    /// The shape of a line.
    pub format: LogFormat,
    /// What to log: `info`, or by target, as `warn,tmtp_edge=debug`.
    pub filter: String,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info".to_owned() }
    }
}

/// The shape of a line of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object.
    Json,
}

/// Why telemetry could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter is not one.
    #[error("log.filter: {0}")]
    Filter(String),
    /// Logs were set up before.
    #[error("cannot set up logs: {0}")]
    Logs(String),
    /// Metrics were set up before.
    #[error("cannot set up metrics: {0}")]
    Metrics(String),
}

/// Upper bounds of the buckets of every histogram of seconds.
const SECONDS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0];

/// Those of every other histogram, which counts things: requests in a transaction.
const COUNTS: [f64; 12] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 4096.0];

impl LogOptions {
    /// Checks the filter without setting anything up.
    ///
    /// # Errors
    /// When the filter cannot be understood.
    pub fn check(&self) -> Result<(), Error> {
        self.parsed().map(drop)
    }

    /// Sends the process's logs to standard error from now on.
    ///
    /// # Errors
    /// When the filter cannot be understood, or logs were set up before.
    pub fn install(&self) -> Result<(), Error> {
        let logs = tracing_subscriber::fmt().with_env_filter(self.parsed()?).with_writer(std::io::stderr);
        let installed = match self.format {
            LogFormat::Text => {
                logs.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).try_init()
            }
            LogFormat::Json => logs.json().flatten_event(true).try_init(),
        };
        installed.map_err(|error| Error::Logs(error.to_string()))
    }

    fn parsed(&self) -> Result<EnvFilter, Error> {
        EnvFilter::try_new(&self.filter).map_err(|error| Error::Filter(error.to_string()))
    }
}

/// How often what was measured is summed up.
const SUM_UP: Duration = Duration::from_secs(1);

/// The process's metrics, ready to be scraped.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Collects the process's metrics from now on.
    ///
    /// # Errors
    /// When metrics were set up before.
    pub fn install() -> Result<Self, Error> {
        let handle = builder()
            .and_then(PrometheusBuilder::install_recorder)
            .map_err(|e| Error::Metrics(e.to_string()))?;
        metrics::describe_gauge!("process_resident_memory_bytes", "Memory that the process holds.");
        metrics::describe_gauge!("process_open_fds", "Files and sockets that the process holds.");
        metrics::describe_gauge!("process_max_fds", "Files and sockets that the process may hold.");
        metrics::gauge!("tmtp_build_info", "version" => build::VERSION, "commit" => build::COMMIT).set(1.0);
        Ok(Self(handle))
    }

    /// The text that Prometheus reads.
    pub fn render(&self) -> String {
        read_process();
        self.0.run_upkeep();
        self.0.render()
    }

    /// Sums up what was measured, every second, for as long as it is awaited: each single time would be kept until somebody
    /// asks, and where nobody does, for ever.
    pub async fn sum_up(self) {
        let mut turns = tokio::time::interval(SUM_UP);
        loop {
            turns.tick().await;
            self.0.run_upkeep();
        }
    }

    /// Metrics of a recorder that is not the process's, for tests.
    #[cfg(test)]
    pub(crate) fn detached() -> Self {
        Self(PrometheusBuilder::new().build_recorder().handle())
    }
}

fn builder() -> Result<PrometheusBuilder, metrics_exporter_prometheus::BuildError> {
    PrometheusBuilder::new()
        .set_buckets(&COUNTS)?
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
}

/// Linux tells what a process holds; elsewhere these are left out.
fn read_process() {
    if let Some(bytes) = resident_bytes() {
        metrics::gauge!("process_resident_memory_bytes").set(bytes);
    }
    if let Ok(entries) = std::fs::read_dir("/proc/self/fd") {
        metrics::gauge!("process_open_fds").set(entries.count() as f64);
    }
    if let Some(most) = max_open_files() {
        metrics::gauge!("process_max_fds").set(most);
    }
}

/// How many files the process may have open; unlimited is none.
pub fn max_open_files() -> Option<f64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib * 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_measured_takes_no_room_though_nobody_asks_for_it() {
        let recorder = builder().unwrap().build_recorder();
        let summing = tokio::spawn(Metrics(recorder.handle()).sum_up());
        let measure = || {
            metrics::with_local_recorder(&recorder, || {
                let times = metrics::histogram!("tmtp_test_seconds");
                (0..100_000).for_each(|_| times.record(0.1));
            });
        };
        measure();
        tokio::time::sleep(SUM_UP).await;
        let before = resident_bytes().unwrap();
        for _ in 0..50 {
            measure();
            tokio::time::sleep(SUM_UP).await;
        }
        let grown = resident_bytes().unwrap() - before;
        assert!(grown < 10e6, "five million times took {grown} octets");
        summing.abort();
    }

    #[test]
    fn a_filter_that_makes_no_sense_is_refused() {
        let options = LogOptions { filter: "tmtp_edge=loudly".into(), ..LogOptions::default() };
        assert!(options.check().unwrap_err().to_string().starts_with("log.filter"));
        assert!(LogOptions { filter: "warn,tmtp_edge=debug".into(), ..options }.check().is_ok());
    }

    #[test]
    fn histograms_of_seconds_have_buckets() {
        let recorder = builder().unwrap().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            metrics::histogram!("tmtp_test_wait_seconds").record(0.003);
        });
        let text = recorder.handle().render();
        assert!(text.contains("tmtp_test_wait_seconds_bucket{le=\"0.005\"} 1"), "{text}");
        assert!(text.contains("tmtp_test_wait_seconds_bucket{le=\"0.0025\"} 0"), "{text}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_memory_of_this_process_is_known() {
        assert!(resident_bytes().unwrap() > 100_000.0);
        assert!(max_open_files().unwrap() > 10.0);
    }
}
