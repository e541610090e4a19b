//! One connection.

use std::{io::Write, time::Duration};

use tmtp_client::{
    Account, Arrival, Arrivals, Error, Greeting, Hello, Letter, Link, Outgoing, Settings, Source, Tls,
    error::Quit, letter::Packed, to_member,
};
use tmtp_wire::{Answer, Request};
use tokio::io::AsyncReadExt;

use crate::double::{Double, OTHER, Peer, SECRET, UID, delivery, ping, settings};

fn hello(account: &Account) -> Hello {
    Hello::Login { uid: account.uid.clone(), node: account.node.clone(), oidc: None }
}

async fn open_with(site: &Double, settings: &Settings) -> Result<(Link, Arrivals, Greeting), Error> {
    Link::open(&site.address(), &settings.tls, &hello(&site.account()), &settings.timing).await
}

async fn opened(site: &Double) -> (Link, Arrivals, Peer) {
    let settings = settings();
    let (opened, peer) = tokio::join!(open_with(site, &settings), site.welcome());
    let (link, arrivals, greeting) = opened.unwrap();
    assert_eq!(greeting.site_name, "Double");
    assert_eq!(greeting.online, [OTHER]);
    (link, arrivals, peer)
}

fn post(len: usize) -> Outgoing {
    Outgoing::post(vec![to_member(OTHER)], Packed::plain(Source::bytes(vec![7; len])))
}

async fn message(arrivals: &mut Arrivals) -> tmtp_client::Received {
    match arrivals.next().await.unwrap() {
        Arrival::Message(received) => received,
        other => panic!("not a message: {other:?}"),
    }
}

#[tokio::test]
async fn the_greeting_and_the_login_leave_without_waiting_for_an_answer() {
    let site = Double::start().await;
    // `opened` answers only when it has seen both.
    let (link, _arrivals, peer) = opened(&site).await;
    assert_eq!(peer.server_name(), None, "no SNI for an IP address");
    assert!(!link.is_closed());
}

#[tokio::test]
async fn a_name_is_sent_as_sni_and_a_certificate_is_proven_with_an_extra_authority() {
    let site = Double::start().await;
    let mut ca = tempfile::NamedTempFile::new().unwrap();
    ca.write_all(site.certificate.as_bytes()).unwrap();
    let address = format!("+Demo.localhost:{}", site.port()).parse().unwrap();
    let (trusting, timing) = (Tls::with_extra_ca(ca.path()).unwrap(), settings().timing);
    let hello = hello(&site.account());
    let (link, peer) = tokio::join!(Link::open(&address, &trusting, &hello, &timing), site.welcome());
    assert_eq!(peer.server_name(), Some("demo.localhost"));
    drop(link.unwrap());

    let strict = Tls::new().unwrap();
    let (link, peer) = tokio::join!(Link::open(&address, &strict, &hello, &timing), site.try_accept());
    assert!(peer.is_err());
    assert!(matches!(link, Err(Error::Tls { .. })), "a certificate that nobody vouches for");
}

#[tokio::test]
async fn a_new_member_learns_its_uid_its_secret_and_why_its_alias_was_refused() {
    let site = Double::start().await;
    let hello = Hello::Register { node_label: "laptop".into(), alias: Some("Taken Name".into()), oidc: None };
    let (tls, timing) = (Tls::new().unwrap(), settings().timing);
    let address = site.address();
    let serve = async {
        let mut peer = site.accept().await;
        peer.asked().await;
        let Request::Register { newnode, newalias, .. } = peer.asked().await.request else { panic!() };
        assert_eq!((newnode.as_str(), newalias.as_deref()), ("laptop", Some("Taken Name")));
        peer.answer(Answer::TmtpRev { name: "Double".into(), auth: None, auth_by: None }).await;
        let error = Some("taken".into());
        peer.answer(Answer::Registered { uid: UID.into(), nodeid: SECRET.into(), error }).await;
        peer.answer(Answer::Info { ohi: Vec::new() }).await;
        peer
    };
    let (link, _peer) = tokio::join!(Link::open(&address, &tls, &hello, &timing), serve);
    let registered = link.unwrap().2.registered.unwrap();
    assert_eq!((registered.uid.as_str(), registered.node.as_str()), (UID, SECRET));
    assert_eq!(registered.alias_refused.as_deref(), Some("taken"));
}

#[tokio::test]
async fn a_site_that_refuses_the_login_is_quoted() {
    let site = Double::start().await;
    let settings = settings();
    let refuse = async {
        let mut peer = site.accept().await;
        peer.quit("login failed").await;
    };
    let (link, ()) = tokio::join!(open_with(&site, &settings), refuse);
    assert!(matches!(link, Err(Error::Quit(Quit::LoginFailed))));
}

