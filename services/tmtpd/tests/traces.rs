//! What a message went through is told to a collector, step by step, by every process that had a part in it.
//!
//! The collector here is the protocol's own server with nothing behind it: what matters is what reaches it, and a real one
//! would only make that harder to look at.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::any_value::Value,
    resource::v1::Resource,
    trace::v1::Span,
};
use tmtp_testkit::{
    ask,
    server::{Layout, Server, Shape, SitePlan},
};
use tokio::{
    net::TcpListener,
    time::{Instant, sleep},
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

const HOST: &str = "traced.test";
/// Spans are sent once a second.
const ALL_TOLD: Duration = Duration::from_secs(20);

/// What has reached the collector.
#[derive(Debug, Default, Clone)]
struct Collector(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

/// A span, and the service that told it.
type Told = (String, Span);

impl Collector {
    /// Its address.
    async fn start(&self) -> Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let service = TraceServiceServer::new(self.clone());
        let serve = tonic::transport::Server::builder()
            .add_service(service)
            .serve_with_incoming(TcpListenerStream::new(listener));
        tokio::spawn(serve);
        Ok(address)
    }

    fn all(&self) -> Vec<Told> {
        let requests = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let of_resource = requests.into_iter().flat_map(|request| request.resource_spans);
        of_resource
            .flat_map(|told| {
                let service = told.resource.as_ref().map(service_name).unwrap_or_default();
                let spans = told.scope_spans.into_iter().flat_map(|scope| scope.spans);
                spans.map(move |span| (service.clone(), span)).collect::<Vec<_>>()
            })
            .collect()
    }

    /// The spans of the message with this id, once there are so many.
    async fn spans_of(&self, msgid: &str, count: usize) -> Result<Vec<Told>> {
        let until = Instant::now() + ALL_TOLD;
        loop {
            let mut spans = self.all();
            spans.retain(|(_, span)| hex(&span.trace_id).ends_with(msgid));
            if spans.len() >= count {
                return Ok(spans);
            }
            let names: Vec<_> = spans.iter().map(|(_, span)| span.name.as_str()).collect();
            ensure!(Instant::now() < until, "of {msgid} only {names:?} is told");
            sleep(Duration::from_millis(100)).await;
        }
    }
}

fn service_name(resource: &Resource) -> String {
    let name = resource.attributes.iter().find(|attribute| attribute.key == "service.name");
    match name.and_then(|name| name.value.clone()?.value) {
        Some(Value::StringValue(name)) => name,
        _ => String::new(),
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

async fn start(shape: Shape, one_in: u64) -> Result<(Collector, Server)> {
    let collector = Collector::default();
    let more = format!("[trace]\nendpoint = \"{}\"\none_in = {one_in}\n", collector.start().await?);
    let sites = vec![SitePlan { name: "Traced", hosts: &[HOST], settings: &[] }];
    let layout = Layout { sites, more, ..Layout::default() };
    let server = Server::start(shape, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await?;
    Ok((collector, server))
}

/// Names of spans with the service that told them, and how often.
fn counted(spans: &[Told]) -> BTreeMap<(&str, &str), usize> {
    let mut counts = BTreeMap::new();
    for (service, span) in spans {
        *counts.entry((service.as_str(), span.name.as_str())).or_default() += 1;
    }
    counts
}

fn is_one_tree(spans: &[Told]) -> Result<()> {
    let ids: BTreeSet<_> = spans.iter().map(|(_, span)| &span.span_id).collect();
    ensure!(ids.len() == spans.len(), "two spans with one id: {spans:?}");
    let roots: Vec<_> = spans.iter().filter(|(_, span)| span.parent_span_id.is_empty()).collect();
    ensure!(roots.len() == 1, "roots: {roots:?}");
    for (_, span) in spans.iter().filter(|(_, span)| !span.parent_span_id.is_empty()) {
        ensure!(ids.contains(&span.parent_span_id), "{} has a parent that nobody told", span.name);
        ensure!(span.start_time_unix_nano <= span.end_time_unix_nano && span.start_time_unix_nano > 0);
    }
    Ok(())
}

async fn a_message_is_followed(shape: Shape, edge: &str, delivery: &str) -> Result<()> {
    let (collector, server) = start(shape, 1).await?;
    let mut alice = server.member("Alice").await?;
    let (mut desk, mut phone) = server.two_nodes("Bob").await?;
    let bob = desk.me.clone();

    let at_once = alice.accepted(&ask::post(&[&bob.uid]), b"whispered").await?;
    desk.take("delivery").await?;
    phone.take("delivery").await?;
    let phone = phone.quit().await?;
    let later = alice.accepted(&ask::post(&[&bob.uid]), b"whispered").await?;
    desk.take("delivery").await?;
    let (mut phone, _) = tmtp_testkit::client::Client::login(&server.address(), &phone).await?;
    phone.take("delivery").await?;

    for msgid in [at_once, later] {
        let spans = collector.spans_of(&msgid, 10).await?;
        is_one_tree(&spans)?;
        let wanted = [
            ((edge, "request"), 1),
            ((delivery, "wait for a writer"), 1),
            ((delivery, "commit"), 1),
            ((delivery, "tell edges"), 1),
            ((edge, "write"), 2),
            ((edge, "receive"), 2),
            ((edge, "settle"), 2),
        ];
        ensure!(counted(&spans) == wanted.into(), "{:?}", counted(&spans));
    }

    let all = format!("{:?}", collector.all());
    for secret in ["whispered", "Alice", "Bob", &alice.me.uid, &bob.uid, &bob.nodeid] {
        ensure!(!all.contains(secret), "{secret} is in a trace");
    }
    server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_followed_from_edge_to_edge() -> Result<()> {
    Box::pin(a_message_is_followed(Shape::Cluster, "tmtp-edge", "tmtp-delivery")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_followed_through_one_process() -> Result<()> {
    Box::pin(a_message_is_followed(Shape::Standalone, "tmtp-standalone", "tmtp-standalone")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_messages_are_in_the_sample_and_the_last_of_them_is_told_before_the_end() -> Result<()> {
    let (collector, server) = start(Shape::Standalone, 50).await?;
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    for _ in 0..400 {
        alice.accepted(&ask::post(&[&bob.me.uid]), b"x").await?;
        bob.take("delivery").await?;
    }
    server.front()?.stop()?;
    let traces: BTreeSet<_> = collector.all().into_iter().map(|(_, span)| span.trace_id).collect();
    ensure!((1..40).contains(&traces.len()), "{} of 400 are traced", traces.len());
    let one = traces.first().context("a trace")?;
    let spans: Vec<_> = collector.all().into_iter().filter(|(_, span)| span.trace_id == *one).collect();
    is_one_tree(&spans)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_is_not_there_holds_up_nothing() -> Result<()> {
    let sites = vec![SitePlan { name: "Traced", hosts: &[HOST], settings: &[] }];
    let more = "[trace]\nendpoint = \"http://127.0.0.1:9\"\none_in = 1\n".to_owned();
    let layout = Layout { sites, more, ..Layout::default() };
    let server = Server::start(Shape::Standalone, Path::new(env!("CARGO_BIN_EXE_tmtpd")), &layout).await?;
    let mut alice = server.member("Alice").await?;
    let mut bob = server.member("Bob").await?;
    for _ in 0..100 {
        alice.accepted(&ask::post(&[&bob.me.uid]), b"x").await?;
        bob.take("delivery").await?;
    }
    server.front()?.stop()?;
    Ok(())
}
