//! A double of a site: real TLS on a real socket, behind it a script.

use std::{sync::Arc, time::Duration};

use bytes::BytesMut;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tmtp_client::{Account, Address, Message, MsgId, Posted, Settings, Stamp, Timing, Tls};
use tmtp_wire::{Answer, Framer, Head, Piece, Request};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

pub const UID: &str = "1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%";
pub const OTHER: &str = "2BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%";
pub const SECRET: &str = "1BC2DF3GH4JK5LM6NP7QR8ST9VW+XYZ%1BC2DF3G";

pub struct Double {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    pub certificate: String,
}

/// One link, seen from the site.
pub struct Peer {
    stream: TlsStream<TcpStream>,
    framer: Framer,
    input: BytesMut,
}

/// What came from the client.
#[derive(Debug)]
pub struct Asked {
    pub request: Request,
    pub data: Vec<u8>,
}

impl Double {
    pub async fn start() -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["demo.localhost".into()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener, acceptor: TlsAcceptor::from(Arc::new(config)), certificate: made.cert.pem() }
    }

    pub fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    pub fn address(&self) -> Address {
        format!("=127.0.0.1:{}", self.port()).parse().unwrap()
    }

    pub fn account(&self) -> Account {
        Account {
            site: self.address(),
            site_name: String::new(),
            uid: UID.into(),
            node: SECRET.into(),
            node_label: String::new(),
            aliases: Vec::new(),
        }
    }

    pub async fn accept(&self) -> Peer {
        self.try_accept().await.unwrap()
    }

    pub async fn try_accept(&self) -> std::io::Result<Peer> {
        let (tcp, _) = self.listener.accept().await?;
        let stream = self.acceptor.accept(tcp).await?;
        Ok(Peer { stream, framer: Framer::default(), input: BytesMut::new() })
    }

    /// Accepts, and lets a node log in.
    pub async fn welcome(&self) -> Peer {
        let mut peer = self.accept().await;
        peer.let_in().await;
        peer
    }
}

impl Peer {
    pub fn server_name(&self) -> Option<&str> {
        self.stream.get_ref().1.server_name()
    }

    async fn piece(&mut self) -> Option<Piece> {
        loop {
            if let Some(piece) = self.framer.next(&mut self.input).unwrap() {
                return Some(piece);
            }
            match self.stream.read_buf(&mut self.input).await {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The next request with its data; none when the link has ended.
    pub async fn next(&mut self) -> Option<Asked> {
        let Piece::Header(json) = self.piece().await? else { panic!("data without a header") };
        let head = Head::parse(&json).unwrap();
        self.framer.expect_data(head.data_len);
        let mut data = Vec::new();
        while self.framer.data_left() > 0 {
            match self.piece().await? {
                Piece::Data(octets) => data.extend_from_slice(&octets),
                Piece::Header(_) => panic!("a header inside data"),
            }
        }
        Some(Asked { request: head.request, data })
    }

    pub async fn asked(&mut self) -> Asked {
        tokio::time::timeout(Duration::from_secs(20), self.next()).await.unwrap().expect("a request")
    }

    /// The id of the next ack.
    pub async fn acked(&mut self) -> String {
        match self.asked().await.request {
            Request::Ack { id } => id,
            other => panic!("not an ack: {other:?}"),
        }
    }

    pub async fn raw(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    pub async fn answer(&mut self, answer: Answer) {
        self.raw(&answer.encode().unwrap()).await;
    }

    /// Acks a request, with the receipt of this number if there is one.
    pub async fn ack(&mut self, asked: &Asked, msgid: Option<u64>) {
        let receipt = |id| tmtp_wire::Receipt { msgid: MsgId(id), posted: Posted(1_700_000_000_000) };
        let id = asked.request.id().unwrap().to_owned();
        self.answer(Answer::Ack { id, result: Ok(msgid.map(receipt)) }).await;
    }

    pub async fn quit(&mut self, error: &str) {
        self.answer(Answer::Quit { error: error.into() }).await;
        self.stream.shutdown().await.ok();
    }

    pub async fn queued(&mut self, id: u64, message: &Message, data: &[u8]) {
        self.header(id, message, data.len() as u64).await;
        self.raw(data).await;
    }

    /// A message from somebody else; a login is always one's own.
    pub async fn header(&mut self, id: u64, message: &Message, data_len: u64) {
        let from = if *message == Message::Login { UID } else { OTHER };
        let stamp = Stamp { id: MsgId(id), from: from.into(), posted: Posted(1_700_000_000_000), data_len };
        self.raw(&message.encode(&stamp).unwrap()).await;
    }

    pub async fn let_in(&mut self) {
        assert!(matches!(self.asked().await.request, Request::TmtpRev { id } if id == "1"));
        assert!(
            matches!(self.asked().await.request, Request::Login { uid, node, .. } if uid == UID && node == SECRET)
        );
        self.answer(Answer::TmtpRev { name: "Double".into(), auth: None, auth_by: None }).await;
        self.answer(Answer::Info { ohi: vec![OTHER.into()] }).await;
    }
}

pub fn delivery() -> Message {
    Message::Delivery { datahead: None, datasum: None, notify: None }
}

pub fn ping() -> Message {
    Message::Ping { alias: "Bob Bower".into(), to: "Alice Ames".into() }
}

/// Short waits where a test waits for one.
pub fn settings() -> Settings {
    let timing = Timing {
        answer: Duration::from_millis(300),
        retry_first: Duration::from_millis(5),
        retry_max: Duration::from_millis(20),
        goodbye: Duration::from_millis(500),
        ..Timing::default()
    };
    Settings { timing, ..Settings::with_tls(Tls::new().unwrap()) }
}