#[tokio::test]
async fn a_site_that_says_nothing_is_given_up() {
    let site = Double::start().await;
    let mut settings = settings();
    settings.timing.login = Duration::from_millis(200);
    let (link, _peer) = tokio::join!(open_with(&site, &settings), site.accept());
    assert!(matches!(link, Err(Error::TimedOut { .. })));
}

#[tokio::test]
async fn a_request_is_answered_by_the_ack_with_its_id_and_by_no_other() {
    let site = Double::start().await;
    let (link, _arrivals, mut peer) = opened(&site).await;
    let serve = async {
        let asked = peer.asked().await;
        peer.answer(Answer::Ack { id: "stale".into(), result: Err("for nobody".into()) }).await;
        peer.ack(&asked, Some(5)).await;
        asked
    };
    let (post, content) = (post(3), [7; 3]);
    let (receipt, asked) = tokio::join!(link.request(&post), serve);
    assert_eq!(receipt.unwrap().unwrap().msgid.0, 5);
    assert_eq!(asked.data, content);
}

#[tokio::test]
async fn a_refusal_leaves_the_link_usable() {
    let site = Double::start().await;
    let (link, _arrivals, mut peer) = opened(&site).await;
    let serve = async {
        let asked = peer.asked().await;
        let id = asked.request.id().unwrap().to_owned();
        peer.answer(Answer::Ack { id, result: Err("unknown uid".into()) }).await;
        let asked = peer.asked().await;
        peer.ack(&asked, Some(6)).await;
    };
    let ask = async {
        let refused = link.request(&post(1)).await;
        assert!(matches!(refused, Err(Error::Refused(text)) if text == "unknown uid"));
        link.request(&post(1)).await.unwrap();
    };
    tokio::join!(ask, serve);
}

#[tokio::test]
async fn without_an_answer_the_same_request_is_sent_again() {
    let site = Double::start().await;
    let (link, _arrivals, mut peer) = opened(&site).await;
    let serve = async {
        let (first, second) = (peer.asked().await, peer.asked().await);
        peer.ack(&second, Some(1)).await;
        (first, second)
    };
    let post = post(2000);
    let (receipt, (first, second)) = tokio::join!(link.request(&post), serve);
    assert!(receipt.is_ok());
    assert_eq!(first.request.id(), second.request.id());
    assert_eq!(first.data, second.data);
}

#[tokio::test]
async fn a_body_of_many_megabytes_streams_out_and_in() {
    const LEN: usize = 20 << 20;
    let site = Double::start().await;
    let (link, mut arrivals, mut peer) = opened(&site).await;
    let out = post(LEN);
    let serve = async {
        let asked = peer.asked().await;
        peer.ack(&asked, Some(1)).await;
        peer.queued(2, &delivery(), &asked.data).await;
        peer
    };
    let take = async {
        link.request(&out).await.unwrap();
        let mut received = message(&mut arrivals).await;
        let mut all = Vec::new();
        received.body.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, vec![7; LEN]);
        assert_eq!(received.body.checksum(), crc32c::crc32c(&all));
    };
    tokio::join!(serve, take);
}

#[tokio::test]
async fn a_body_that_nobody_reads_holds_up_the_site_and_not_the_memory() {
    let site = Double::start().await;
    let (_link, mut arrivals, mut peer) = opened(&site).await;
    let received = async { message(&mut arrivals).await };
    let flood = async {
        peer.header(1, &delivery(), 1 << 40).await;
        // Sooner or later every buffer between the two is full.
        let stuck = tokio::time::timeout(Duration::from_millis(700), async {
            for _ in 0..4096 {
                peer.raw(&[0; 64 * 1024]).await;
            }
        });
        assert!(stuck.await.is_err(), "256 MiB must not fit");
    };
    let (mut received, ()) = tokio::join!(received, flood);
    assert_eq!(received.body.unread(), 1 << 40);
    assert!(received.body.piece().await.unwrap().is_some());
}

#[tokio::test]
async fn a_message_that_is_dropped_is_skipped_and_the_next_one_is_whole() {
    let site = Double::start().await;
    let (_link, mut arrivals, mut peer) = opened(&site).await;
    let serve = async {
        peer.queued(1, &delivery(), &vec![1; 1 << 20]).await;
        peer.queued(2, &ping(), b"hi").await;
        peer
    };
    let take = async {
        drop(message(&mut arrivals).await);
        let mut second = message(&mut arrivals).await;
        assert_eq!(second.stamp.id.0, 2);
        assert_eq!(second.body.piece().await.unwrap().unwrap().as_ref(), b"hi");
        assert!(second.body.piece().await.unwrap().is_none());
    };
    tokio::join!(serve, take);
}

