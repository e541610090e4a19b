//! The first words on a link: TmtpRev and Register or Login in one write, then the answers to them.

use serde_json::value::RawValue;
use tmtp_wire::{Answer, Head, Incoming, Piece, Request};
use tokio::{
    io::{AsyncWriteExt, ReadHalf, WriteHalf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use super::inbound::Inbound;
use crate::{
    Error,
    error::{Quit, Waiting},
    settings::Timing,
};

/// Who is at the door.
#[derive(Debug, Clone)]
pub enum Hello {
    /// A new member.
    Register {
        /// What this device is called.
        node_label: String,
        /// The alias wanted.
        alias: Option<String>,
        /// The OpenID Connect provider's token answer, where the site asks for one.
        oidc: Option<Box<RawValue>>,
    },
    /// A member's node.
    Login {
        /// The member.
        uid: String,
        /// The node's secret.
        node: String,
        /// A fresh token answer, where the site asks for one now and then.
        oidc: Option<Box<RawValue>>,
    },
}

/// What the site said on letting us in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Greeting {
    /// The site's name.
    pub site_name: String,
    /// The new account, after a Register.
    pub registered: Option<Registered>,
    /// The members online who notify this one.
    pub online: Vec<String>,
}

/// A new account.
#[derive(Clone, PartialEq, Eq)]
pub struct Registered {
    /// The member.
    pub uid: String,
    /// The node's secret; it is shown this once.
    pub node: String,
    /// Why the alias was refused. The account exists all the same.
    pub alias_refused: Option<String>,
}

// The secret stays out of logs.
impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registered").field("uid", &self.uid).finish_non_exhaustive()
    }
}

type Stream = TlsStream<TcpStream>;

/// Says it, and waits for `info`.
pub(super) async fn say(
    stream: Stream,
    hello: &Hello,
    timing: &Timing,
) -> Result<(Inbound<Stream>, WriteHalf<Stream>, Greeting), Error> {
    let words = first_words(hello)?;
    let (read, write) = tokio::io::split(stream);
    match timeout(timing.login, exchange(read, write, &words)).await {
        Ok(result) => result,
        Err(_) => Err(Error::TimedOut { waiting: Waiting::Login, after: timing.login }),
    }
}

fn first_words(hello: &Hello) -> Result<Vec<u8>, Error> {
    let request = match hello.clone() {
        Hello::Register { node_label, alias, oidc } => {
            Request::Register { newnode: node_label, newalias: alias, oidc }
        }
        Hello::Login { uid, node, oidc } => Request::Login { uid, node, oidc },
    };
    let encode = |request| {
        let head = Head { request, data_len: 0 };
        head.encode().map_err(|e| Error::Request(e.to_string()))
    };
    let mut words = encode(Request::TmtpRev { id: "1".into() })?;
    words.extend(encode(request)?);
    Ok(words)
}

async fn exchange(
    read: ReadHalf<Stream>,
    mut write: WriteHalf<Stream>,
    words: &[u8],
) -> Result<(Inbound<Stream>, WriteHalf<Stream>, Greeting), Error> {
    // When this fails the site may still have said why.
    let written = async { write.write_all(words).await.and(write.flush().await) }.await;
    let mut inbound = Inbound::new(read);
    match greeting(&mut inbound).await {
        Ok(greeting) => Ok((inbound, write, greeting)),
        Err(quit @ Error::Quit(_)) => Err(quit),
        Err(error) => Err(written.err().map_or(error, |e| Error::lost(&e))),
    }
}

async fn greeting(inbound: &mut Inbound<Stream>) -> Result<Greeting, Error> {
    let mut greeting = Greeting::default();
    loop {
        let Piece::Header(json) = inbound.piece().await? else { continue };
        match inbound.header(&json)? {
            Incoming::Answer(Answer::TmtpRev { name, .. }) => greeting.site_name = name,
            Incoming::Answer(Answer::Registered { uid, nodeid, error }) => {
                greeting.registered = Some(Registered { uid, node: nodeid, alias_refused: error });
            }
            Incoming::Answer(Answer::Info { ohi }) => {
                greeting.online = ohi;
                return Ok(greeting);
            }
            Incoming::Answer(Answer::Quit { error }) => return Err(Error::Quit(Quit::from(error.as_str()))),
            _ => return Err(Error::Protocol("something came before the login was answered".into())),
        }
    }
}
