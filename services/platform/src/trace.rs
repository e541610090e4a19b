//! Traces: what one message went through, step by step and process by process, for a collector that takes OTLP.
//!
//! A trace belongs to a message, never to a link. Its id is the message's own (site, then msgid), and the ids of its spans
//! follow from that: so each process tells what it saw, with nothing passed along, however the message came to it, at once or
//! out of a queue a week later; and all choose the same messages for their sample. Whoever has a msgid has its trace.
//! Nothing else about a message or a member is in it.

use std::{
    path::PathBuf,
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use opentelemetry::{
    InstrumentationScope, KeyValue,
    trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState},
};
use opentelemetry_otlp::{
    SpanExporter, WithExportConfig, WithTonicConfig,
    tonic_types::transport::{Certificate, ClientTlsConfig},
};
use opentelemetry_sdk::{
    Resource,
    trace::{BatchConfigBuilder, BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor},
};
use serde::{Deserialize, Serialize};

use crate::{Clock, SystemClock, build};

/// Spans that wait for the collector; those beyond it are dropped.
const QUEUE: usize = 8192;
/// Most spans in one call to the collector.
const BATCH: usize = 512;
/// How long spans wait for others to go with them.
const DELAY: Duration = Duration::from_secs(1);
/// How long a call to the collector may take, and the last one when the process ends.
const CALL: Duration = Duration::from_secs(3);

/// Whether and where to send traces: section `trace`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TraceOptions {
    /// A collector that takes OTLP over gRPC, as `http://127.0.0.1:4317`; `https://` for TLS. Empty: no traces.
    pub endpoint: String,
    /// The CA of the collector's certificate (PEM); without it the well-known ones are trusted.
    pub ca: Option<PathBuf>,
    /// One message of so many is traced. The same in all processes, or traces have holes.
    pub one_in: u64,
}

impl Default for TraceOptions {
    fn default() -> Self {
        Self { endpoint: String::new(), ca: None, one_in: 1000 }
    }
}

/// Why traces could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The endpoint is no address.
    #[error("trace.endpoint: {0:?} is not like http://host:4317 or https://host:4317")]
    Endpoint(String),
    /// Nothing would be traced.
    #[error("trace.one_in: must be 1 or more (leave trace.endpoint empty to trace nothing)")]
    OneIn,
    /// The CA cannot be read.
    #[error("trace.ca: {path}: {why}", path = path.display())]
    Ca {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: std::io::Error,
    },
    /// The exporter could not be made.
    #[error("cannot set up traces: {0}")]
    Exporter(String),
}

/// What can be told of a message's way: a span each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The sender's edge: from the request read to its answer queued. The root of the trace.
    Request,
    /// Delivery: waiting for a writer.
    Wait,
    /// Delivery: decided, and committed with what else waited.
    Commit,
    /// Delivery: the edges of its receivers told.
    Tell,
    /// A receiver's edge: from taken in hand to written out. Of this node, as the next ones.
    Write(i64),
    /// The receiver: from written out to its ack.
    Receive(i64),
    /// A receiver's edge and delivery: from the ack to its being durable.
    Settle(i64),
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Wait => "wait for a writer",
            Self::Commit => "commit",
            Self::Tell => "tell edges",
            Self::Write(_) => "write",
            Self::Receive(_) => "receive",
            Self::Settle(_) => "settle",
        }
    }

    fn kind(self) -> SpanKind {
        match self {
            Self::Request => SpanKind::Server,
            Self::Tell => SpanKind::Producer,
            Self::Write(_) => SpanKind::Consumer,
            _ => SpanKind::Internal,
        }
    }

    fn parent(self) -> Option<Self> {
        match self {
            Self::Request => None,
            Self::Wait | Self::Commit => Some(Self::Request),
            Self::Tell | Self::Write(_) => Some(Self::Commit),
            Self::Receive(node) => Some(Self::Write(node)),
            Self::Settle(node) => Some(Self::Receive(node)),
        }
    }

    fn node(self) -> i64 {
        match self {
            Self::Write(node) | Self::Receive(node) | Self::Settle(node) => node,
            _ => 0,
        }
    }

    /// The same in every process.
    fn span_id(self, message: u64) -> SpanId {
        let step = self.name().bytes().fold(0, |sum, octet| mixed(sum ^ u64::from(octet)));
        let id = mixed(mixed(message ^ step) ^ self.node().cast_unsigned());
        SpanId::from_bytes(id.max(1).to_be_bytes())
    }
}