#[tokio::test]
async fn a_link_cut_in_the_middle_of_a_message_says_so_in_the_body_and_at_the_end() {
    let site = Double::start().await;
    let (link, mut arrivals, mut peer) = opened(&site).await;
    peer.header(1, &delivery(), 10).await;
    peer.raw(b"12345").await;
    let mut received = message(&mut arrivals).await;
    assert_eq!(received.body.piece().await.unwrap().unwrap().as_ref(), b"12345");
    drop(peer);
    assert!(matches!(received.body.piece().await, Err(Error::Lost(_))));
    assert!(matches!(arrivals.next().await, Err(Error::Lost(_))));
    assert!(matches!(link.request(&post(1)).await, Err(Error::Lost(_))));
}

#[tokio::test]
async fn presence_and_unknown_messages_arrive_in_order_and_a_wrong_headsum_ends_the_link() {
    let site = Double::start().await;
    let (_link, mut arrivals, mut peer) = opened(&site).await;
    peer.answer(Answer::Ohi { from: OTHER.into(), status: 1 }).await;
    let framed = |json: &str| format!("{:04x}{json}", json.len());
    let new = r#"{"datalen":3,"from":"x","id":"0000000000000009","op":"telepathy"}"#;
    let bent = r#"{"alias":"A","datalen":0,"from":"x","headsum":1,"id":"0000000000000009","op":"ping","posted":"2026-11-22T09:30:00.001Z","to":"Z"}"#;
    peer.raw(format!("{}abc{}", framed(new), framed(bent)).as_bytes()).await;
    assert!(matches!(arrivals.next().await.unwrap(), Arrival::Presence { online: true, .. }));
    let unknown = arrivals.next().await.unwrap();
    assert!(matches!(unknown, Arrival::Unknown { op, id: Some(id) } if op == "telepathy" && id.0 == 9));
    assert!(matches!(arrivals.next().await, Err(Error::Protocol(_))));
}

#[tokio::test]
async fn acks_that_wait_leave_together_and_a_quiet_link_pulses() {
    let site = Double::start().await;
    let mut settings = settings();
    settings.timing.pulse = Duration::from_millis(100);
    let (link, mut peer) = tokio::join!(open_with(&site, &settings), site.welcome());
    let (link, ..) = link.unwrap();
    assert!(matches!(peer.asked().await.request, Request::Pulse));
    for id in 1..4 {
        link.ack(tmtp_client::MsgId(id)).await.unwrap();
    }
    let mut acks = Vec::new();
    while acks.len() < 3 {
        if let Request::Ack { id } = peer.asked().await.request {
            acks.push(id);
        }
    }
    assert_eq!(acks, ["0000000000000001", "0000000000000002", "0000000000000003"]);
}

#[tokio::test]
async fn quit_comes_behind_the_acks_and_waits_for_the_goodbye() {
    let site = Double::start().await;
    let (link, _arrivals, mut peer) = opened(&site).await;
    link.ack(tmtp_client::MsgId(1)).await.unwrap();
    let serve = async {
        assert_eq!(peer.acked().await, "0000000000000001");
        assert!(matches!(peer.asked().await.request, Request::Quit));
        peer.quit("logout ok").await;
    };
    let (goodbye, ()) = tokio::join!(link.quit(), serve);
    goodbye.unwrap();
}

#[tokio::test]
async fn the_last_word_of_the_site_is_heard_although_it_no_longer_reads() {
    let site = Double::start().await;
    let (link, _arrivals, mut peer) = opened(&site).await;
    let refuse = async {
        peer.quit("data too long for request type").await;
        drop(peer);
    };
    let post = post(30 << 20);
    let (result, ()) = tokio::join!(link.request(&post), refuse);
    assert!(matches!(result, Err(Error::Quit(Quit::BadRequest(_)))), "{result:?}");
}

#[tokio::test]
async fn a_file_that_is_gone_fails_its_request_and_not_the_link() {
    let site = Double::start().await;
    let (link, _arrivals, mut peer) = opened(&site).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "content").unwrap();
    let gone = Source::file(file.path()).await.unwrap();
    drop(file);
    let lost = Outgoing::post(vec![to_member(OTHER)], Letter::new("x").attach("f", gone).pack().unwrap());
    assert!(matches!(link.request(&lost).await, Err(Error::Content(_))));
    let serve = async {
        let asked = peer.asked().await;
        peer.ack(&asked, Some(1)).await;
    };
    let post = post(1);
    let (result, ()) = tokio::join!(link.request(&post), serve);
    result.unwrap();
}
