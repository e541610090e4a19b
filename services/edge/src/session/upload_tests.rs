use std::sync::Arc;

use tempfile::TempDir;
use tmtp_bus::MemoryBus;
use tmtp_grpc::delivery::{self as grpc, Limits};
use tmtp_platform::SystemClock;
use tokio::{
    io::{AsyncWriteExt, DuplexStream},
    time::{Instant, sleep},
};

use super::*;
use crate::{
    Edge, Options, Upstream,
    frames::{Ended, Frames, Patience},
    session::{Session, bounds::Bounds, state::Step},
};

const LIMITS: Limits = Limits {
    message_octets: 1 << 30,
    header_octets: 65_535,
    requests_per_second: 100,
    links_per_member: 100,
};

/// An edge in front of a delivery process that never answers.
fn edge() -> (Arc<Edge>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(folder.path().join("default.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("default.key"), made.signing_key.serialize_pem()).unwrap();
    let options = Options { certificates: folder.path().to_owned(), ..Options::default() };
    let edge =
        Edge::new(options, Upstream::silent(), Arc::new(MemoryBus::new()), Arc::new(SystemClock)).unwrap();
    edge.shared().sites.learn(site(1, LIMITS));
    (edge, folder)
}

/// The list of sites at this version: the site 1, with these limits.
fn site(version: i64, limits: Limits) -> grpc::SitesReply {
    let (hosts, limits) = (vec!["one.test".to_owned()], Some(limits));
    let site = grpc::Site { id: 1, hosts, limits, ..grpc::Site::default() };
    grpc::SitesReply { version, sites: vec![site], ..grpc::SitesReply::default() }
}

async fn send_post(mut far: DuplexStream, octets: usize) {
    let json = format!(r#"{{"op":7,"id":"x","for":[],"datalen":{octets}}}"#);
    let mut message = format!("{:04x}{json}", json.len()).into_bytes();
    message.resize(message.len() + octets, b'x');
    far.write_all(&message).await.unwrap();
}

/// How long a Post of so many octets keeps the reader from reading on; there must be no answer.
async fn time_of_unanswered(octets: usize) -> Duration {
    let (edge, _folder) = edge();
    let id = grpc::Session { site: 1, node: 2, epoch: 3, uid: "uid".to_owned() };
    let session = Arc::new(Session::new(id, 8, Duration::from_secs(30)));
    let (near, far) = tokio::io::duplex(64 * 1024);
    let mut frames = Frames::new(near, Patience::new(&Options::default()));
    let begun = Instant::now();
    let sent = tokio::spawn(send_post(far, octets));
    let mut reader = Reader::new(&mut frames, edge.shared(), 1);
    let read = timeout(Duration::from_secs(100), reader.read(&session)).await;
    assert!(matches!(read, Ok(Reading::Gone(Ended::Eof))), "{read:?}");
    assert!(matches!(session.next_step(), Step::Rest));
    sent.await.unwrap();
    begun.elapsed()
}

#[tokio::test(start_paused = true)]
async fn data_that_is_taken_and_not_answered_in_time_holds_the_reader_no_longer() {
    assert!(time_of_unanswered(33_000).await < Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn the_time_for_the_answer_begins_when_the_last_of_the_data_was_read_and_not_when_it_was_taken() {
    let (edge, _folder) = edge();
    let (near, mut far) = tokio::io::duplex(1024);
    let mut frames = Frames::new(near, Patience::new(&Options::default()));
    frames.expect_data(500);
    far.write_all(&[b'x'; 500]).await.unwrap();
    let mut reader = Reader::new(&mut frames, edge.shared(), 1);
    // The request has room on its way, the data has not.
    let (chunks, mut received) = mpsc::channel(1);
    let (begun, pause) = (Instant::now(), Duration::from_secs(9));
    let take = async {
        sleep(pause).await;
        while received.recv().await.is_some() {}
    };
    let (pumped, ()) = tokio::join!(reader.pump(SubmitRequest::default(), chunks), take);
    let (pumped, read_at) = pumped.unwrap();
    assert_eq!(pumped, Pumped::Taken);
    assert_eq!((read_at - begun, begun.elapsed()), (Duration::ZERO, pause));
}

#[tokio::test(start_paused = true)]
async fn data_that_is_not_taken_is_read_and_dropped_after_a_while() {
    assert!(time_of_unanswered(1 << 20).await < Duration::from_secs(60));
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_while_its_end_cannot_be_told_is_not_told_that_it_is_well() {
    let (edge, _folder) = edge();
    let id = grpc::Session { site: 1, node: 2, epoch: 3, uid: "uid".to_owned() };
    let session = Arc::new(Session::new(id, 8, Duration::from_secs(30)));
    let (near, mut far) = tokio::io::duplex(64 * 1024);
    let mut frames = Frames::new(near, Patience::new(&Options::default()));
    far.write_all(br#"0009{"op":12}"#).await.unwrap();
    let read = Reader::new(&mut frames, edge.shared(), 1).read(&session).await;
    assert_eq!(read.name(), "unsettled");
}

/// What a session is told that began before its site got these limits, and sends this while its reader waits already.
async fn told_under(limits: Limits, octets: &[u8]) -> Reading {
    let (edge, _folder) = edge();
    let id = grpc::Session { site: 1, node: 2, epoch: 3, uid: "uid".to_owned() };
    let session = Arc::new(Session::new(id, 8, Duration::from_secs(30)));
    let (near, mut far) = tokio::io::duplex(64 * 1024);
    let mut frames = Frames::new(near, Patience::new(&Options::default()));
    let mut reader = Reader::new(&mut frames, edge.shared(), 1);
    let send = async {
        sleep(Duration::from_secs(1)).await;
        edge.shared().sites.learn(site(2, limits));
        far.write_all(octets).await.unwrap();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        read = reader.read(&session) => read,
        () = send => unreachable!("it never ends"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_goes_by_its_sites_new_limits_at_the_next_octet_it_sends() {
    let short = Limits { header_octets: 2_000, ..LIMITS };
    let said = told_under(short, b"07d1{").await;
    assert!(matches!(&said, Reading::Quit(text) if text == "invalid header length"), "{said:?}");
    let small = Limits { message_octets: 10, ..LIMITS };
    let said = told_under(small, br#"0027{"op":7,"id":"x","for":[],"datalen":11}"#).await;
    assert!(matches!(&said, Reading::Quit(text) if text == "data too long for request type"), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn a_link_sends_no_faster_than_its_site_allows_now() {
    let (edge, _folder) = edge();
    let mut bounds = Bounds::new(&edge.shared().sites, 1);
    bounds.turn().await;
    edge.shared().sites.learn(site(2, Limits { requests_per_second: 1, ..LIMITS }));
    // By the machine's own clock, at which a limiter looks: only the least that it takes can be said.
    let begun = std::time::Instant::now();
    for _ in 0..2 {
        bounds.turn().await;
    }
    assert!(begun.elapsed() >= Duration::from_millis(900), "{:?}", begun.elapsed());
}