/// A message whose way is told.
#[derive(Debug, Clone, Copy)]
pub struct Traced {
    tracer: &'static Tracer,
    site: i64,
    message: u64,
}

#[derive(Debug)]
struct Tracer {
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
    one_in: u64,
}

static TRACER: OnceLock<Tracer> = OnceLock::new();

/// This message, if it is in the sample; mostly it is not.
#[must_use]
pub fn of(site: i64, message: u64) -> Option<Traced> {
    let tracer = TRACER.get()?;
    (message != 0 && is_chosen(message, tracer.one_in)).then_some(Traced { tracer, site, message })
}

impl Traced {
    /// This step of it ends now, and took so long.
    pub fn ended(self, step: Step, took: Duration) {
        self.tracer.processor.on_end(self.span(step, took));
    }

    fn span(self, step: Step, took: Duration) -> SpanData {
        let end_time = UNIX_EPOCH + Duration::from_nanos(SystemClock.unix_nanos());
        let parent = step.parent().map_or(SpanId::INVALID, |parent| parent.span_id(self.message));
        let context = SpanContext::new(
            trace_id(self.site, self.message),
            step.span_id(self.message),
            TraceFlags::SAMPLED,
            true,
            TraceState::NONE,
        );
        let node = (step.node() != 0).then(|| KeyValue::new("tmtp.node", step.node()));
        SpanData {
            span_context: context,
            parent_span_id: parent,
            parent_span_is_remote: true,
            span_kind: step.kind(),
            name: step.name().into(),
            start_time: end_time.checked_sub(took).unwrap_or(SystemTime::UNIX_EPOCH),
            end_time,
            attributes: [KeyValue::new("tmtp.site", self.site)].into_iter().chain(node).collect(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: self.tracer.scope.clone(),
        }
    }
}

impl TraceOptions {
    /// Checks these options without setting anything up.
    ///
    /// # Errors
    /// When one of them cannot be.
    pub fn check(&self) -> Result<(), Error> {
        if self.endpoint.is_empty() {
            return Ok(());
        }
        let host = self.endpoint.strip_prefix("http://").or_else(|| self.endpoint.strip_prefix("https://"));
        if host.is_none_or(|host| host.parse::<http::uri::Authority>().is_err()) {
            return Err(Error::Endpoint(self.endpoint.clone()));
        }
        if self.one_in == 0 {
            return Err(Error::OneIn);
        }
        self.ca().map(drop)
    }

    /// Sends the process's traces from now on; `role` names the process in them. Inside a runtime.
    ///
    /// # Errors
    /// As for [`Self::check`], or when the exporter cannot be made.
    pub fn install(&self, role: &str) -> Result<(), Error> {
        self.check()?;
        if self.endpoint.is_empty() {
            return Ok(());
        }
        let mut exporter =
            SpanExporter::builder().with_tonic().with_endpoint(&self.endpoint).with_timeout(CALL);
        if self.endpoint.starts_with("https://") {
            exporter = exporter.with_tls_config(self.tls()?);
        }
        let exporter = exporter.build().map_err(|error| Error::Exporter(error.to_string()))?;
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(DELAY)
            .build();
        let mut processor = BatchSpanProcessor::new(exporter, config);
        processor.set_resource(&resource(role));
        let scope = InstrumentationScope::builder("tmtpd").with_version(build::VERSION).build();
        TRACER
            .set(Tracer { processor, scope, one_in: self.one_in })
            .map_err(|_| Error::Exporter("they were set up before".to_owned()))
    }

    fn ca(&self) -> Result<Option<Vec<u8>>, Error> {
        let read = |path: &PathBuf| std::fs::read(path).map_err(|why| Error::Ca { path: path.clone(), why });
        self.ca.as_ref().map(read).transpose()
    }

    fn tls(&self) -> Result<ClientTlsConfig, Error> {
        let tls = ClientTlsConfig::new();
        Ok(match self.ca()? {
            Some(pem) => tls.ca_certificate(Certificate::from_pem(pem)),
            None => tls.with_enabled_roots(),
        })
    }
}

/// Sends what waits, for a while at most: the process ends. Blocks.
pub fn finish() {
    if let Some(tracer) = TRACER.get()
        && let Err(error) = tracer.processor.shutdown_with_timeout(CALL)
    {
        tracing::info!(%error, "the last traces were not taken");
    }
}

fn resource(role: &str) -> Resource {
    Resource::builder_empty()
        .with_service_name(format!("tmtp-{role}"))
        .with_attributes([
            KeyValue::new("service.version", build::VERSION),
            KeyValue::new("service.instance.id", format!("{:016x}", rand::random::<u64>())),
        ])
        .build()
}

/// The site and the msgid, as they are in hexadecimal.
fn trace_id(site: i64, message: u64) -> TraceId {
    TraceId::from((u128::from(site.cast_unsigned()) << 64) | u128::from(message))
}

fn is_chosen(message: u64, one_in: u64) -> bool {
    mixed(message) <= u64::MAX / one_in
}

/// Spreads neighbouring numbers evenly (the finalizer of SplitMix64).
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn one_message_of_so_many_is_chosen_and_every_process_chooses_the_same() {
        let chosen = |one_in| (1..100_000).map(|n| n << 12).filter(|id| is_chosen(*id, one_in)).count();
        assert_eq!(chosen(1), 99_999);
        assert!((80..120).contains(&chosen(1000)), "{}", chosen(1000));
        assert!(is_chosen(7, 1) && !is_chosen(u64::MAX, u64::MAX));
    }

    #[test]
    fn every_step_of_every_node_has_a_span_of_its_own_below_one_that_exists() {
        let once = [Step::Request, Step::Wait, Step::Commit, Step::Tell];
        let each = (1..50).flat_map(|node| [Step::Write(node), Step::Receive(node), Step::Settle(node)]);
        let steps: Vec<_> = once.into_iter().chain(each).collect();
        let ids: HashSet<_> = steps.iter().map(|step| step.span_id(42)).collect();
        assert_eq!(ids.len(), steps.len());
        let parents = steps.iter().filter_map(|step| step.parent()).map(|parent| parent.span_id(42));
        assert!(parents.into_iter().all(|parent| ids.contains(&parent)));
        assert!(!ids.contains(&Step::Request.span_id(43)));
    }

    #[test]
    fn a_trace_is_found_by_site_and_msgid() {
        assert_eq!(trace_id(3, 0x18a5_f1b2_c3d4_e5f6).to_string(), "000000000000000318a5f1b2c3d4e5f6");
    }

    #[test]
    fn options_that_cannot_be_are_refused() {
        let options = |endpoint: &str| TraceOptions { endpoint: endpoint.into(), ..TraceOptions::default() };
        assert!(options("").check().is_ok() && options("http://collector:4317").check().is_ok());
        for endpoint in ["collector:4317", "ftp://collector", "http://", "http://a b"] {
            assert!(options(endpoint).check().unwrap_err().to_string().starts_with("trace.endpoint"));
        }
        let never = TraceOptions { one_in: 0, ..options("http://collector:4317") };
        assert!(never.check().unwrap_err().to_string().starts_with("trace.one_in"));
        let no_ca = TraceOptions { ca: Some("/nowhere/ca.pem".into()), ..options("https://collector:4317") };
        assert!(no_ca.check().unwrap_err().to_string().starts_with("trace.ca: /nowhere/ca.pem"));
    }
}
